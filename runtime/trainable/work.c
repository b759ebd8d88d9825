//===- work.c - what an executable that trains does -----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "trainable/work.h"

#include "core/memory.h"
#include "core/message.h"
#include "core/profile.h"
#include "swage/program.h"
#include "training/trainee.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/// The numbers of all examples; to be freed.
static uint32_t *number_examples(const swage_examples *examples, char **error) {
  uint32_t *order = malloc((size_t)examples->count * sizeof *order);
  if (!order)
    swage_error(error, SWAGE_ERROR, "no memory");
  for (uint32_t i = 0; order && i < examples->count; ++i)
    order[i] = i;
  return order;
}

/// All whole batches; a step of each in this epoch, or without a schedule an
/// evaluation. *mean is that of losses.
static swage_status pass(swage_trainee *trainee, swage_examples *examples,
                         const uint32_t *order, const swage_schedule *schedule,
                         uint64_t epoch, double *mean, char **error) {
  uint32_t batch = examples->batch_size, batches = examples->count / batch;
  if (batches == 0)
    return swage_error(error, SWAGE_BAD_ARGUMENT,
                       "%u examples are less than a batch of %u",
                       examples->count, batch);
  double sum = 0;
  for (uint32_t i = 0; i < batches; ++i) {
    double loss;
    swage_examples_gather(examples, order + (size_t)i * batch, batch);
    swage_status status =
        schedule ? swage_trainee_step(
                       trainee, examples->batch,
                       swage_schedule_rate(schedule,
                                           (double)epoch + (double)i / batches),
                       &loss, error)
                 : swage_trainee_evaluate(trainee, examples->batch, &loss, NULL,
                                          error);
    if (status)
      return status;
    sum += loss;
  }
  *mean = sum / batches;
  return SWAGE_OK;
}

/// The mean loss of all whole batches.
static swage_status measure(swage_trainee *trainee, swage_examples *examples,
                            double *loss, char **error) {
  uint32_t *order = number_examples(examples, error);
  if (!order)
    return SWAGE_ERROR;
  swage_status status = pass(trainee, examples, order, NULL, 0, loss, error);
  free(order);
  return status;
}

swage_status swage_train(swage_trainee *trainee, swage_examples *examples,
                         swage_examples *validation,
                         const swage_train_options *options, char **error) {
  swage_schedule schedule;
  swage_status status =
      swage_schedule_parse(options->schedule, options->rate,
                           (double)options->epochs, &schedule, error);
  if (status)
    return status;
  uint32_t *order = number_examples(examples, error);
  if (!order)
    return SWAGE_ERROR;
  for (uint64_t epoch = 0; epoch < options->epochs && !status; ++epoch) {
    double begin = swage_now_ms(), loss, validation_loss;
    swage_training_order(order, examples->count, options->seed, epoch);
    status = pass(trainee, examples, order, &schedule, epoch, &loss, error);
    double seconds = (swage_now_ms() - begin) / 1e3;
    if (!status && validation)
      status = measure(trainee, validation, &validation_loss, error);
    if (status)
      break;
    uint32_t seen =
        examples->count / examples->batch_size * examples->batch_size;
    printf("epoch %" PRIu64 "/%" PRIu64 ": loss %.6g", epoch + 1,
           options->epochs, loss);
    if (validation)
      printf(", validation loss %.6g", validation_loss);
    printf(", %.0f examples/s\n", seen / seconds);
    fflush(stdout);
    if (options->save)
      status = swage_trainee_save(trainee, options->save, error);
  }
  free(order);
  return status;
}

swage_status swage_train_evaluate(swage_trainee *trainee,
                                  swage_examples *examples, char **error) {
  double loss;
  swage_status status = measure(trainee, examples, &loss, error);
  if (!status)
    printf("loss %.6g\n", loss);
  return status;
}

//===----------------------------------------------------------------------===//
// Predictions
//===----------------------------------------------------------------------===//

/// Room for the outputs of all examples.
static swage_status make_outputs(const swage_training *training,
                                 const swage_examples *examples,
                                 swage_tensor *outputs, char **error) {
  for (uint32_t i = 0; i < training->num_outputs; ++i) {
    const swage_value_info *info = &training->outputs[i];
    if (info->rank < 1 || info->dims[0] != examples->batch_size)
      return swage_error(error, SWAGE_BAD_ARGUMENT,
                         "the output '%s' does not have a row for each example",
                         info->name);
    outputs[i] = swage_describe(info, NULL);
    outputs[i].dims[0] = examples->count;
    outputs[i].data = swage_allocate(swage_tensor_bytes(&outputs[i]));
    if (!outputs[i].data)
      return swage_error(error, SWAGE_ERROR, "no memory for the outputs");
  }
  return SWAGE_OK;
}

static swage_status predict(const swage_training *training,
                            swage_trainee *trainee, swage_examples *examples,
                            const uint32_t *order, swage_tensor *results,
                            swage_tensor *outputs, char **error) {
  uint32_t batch = examples->batch_size;
  for (uint32_t done = 0; done < examples->count; done += batch) {
    uint32_t rows = examples->count - done;
    if (rows > batch)
      rows = batch;
    swage_examples_gather(examples, order + done, rows);
    swage_status status =
        swage_trainee_run(trainee, examples->batch, results, error);
    if (status)
      return status;
    for (uint32_t i = 0; i < training->num_outputs; ++i) {
      size_t size = swage_tensor_bytes(&results[i]) / batch;
      memcpy((char *)outputs[i].data + done * size, results[i].data,
             rows * size);
    }
    if (rows < batch)
      break;
  }
  return SWAGE_OK;
}

swage_status swage_train_predict(const swage_training *training,
                                 swage_trainee *trainee,
                                 swage_examples *examples,
                                 const char *directory, char **error) {
  uint32_t count = training->num_outputs;
  swage_tensor *outputs = calloc(2 * (size_t)count + 1, sizeof *outputs);
  uint32_t *order = number_examples(examples, error);
  swage_status status = SWAGE_ERROR;
  if (outputs && order) {
    // The first run allocates the results; the others use them again.
    swage_tensor *results = outputs + count;
    status = make_outputs(training, examples, outputs, error);
    if (!status)
      status =
          predict(training, trainee, examples, order, results, outputs, error);
    swage_model names = {.name = training->name,
                         .num_outputs = count,
                         .outputs = training->outputs};
    if (!status)
      status = swage_outputs_save(&names, outputs, directory, error);
    swage_tensors_release(outputs, 2 * count);
  }
  free(outputs);
  free(order);
  return status;
}
