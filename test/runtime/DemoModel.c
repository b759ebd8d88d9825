//===- DemoModel.c - an executable's model, written by hand ---------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// scores[n][j] = sum_i x[n][i] * (i == j mod 4) + bias: enough to see every
// option of an executable work.
//
//===----------------------------------------------------------------------===//
#include "swage/artifact.h"

#define FEATURES 4
#define CLASSES 12

static const int64_t x_dims[] = {-1, FEATURES};
static const char *const x_names[] = {"batch", 0};
static const int64_t mask_dims[] = {-1, -1};
static const swage_value_info inputs[] = {
    {"x", SWAGE_F32, 2, x_dims, x_names},
    {"mask", SWAGE_BOOL, 2, mask_dims, 0}};
static const int64_t scores_dims[] = {-1, CLASSES};
static const int64_t count_dims[] = {1};
static const swage_value_info outputs[] = {
    {"out/scores:0", SWAGE_F32, 2, scores_dims, x_names},
    {"count", SWAGE_I64, 0, count_dims, 0}};
static const float bias[CLASSES] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
static const uint64_t offsets[] = {0};

static void score_rows(swage_exec *exec, void *data, int64_t begin,
                       int64_t end) {
  const float *x = exec->inputs[0].data;
  const float *constant = exec->constants[0];
  float *scores = data;
  for (int64_t n = begin; n < end; ++n)
    for (int64_t j = 0; j < CLASSES; ++j)
      scores[n * CLASSES + j] = x[n * FEATURES + j % FEATURES] + constant[j];
}

/// The kernel: buffers are the scores, the size is the number of rows.
static void score(swage_exec *exec, void *const *buffers, const int64_t *dims) {
  swage_rt_parallel_for(exec, score_rows, buffers[0], dims[0], 1);
}

static int32_t entry(swage_exec *exec) {
  const swage_tensor *mask = &exec->inputs[1];
  int64_t rows = exec->inputs[0].dims[0], dims[] = {rows, CLASSES};
  void *scores = swage_rt_output(exec, 0, 2, dims);
  for (int half = 0; half < 2; ++half) // twice, to see the calls counted
    swage_rt_call(exec, 1, score, &scores, &rows);
  int64_t *count = swage_rt_output(exec, 1, 0, 0);
  *count = 0;
  for (int64_t i = 0; i < mask->dims[0] * mask->dims[1]; ++i)
    *count += ((const unsigned char *)mask->data)[i];
  return 0;
}

static const swage_kernel_info kernels[] = {{"unused", 10, 10},
                                            {"score_rows", 1000000, -1}};

static const swage_model model = {.abi_version = SWAGE_ABI_VERSION,
                                  .num_inputs = 2,
                                  .num_outputs = 2,
                                  .num_constants = 1,
                                  .name = "demo",
                                  .metadata = "{\"producer\": \"hand\"}",
                                  .inputs = inputs,
                                  .outputs = outputs,
                                  .constant_offsets = offsets,
                                  .weights = (const unsigned char *)bias,
                                  .weights_size = sizeof(bias),
                                  .arena_size = 0,
                                  .entry = entry,
                                  .num_kernels = 2,
                                  .kernels = kernels};

const swage_model *swage_artifact_model(void);
const swage_model *swage_artifact_model(void) { return &model; }
