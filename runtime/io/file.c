//===- file.c - whole files in, complete files out ------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#define _DEFAULT_SOURCE
#include "io/file.h"

#include "core/message.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/// Reads to the end; `expected` is a first guess of the size. 0 or an errno.
static int read_all(int file, size_t expected, unsigned char **bytes,
                    size_t *size) {
  size_t capacity = expected + 1, used = 0;
  unsigned char *buffer = malloc(capacity);
  while (buffer) {
    ssize_t count = read(file, buffer + used, capacity - used);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0) {
      int failure = errno;
      free(buffer);
      return failure;
    }
    used += (size_t)count;
    if (count == 0) {
      *bytes = buffer;
      *size = used;
      return 0;
    }
    if (used < capacity)
      continue;
    unsigned char *larger =
        capacity > SIZE_MAX / 4 ? NULL : realloc(buffer, capacity * 2);
    if (!larger)
      free(buffer);
    buffer = larger;
    capacity *= 2;
  }
  return ENOMEM;
}

swage_status swage_file_read(const char *path, unsigned char **bytes,
                             size_t *size, char **error) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return swage_error(error, SWAGE_ERROR, "cannot open '%s': %s", path,
                       strerror(errno));
  struct stat facts;
  size_t expected = 0;
  if (fstat(file, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_size > 0)
    expected = (size_t)facts.st_size;
  int failure = read_all(file, expected, bytes, size);
  close(file);
  if (failure)
    return swage_error(error, SWAGE_ERROR, "cannot read '%s': %s", path,
                       strerror(failure));
  return SWAGE_OK;
}

/// Opens a file of a new name beside `path`: several processes may be writing
/// into one folder.
static int open_temporary(const char *path, char **temporary) {
  for (int attempt = 0; attempt < 1000; ++attempt) {
    *temporary = swage_format("%s.%ld.%d.tmp", path, (long)getpid(), attempt);
    if (!*temporary) {
      errno = ENOMEM;
      return -1;
    }
    int file = open(*temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file >= 0)
      return file;
    free(*temporary);
    *temporary = NULL;
    if (errno != EEXIST)
      return -1;
  }
  return -1;
}

swage_status swage_file_begin(const char *path, swage_new_file *file,
                              char **error) {
  *file = (swage_new_file){0};
  file->path = swage_format("%s", path);
  int descriptor = open_temporary(path, &file->temporary);
  int failure = errno;
  if (descriptor >= 0)
    file->stream = fdopen(descriptor, "wb");
  if (file->stream && file->path)
    return SWAGE_OK;
  if (descriptor >= 0 && !file->stream)
    close(descriptor);
  swage_file_abandon(file);
  return swage_error(error, SWAGE_ERROR, "cannot write '%s': %s", path,
                     strerror(failure));
}

swage_status swage_file_commit(swage_new_file *file, char **error) {
  bool complete = fflush(file->stream) == 0 && !ferror(file->stream);
  int failure = errno;
  if (fclose(file->stream) && complete) {
    complete = false;
    failure = errno;
  }
  file->stream = NULL;
  if (complete && rename(file->temporary, file->path) != 0) {
    complete = false;
    failure = errno;
  }
  swage_status status = SWAGE_OK;
  if (complete) {
    free(file->temporary);
    file->temporary = NULL;
  } else {
    status = swage_error(error, SWAGE_ERROR, "cannot write '%s': %s",
                         file->path, strerror(failure));
  }
  swage_file_abandon(file);
  return status;
}

void swage_file_abandon(swage_new_file *file) {
  if (file->stream)
    fclose(file->stream);
  if (file->temporary)
    unlink(file->temporary);
  free(file->temporary);
  free(file->path);
  *file = (swage_new_file){0};
}
