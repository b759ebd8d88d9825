//===- main.c - main() of an emitted executable ---------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Exit codes: 0 done, 1 failed, 2 a file (tensor or weights) is not valid.
//
//===----------------------------------------------------------------------===//
#include "executable/options.h"

#include <inttypes.h>
#include <stdlib.h>

/// The model of this executable; the compiler emits it.
extern const swage_model *swage_artifact_model(void);

/// The tensors of the program.
typedef struct tensors {
  swage_tensor *inputs;
  swage_tensor *outputs;
} tensors;

static swage_status make_inputs(const swage_model *model,
                                const swage_options *options,
                                swage_tensor *inputs, char **error) {
  swage_status status = swage_inputs_load(model, options->bindings,
                                          options->num_bindings, inputs, error);
  if (status)
    return status;
  if (!options->random_inputs && !options->bench)
    return swage_inputs_complete(model, inputs, error);
  char *note;
  status = swage_inputs_randomize(model, options->dims, options->num_dims,
                                  options->seed, inputs, &note, error);
  if (note)
    fprintf(stderr, "%s: note: %s\n", options->program, note);
  swage_free(note);
  return status;
}

/// Times runs, and with `kernels` (may be NULL) each kernel.
static swage_status measure(const swage_model *model, swage_session *session,
                            const swage_options *options, const tensors *data,
                            swage_kernel_time *kernels, char **error) {
  swage_timing timing;
  swage_status status =
      kernels ? swage_session_profile(session, data->inputs, data->outputs,
                                      options->seconds, &timing, kernels, error)
              : swage_session_time(session, data->inputs, data->outputs,
                                   options->seconds, &timing, error);
  if (status)
    return status;
  printf("median %.3f ms, min %.3f ms, p99 %.3f ms (%" PRId64
         " runs, %d thread%s)\n",
         timing.median_ms, timing.min_ms, timing.p99_ms, timing.runs,
         timing.threads, timing.threads == 1 ? "" : "s");
  if (kernels)
    swage_profile_print(stdout, model, &timing, kernels);
  if (options->json)
    status = swage_timing_save(options->json, model, &timing, kernels, error);
  return status;
}

static swage_status bench(const swage_model *model, swage_session *session,
                          const swage_options *options, const tensors *data,
                          char **error) {
  if (!options->profile)
    return measure(model, session, options, data, NULL, error);
  swage_kernel_time *kernels =
      calloc(model->num_kernels + 1, sizeof(swage_kernel_time));
  if (!kernels)
    return SWAGE_ERROR;
  swage_status status = measure(model, session, options, data, kernels, error);
  free(kernels);
  return status;
}

static swage_status run(const swage_model *model, swage_session *session,
                        const swage_options *options, const tensors *data,
                        char **error) {
  swage_status status = options->bench
                            ? bench(model, session, options, data, error)
                            : swage_session_run(session, data->inputs,
                                                data->outputs, NULL, error);
  if (status)
    return status;
  if (options->output_dir)
    return swage_outputs_save(model, data->outputs, options->output_dir, error);
  for (uint32_t i = 0; i < model->num_outputs && !options->bench; ++i)
    swage_tensor_print(stdout, model->outputs[i].name, &data->outputs[i]);
  return SWAGE_OK;
}

static swage_status load_and_run(const swage_model *model,
                                 const swage_options *options, char **error) {
  tensors data = {calloc(model->num_inputs + 1u, sizeof(swage_tensor)),
                  calloc(model->num_outputs + 1u, sizeof(swage_tensor))};
  swage_status status = SWAGE_ERROR;
  swage_session *session = NULL;
  swage_session_options how = {options->threads, options->weights};
  if (data.inputs && data.outputs) {
    status = make_inputs(model, options, data.inputs, error);
    if (!status)
      status = swage_session_create(model, &how, &session, error);
    if (!status)
      status = run(model, session, options, &data, error);
    swage_session_destroy(session);
    swage_tensors_release(data.inputs, model->num_inputs);
    swage_tensors_release(data.outputs, model->num_outputs);
  }
  free(data.inputs);
  free(data.outputs);
  return status;
}

static swage_status execute(const swage_model *model,
                            const swage_options *options, char **error) {
  if (options->help)
    swage_options_print_help(options, model);
  else if (options->version)
    printf("%s, compiled by Swage %s\n", model->name, SWAGE_VERSION);
  else if (options->info)
    puts(model->metadata);
  else
    return load_and_run(model, options, error);
  return SWAGE_OK;
}

int main(int argc, char **argv) {
  const swage_model *model = swage_artifact_model();
  swage_options options;
  char *error = NULL;
  swage_status status = swage_options_parse(argc, argv, &options, &error);
  if (!status)
    status = execute(model, &options, &error);
  // A full disk behind a redirected output must not look like success.
  if (fflush(stdout) && !status) {
    fprintf(stderr, "%s: error: cannot write the output\n", options.program);
    status = SWAGE_ERROR;
  } else if (status) {
    fprintf(stderr, "%s: error: %s\n", options.program,
            error ? error : "no memory");
  }
  swage_free(error);
  swage_options_release(&options);
  return status == SWAGE_OK ? 0 : status == SWAGE_BAD_MODEL ? 2 : 1;
}
