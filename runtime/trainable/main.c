//===- main.c - main() of an executable that trains -----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Exit codes: 0 done, 1 failed, 2 a file is not valid.
//
//===----------------------------------------------------------------------===//
#include "trainable/work.h"

#include <stdio.h>
#include <stdlib.h>

/// The training of this executable; the compiler emits it.
extern const swage_training *swage_artifact_training(void);

static swage_status work(const swage_training *training, swage_trainee *trainee,
                         const swage_train_options *options, char **error) {
  swage_status status = SWAGE_OK;
  if (options->load)
    status = swage_trainee_load(trainee, options->load, error);
  if (status)
    return status;
  uint32_t num_arrays = options->output_dir && !options->evaluate
                            ? training->num_model_inputs
                            : training->num_inputs;
  swage_examples examples, validation = {.num_arrays = 0};
  status =
      swage_examples_load(training, num_arrays, "--data", options->bindings,
                          options->num_bindings, &examples, error);
  if (!status && options->num_validation)
    status =
        swage_examples_load(training, num_arrays, "--val", options->validation,
                            options->num_validation, &validation, error);
  if (!status && options->evaluate)
    status = swage_train_evaluate(trainee, &examples, error);
  if (!status && options->output_dir)
    status = swage_train_predict(training, trainee, &examples,
                                 options->output_dir, error);
  if (!status && !options->evaluate && !options->output_dir)
    status = swage_train(trainee, &examples,
                         options->num_validation ? &validation : NULL, options,
                         error);
  swage_examples_release(&validation);
  swage_examples_release(&examples);
  return status;
}

static swage_status execute(const swage_training *training,
                            const swage_train_options *options, char **error) {
  if (options->help) {
    swage_train_options_print_help(options, training);
  } else if (options->version) {
    printf("%s, a training compiled by Swage %s\n", training->name,
           SWAGE_VERSION);
  } else if (options->info) {
    puts(training->step.model->metadata);
  } else {
    swage_session_options how = {options->threads, options->weights};
    swage_trainee *trainee;
    swage_status status = swage_trainee_create(training, &how, &trainee, error);
    if (!status)
      status = work(training, trainee, options, error);
    swage_trainee_destroy(trainee);
    return status;
  }
  return SWAGE_OK;
}

int main(int argc, char **argv) {
  swage_train_options options;
  char *error = NULL;
  swage_status status = swage_train_options_parse(argc, argv, &options, &error);
  if (!status)
    status = execute(swage_artifact_training(), &options, &error);
  // A full disk behind a redirected output must not look like success.
  if (fflush(stdout) && !status) {
    fprintf(stderr, "%s: error: cannot write the output\n", options.program);
    status = SWAGE_ERROR;
  } else if (status) {
    fprintf(stderr, "%s: error: %s\n", options.program,
            error ? error : "no memory");
  }
  swage_free(error);
  free(options.bindings);
  return status == SWAGE_OK ? 0 : status == SWAGE_BAD_MODEL ? 2 : 1;
}
