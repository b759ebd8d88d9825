/*===- io.h - tensors in files, random tensors ------------------*- C -*-===*\
|*
|* Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
|*
|* What emitted executables and the compiler's own commands read and write:
|* NumPy's .npy, and ONNX's TensorProto, SequenceProto, MapProto and
OptionalProto
|* (.pb).
|* Files are taken as hostile: a
|* malformed one gives SWAGE_BAD_MODEL and a message, never a crash.
|*
|* Ownership: a function that makes a tensor allocates its data as one block;
|* release it with swage_free(tensor->data). That holds for strings too: their
|* characters are in the same block. Messages are released with swage_free, and
|* every `error` may be NULL. On failure nothing is left to release.
|*
|* Types that NumPy lacks are stored in .npy as the integers of their bits:
|* bfloat16 as uint16; the 8-bit floats, uint4, uint2 and float4e2m1 as uint8;
|* int4 and int2 as int8. Sub-byte types have one element a byte.
|* swage_tensor_retype gives them their type back.
|*
\*===--------------------------------------------------------------------===*/
#ifndef SWAGE_IO_H
#define SWAGE_IO_H

#include "swage/artifact.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Reads a .npy or TensorProto file; which of the two, its content says, or its
   name where it ends in .npy. */
SWAGE_API swage_status swage_tensor_load(const char *path, swage_tensor *tensor,
                                         char **error);

/* The same for a value that is to be as `info` says: a container comes from a
   SequenceProto, MapProto or OptionalProto, which do not say themselves what
   they are. */
SWAGE_API swage_status swage_value_load(const char *path,
                                        const swage_value_info *info,
                                        swage_tensor *value, char **error);

/* Reads .npy of version 1 to 3: any byte order, C or Fortran order, all numeric
   types and bool; 'U' and 'S' arrays become SWAGE_STRING; 'V1' and 'V2', as
   which NumPy stores types of extensions, become uint8 and uint16. */
SWAGE_API swage_status swage_npy_parse(const void *bytes, size_t size,
                                       swage_tensor *tensor, char **error);

/* Reads a TensorProto: raw and typed data of every type. `name` may be NULL;
   otherwise it gets the tensor's name, to release with swage_free. */
SWAGE_API swage_status swage_pb_parse(const void *bytes, size_t size,
                                      swage_tensor *tensor, char **name,
                                      char **error);

/* Reads what swage_value_load reads from files that are no .npy. */
SWAGE_API swage_status swage_pb_parse_value(const void *bytes, size_t size,
                                            const swage_value_info *info,
                                            swage_tensor *value, char **error);

/* Writes a TensorProto, SequenceProto, MapProto or OptionalProto. The file
   appears under its name only when complete. */
SWAGE_API swage_status swage_pb_save(const char *path,
                                     const swage_tensor *value, char **error);

/* Writes a .npy file. The file appears under its name only when complete. */
SWAGE_API swage_status swage_npy_save(const char *path,
                                      const swage_tensor *tensor, char **error);

/* Gives the tensor the type `dtype` if its elements are stored the same way and
   one of the two types is the other's carrier in .npy (see above). Returns 1 if
   the tensor has the type now, 0 if not. */
SWAGE_API int swage_tensor_retype(swage_tensor *tensor, int32_t dtype);

/* The value of one element; the real part of complex ones, 0 for strings. */
SWAGE_API double swage_tensor_element(const swage_tensor *tensor,
                                      int64_t index);

/* The number of elements; 0 if the dims are not those of a tensor. */
SWAGE_API int64_t swage_tensor_count(const swage_tensor *tensor);

/* Fills a tensor that has data with reproducible values, drawn from the
   generator splitmix64 whose state is *state (start with the seed and go on
   with the same state for a model's next input): floats, complex parts uniform
   in [0, 1): multiples of 2^-53 (float64), 2^-24 (float32), 2^-11 (float16),
   2^-8 (bfloat16); smaller floats: any of their values in [0, 1) integers 0 or
   1, so that they are valid indexes bool                    false, true, false,
   true ... strings                 empty */
SWAGE_API void swage_tensor_fill_random(const swage_tensor *tensor,
                                        uint64_t *state);

#ifdef __cplusplus
}
#endif
#endif /* SWAGE_IO_H */
