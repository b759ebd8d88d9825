/*===- swage.h - compile and run models in your program ---------*- C -*-===*\
|*
|* Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
|*
|* The interface of libswage.so: an ONNX file goes in, and runs in the process
|* that asked for it. Plain C; all functions are thread-safe, except that a
|* module must not be destroyed, nor options be changed, while another thread
|* uses them.
|*
|*   swage_module *module;
|*   char *error;
|*   if (swage_compile_file("model.onnx", NULL, &module, &error))
|*     ...                                          error says what is wrong
|*   swage_tensor input = {x, SWAGE_F32, 2, {1, 784}}, output = {0};
|*   if (swage_module_run(module, &input, &output, NULL, &error))
|*     ...
|*   swage_free(output.data);
|*   swage_module_destroy(module);
|*
|* Where a function fails, *error gets a message to release with swage_free; it
|* is NULL otherwise. Every `error` may be NULL.
|*
\*===--------------------------------------------------------------------===*/
#ifndef SWAGE_SWAGE_H
#define SWAGE_SWAGE_H

#include "swage/artifact.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library, "0.1.0". */
SWAGE_API const char *swage_version(void);

/* ---- Options ----------------------------------------------------------- */

/* How to compile. Options are set by name, so that more of them do not change
   this interface:

     dim        NAME=N       the size of a symbolic dimension; once for each.
                NAME=LOW..HIGH  the sizes that it may have in runs: code is made
                             for these, and others are refused
     threads    N            threads of a run; 0 (default) takes all processors
     opt-level  0..3         3 by default
     target     NAME         as of `swage compile --target`; code for another
                             machine cannot be run, but be written to a file
     backend    NAME         who compiles kernels: auto (by cost, default),
                             llvm, or halide (whatever it can)
     fp         MODE         contract (default), or strict: every operation is
                             rounded as the model has it
     weights-type  TYPE      how f32 weights of products and lookups are
                             stored: f32 (default), or f16 or bf16 at half
                             the size; sums stay f32
     schedules  FILE         backends and schedules by kernel, as of
                             `swage compile --schedules`
     kernel-cache  DIR       where compiled kernels are kept, or "off"; the
                             user's cache folder by default
     weights-at-load  auto|never  which weights a written artifact makes when
                             it is loaded: those that would make its file much
                             larger (auto), or none
     name       IDENTIFIER   what symbols of written artifacts begin with;
                             the model file's name by default
     bitcode    true|false   keep what llvm-ir, bitcode and asm are made from;
                             false by default
     grow-caches true|false  let outputs that begin with an input and grow along
                             one dimension, as a decoder's keys and values do,
                             have that dimension outermost, like the input: a
                             run may then give both the same memory, of which
                             only what is new is written; false by default */
typedef struct swage_compile_options swage_compile_options;

/* NULL when there is no memory. */
SWAGE_API swage_compile_options *swage_compile_options_create(void);
SWAGE_API void swage_compile_options_destroy(swage_compile_options *options);
SWAGE_API swage_status swage_compile_options_set(swage_compile_options *options,
                                                 const char *key,
                                                 const char *value,
                                                 char **error);

/* ---- Compiling --------------------------------------------------------- */

/* A compiled model, loaded and ready to run. */
typedef struct swage_module swage_module;

/* Compiles the model in a file. `options` may be NULL. The result is SWAGE_OK,
   SWAGE_BAD_MODEL, SWAGE_UNSUPPORTED (the message names every node that is) or
   SWAGE_ERROR; but for SWAGE_OK, *module is NULL. */
SWAGE_API swage_status swage_compile_file(const char *path,
                                          const swage_compile_options *options,
                                          swage_module **module, char **error);

/* The same for a model in memory. Weights are used where they lie, so the bytes
   must stay as they are until the module is destroyed. */
SWAGE_API swage_status swage_compile_memory(
    const void *bytes, size_t size, const swage_compile_options *options,
    swage_module **module, char **error);

/* Releases a module that no run is using any more. NULL is allowed. */
SWAGE_API void swage_module_destroy(swage_module *module);

