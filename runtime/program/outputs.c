//===- outputs.c - outputs to files ---------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#define _POSIX_C_SOURCE 200809L
#include "core/dtype.h"
#include "core/message.h"
#include "swage/program.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/// Makes the directory `path` and those above it.
static swage_status make_directory(const char *path, char **error) {
  char *prefix = swage_format("%s", path);
  if (!prefix)
    return swage_error(error, SWAGE_ERROR, "no memory");
  bool last = false;
  int failure = 0;
  for (char *at = prefix + (*prefix == '/'); !last; ++at) {
    at += strcspn(at, "/");
    last = *at == 0;
    *at = 0;
    failure = mkdir(prefix, 0777) == 0 || errno == EEXIST ? 0 : errno;
    if (!last)
      *at = '/';
    // One that cannot be made may be there: what counts is the last.
  }
  struct stat facts;
  if (stat(path, &facts) == 0)
    failure = S_ISDIR(facts.st_mode) ? 0 : ENOTDIR;
  free(prefix);
  if (failure)
    return swage_error(error, SWAGE_ERROR, "cannot make directory '%s': %s",
                       path, strerror(failure));
  return SWAGE_OK;
}

static char *file_name(const char *directory, const char *output,
                       bool is_container) {
  char *name =
      swage_format("%s/%s.%s", directory, output, is_container ? "pb" : "npy");
  if (!name)
    return NULL;
  for (char *at = name + strlen(directory) + 1; *at; ++at)
    if (*at == '/' || *at == ':')
      *at = '_';
  return name;
}

/// Two outputs must not become one file.
static swage_status check_names(const swage_model *model, char **error) {
  for (uint32_t i = 0; i < model->num_outputs; ++i)
    for (uint32_t j = 0; j < i; ++j) {
      const char *a = model->outputs[i].name, *b = model->outputs[j].name;
      while (*a && (*a == *b || (strchr("/:_", *a) && *b && strchr("/:_", *b))))
        ++a, ++b;
      if (*a == *b)
        return swage_error(error, SWAGE_ERROR,
                           "outputs '%s' and '%s' would get the same file",
                           model->outputs[j].name, model->outputs[i].name);
    }
  return SWAGE_OK;
}

swage_status swage_outputs_save(const swage_model *model,
                                const swage_tensor *outputs,
                                const char *directory, char **error) {
  if (error)
    *error = NULL;
  swage_status status = check_names(model, error);
  if (!status)
    status = make_directory(directory, error);
  for (uint32_t i = 0; i < model->num_outputs && !status; ++i) {
    bool is_container = swage_is_container(outputs[i].dtype);
    char *path = file_name(directory, model->outputs[i].name, is_container);
    if (!path)
      return swage_error(error, SWAGE_ERROR, "no memory");
    status = is_container ? swage_pb_save(path, &outputs[i], error)
                          : swage_npy_save(path, &outputs[i], error);
    free(path);
  }
  return status;
}
