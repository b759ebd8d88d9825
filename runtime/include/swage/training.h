/*===- training.h - compiled trainings --------------------------*- C -*-===*\
|*
|* Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
|*
|* The training of a model in an artifact: its functions, and the tensors that
|* they share. Three functions are compiled from one model:
|*
|*   step        (batch, rate, slots) -> (loss, slots)
|*   evaluation  (batch, slots)       -> (loss, outputs)
|*   prediction  (batch, slots)       -> (outputs)
|*
|* A slot is a tensor that a step changes in place: a parameter, or a state of
|* the optimizer. The batch consists of the model's inputs and, where the loss
|* has one, the target.
|*
\*===--------------------------------------------------------------------===*/
#ifndef SWAGE_TRAINING_H
#define SWAGE_TRAINING_H

#include "swage/artifact.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum swage_slot_kind {
  SWAGE_SLOT_PARAMETER = 0, /* named as in the model */
  SWAGE_SLOT_STATE = 1,     /* of the optimizer: "NAME.momentum", "step" */
  SWAGE_SLOT_GRADIENT = 2   /* "gradient.NAME", with the optimizer `none` */
} swage_slot_kind;

typedef struct swage_slot_info {
  swage_value_info value; /* all sizes are known */
  int32_t kind;           /* a swage_slot_kind */
  int32_t has_initial;    /* 0: begins as zeros */
  uint64_t initial;       /* where in the weights its first value lies, bytes;
                             in the model's order */
  const int32_t *order;   /* dimension i of its memory is dimension order[i] of
                             the model's; NULL: all are the same */
} swage_slot_info;

/* Where an input of a function comes from, or an output goes: a slot's number,
   one of these, or SWAGE_BIND_CALLER - k for the caller's k-th tensor. */
enum {
  SWAGE_BIND_SCALAR = -1, /* the learning rate; of outputs, the loss */
  SWAGE_BIND_CALLER = -2
};

typedef struct swage_bound_model {
  const swage_model *model;
  const int32_t *inputs;  /* one for each of the model's */
  const int32_t *outputs; /* one for each of the model's */
} swage_bound_model;

/* The static facts of a compiled training. */
typedef struct swage_training {
  uint32_t abi_version;      /* SWAGE_ABI_VERSION of the compiler */
  uint32_t num_model_inputs; /* of `inputs`, those that the model itself has */
  uint32_t num_inputs;       /* those, and the target if there is one */
  uint32_t num_outputs;
  uint32_t num_slots;
  const char *name;
  const swage_value_info *inputs;  /* of a batch */
  const swage_value_info *outputs; /* of the model */
  const swage_slot_info *slots;
  swage_bound_model step;
  swage_bound_model evaluation;
  swage_bound_model prediction;
} swage_training;

/* ---- Training ---------------------------------------------------------- */
/* Messages are released with swage_free, and every `error` may be NULL. */

/* A training under way: the slots' memory and the loaded functions. It is for
   one thread at a time. */
typedef struct swage_trainee swage_trainee;

/* Begins a training: parameters as in the model, states zero. `options` may be
   NULL. The facts must outlive the trainee. */
SWAGE_API swage_status swage_trainee_create(
    const swage_training *training, const swage_session_options *options,
    swage_trainee **trainee, char **error);
/* NULL is allowed. */
SWAGE_API void swage_trainee_destroy(swage_trainee *trainee);

/* One step with the learning rate `rate` over a batch: training->num_inputs
   tensors. *loss (may be NULL) is the batch's before the step. */
SWAGE_API swage_status swage_trainee_step(swage_trainee *trainee,
                                          const swage_tensor *inputs,
                                          double rate, double *loss,
                                          char **error);
/* The loss of a batch and the model's outputs as outside of training. `outputs`
   are as those of swage_session_run. */
SWAGE_API swage_status swage_trainee_evaluate(swage_trainee *trainee,
                                              const swage_tensor *inputs,
                                              double *loss,
                                              swage_tensor *outputs,
                                              char **error);
/* The model's outputs for its inputs, without a target. */
SWAGE_API swage_status swage_trainee_run(swage_trainee *trainee,
                                         const swage_tensor *inputs,
                                         swage_tensor *outputs, char **error);

/* The number of the slot with this name; -1 if there is none. */
SWAGE_API int64_t swage_trainee_find(const swage_trainee *trainee,
                                     const char *name);
/* The slot itself: its data may be read and written between steps, and are
   valid as long as the trainee. They have the order that `slots` says. */
SWAGE_API swage_tensor swage_trainee_slot(const swage_trainee *trainee,
                                          uint32_t slot);
/* Copies a tensor of the slot's type and sizes, in the model's order, from or
   to a slot by name. */
SWAGE_API swage_status swage_trainee_get(const swage_trainee *trainee,
                                         const char *name, swage_tensor *value,
                                         char **error);
