//===- checkpoint.c - named tensors in a file -----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Lines of text, and behind them the tensors' bytes one after the other:
//
//   swage checkpoint 2
//   <bytes of the facts>
//   <facts>
//   <number of tensors>
//   <dtype> <rank> <dims...> <bytes of the name> <name>     for each
//
//===----------------------------------------------------------------------===//
#define _DEFAULT_SOURCE
#include "core/memory.h"
#include "core/message.h"
#include "io/file.h"
#include "training/trainee.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char magic[] = "swage checkpoint 2\n";

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

/// Brings the name that a file just got to the disk. Systems that cannot are
/// none the worse for it.
static void sync_folder(const char *path) {
  char *copy = swage_format("%s", path);
  if (!copy)
    return;
  int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    fsync(folder);
    close(folder);
  }
  free(copy);
}

static void write_contents(FILE *stream, const swage_named_tensor *tensors,
                           uint32_t count, const char *facts) {
  fputs(magic, stream);
  fprintf(stream, "%zu\n%s\n%u\n", strlen(facts), facts, count);
  for (uint32_t i = 0; i < count; ++i) {
    const swage_tensor *tensor = &tensors[i].tensor;
    fprintf(stream, "%d %d", tensor->dtype, tensor->rank);
    for (int32_t dim = 0; dim < tensor->rank; ++dim)
      fprintf(stream, " %" PRId64, tensor->dims[dim]);
    fprintf(stream, " %zu %s\n", strlen(tensors[i].name), tensors[i].name);
  }
  for (uint32_t i = 0; i < count; ++i) {
    size_t size = swage_tensor_bytes(&tensors[i].tensor);
    if (size && fwrite(tensors[i].tensor.data, 1, size, stream) != size)
      return; // the stream remembers
  }
}

