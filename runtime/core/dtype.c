//===- dtype.c - sizes and names of element types -------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "core/dtype.h"

typedef struct dtype_facts {
  const char *name;
  uint8_t size;
} dtype_facts;

static const dtype_facts facts[] = {
    [SWAGE_UNDEFINED] = {"undefined", 0},
    [SWAGE_F32] = {"float32", 4},
    [SWAGE_U8] = {"uint8", 1},
    [SWAGE_I8] = {"int8", 1},
    [SWAGE_U16] = {"uint16", 2},
    [SWAGE_I16] = {"int16", 2},
    [SWAGE_I32] = {"int32", 4},
    [SWAGE_I64] = {"int64", 8},
    [SWAGE_STRING] = {"string", 0},
    [SWAGE_BOOL] = {"bool", 1},
    [SWAGE_F16] = {"float16", 2},
    [SWAGE_F64] = {"float64", 8},
    [SWAGE_U32] = {"uint32", 4},
    [SWAGE_U64] = {"uint64", 8},
    [SWAGE_C64] = {"complex64", 8},
    [SWAGE_C128] = {"complex128", 16},
    [SWAGE_BF16] = {"bfloat16", 2},
    [SWAGE_F8E4M3FN] = {"float8e4m3fn", 1},
    [SWAGE_F8E4M3FNUZ] = {"float8e4m3fnuz", 1},
    [SWAGE_F8E5M2] = {"float8e5m2", 1},
    [SWAGE_F8E5M2FNUZ] = {"float8e5m2fnuz", 1},
    [SWAGE_U4] = {"uint4", 1},
    [SWAGE_I4] = {"int4", 1},
    [SWAGE_F4E2M1] = {"float4e2m1", 1},
    [SWAGE_F8E8M0] = {"float8e8m0", 1},
    [SWAGE_U2] = {"uint2", 1},
    [SWAGE_I2] = {"int2", 1},
};

static const dtype_facts sequence = {"sequence", 0};
static const dtype_facts optional = {"optional", 0};
static const dtype_facts map = {"map", 0};

static const dtype_facts *find(int32_t dtype) {
  if (dtype == SWAGE_SEQUENCE)
    return &sequence;
  if (dtype == SWAGE_OPTIONAL)
    return &optional;
  if (dtype == SWAGE_MAP)
    return &map;
  const int32_t known = (int32_t)(sizeof(facts) / sizeof(facts[0]));
  return dtype >= 0 && dtype < known ? &facts[dtype] : &facts[SWAGE_UNDEFINED];
}

size_t swage_dtype_size(int32_t dtype) { return find(dtype)->size; }

const char *swage_dtype_name(int32_t dtype) { return find(dtype)->name; }

size_t swage_element_size(int32_t dtype) {
  if (swage_is_container(dtype))
    return sizeof(swage_tensor);
  return dtype == SWAGE_STRING ? sizeof(swage_string) : find(dtype)->size;
}
