//===- RuntimeSymbols.cpp - the runtime as loaded code sees it ------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Addresses of the runtime that is linked into this process. A new function
// that generated code calls is declared in swage/artifact.h or swage/values.h
// and listed here.
//
//===----------------------------------------------------------------------===//
#include "compiler/JIT/RuntimeSymbols.h"
#include "swage/values.h"

using namespace swage;

llvm::ArrayRef<RuntimeSymbol> swage::getRuntimeSymbols() {
#define SYMBOL(NAME)                                                           \
  { #NAME, reinterpret_cast < void *>(&NAME) }
  static const RuntimeSymbol symbols[] = {
      SYMBOL(swage_rt_alloc),
      SYMBOL(swage_rt_box),
      SYMBOL(swage_rt_call),
      SYMBOL(swage_rt_fail),
      SYMBOL(swage_rt_fail_shapes),
      SYMBOL(swage_rt_free),
      SYMBOL(swage_rt_halide_par_for),
      SYMBOL(swage_rt_image_decode),
      SYMBOL(swage_rt_image_size),
      SYMBOL(swage_rt_input_value),
      SYMBOL(swage_rt_optional_get),
      SYMBOL(swage_rt_output),
      SYMBOL(swage_rt_output_value),
      SYMBOL(swage_rt_parallel_for),
      SYMBOL(swage_rt_regex_full_match),
      SYMBOL(swage_rt_release_weights),
      SYMBOL(swage_rt_map),
      SYMBOL(swage_rt_map_part),
      SYMBOL(swage_rt_sequence_at),
      SYMBOL(swage_rt_sequence_concat),
      SYMBOL(swage_rt_sequence_empty),
      SYMBOL(swage_rt_sequence_erase),
      SYMBOL(swage_rt_sequence_insert),
      SYMBOL(swage_rt_sequence_length),
      SYMBOL(swage_rt_sequence_split),
      SYMBOL(swage_rt_string_concat),
      SYMBOL(swage_rt_string_constants),
      SYMBOL(swage_rt_string_equal),
      SYMBOL(swage_rt_string_find),
      SYMBOL(swage_rt_string_rank),
      SYMBOL(swage_rt_string_from_number),
      SYMBOL(swage_rt_string_normalize),
      SYMBOL(swage_rt_string_normalize_count),
      SYMBOL(swage_rt_string_split),
      SYMBOL(swage_rt_string_split_count),
      SYMBOL(swage_rt_string_to_f64),
      SYMBOL(swage_rt_string_to_i64),
      SYMBOL(swage_rt_string_to_u64),
      SYMBOL(swage_rt_unbox),
  };
#undef SYMBOL
  return symbols;
}