swage_status swage_checkpoint_save(const char *path,
                                   const swage_named_tensor *tensors,
                                   uint32_t count, const char *facts,
                                   char **error) {
  if (error)
    *error = NULL;
  swage_new_file file;
  swage_status status = swage_file_begin(path, &file, error);
  if (status)
    return status;
  write_contents(file.stream, tensors, count, facts ? facts : "");
  // On the disk before the name says that it is there.
  if (fflush(file.stream) || ferror(file.stream) ||
      fsync(fileno(file.stream))) {
    status = swage_error(error, SWAGE_ERROR, "cannot write '%s': %s", path,
                         strerror(errno));
    swage_file_abandon(&file);
    return status;
  }
  status = swage_file_commit(&file, error);
  if (!status)
    sync_folder(path);
  return status;
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

/// What is left of a file.
typedef struct reader {
  const char *next;
  size_t left;
} reader;

/// Takes a number and the character behind it.
static bool take_number(reader *reader, char end, int64_t *number) {
  *number = 0;
  size_t digits = 0;
  while (digits < reader->left && reader->next[digits] >= '0' &&
         reader->next[digits] <= '9') {
    if (*number > (INT64_MAX - 9) / 10)
      return false;
    *number = *number * 10 + (reader->next[digits++] - '0');
  }
  if (!digits || digits == reader->left || reader->next[digits] != end)
    return false;
  reader->next += digits + 1;
  reader->left -= digits + 1;
  return true;
}

/// Takes a text of a known length and the end of its line.
static bool take_text(reader *reader, int64_t length, const char **text) {
  if (length < 0 || (uint64_t)length >= reader->left ||
      reader->next[length] != '\n')
    return false;
  *text = reader->next;
  reader->next += length + 1;
  reader->left -= (size_t)length + 1;
  return true;
}

/// A tensor of the file: its name has no end of its own.
typedef struct entry {
  swage_tensor tensor;
  const char *name;
  int64_t name_length;
} entry;

static bool take_entry(reader *reader, entry *entry) {
  int64_t dtype, rank, count;
  if (!take_number(reader, ' ', &dtype) || !take_number(reader, ' ', &rank) ||
      rank > SWAGE_MAX_RANK || dtype > INT32_MAX)
    return false;
  entry->tensor = (swage_tensor){.dtype = (int32_t)dtype};
  entry->tensor.rank = (int32_t)rank;
  for (int64_t i = 0; i < rank; ++i)
    if (!take_number(reader, ' ', &entry->tensor.dims[i]))
      return false;
  size_t size = swage_dtype_size(entry->tensor.dtype);
  return size && swage_count_elements(rank, entry->tensor.dims, size, &count) &&
         take_number(reader, ' ', &entry->name_length) &&
         take_text(reader, entry->name_length, &entry->name);
}

static const swage_named_tensor *find(const swage_named_tensor *tensors,
                                      uint32_t count, const entry *entry) {
  for (uint32_t i = 0; i < count; ++i)
    if (strlen(tensors[i].name) == (size_t)entry->name_length &&
        memcmp(tensors[i].name, entry->name, (size_t)entry->name_length) == 0)
      return &tensors[i];
  return NULL;
}

/// Reads the tensors' lines and gives each tensor the place of its bytes in
/// `places`, which is NULL for all at first.
static swage_status locate(const char *path, reader *reader,
                           const swage_named_tensor *tensors, uint32_t count,
                           entry *entries, int64_t num_entries,
                           const char **places, char **error) {
  static const char advice[] =
      "model, optimizer and frozen parameters must be the same";
  for (int64_t i = 0; i < num_entries; ++i)
    if (!take_entry(reader, &entries[i]))
      return swage_error(error, SWAGE_BAD_MODEL, "%s: is damaged", path);
  for (int64_t i = 0; i < num_entries; ++i) {
    const swage_tensor *held = &entries[i].tensor;
    int length =
        entries[i].name_length < 200 ? (int)entries[i].name_length : 200;
    const swage_named_tensor *own = find(tensors, count, &entries[i]);
    if (!own)
      return swage_error(error, SWAGE_BAD_ARGUMENT,
                         "%s: holds '%.*s', which this training does not have; "
                         "%s",
                         path, length, entries[i].name, advice);
    char theirs[SWAGE_SHAPE_TEXT], ours[SWAGE_SHAPE_TEXT];
    if (!swage_tensor_is_alike(held, &own->tensor))
      return swage_error(
          error, SWAGE_BAD_ARGUMENT, "%s: holds '%s' as %s %s, but it is %s %s",
          path, own->name, swage_dtype_name(held->dtype),
          swage_shape_text(theirs, held->rank, held->dims, NULL),
          swage_dtype_name(own->tensor.dtype),
          swage_shape_text(ours, own->tensor.rank, own->tensor.dims, NULL));
    size_t size = swage_tensor_bytes(held);
    if (size > reader->left)
      return swage_error(error, SWAGE_BAD_MODEL, "%s: is damaged", path);
    places[own - tensors] = reader->next;
    reader->next += size;
    reader->left -= size;
  }
  if (reader->left)
    return swage_error(error, SWAGE_BAD_MODEL, "%s: is damaged", path);
  for (uint32_t i = 0; i < count; ++i)
    if (!places[i])
      return swage_error(error, SWAGE_BAD_ARGUMENT,
                         "%s: does not hold '%s'; %s", path, tensors[i].name,
                         advice);
  return SWAGE_OK;
}

static swage_status read_contents(const char *path, reader *reader,
                                  const swage_named_tensor *tensors,
                                  uint32_t count, char **facts, char **error) {
  if (reader->left < strlen(magic) ||
      memcmp(reader->next, magic, strlen(magic)) != 0)
    return swage_error(error, SWAGE_BAD_MODEL, "%s: is not a checkpoint", path);
  reader->next += strlen(magic);
  reader->left -= strlen(magic);
  const char *text;
  int64_t length, num_entries;
  // No entry is shorter than six characters.
  if (!take_number(reader, '\n', &length) ||
      !take_text(reader, length, &text) ||
      !take_number(reader, '\n', &num_entries) ||
      (uint64_t)num_entries > reader->left / 6 + 1)
    return swage_error(error, SWAGE_BAD_MODEL, "%s: is damaged", path);
  entry *entries = calloc((size_t)num_entries + 1, sizeof *entries);
  const char **places = calloc((size_t)count + 1, sizeof *places);
  swage_status status =
      entries && places
          ? locate(path, reader, tensors, count, entries, num_entries, places,
                   error)
          : swage_error(error, SWAGE_ERROR, "no memory to read '%s'", path);
  if (!status && facts) {
    *facts = swage_format("%.*s", (int)length, text);
    if (!*facts)
      status = swage_error(error, SWAGE_ERROR, "no memory to read '%s'", path);
  }
  // All fits: now things may change.
  for (uint32_t i = 0; !status && i < count; ++i)
    if (swage_tensor_bytes(&tensors[i].tensor))
      memcpy(tensors[i].tensor.data, places[i],
             swage_tensor_bytes(&tensors[i].tensor));
  free(entries);
  free(places);
  return status;
}

swage_status swage_checkpoint_load(const char *path,
                                   const swage_named_tensor *tensors,
                                   uint32_t count, char **facts, char **error) {
  if (facts)
    *facts = NULL;
  if (error)
    *error = NULL;
  unsigned char *bytes;
  size_t size;
  swage_status status = swage_file_read(path, &bytes, &size, error);
  if (status)
    return status;
  reader reader = {(const char *)bytes, size};
  status = read_contents(path, &reader, tensors, count, facts, error);
  swage_free(bytes);
  return status;
}
