//===- file.h - whole files in, complete files out ------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_IO_FILE_H
#define SWAGE_IO_FILE_H

#include "swage/artifact.h"
#include <stdio.h>

/// Reads a file of any kind to its end. *bytes is released with swage_free.
swage_status swage_file_read(const char *path, unsigned char **bytes,
                             size_t *size, char **error);

/// A file that gets its name when it is complete; until then the data are in a
/// temporary file beside it.
typedef struct swage_new_file {
  FILE *stream;
  char *path;
  char *temporary;
} swage_new_file;

swage_status swage_file_begin(const char *path, swage_new_file *file,
                              char **error);
/// Gives the file its name, or removes it and says what went wrong.
swage_status swage_file_commit(swage_new_file *file, char **error);
/// Removes the file.
void swage_file_abandon(swage_new_file *file);

#endif
