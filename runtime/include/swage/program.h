/*===- program.h - what programs that run models share ----------*- C -*-===*\
|*
|* Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
|*
|* The parts of a command line around a model: inputs from files or at random,
|* outputs to files or the terminal, timing. Emitted executables and the
|* compiler's own commands behave alike because both are made of these.
|*
|* Arrays of tensors have one entry for each input (or output) of the model, in
|* its order; an entry without data has not been given yet. Messages are
|* released with swage_free, and every `error` may be NULL.
|*
\*===--------------------------------------------------------------------===*/
#ifndef SWAGE_PROGRAM_H
#define SWAGE_PROGRAM_H

#include "swage/io.h"
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Inputs ------------------------------------------------------------ */

/* Loads the inputs that `bindings` give as "NAME=FILE", or as "FILE" for a
   model with one input, into `inputs`. A .npy file of a carrier type (see io.h)
   gets the input's type. Whether shapes fit is for swage_session_run to say. */
SWAGE_API swage_status swage_inputs_load(const swage_model *model,
                                         const char *const *bindings,
                                         int32_t num_bindings,
                                         swage_tensor *inputs, char **error);

/* The size of a symbolic dimension; one without a name is called "INPUT.AXIS",
   as in "x.0". */
typedef struct swage_dim_value {
  const char *name;
  int64_t value;
} swage_dim_value;

/* Makes the inputs that have no data, with random values (see
   swage_tensor_fill_random; the state starts with `seed` and goes through these
   inputs in order). A dynamic dimension has the size that `dims` give to it, or
   the size that an input with data has there, or 1; then *note (unless NULL)
   gets a sentence that says so, to release with swage_free, or NULL. */
SWAGE_API swage_status swage_inputs_randomize(const swage_model *model,
                                              const swage_dim_value *dims,
                                              int32_t num_dims, uint64_t seed,
                                              swage_tensor *inputs, char **note,
                                              char **error);

/* Fails with a message that names the inputs that have no data. */
SWAGE_API swage_status swage_inputs_complete(const swage_model *model,
                                             const swage_tensor *inputs,
                                             char **error);

/* Releases the data of `count` tensors. */
SWAGE_API void swage_tensors_release(swage_tensor *tensors, uint32_t count);

/* ---- Outputs ----------------------------------------------------------- */

/* Writes directory/<name>.npy for each output, or <name>.pb for a container,
   '/' and ':' in names becoming '_'. Makes the directory and those above it. */
SWAGE_API swage_status swage_outputs_save(const swage_model *model,
                                          const swage_tensor *outputs,
                                          const char *directory, char **error);

/* Prints a tensor's name, type, shape and first values, and for a matrix of
   class scores the five best classes of its first rows. */
SWAGE_API void swage_tensor_print(FILE *stream, const char *name,
                                  const swage_tensor *tensor);

/* ---- Facts and timing -------------------------------------------------- */

/* Prints the model's name, inputs and outputs. */
SWAGE_API void swage_model_print(FILE *stream, const swage_model *model);

typedef struct swage_timing {
  double min_ms;
  double median_ms;
  double p99_ms;
  double mean_ms;
  int64_t runs;
  int32_t threads;
} swage_timing;

/* Runs the session for about `seconds`, after a tenth as much of warming up;
   each at least once. `outputs` are those of the last run. */
SWAGE_API swage_status swage_session_time(swage_session *session,
                                          const swage_tensor *inputs,
                                          swage_tensor *outputs, double seconds,
                                          swage_timing *timing, char **error);

/* What the calls of one kernel took: in all timed runs together, and in one
   run, the median over the runs. */
typedef struct swage_kernel_time {
  int64_t calls;
  double ms;
  double median_ms;
} swage_kernel_time;

/* The same as swage_session_time, and times each kernel as well: `kernels` has
   an entry for each of the model's. */
SWAGE_API swage_status swage_session_profile(
    swage_session *session, const swage_tensor *inputs, swage_tensor *outputs,
    double seconds, swage_timing *timing, swage_kernel_time *kernels,
    char **error);

/* Prints a line for each kernel, those that take most of a run first: its calls
   in a run, their time, its share of the run, and the rates of arithmetic and
   memory traffic where its costs are known. */
SWAGE_API void swage_profile_print(FILE *stream, const swage_model *model,
                                   const swage_timing *timing,
                                   const swage_kernel_time *kernels);

/* Writes a timing as a JSON object: name, median_ms, min_ms, p99_ms, runs,
   threads; with `kernels` (may be NULL) also the calls and the median ms of
   each kernel in one run. */
SWAGE_API swage_status swage_timing_save(const char *path,
                                         const swage_model *model,
                                         const swage_timing *timing,
                                         const swage_kernel_time *kernels,
                                         char **error);

#ifdef __cplusplus
}
#endif
#endif /* SWAGE_PROGRAM_H */
