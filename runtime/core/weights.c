//===- weights.c - a model's constants in memory --------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#define _DEFAULT_SOURCE // madvise
#include "core/weights.h"

#include "core/message.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/// The path of the mapped file that contains `address`, in a line of
/// /proc/self/maps: "begin-end flags offset device inode   path\n".
static const char *path_in_line(char *line, uintptr_t address) {
  uintmax_t begin, end;
  if (sscanf(line, "%jx-%jx", &begin, &end) != 2 || address < begin ||
      address >= end)
    return NULL;
  line[strcspn(line, "\n")] = 0;
  return strchr(line, '/');
}

/// `name` in the folder of the executable or library that contains `address`;
/// just `name` where that is unknown (code made in memory, other systems). To
/// be freed; NULL when memory is exhausted.
static char *beside_artifact(const void *address, const char *name) {
  char *found = NULL;
  FILE *maps = fopen("/proc/self/maps", "re");
  char *line = NULL;
  size_t capacity = 0;
  while (maps && !found && getline(&line, &capacity, maps) > 0) {
    const char *path = path_in_line(line, (uintptr_t)address);
    const char *slash = path ? strrchr(path, '/') : NULL;
    if (slash)
      found = swage_format("%.*s/%s", (int)(slash - path), path, name);
  }
  free(line);
  if (maps)
    fclose(maps);
  return found ? found : swage_format("%s", name);
}

static swage_status map_file(const char *path, uint64_t size,
                             swage_weights *weights, char **error) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return swage_error(error, SWAGE_ERROR, "cannot open weights file '%s': %s",
                       path, strerror(errno));
  struct stat facts;
  swage_status status = SWAGE_OK;
  if (fstat(file, &facts) || facts.st_size < 0 ||
      (uint64_t)facts.st_size != size) {
    status = swage_error(error, SWAGE_BAD_MODEL,
                         "weights file '%s' has %jd bytes, but the model needs "
                         "%" PRIu64 "; it belongs to another model or is "
                         "truncated",
                         path, (intmax_t)facts.st_size, size);
  } else if (size) {
    void *mapping = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
    if (mapping == MAP_FAILED) {
      status = swage_error(error, SWAGE_ERROR, "cannot map '%s': %s", path,
                           strerror(errno));
    } else {
      madvise(mapping, size, MADV_WILLNEED);
      *weights = (swage_weights){mapping, mapping, size};
    }
  }
  close(file);
  return status;
}

swage_status swage_weights_open(const swage_model *model, const char *path,
                                swage_weights *weights, char **error) {
  *weights = (swage_weights){0};
  if (!path && model->weights) {
    weights->data = model->weights;
    return SWAGE_OK;
  }
  if (path)
    return map_file(path, model->weights_size, weights, error);
  if (!model->weights_file) {
    if (model->weights_size == 0)
      return SWAGE_OK;
    return swage_error(error, SWAGE_BAD_MODEL,
                       "model '%s' has neither weights nor a weights file",
                       model->name);
  }
  if (model->weights_file[0] == '/')
    return map_file(model->weights_file, model->weights_size, weights, error);
  char *beside = beside_artifact(model, model->weights_file);
  if (!beside)
    return swage_error(error, SWAGE_ERROR, "no memory");
  swage_status status = map_file(beside, model->weights_size, weights, error);
  free(beside);
  return status;
}

void swage_weights_close(swage_weights *weights) {
  if (weights->mapping)
    munmap(weights->mapping, weights->mapped_size);
  *weights = (swage_weights){0};
}
