//===- npy.h - the parts of .npy files ------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A .npy file is a magic string, a version, the length of a header, the header
// (a Python dictionary with 'descr', 'fortran_order' and 'shape') and the data.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_IO_NPY_H
#define SWAGE_IO_NPY_H

#include "swage/io.h"
#include <stdbool.h>
#include <stdio.h>

#define SWAGE_NPY_MAGIC "\x93NUMPY"
#define SWAGE_NPY_MAGIC_SIZE 6

/// What the header says.
typedef struct swage_npy_header {
  char kind;     // the letter of 'descr': f, i, u, b, c, U, S, V
  bool swapped;  // data are big-endian
  bool fortran;  // the first dimension is contiguous
  size_t unit;   // bytes of the parts that byte order is about
  size_t size;   // bytes of an element
  int32_t dtype; // of the tensor
  int32_t rank;
  int64_t dims[SWAGE_MAX_RANK];
  int64_t count;     // elements; count * size fits int64_t
  size_t data_begin; // offset of the data in the file
} swage_npy_header;

swage_status swage_npy_parse_header(const unsigned char *bytes, size_t size,
                                    swage_npy_header *header, char **error);

/// Makes a string tensor's data of `count` NumPy strings of `size` bytes each:
/// kind 'U' (UTF-32) or 'S' (bytes).
swage_status swage_npy_read_strings(const unsigned char *bytes, char kind,
                                    size_t size, int64_t count, void **data,
                                    char **error);

/// How a string tensor is written: *kind is 'U' where all are UTF-8, else 'S';
/// *size the bytes of each element.
void swage_npy_plan_strings(const swage_string *strings, int64_t count,
                            char *kind, size_t *size);
void swage_npy_write_strings(const swage_string *strings, int64_t count,
                             char kind, size_t size, FILE *stream);

#endif