/* ---- Asking ------------------------------------------------------------ */

SWAGE_API uint32_t swage_module_num_inputs(const swage_module *module);
SWAGE_API uint32_t swage_module_num_outputs(const swage_module *module);

/* The name, type and shape of an input or output; NULL where `index` is too
   large. It lives as long as the module. */
SWAGE_API const swage_value_info *swage_module_input(const swage_module *module,
                                                     uint32_t index);
SWAGE_API const swage_value_info *
swage_module_output(const swage_module *module, uint32_t index);

/* All static facts as JSON: signature, sizes, opset, producer, target, ... */
SWAGE_API const char *swage_module_facts(const swage_module *module);

/* Bytes of workspace that a run needs: as many for all sizes of its inputs, if
   these have limits. Where they have none, and where sizes depend on data, a
   run takes more memory, which the module keeps for later runs. */
SWAGE_API uint64_t swage_module_workspace_size(const swage_module *module);

/* ---- Running ----------------------------------------------------------- */

/* Runs the module on the caller's buffers: dense, row-major arrays, one tensor
   for each input and output in their order. Any number of threads may run one
   module at once. An output whose data is NULL is allocated, and then released
   by the caller with swage_free; otherwise its type and dims must be those of
   the result. `workspace` is NULL, or that many bytes as
   swage_module_workspace_size says, aligned to 64. */
SWAGE_API swage_status swage_module_run(const swage_module *module,
                                        const swage_tensor *inputs,
                                        swage_tensor *outputs, void *workspace,
                                        char **error);

/* ---- Generating -------------------------------------------------------- */

/* How a language model continues a text. All zeros: 64 tokens, each the one
   with the highest score. */
typedef struct swage_generation {
  uint64_t max_tokens;        /* new tokens, at most; 0 is 64 */
  const int64_t *stop_tokens; /* the text ends after any of these */
  uint64_t num_stop_tokens;
  double temperature; /* divides the scores before a random choice; 0 takes the
                         highest score */
  uint64_t top_k;     /* choose from so many of the best; 0: all */
  double top_p;       /* choose from the best that have this probability
                         together; 0 and 1: all */
  uint64_t seed;      /* what random choices follow from */
  /* Gets each token as it comes, unless NULL; generation ends where it does not
     return 0. */
  int (*say)(void *user, int64_t token);
  void *user; /* passed to `say` */
} swage_generation;

/* Continues a text of `num_prompt` tokens, at least one, with a module that
   takes tokens and gives the scores of the next one: int64 or int32 [1, length]
   to floats [1, length, vocabulary]. Masks, positions, segments, and keys and
   values of earlier tokens that an output continues are filled in. Compile with
   the option grow-caches to have the latter grow in place, rather than be
   copied for each token. `generation` may be NULL. *tokens gets the new tokens,
   to release with swage_free. SWAGE_UNSUPPORTED: not such a module. */
SWAGE_API swage_status swage_module_generate(
    const swage_module *module, const int64_t *prompt, uint64_t num_prompt,
    const swage_generation *generation, int64_t **tokens, uint64_t *num_tokens,
    char **error);

/* ---- Writing ----------------------------------------------------------- */

/* Writes the model as an artifact: "exe", "shared", "static", "object",
   "header", and with the option bitcode "llvm-ir", "bitcode" or "asm". With
   weights_in_file != 0 weights go to a file beside it. */
SWAGE_API swage_status swage_module_emit(const swage_module *module,
                                         const char *kind, const char *path,
                                         int weights_in_file, char **error);

/* ---- Training ---------------------------------------------------------- */

