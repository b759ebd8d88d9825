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

/// A mapping in a line of /proc/self/maps: "begin-end flags offset device inode
/// path\n".
typedef struct {
  uintmax_t begin, end;
  char flags[5];    // "r-xp"
  const char *path; // NULL: of no file
} mapping;

/// Reads the line of the mapping that contains `address`. Returns the line,
/// which `found` points into, to be freed; NULL where there is none (other
/// systems).
static char *find_mapping(const void *address, mapping *found) {
  FILE *maps = fopen("/proc/self/maps", "re");
  if (!maps)
    return NULL;
  uintptr_t wanted = (uintptr_t)address;
  char *line = NULL;
  size_t capacity = 0;
  bool is_found = false;
  while (!is_found && getline(&line, &capacity, maps) > 0)
    is_found = sscanf(line, "%jx-%jx %4s", &found->begin, &found->end,
                      found->flags) == 3 &&
               wanted >= found->begin && wanted < found->end;
  fclose(maps);
  if (!is_found) {
    free(line);
    return NULL;
  }
  line[strcspn(line, "\n")] = 0;
  found->path = strchr(line, '/');
  return line;
}

/// `name` in the folder of the executable or library that contains `address`;
/// just `name` where that is unknown (code made in memory, other systems). To
/// be freed; NULL when memory is exhausted.
static char *beside_artifact(const void *address, const char *name) {
  mapping found;
  char *line = find_mapping(address, &found);
  const char *slash = line && found.path ? strrchr(found.path, '/') : NULL;
  char *path = slash ? swage_format("%.*s/%s", (int)(slash - found.path),
                                    found.path, name)
                     : swage_format("%s", name);
  free(line);
  return path;
}

/// How many of `size` bytes at `data` are pages of a file that nobody can
/// write.
static size_t count_file_backed(const void *data, uint64_t size) {
  mapping found;
  char *line = find_mapping(data, &found);
  if (!line)
    return 0;
  bool is_file =
      found.path && strchr(found.flags, 'p') && !strchr(found.flags, 'w');
  free(line);
  uint64_t most = found.end - (uintptr_t)data;
  return is_file ? (size_t)(size < most ? size : most) : 0;
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
    void *mapped = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
    if (mapped == MAP_FAILED) {
      status = swage_error(error, SWAGE_ERROR, "cannot map '%s': %s", path,
                           strerror(errno));
    } else {
      madvise(mapped, size, MADV_WILLNEED);
      *weights = (swage_weights){mapped, mapped, size, size};
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
    // Asked for only where it is of use.
    if (model->num_prepared)
      weights->file_backed =
          count_file_backed(model->weights, model->weights_size);
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

void swage_weights_give_back(const swage_weights *weights) {
  long page = sysconf(_SC_PAGESIZE);
  if (!weights->file_backed || page <= 0)
    return;
  // Whole pages only: at the ends there may be something else.
  uintptr_t size = (uintptr_t)page, data = (uintptr_t)weights->data;
  uintptr_t begin = (data + size - 1) / size * size;
  uintptr_t end = (data + weights->file_backed) / size * size;
  if (begin < end)
    madvise((void *)begin, end - begin, MADV_DONTNEED);
}

void swage_weights_close(swage_weights *weights) {
  if (weights->mapping)
    munmap(weights->mapping, weights->mapped_size);
  *weights = (swage_weights){0};
}
