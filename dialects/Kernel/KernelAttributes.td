//===- KernelAttributes.td - schedules ---------------------*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// How a kernel is to be compiled, as attributes that people can read and edit.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_KERNEL_ATTRIBUTES
#define SWAGE_KERNEL_ATTRIBUTES

include "dialects/Kernel/KernelDialect.td"

def Kernel_ScheduleAttr : AttrDef<Kernel_Dialect, "Schedule"> {
  let mnemonic = "schedule";
  let summary = "How a kernel's loops are ordered, tiled and vectorised";
  let description = [{
    The template that a backend instantiates, chosen by structure, and its
    parameters. Both backends share one vocabulary:

    * `register_tile`  rows and columns of the accumulator tile
    * `cache_blocks`   extents of the blocks that stay in a cache, outermost first
    * `parallel`       how many leading loops are split over threads
    * `unroll`         unrolling of the innermost reduction loop
    * `vector`         lanes of a vector

    Example: `#kernel.schedule<contraction {register_tile = array<i64: 6, 16>}>`
  }];
  let parameters = (ins StringRefParameter<"schedule template">:$form,
                        "::mlir::DictionaryAttr":$parameters);
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = [{
    /// The integers of parameter `name`; empty when it is absent.
    ::llvm::ArrayRef<int64_t> getIntegers(::llvm::StringRef name) const;
  }];
}

#endif
