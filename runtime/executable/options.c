//===- options.c - the command line of an emitted executable --------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "executable/options.h"

#include "core/message.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static swage_status bad_value(char **error, const char *option,
                              const char *value, const char *expected) {
  return swage_error(error, SWAGE_BAD_ARGUMENT, "%s takes %s, not '%s'", option,
                     expected, value);
}

/// A decimal number; -1 if the text is none or too large.
static int64_t parse_number(const char *text) {
  char *end;
  errno = 0;
  long long number = strtoll(text, &end, 10);
  bool ok = *text >= '0' && *text <= '9' && *end == 0 && errno == 0;
  return ok ? number : -1;
}

static swage_status parse_dim(char *value, swage_options *options,
                              char **error) {
  char *equals = strrchr(value, '=');
  int64_t size = equals ? parse_number(equals + 1) : -1;
  if (size < 0)
    return bad_value(error, "--dim", value, "NAME=SIZE");
  *equals = 0; // argv may be written to
  options->dims[options->num_dims++] = (swage_dim_value){value, size};
  return SWAGE_OK;
}

/// Options with a value.
static swage_status parse_valued(const char *name, char *value,
                                 swage_options *options, char **error) {
  if (strcmp(name, "--input") == 0) {
    options->bindings[options->num_bindings++] = value;
  } else if (strcmp(name, "--output-dir") == 0) {
    options->output_dir = value;
  } else if (strcmp(name, "--weights") == 0) {
    options->weights = value;
  } else if (strcmp(name, "--json") == 0) {
    options->json = value;
  } else if (strcmp(name, "--dim") == 0) {
    return parse_dim(value, options, error);
  } else if (strcmp(name, "--threads") == 0) {
    int64_t threads = parse_number(value);
    if (threads < 1 || threads > INT32_MAX)
      return bad_value(error, name, value, "a number from 1 on");
    options->threads = (int32_t)threads;
  } else if (strcmp(name, "--seconds") == 0) {
    char *end;
    options->seconds = strtod(value, &end);
    if (end == value || *end || !(options->seconds >= 0) ||
        options->seconds > 1e6)
      return bad_value(error, name, value, "a number of seconds");
  } else {
    return swage_error(error, SWAGE_BAD_ARGUMENT,
                       "unknown option '%s'; --help lists them", name);
  }
  return SWAGE_OK;
}

/// Options without a value; false if `argument` is none of them.
static bool parse_flag(const char *argument, swage_options *options) {
  bool *flag = strcmp(argument, "--help") == 0      ? &options->help
               : strcmp(argument, "-h") == 0        ? &options->help
               : strcmp(argument, "--bench") == 0   ? &options->bench
               : strcmp(argument, "--profile") == 0 ? &options->profile
               : strcmp(argument, "--info") == 0    ? &options->info
               : strcmp(argument, "--version") == 0 ? &options->version
               : strcmp(argument, "--random-inputs") == 0
                   ? &options->random_inputs
                   : NULL;
  if (flag)
    *flag = true;
  return flag != NULL;
}

/// Parses argv[*index], and the next one if that is its value.
static swage_status parse_argument(int argc, char **argv, int *index,
                                   swage_options *options, char **error) {
  char *argument = argv[*index];
  if (argument[0] != '-' || strcmp(argument, "-") == 0) {
    options->bindings[options->num_bindings++] = argument;
    return SWAGE_OK;
  }
  if (parse_flag(argument, options))
    return SWAGE_OK;
  static const char seed[] = "--random-inputs=";
  if (strncmp(argument, seed, strlen(seed)) == 0) {
    int64_t number = parse_number(argument + strlen(seed));
    if (number < 0)
      return bad_value(error, "--random-inputs", argument + strlen(seed),
                       "a number as seed");
    options->random_inputs = true;
    options->seed = (uint64_t)number;
    return SWAGE_OK;
  }
  char *value = strchr(argument, '=');
  if (value) {
    *value++ = 0; // "--option=value"
  } else {
    if (*index + 1 == argc)
      return swage_error(error, SWAGE_BAD_ARGUMENT,
                         "option '%s' is unknown or lacks its value; --help "
                         "lists the options",
                         argument);
    value = argv[++*index];
  }
  return parse_valued(argument, value, options, error);
}

swage_status swage_options_parse(int argc, char **argv, swage_options *options,
                                 char **error) {
  *options = (swage_options){.seconds = 2};
  const char *program = argc > 0 ? argv[0] : "model";
  const char *slash = strrchr(program, '/');
  options->program = slash ? slash + 1 : program;
  options->bindings = calloc((size_t)argc + 1, sizeof(char *));
  options->dims = calloc((size_t)argc + 1, sizeof(swage_dim_value));
  if (!options->bindings || !options->dims)
    return swage_error(error, SWAGE_ERROR, "no memory");
  for (int i = 1; i < argc; ++i) {
    swage_status status = parse_argument(argc, argv, &i, options, error);
    if (status)
      return status;
  }
  options->bench |= options->profile;
  if (options->json && !options->bench)
    return swage_error(error, SWAGE_BAD_ARGUMENT,
                       "--json goes with --bench or --profile");
  if (options->num_dims && !options->random_inputs && !options->bench)
    return swage_error(error, SWAGE_BAD_ARGUMENT,
                       "--dim goes with --random-inputs, --bench or "
                       "--profile; files "
                       "bring their own sizes");
  return SWAGE_OK;
}

void swage_options_release(swage_options *options) {
  free(options->bindings);
  free(options->dims);
}

void swage_options_print_help(const swage_options *options,
                              const swage_model *model) {
  swage_model_print(stdout, model);
  printf("\nusage: %s [OPTION]... %s\n", options->program,
         model->num_inputs == 1 ? "[FILE]" : "");
  fputs(
      "\n"
      "  --input NAME=FILE       data of an input: .npy, or ONNX tensor (.pb);"
      "\n"
      "                          of the only input: just FILE\n"
      "  --random-inputs[=SEED]  random data for inputs that are not given:\n"
      "                          floats in [0, 1), integers 0 or 1\n"
      "  --dim NAME=SIZE         size of a dynamic dimension of random inputs\n"
      "  --output-dir DIR        write DIR/<output>.npy; without it a summary\n"
      "                          of the outputs is printed\n"
      "  --threads N             threads to use; all processors otherwise\n"
      "  --weights FILE          read the weights from FILE\n"
      "  --bench                 measure the time of a run; takes random\n"
      "                          inputs where none are given\n"
      "  --profile               the same, and what each kernel takes of it\n"
      "  --seconds S             how long to measure: 2 otherwise\n"
      "  --json FILE             write the measured times to FILE\n"
      "  --info                  print the model's facts as JSON\n"
      "  --version               print the version of Swage\n"
      "  --help                  print this help\n",
      stdout);
}
