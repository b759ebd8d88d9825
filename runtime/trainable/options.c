//===- options.c - the command line of an executable that trains ----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "trainable/options.h"

#include "core/message.h"
#include "swage/program.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool parse_number(const char *text, uint64_t limit, uint64_t *number) {
  char *end;
  errno = 0;
  *number = strtoull(text, &end, 10);
  return *text >= '0' && *text <= '9' && *end == 0 && errno == 0 &&
         *number <= limit;
}

static swage_status parse_count(const char *name, const char *value,
                                uint64_t least, uint64_t limit,
                                uint64_t *number, char **error) {
  if (parse_number(value, limit, number) && *number >= least)
    return SWAGE_OK;
  return swage_error(error, SWAGE_BAD_ARGUMENT,
                     "%s takes a number from %u on, not '%s'", name,
                     (unsigned)least, value);
}

static swage_status parse_rate(const char *value, double *rate, char **error) {
  char *end;
  *rate = strtod(value, &end);
  if (end != value && !*end && *rate >= 0 && *rate < 1e30)
    return SWAGE_OK;
  return swage_error(error, SWAGE_BAD_ARGUMENT,
                     "--lr takes a rate of 0 or more, not '%s'", value);
}

/// An option whose value is a text; NULL if `name` is none.
static const char **find_text(const char *name, swage_train_options *options) {
  return strcmp(name, "--load") == 0         ? &options->load
         : strcmp(name, "--save") == 0       ? &options->save
         : strcmp(name, "--output-dir") == 0 ? &options->output_dir
         : strcmp(name, "--weights") == 0    ? &options->weights
         : strcmp(name, "--schedule") == 0   ? &options->schedule
                                             : NULL;
}

static swage_status parse_valued(const char *name, char *value,
                                 swage_train_options *options, char **error) {
  const char **text = find_text(name, options);
  if (text) {
    *text = value;
    return SWAGE_OK;
  }
  if (strcmp(name, "--data") == 0) {
    options->bindings[options->num_bindings++] = value;
    return SWAGE_OK;
  }
  if (strcmp(name, "--val") == 0) {
    options->validation[options->num_validation++] = value;
    return SWAGE_OK;
  }
  if (strcmp(name, "--lr") == 0)
    return parse_rate(value, &options->rate, error);
  if (strcmp(name, "--epochs") == 0)
    return parse_count(name, value, 0, UINT32_MAX, &options->epochs, error);
  if (strcmp(name, "--seed") == 0)
    return parse_count(name, value, 0, UINT64_MAX, &options->seed, error);
  if (strcmp(name, "--threads") == 0) {
    uint64_t threads;
    swage_status status =
        parse_count(name, value, 1, INT32_MAX, &threads, error);
    options->threads = (int32_t)threads;
    return status;
  }
  return swage_error(error, SWAGE_BAD_ARGUMENT,
                     "unknown option '%s'; --help lists them", name);
}

static bool parse_flag(const char *argument, swage_train_options *options) {
  bool *flag = strcmp(argument, "--help") == 0       ? &options->help
               : strcmp(argument, "-h") == 0         ? &options->help
               : strcmp(argument, "--info") == 0     ? &options->info
               : strcmp(argument, "--version") == 0  ? &options->version
               : strcmp(argument, "--evaluate") == 0 ? &options->evaluate
                                                     : NULL;
  if (flag)
    *flag = true;
  return flag != NULL;
}

swage_status swage_train_options_parse(int argc, char **argv,
                                       swage_train_options *options,
                                       char **error) {
  *options =
      (swage_train_options){.rate = 1e-3, .epochs = 1, .schedule = "constant"};
  const char *program = argc > 0 ? argv[0] : "training";
  const char *slash = strrchr(program, '/');
  options->program = slash ? slash + 1 : program;
  options->bindings = calloc(2 * ((size_t)argc + 1), sizeof(char *));
  if (!options->bindings)
    return swage_error(error, SWAGE_ERROR, "no memory");
  options->validation = options->bindings + argc + 1;
  for (int i = 1; i < argc; ++i) {
    char *argument = argv[i];
    if (parse_flag(argument, options))
      continue;
    char *value = strchr(argument, '=');
    if (strncmp(argument, "--", 2) != 0) {
      return swage_error(error, SWAGE_BAD_ARGUMENT,
                         "'%s' is no option; give data as --data NAME=FILE",
                         argument);
    } else if (value) {
      *value++ = 0; // "--option=value"
    } else if (i + 1 == argc) {
      return swage_error(error, SWAGE_BAD_ARGUMENT,
                         "option '%s' is unknown or lacks its value; --help "
                         "lists the options",
                         argument);
    } else {
      value = argv[++i];
    }
    swage_status status = parse_valued(argument, value, options, error);
    if (status)
      return status;
  }
  if (options->save && (options->evaluate || options->output_dir))
    return swage_error(error, SWAGE_BAD_ARGUMENT,
                       "--save is for training; --evaluate and --output-dir "
                       "change nothing");
  if (options->num_validation && (options->evaluate || options->output_dir))
    return swage_error(error, SWAGE_BAD_ARGUMENT,
                       "--val is for training; give what to evaluate as "
                       "--data");
  return SWAGE_OK;
}

void swage_train_options_print_help(const swage_train_options *options,
                                    const swage_training *training) {
  swage_model batch = {.name = training->name,
                       .num_inputs = training->num_inputs,
                       .num_outputs = training->num_outputs,
                       .inputs = training->inputs,
                       .outputs = training->outputs};
  swage_model_print(stdout, &batch);
  printf("\nusage: %s --data NAME=FILE... [OPTION]...\n", options->program);
  fputs(
      "\n"
      "Trains the network, a batch at a time.\n"
      "\n"
      "  --data NAME=FILE  examples for an input or the target: .npy, or ONNX\n"
      "                    tensor (.pb); the first dimension counts them\n"
      "  --epochs N        how often to see all examples: 1 otherwise\n"
      "  --lr RATE         the learning rate: 0.001 otherwise\n"
      "  --schedule S      the rate over time: constant, "
      "step,every=10,factor=0.1\n"
      "                    or cosine,end=0, each with warmup=EPOCHS\n"
      "  --val NAME=FILE   examples to tell the loss on after each epoch\n"
      "  --seed N          chooses the order of the examples\n"
      "  --load FILE       begin with the parameters and states of a "
      "checkpoint\n"
      "  --save FILE       write a checkpoint after each epoch\n"
      "  --evaluate        do not train: tell the loss on the examples\n"
      "  --output-dir DIR  do not train: write what the network gives for the\n"
      "                    examples to DIR/<output>.npy\n"
      "  --threads N       threads to use; all processors otherwise\n"
      "  --weights FILE    read the weights from FILE\n"
      "  --info            print the facts of the training as JSON\n"
      "  --version         print the version of Swage\n"
      "  --help            print this help\n",
      stdout);
}