SWAGE_API swage_status swage_trainee_set(swage_trainee *trainee,
                                         const char *name,
                                         const swage_tensor *value,
                                         char **error);

/* Bytes of all parameters and states. */
SWAGE_API uint64_t swage_trainee_state_size(const swage_trainee *trainee);
/* Writes all parameters and states to a file, and reads them back: training
   goes on as if it had not been interrupted, bit by bit. The file is the
   checkpoint of `swage train`, whole or not there at any moment. */
SWAGE_API swage_status swage_trainee_save(const swage_trainee *trainee,
                                          const char *path, char **error);
SWAGE_API swage_status swage_trainee_load(swage_trainee *trainee,
                                          const char *path, char **error);

/* ---- What programs that train share ------------------------------------- */

/* Copies the elements of a tensor, with the model's sizes and order, to memory
   of a slot's order, and back. `order` as in swage_slot_info. */
SWAGE_API void swage_to_slot(const swage_tensor *model, void *slot,
                             const int32_t *order);
SWAGE_API void swage_from_slot(const swage_tensor *model, const void *slot,
                               const int32_t *order);

/* `slot`, which has the model's sizes, with those of its memory. */
SWAGE_API swage_tensor swage_slot_memory(swage_tensor slot,
                                         const int32_t *order);

typedef struct swage_named_tensor {
  const char *name;
  swage_tensor tensor;
} swage_named_tensor;

/* Writes tensors to a file, and with them a text of facts (may be NULL). */
SWAGE_API swage_status swage_checkpoint_save(const char *path,
                                             const swage_named_tensor *tensors,
                                             uint32_t count, const char *facts,
                                             char **error);
/* Reads them back into the tensors' data. The file must hold these very tensors
   in any order; nothing is changed where it does not. *facts (may be NULL) gets
   the text, to release with swage_free. */
SWAGE_API swage_status swage_checkpoint_load(const char *path,
                                             const swage_named_tensor *tensors,
                                             uint32_t count, char **facts,
                                             char **error);

/* The order in which an epoch sees `count` examples; it depends on nothing but
   seed and epoch (the first is 0). */
SWAGE_API void swage_training_order(uint32_t *order, uint32_t count,
                                    uint64_t seed, uint64_t epoch);

enum { SWAGE_SCHEDULE_CONSTANT, SWAGE_SCHEDULE_STEP, SWAGE_SCHEDULE_COSINE };

/* The learning rate over time, which is counted in epochs. */
typedef struct swage_schedule {
  int32_t kind;
  double rate;          /* the highest */
  double epochs;        /* how long training goes on */
  double warmup;        /* epochs in which the rate rises from 0 */
  double every, factor; /* step: the rate times `factor` after so many epochs */
  double end;           /* cosine: the rate at the end */
} swage_schedule;

/* Reads "constant", "step,every=10,factor=0.1" or "cosine,end=0", each with
   "warmup=EPOCHS" behind another comma. */
SWAGE_API swage_status swage_schedule_parse(const char *text, double rate,
                                            double epochs,
                                            swage_schedule *schedule,
                                            char **error);
SWAGE_API double swage_schedule_rate(const swage_schedule *schedule,
                                     double epoch);

/* ---- What generated headers call --------------------------------------- */
/* The trainee of an artifact is in *cell, NULL at first: the first call makes
   it. Inputs and outputs are the data of tensors as the facts have them. Those
   that return int32_t give a swage_status; swage_typed_error says more. */

SWAGE_API int32_t swage_typed_step(const swage_training *training,
                                   swage_trainee **cell,
                                   const void *const *inputs, double rate,
                                   double *loss);
SWAGE_API int32_t swage_typed_evaluate(const swage_training *training,
                                       swage_trainee **cell,
                                       const void *const *inputs, double *loss,
                                       void *const *outputs);
SWAGE_API int32_t swage_typed_predict(const swage_training *training,
                                      swage_trainee **cell,
                                      const void *const *inputs,
                                      void *const *outputs);
SWAGE_API int32_t swage_typed_get(const swage_training *training,
                                  swage_trainee **cell, const char *name,
                                  void *data, size_t size);
SWAGE_API int32_t swage_typed_set(const swage_training *training,
                                  swage_trainee **cell, const char *name,
                                  const void *data, size_t size);
SWAGE_API uint64_t swage_typed_state_size(const swage_training *training);
SWAGE_API int32_t swage_typed_save(const swage_training *training,
                                   swage_trainee **cell, const char *path);
SWAGE_API int32_t swage_typed_load(const swage_training *training,
                                   swage_trainee **cell, const char *path);
SWAGE_API void swage_typed_end(swage_trainee **cell);

#ifdef __cplusplus
}
#endif
#endif /* SWAGE_TRAINING_H */
