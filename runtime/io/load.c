//===- load.c - reading tensor files of either format ---------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "core/dtype.h"
#include "core/message.h"
#include "io/file.h"
#include "io/npy.h"

#include <stdbool.h>
#include <string.h>

/// Content decides; the name does where the content is neither's.
static bool is_npy(const char *path, const unsigned char *bytes, size_t size) {
  size_t length = strlen(path);
  return (size >= SWAGE_NPY_MAGIC_SIZE &&
          memcmp(bytes, SWAGE_NPY_MAGIC, SWAGE_NPY_MAGIC_SIZE) == 0) ||
         (length >= 4 && strcmp(path + length - 4, ".npy") == 0);
}

/// Reads a file; `info` is NULL where any tensor will do.
static swage_status load(const char *path, const swage_value_info *info,
                         swage_tensor *value, char **error) {
  if (error)
    *error = NULL;
  *value = (swage_tensor){0};
  unsigned char *bytes;
  size_t size;
  swage_status status = swage_file_read(path, &bytes, &size, error);
  if (status)
    return status;
  char *reason = NULL;
  bool is_container = info && swage_is_container(info->dtype);
  if (!is_npy(path, bytes, size))
    status = is_container
                 ? swage_pb_parse_value(bytes, size, info, value, &reason)
                 : swage_pb_parse(bytes, size, value, NULL, &reason);
  else if (!is_container)
    status = swage_npy_parse(bytes, size, value, &reason);
  else
    status = swage_error(
        &reason, SWAGE_BAD_ARGUMENT,
        "a .npy file cannot hold %s; give an ONNX %s (.pb)",
        info->dtype == SWAGE_SEQUENCE ? "a sequence" : "an optional",
        info->dtype == SWAGE_SEQUENCE ? "SequenceProto" : "OptionalProto");
  if (status)
    swage_error(error, status, "'%s': %s", path, reason ? reason : "no memory");
  swage_free(reason);
  swage_free(bytes);
  return status;
}

swage_status swage_tensor_load(const char *path, swage_tensor *tensor,
                               char **error) {
  return load(path, NULL, tensor, error);
}

swage_status swage_value_load(const char *path, const swage_value_info *info,
                              swage_tensor *value, char **error) {
  return load(path, info, value, error);
}
