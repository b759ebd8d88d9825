//===- load.c - reading tensor files of either format ---------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "core/message.h"
#include "io/file.h"
#include "io/npy.h"

#include <string.h>

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
  if (size >= SWAGE_NPY_MAGIC_SIZE &&
      memcmp(bytes, SWAGE_NPY_MAGIC, SWAGE_NPY_MAGIC_SIZE) == 0)
    status = swage_npy_parse(bytes, size, tensor, &reason);
  else
    status = swage_pb_parse(bytes, size, tensor, NULL, &reason);
  if (status)
    swage_error(error, status, "'%s': %s", path, reason ? reason : "no memory");
  swage_free(reason);
  swage_free(bytes);
  return status;
}
