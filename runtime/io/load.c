//===- load.c - reading tensor files of either format ---------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "core/message.h"
#include "io/file.h"
#include "io/npy.h"

#include <string.h>

/// Content decides; the name does where the content is neither's.
static bool is_npy(const char *path, const unsigned char *bytes, size_t size) {
  size_t length = strlen(path);
  return (size >= SWAGE_NPY_MAGIC_SIZE &&
          memcmp(bytes, SWAGE_NPY_MAGIC, SWAGE_NPY_MAGIC_SIZE) == 0) ||
         (length >= 4 && strcmp(path + length - 4, ".npy") == 0);
}

swage_status swage_tensor_load(const char *path, swage_tensor *tensor,
                               char **error) {
  if (error)
    *error = NULL;
  *tensor = (swage_tensor){0};
  unsigned char *bytes;
  size_t size;
  swage_status status = swage_file_read(path, &bytes, &size, error);
  if (status)
    return status;
  char *reason = NULL;
  if (is_npy(path, bytes, size))
    status = swage_npy_parse(bytes, size, tensor, &reason);
  else
    status = swage_pb_parse(bytes, size, tensor, NULL, &reason);
  if (status)
    swage_error(error, status, "'%s': %s", path, reason ? reason : "no memory");
  swage_free(reason);
  swage_free(bytes);
  return status;
}
