//===- run.c - what generated code calls ----------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "core/run.h"

#include "core/dtype.h"
#include "core/memory.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

_Thread_local swage_thread_state swage_this_thread;

void swage_run_record(swage_run *run, swage_status status, char *message) {
  if (atomic_exchange(&run->failed, true)) {
    swage_free(message);
    return;
  }
  run->status = status;
  run->exec.error = message;
}

_Noreturn void swage_run_leave(swage_run *run) {
  if (swage_this_thread.landing)
    longjmp(*swage_this_thread.landing, 1);
  // Only a thread that the runtime did not start gets here, from a callback.
  fprintf(stderr, "swage: fatal: %s\n",
          run->exec.error ? run->exec.error : "a run failed");
  abort();
}

void swage_rt_fail(swage_exec *exec, const char *message) {
  swage_run *run = swage_run_of(exec);
  swage_run_record(run, SWAGE_ERROR, swage_format("%s", message));
  swage_run_leave(run);
}

void swage_rt_fail_shapes(swage_exec *exec, const char *message, int64_t count,
                          const int64_t *shapes) {
  swage_run *run = swage_run_of(exec);
  char *text = swage_format("%s", message);
  for (int64_t i = 0; i < count && text; ++i) {
    char shape[SWAGE_SHAPE_TEXT];
    swage_shape_text(shape, (int32_t)shapes[0], shapes + 1, NULL);
    const char *between = i == 0 ? ":" : i + 1 == count ? " and" : ",";
    char *longer = swage_format("%s%s %s", text, between, shape);
    swage_free(text);
    text = longer;
    shapes += 1 + shapes[0];
  }
  swage_run_record(run, SWAGE_ERROR, text);
  swage_run_leave(run);
}

void *swage_rt_alloc(swage_exec *exec, int64_t bytes) {
  swage_run *run = swage_run_of(exec);
  void *memory = bytes < 0 ? NULL
                           : swage_scratch_take(run->workspace->scratch,
                                                swage_this_thread.slot, bytes);
  if (memory)
    return memory;
  swage_run_record(run, SWAGE_ERROR,
                   swage_format("no memory for %" PRId64
                                " bytes of intermediate results",
                                bytes));
  swage_run_leave(run);
}

void swage_rt_free(swage_exec *exec, void *memory) {
  if (memory)
    swage_scratch_give(swage_run_of(exec)->workspace->scratch, memory);
}

static _Noreturn void fail_output(swage_run *run, swage_status status,
                                  char *message) {
  swage_run_record(run, status, message);
  swage_run_leave(run);
}

void *swage_rt_output(swage_exec *exec, int64_t index, int64_t rank,
                      const int64_t *dims) {
  swage_run *run = swage_run_of(exec);
  if (index < 0 || index >= run->model->num_outputs)
    fail_output(run, SWAGE_ERROR,
                swage_format("the model has no output %" PRId64, index));
  const swage_value_info *info = &run->model->outputs[index];
  swage_tensor *output = &exec->outputs[index];
  if (rank < 0 || rank > SWAGE_MAX_RANK)
    fail_output(run, SWAGE_ERROR,
                swage_format("output '%s' has rank %" PRId64
                             "; at most %d are supported",
                             info->name, rank, SWAGE_MAX_RANK));

  char shape[SWAGE_SHAPE_TEXT], given[SWAGE_SHAPE_TEXT];
  size_t size = swage_element_size(info->dtype);
  int64_t count;
  if (!size || !swage_count_elements(rank, dims, size, &count))
    fail_output(run, SWAGE_ERROR,
                swage_format("output '%s' cannot have shape %s", info->name,
                             swage_shape_text(shape, (int32_t)rank, dims, 0)));
  if (output->data) {
    bool same = output->rank == rank;
    for (int64_t i = 0; i < rank && same; ++i)
      same = output->dims[i] == dims[i];
    if (!same)
      fail_output(
          run, SWAGE_BAD_ARGUMENT,
          swage_format("output '%s' has shape %s, but the buffer given for it "
                       "has shape %s",
                       info->name,
                       swage_shape_text(shape, (int32_t)rank, dims, 0),
                       swage_shape_text(given, output->rank, output->dims, 0)));
    return output->data;
  }

  output->data = swage_allocate((size_t)count * size);
  if (!output->data)
    fail_output(run, SWAGE_ERROR,
                swage_format("no memory for output '%s' of shape %s",
                             info->name,
                             swage_shape_text(shape, (int32_t)rank, dims, 0)));
  run->workspace->allocated_outputs[index] = true;
  output->dtype = info->dtype;
  output->rank = (int32_t)rank;
  for (int64_t i = 0; i < rank; ++i)
    output->dims[i] = dims[i];
  return output->data;
}
