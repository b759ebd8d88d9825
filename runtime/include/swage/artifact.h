/*===- artifact.h - what an emitted model offers and needs ------*- C -*-===*\
|*
|* Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
|*
|* The binary interface between compiled models, the runtime that executes
|* them, and the programs that load them. It is plain C, versioned, free of
|* global state, and shared by executables, libraries and the JIT.
|*
|*   swage_model    static facts and the entry point, emitted by the compiler
|*   swage_session  one loaded model: its constants' addresses and its threads
|*   swage_exec     one run in flight; what generated code gets as its context
|*
\*===----------------------------------------------------------------------===*/
#ifndef SWAGE_ARTIFACT_H
#define SWAGE_ARTIFACT_H

#include "swage/tensor.h"
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SWAGE_ABI_VERSION 6

typedef enum swage_status {
  SWAGE_OK = 0,
  SWAGE_ERROR = 1,       /* everything that has no code of its own */
  SWAGE_BAD_MODEL = 2,   /* a model, weights or tensor file is not valid */
  SWAGE_UNSUPPORTED = 3, /* valid, but this compiler cannot take it */
  SWAGE_BAD_ARGUMENT = 4 /* a tensor does not match the signature */
} swage_status;

typedef struct swage_exec swage_exec;
typedef struct swage_session swage_session;
typedef struct swage_pool swage_pool;
typedef struct swage_profile swage_profile;

/* One input or output of a model. A dimension that is not known before the run
   is -1 in `dims`; `dim_names` gives its symbolic name or NULL, and
   `dim_ranges`, which may be NULL, the least and the greatest size that it may
   have, -1 for no limit. `rank` is -1 where an element of a container may have
   any number of dimensions. */
typedef struct swage_value_info {
  const char *name;
  int32_t dtype;
  int32_t rank;
  const int64_t *dims;
  const char *const *dim_names;
  const struct swage_value_info *element; /* of a container, two of a map: keys
                                             and values; NULL for tensors */
  const int64_t *dim_ranges; /* of dimension i at 2 i and 2 i + 1 */
} swage_value_info;

/* One kernel of a model, and what a call of it costs: arithmetic operations,
   and bytes read and written; -1 where only a run knows. */
typedef struct swage_kernel_info {
  const char *name;
  int64_t flops;
  int64_t bytes;
} swage_kernel_info;

/* The static facts of a compiled model, readable without running it. */
typedef struct swage_model {
  uint32_t abi_version; /* SWAGE_ABI_VERSION of the compiler */
  uint32_t num_inputs;
  uint32_t num_outputs;
  uint32_t num_constants;
  const char *name;
  const char *metadata; /* JSON: opset, producer, options, target, hash */
  const swage_value_info *inputs;
  const swage_value_info *outputs;
  const uint64_t *constant_offsets; /* bytes from the start of the weights */
  const unsigned char *weights;     /* NULL when they live in a file */
  uint64_t weights_size;    /* bytes; a weights file has exactly as many */
  const char *weights_file; /* NULL when embedded; relative to the artifact */
  uint64_t arena_size;      /* bytes of workspace a run needs, at most */
  int32_t (*entry)(swage_exec *exec);
  uint64_t num_kernels; /* 0 where calls of kernels are not told apart */
  const swage_kernel_info *kernels;
  uint64_t num_prepared;  /* the last of the constants, which `prepare` makes */
  uint64_t prepared_size; /* bytes of memory for them; their constant_offsets
                             count from its start */
  int32_t (*prepare)(swage_exec *exec); /* runs once a session; NULL where there
                                           is nothing to make */
} swage_model;

/* ---- What generated code calls ------------------------------------------- */
/* For strings and containers there is more in swage/values.h. */

/* A slice [begin, end) of a parallel loop. */
typedef void (*swage_task)(swage_exec *exec, void *data, int64_t begin,
                           int64_t end);

/* The prefix of swage_exec that generated code reads directly. All threads of
   a run see the same one. */
struct swage_exec {
  const void *const *constants; /* address of each constant; `prepare` writes
                                   those that it makes, all else only reads */
  unsigned char *arena;         /* model->arena_size bytes, 64-byte aligned */
  const swage_tensor *inputs;   /* model->num_inputs, checked */
  swage_tensor *outputs;        /* model->num_outputs */
  swage_session *session;
  swage_pool *pool; /* NULL runs everything on this thread */
  char *error;      /* first error message of the run, or NULL */
  swage_profile *profile; /* NULL: calls of kernels are not timed */
};

/* How a run fails: swage_rt_fail, and each of the functions below when it finds
   a failure, records the message and leaves the run. Control goes back to
   swage_session_run (from a slice of a parallel loop: once the other threads
   have left the loop), past the frames of generated code, which therefore may
   hold nothing but memory of swage_rt_alloc: the run takes that back. */

/* Runs task over [0, count) in slices that begin at multiples of `grain` and
   have at least `grain` iterations, on this thread and the pool's. Returns when
   all are done. Nested calls run inline. */