/* A model and its training: forward, backward and the optimizer's step as one
   compiled function, with the tensors that it changes in place. A trainer is
   for one thread at a time.

   Options beside those above:

     loss        NAME     cross-entropy (default), nll, mse, l1, huber,
                          bce-with-logits or output (the model's own), with
                          numbers behind commas: cross-entropy,smoothing=0.1
     optimizer   NAME     sgd (default), momentum, nesterov, rmsprop, adagrad,
                          adam, adamw, lamb, none for the gradients alone, or
                          model for the training that the model brings, loss
                          and all: adam,beta1=0.8,weight-decay=0.01
     clip-norm   LIMIT    of the norm of all gradients together
     clip-value  LIMIT    of each element of the gradients
     accumulate  N        change parameters in every Nth step only, by the mean
                          of N gradients
     activations-type TYPE  f32, f16 or bf16: how values of the forward pass
                          are kept for the way back; parameters, gradients and
                          arithmetic stay f32
     memory-budget BYTES  that a step may take with parameters and states:
                          values of the forward pass are computed again rather
                          than kept, as far as that needs
     lora        ADAPTERS train low-rank adapters of matrices instead of these:
                          rank=8,alpha=16,targets=PATTERN
     freeze      PATTERN  parameters that stay as they are; once for each
     train-only  PATTERN  the only parameters that are trained */
typedef struct swage_trainer swage_trainer;

SWAGE_API swage_status swage_train_file(const char *path,
                                        const swage_compile_options *options,
                                        swage_trainer **trainer, char **error);
SWAGE_API swage_status swage_train_memory(const void *bytes, size_t size,
                                          const swage_compile_options *options,
                                          swage_trainer **trainer,
                                          char **error);
SWAGE_API void swage_trainer_destroy(swage_trainer *trainer);

/* The inputs of a step: the model's, then the target if the loss has one. */
SWAGE_API uint32_t swage_trainer_num_inputs(const swage_trainer *trainer);
SWAGE_API const swage_value_info *
swage_trainer_input(const swage_trainer *trainer, uint32_t index);

/* What a step changes: parameters by their names in the model, the optimizer's
   states ("NAME.momentum", ..., "step"), and with the optimizer none
   "gradient.NAME". */
SWAGE_API uint32_t swage_trainer_num_tensors(const swage_trainer *trainer);
SWAGE_API const swage_value_info *
swage_trainer_tensor(const swage_trainer *trainer, uint32_t index);
/* Copies the tensor's elements, in the order of the model, out of the trainer
   and into it, between steps. 0 where there is no such name. */
SWAGE_API int32_t swage_trainer_get(const swage_trainer *trainer,
                                    const char *name, void *data);
SWAGE_API int32_t swage_trainer_set(swage_trainer *trainer, const char *name,
                                    const void *data);
/* The trainer's own memory of it, to read and write between steps; NULL where
   there is no such name. *order (may be NULL) becomes NULL where the memory has
   the model's order; otherwise dimension i of the memory is the model's
   dimension (*order)[i]. */
SWAGE_API void *swage_trainer_data(swage_trainer *trainer, const char *name,
                                   const int32_t **order);
/* Bytes of all parameters and states together. */
SWAGE_API uint64_t swage_trainer_state_size(const swage_trainer *trainer);

/* One step with the learning rate `rate`; *loss (may be NULL) is that of the
   batch before it. */
SWAGE_API swage_status swage_trainer_step(swage_trainer *trainer,
                                          const swage_tensor *inputs,
                                          double rate, double *loss,
                                          char **error);

/* The loss as outside of training, and the model's outputs, which are allocated
   (release them with swage_free); `outputs` may be NULL. */
SWAGE_API swage_status swage_trainer_evaluate(swage_trainer *trainer,
                                              const swage_tensor *inputs,
                                              double *loss,
                                              swage_tensor *outputs,
                                              char **error);
SWAGE_API swage_status swage_trainer_num_outputs(swage_trainer *trainer,
                                                 uint32_t *count,
                                                 char **error);

/* Writes all that a step changes, and reads it back: training goes on as if it
   had not been interrupted, bit by bit. */
SWAGE_API swage_status swage_trainer_save(const swage_trainer *trainer,
                                          const char *path, char **error);
SWAGE_API swage_status swage_trainer_load(swage_trainer *trainer,
                                          const char *path, char **error);
/* Writes the model as ONNX with the parameters that it has now. */
SWAGE_API swage_status swage_trainer_export(const swage_trainer *trainer,
                                            const char *path, char **error);

#ifdef __cplusplus
}
#endif
#endif /* SWAGE_SWAGE_H */
