/*===- values.h - strings and containers of a run ---------------*- C -*-===*\
|*
|* Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
|*
|* What generated code calls for values that are no plain tensors. A value of a
|* run is an integer, its handle: the address of a tensor or sequence that the
|* run owns, or 0 for the element of an optional that has none. Values never
|* change. They are made on the thread of the model's entry alone, and taken
|* back when the run ends.
|*
|* In a tensor, a string is the address of its swage_string; 0 is the empty one.
|*
\*===----------------------------------------------------------------------===*/
#ifndef SWAGE_VALUES_H
#define SWAGE_VALUES_H

#include "swage/artifact.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Across the border --------------------------------------------------- */

/* The value of an input, and a value as the output `index`. */
SWAGE_API int64_t swage_rt_input_value(swage_exec *exec, int64_t index);
SWAGE_API void swage_rt_output_value(swage_exec *exec, int64_t index,
                                     int64_t value);

/* A copy of a tensor as a value. */
SWAGE_API int64_t swage_rt_box(swage_exec *exec, int64_t dtype, int64_t rank,
                               const int64_t *dims, const void *data);
/* The tensor of a value, not to be written. Fails the run unless it has that
   type and those dims, where they are not negative. */
SWAGE_API const swage_tensor *swage_rt_unbox(swage_exec *exec, int64_t value,
                                             int64_t dtype, int64_t rank,
                                             const int64_t *dims);

/* ---- Containers ---------------------------------------------------------- */

/* Positions count from the end when they are negative; without `has_position`
   it is the end. One that is outside fails the run. */
SWAGE_API int64_t swage_rt_sequence_empty(swage_exec *exec);
SWAGE_API int64_t swage_rt_sequence_insert(swage_exec *exec, int64_t sequence,
                                           int64_t tensor, int64_t position,
                                           int64_t has_position);
SWAGE_API int64_t swage_rt_sequence_erase(swage_exec *exec, int64_t sequence,
                                          int64_t position,
                                          int64_t has_position);
SWAGE_API int64_t swage_rt_sequence_at(swage_exec *exec, int64_t sequence,
                                       int64_t position);
SWAGE_API int64_t swage_rt_sequence_length(swage_exec *exec, int64_t sequence);
/* The tensors joined along an axis, or stacked along a new one. */
SWAGE_API int64_t swage_rt_sequence_concat(swage_exec *exec, int64_t sequence,
                                           int64_t axis, int64_t new_axis);
/* A tensor cut along an axis into pieces of the size or sizes in `split`;
   without `keep_dims`, into single places whose axis is dropped. */
SWAGE_API int64_t swage_rt_sequence_split(swage_exec *exec, int64_t tensor,
                                          int64_t split, int64_t axis,
                                          int64_t keep_dims);
/* The map from keys to the values at the same places, both vectors, and its
   keys (part 0) or values (part 1) in the order of keys. */
SWAGE_API int64_t swage_rt_map(swage_exec *exec, int64_t keys, int64_t values);
SWAGE_API int64_t swage_rt_map_part(swage_exec *exec, int64_t map,
                                    int64_t part);
/* The same value; fails the run if there is none. */
SWAGE_API int64_t swage_rt_optional_get(swage_exec *exec, int64_t value);

/* ---- Strings --------------------------------------------------------------
 */

/* These are called like kernels, on dense tensors, but `dims` are all sizes of
   all operands. Strings, counts and places are i64, booleans and characters
   bytes. A table of strings is bytes: as i64, their number and the place where
   each begins, and where the last ends, among the characters, which follow. */

/* (table) -> strings */
SWAGE_API void swage_rt_string_constants(swage_exec *exec, void *const *buffers,
                                         const int64_t *dims);
/* (left, right) -> strings; (left, right) -> booleans */
SWAGE_API void swage_rt_string_concat(swage_exec *exec, void *const *buffers,
                                      const int64_t *dims);
SWAGE_API void swage_rt_string_equal(swage_exec *exec, void *const *buffers,
                                     const int64_t *dims);
/* (strings, delimiter, greatest number of cuts) -> numbers of pieces of each,
   the greatest of them; then, of that width, -> rows of pieces */
SWAGE_API void swage_rt_string_split_count(swage_exec *exec,
                                           void *const *buffers,
                                           const int64_t *dims);
SWAGE_API void swage_rt_string_split(swage_exec *exec, void *const *buffers,
                                     const int64_t *dims);
/* (strings, table of stop words, {1 for lower case or 2 for upper, whether
   case counts}) -> the number of strings that stay; then -> these */
SWAGE_API void swage_rt_string_normalize_count(swage_exec *exec,
                                               void *const *buffers,
                                               const int64_t *dims);
SWAGE_API void swage_rt_string_normalize(swage_exec *exec, void *const *buffers,
                                         const int64_t *dims);
/* (strings, table of sorted keys, place of each key) -> places, -1 if none */
SWAGE_API void swage_rt_string_find(swage_exec *exec, void *const *buffers,
                                    const int64_t *dims);
/* (strings) -> for each how many of them come before it */
SWAGE_API void swage_rt_string_rank(swage_exec *exec, void *const *buffers,
                                    const int64_t *dims);
/* (strings) -> numbers */
SWAGE_API void swage_rt_string_to_f64(swage_exec *exec, void *const *buffers,
                                      const int64_t *dims);
SWAGE_API void swage_rt_string_to_i64(swage_exec *exec, void *const *buffers,
                                      const int64_t *dims);
SWAGE_API void swage_rt_string_to_u64(swage_exec *exec, void *const *buffers,
                                      const int64_t *dims);
/* (numbers, their dtype) -> strings */
SWAGE_API void swage_rt_string_from_number(swage_exec *exec,
                                           void *const *buffers,
                                           const int64_t *dims);
/* (strings, pattern) -> booleans. Not part of the C runtime: see
   runtime/regex. */
SWAGE_API void swage_rt_regex_full_match(swage_exec *exec, void *const *buffers,
                                         const int64_t *dims);

/* ---- Images ---------------------------------------------------------------
 */

/* (encoded bytes) -> {height, width}; then, with {0 for red, green and blue, 1
   for blue, green and red, 2 for gray}, -> [height, width, channels]. Bytes
   that cannot be decoded fail the run. Not part of the C runtime: see
   runtime/image. */
SWAGE_API void swage_rt_image_size(swage_exec *exec, void *const *buffers,
                                   const int64_t *dims);
SWAGE_API void swage_rt_image_decode(swage_exec *exec, void *const *buffers,
                                     const int64_t *dims);

#ifdef __cplusplus
}
#endif
#endif /* SWAGE_VALUES_H */
