/*===- tensor.h - the tensor descriptor of every Swage ABI ------*- C -*-===*\
|*
|* Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
|*
|* Tensors cross every border of Swage in this one descriptor: emitted models,
|* the embedded JIT and the language bindings all use it. Data are dense and
|* row-major (the last dimension is contiguous).
|*
\*===----------------------------------------------------------------------===*/
#ifndef SWAGE_TENSOR_H
#define SWAGE_TENSOR_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Marks what a shared library that contains the runtime may export. */
#if defined(__GNUC__)
#define SWAGE_API __attribute__((visibility("default")))
#else
#define SWAGE_API
#endif

#define SWAGE_MAX_RANK 16

/* Element types; the values are those of ONNX's TensorProto.DataType. */
typedef enum swage_dtype {
  SWAGE_UNDEFINED = 0,
  SWAGE_F32 = 1,
  SWAGE_U8 = 2,
  SWAGE_I8 = 3,
  SWAGE_U16 = 4,
  SWAGE_I16 = 5,
  SWAGE_I32 = 6,
  SWAGE_I64 = 7,
  SWAGE_STRING = 8,
  SWAGE_BOOL = 9, /* one byte, 0 or 1 */
  SWAGE_F16 = 10,
  SWAGE_F64 = 11,
  SWAGE_U32 = 12,
  SWAGE_U64 = 13,
  SWAGE_C64 = 14,
  SWAGE_C128 = 15,
  SWAGE_BF16 = 16,
  SWAGE_F8E4M3FN = 17,
  SWAGE_F8E4M3FNUZ = 18,
  SWAGE_F8E5M2 = 19,
  SWAGE_F8E5M2FNUZ = 20,
  SWAGE_U4 = 21, /* sub-byte types: one element a byte at every border */
  SWAGE_I4 = 22,
  SWAGE_F4E2M1 = 23,
  SWAGE_F8E8M0 = 24,
  SWAGE_U2 = 25,
  SWAGE_I2 = 26,
  SWAGE_SEQUENCE = 256, /* beyond ONNX's: containers, see swage_tensor */
  SWAGE_OPTIONAL = 257,
  SWAGE_MAP = 258
} swage_dtype;

/* One element of a SWAGE_STRING tensor: UTF-8, not terminated. */
typedef struct swage_string {
  const char *data;
  int64_t size;
} swage_string;

/* A dense row-major tensor, or a container. The descriptor owns nothing.

   A sequence (SWAGE_SEQUENCE) is a tensor of one dimension whose elements are
   swage_tensor: its tensors in order. An optional (SWAGE_OPTIONAL) is the same
   with one element, a tensor or a sequence, or none. A map (SWAGE_MAP) is the
   same with two: a vector of keys, of SWAGE_I64 or SWAGE_STRING, and a vector
   of as many values. Maps that a model gives have each key once, in rising
   order; of those it is given, the last value of a key counts.

   What the runtime allocates is one block: elements of containers, their data
   and the characters of strings follow the first data in it. */
typedef struct swage_tensor {
  void *data; /* NULL for an output that the callee shall allocate */
  int32_t dtype;
  int32_t rank;
  int64_t dims[SWAGE_MAX_RANK];
} swage_tensor;

#ifdef __cplusplus
}
#endif
#endif /* SWAGE_TENSOR_H */