SWAGE_API void swage_rt_parallel_for(swage_exec *exec, swage_task task,
                                     void *data, int64_t count, int64_t grain);

/* The same for code from Halide: task runs one iteration, first <= i < first +
   count, and gives 0. Gives 0: a failure leaves the run. */
typedef int32_t (*swage_halide_task)(swage_exec *exec, int32_t i,
                                     uint8_t *closure);
SWAGE_API int32_t swage_rt_halide_par_for(swage_exec *exec,
                                          swage_halide_task task, int32_t first,
                                          int32_t count, uint8_t *closure);

/* Scratch memory of a run, 64-byte aligned; any thread of the run may call, and
   may free what another allocated. A request that fails fails the run, never
   returns NULL. What is not freed is taken back when the run ends. The session
   keeps the memory for its next runs. */
SWAGE_API void *swage_rt_alloc(swage_exec *exec, int64_t bytes);
SWAGE_API void swage_rt_free(swage_exec *exec, void *memory);

/* The buffer of output `index`, whose shape is now known: the caller's when it
   gave one, newly allocated otherwise. A caller's buffer of another shape fails
   the run. Not to be called from parallel slices. */
SWAGE_API void *swage_rt_output(swage_exec *exec, int64_t index, int64_t rank,
                                const int64_t *dims);

/* Fails the run: `message` (copied) becomes its error, unless another thread
   was first. Does not return. */
SWAGE_API void swage_rt_fail(swage_exec *exec, const char *message);

/* The same, for sizes that do not agree: the message is `message`, a colon and
   `count` shapes. `shapes` holds the rank of each and then its sizes. */
SWAGE_API void swage_rt_fail_shapes(swage_exec *exec, const char *message,
                                    int64_t count, const int64_t *shapes);

/* A compiled kernel: `buffers` are the first elements of its operands. `dims`
   are what was unknown at compile time, operand by operand: its sizes,
   outermost first, then, for an operand that is not known to be row-major, its
   strides in elements. */
typedef void (*swage_kernel)(swage_exec *exec, void *const *buffers,
                             const int64_t *dims);

/* Calls a kernel. Where exec->profile is not NULL, the time that it takes is
   added to that of model->kernels[index]. */
SWAGE_API void swage_rt_call(swage_exec *exec, int64_t index,
                             swage_kernel kernel, void *const *buffers,
                             const int64_t *dims);

/* Gives the memory of the model's weights back to the system where they are
   pages of a file, which are read again when they are needed. For `prepare`,
   after each kernel: what a constant is made from is often not read again. */
SWAGE_API void swage_rt_release_weights(swage_exec *exec);

/* ---- What programs call ------------------------------------------------ */

typedef struct swage_session_options {
  int32_t num_threads;      /* 0: as many as the machine has processors */
  const char *weights_path; /* overrides model->weights_file; may be NULL */
} swage_session_options;

/* Loads a model. On failure *session is NULL and *error (may be NULL) gets a
   message to release with swage_free. `options` may be NULL. The model's facts
   must outlive the session. A relative model->weights_file is looked for in the
   folder of the executable or library that contains `model`. */
SWAGE_API swage_status swage_session_create(
    const swage_model *model, const swage_session_options *options,
    swage_session **session, char **error);

/* Releases a session that no run is using any more. NULL is allowed. */
SWAGE_API void swage_session_destroy(swage_session *session);

/* Runs the model; any number of threads may run one session at once. Inputs
   are checked against the signature. An output whose `data` is NULL is
   allocated (release it with swage_free); otherwise its dtype and dims must be
   those of the result. Strings and containers are always allocated. On failure
   the outputs allocated so far are released. `workspace` may be NULL, else it
   holds model->arena_size bytes aligned to 64. On failure *error (may be NULL)
   gets a message to release with swage_free. */
SWAGE_API swage_status swage_session_run(swage_session *session,
                                         const swage_tensor *inputs,
                                         swage_tensor *outputs, void *workspace,
                                         char **error);

/* What the typed functions of a generated header call. The session of a model
   is in *session, NULL at first: the first run makes it, unloading destroys it.
   Inputs and outputs are the data of tensors as the signature has them. */
SWAGE_API int32_t swage_typed_run(const swage_model *model,
                                  swage_session **session,
                                  const void *const *inputs,
                                  void *const *outputs, void *workspace);
SWAGE_API void swage_typed_unload(swage_session **session);
/* Why the last typed run of this thread failed. Never NULL. */
SWAGE_API const char *swage_typed_error(void);

/* Releases outputs and messages that the runtime allocated. NULL is allowed. */
SWAGE_API void swage_free(void *memory);

/* Bytes of one element of a dtype; 0 for strings, containers and unknown
   types. */
SWAGE_API size_t swage_dtype_size(int32_t dtype);
/* The name of a dtype as in "float32"; never NULL. */
SWAGE_API const char *swage_dtype_name(int32_t dtype);

#ifdef __cplusplus
}
#endif
#endif /* SWAGE_ARTIFACT_H */
