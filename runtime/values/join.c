//===- join.c - tensors joined and cut ------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Whole sequences at once, whose tensors have sizes that only a run knows.
//
//===----------------------------------------------------------------------===//
#include "values/value.h"

#include <inttypes.h>
#include <string.h>

/// Bytes of the dimensions [first, rank) of a tensor.
static size_t block_bytes(const swage_tensor *tensor, int64_t first) {
  size_t bytes = swage_value_element_size(tensor->dtype);
  for (int64_t i = first; i < tensor->rank; ++i)
    bytes *= (size_t)tensor->dims[i];
  return bytes;
}

/// How often such a block is there.
static int64_t count_blocks(const swage_tensor *tensor, int64_t first) {
  int64_t count = 1;
  for (int64_t i = 0; i < first; ++i)
    count *= tensor->dims[i];
  return count;
}

/// Whether two tensors can be joined: they differ in `axis` at most.
static bool fit(const swage_tensor *a, const swage_tensor *b, int64_t axis) {
  bool same = a->dtype == b->dtype && a->rank == b->rank;
  for (int64_t i = 0; i < a->rank && same; ++i)
    same = i == axis || a->dims[i] == b->dims[i];
  return same;
}

int64_t swage_rt_sequence_concat(swage_exec *exec, int64_t handle, int64_t axis,
                                 int64_t new_axis) {
  const swage_value *sequence = swage_value_of(handle);
  int64_t count = sequence->tensor.dims[0];
  if (count == 0)
    swage_value_fail(exec, "the tensors of an empty sequence cannot be joined");
  const swage_value *const *items = sequence->shared->at;
  const swage_tensor *first = &items[0]->tensor;
  int64_t dims[SWAGE_MAX_RANK + 1], rank = first->rank + (new_axis != 0);
  for (int64_t i = 0, from = 0; i < rank; ++i)
    dims[i] = new_axis && i == axis ? count : first->dims[from++];
  if (axis >= rank)
    swage_value_fail(exec,
                     "tensors of %d dimensions cannot be joined along axis "
                     "%" PRId64,
                     first->rank, axis);
  for (int64_t i = 1; i < count; ++i) {
    const swage_tensor *next = &items[i]->tensor;
    if (!fit(first, next, new_axis ? -1 : axis)) {
      char left[SWAGE_SHAPE_TEXT], right[SWAGE_SHAPE_TEXT];
      swage_value_fail(
          exec,
          "tensors of shapes %s and %s cannot be joined along axis %" PRId64,
          swage_shape_text(left, first->rank, first->dims, NULL),
          swage_shape_text(right, next->rank, next->dims, NULL), axis);
    }
    if (!new_axis)
      dims[axis] += next->dims[axis];
  }
  swage_value *joined =
      swage_value_create(exec, first->dtype, (int32_t)rank, dims);
  unsigned char *to = joined->tensor.data;
  int64_t blocks = count_blocks(first, axis);
  for (int64_t block = 0; block < blocks; ++block)
    for (int64_t i = 0; i < count; ++i) {
      size_t bytes = block_bytes(&items[i]->tensor, axis);
      const unsigned char *from = items[i]->tensor.data;
      if (bytes)
        memcpy(to, from + (size_t)block * bytes, bytes);
      to += bytes;
    }
  return swage_handle_of(joined);
}

/// A number in a tensor of i32 or i64.
static int64_t integer_at(const swage_tensor *tensor, int64_t index) {
  return tensor->dtype == SWAGE_I32 ? ((const int32_t *)tensor->data)[index]
                                    : ((const int64_t *)tensor->data)[index];
}

/// The part [begin, begin + size) of a tensor along an axis.
static int64_t cut(swage_exec *exec, const swage_tensor *tensor, int64_t axis,
                   int64_t begin, int64_t size, bool keep) {
  int64_t dims[SWAGE_MAX_RANK];
  int32_t rank = 0;
  for (int64_t i = 0; i < tensor->rank; ++i)
    if (i != axis || keep)
      dims[rank++] = i == axis ? size : tensor->dims[i];
  swage_value *piece = swage_value_create(exec, tensor->dtype, rank, dims);
  size_t row = block_bytes(tensor, axis + 1);
  size_t stride = row * (size_t)tensor->dims[axis];
  const unsigned char *from =
      (const unsigned char *)tensor->data + (size_t)begin * row;
  unsigned char *to = piece->tensor.data;
  int64_t blocks = count_blocks(tensor, axis);
  for (int64_t i = 0; i < blocks && row * (size_t)size; ++i) {
    memcpy(to, from, row * (size_t)size);
    to += row * (size_t)size;
    from += stride;
  }
  return swage_handle_of(piece);
}

int64_t swage_rt_sequence_split(swage_exec *exec, int64_t handle,
                                int64_t split_handle, int64_t axis,
                                int64_t keep_dims) {
  const swage_tensor *tensor = &swage_value_of(handle)->tensor;
  const swage_tensor *split = &swage_value_of(split_handle)->tensor;
  int64_t size = tensor->dims[axis], begin = 0;
  int64_t result = swage_rt_sequence_empty(exec);
  bool is_list = split->rank == 1;
  for (int64_t i = 0; is_list ? i < split->dims[0] : begin < size; ++i) {
    int64_t piece = integer_at(split, is_list ? i : 0);
    if (piece < 0 || (piece == 0 && !is_list))
      swage_value_fail(exec, "a tensor cannot be cut into pieces of %" PRId64,
                       piece);
    if (!is_list && piece > size - begin)
      piece = size - begin;
    if (piece > size - begin)
      break;
    int64_t part = cut(exec, tensor, axis, begin, piece, keep_dims != 0);
    result = swage_rt_sequence_insert(exec, result, part, 0, 0);
    begin += piece;
  }
  if (begin != size ||
      (is_list && swage_rt_sequence_length(exec, result) != split->dims[0]))
    swage_value_fail(exec,
                     "the sizes of the pieces do not add up to the %" PRId64
                     " places of axis %" PRId64,
                     size, axis);
  return result;
}
