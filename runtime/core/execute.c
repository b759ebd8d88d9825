//===- execute.c - running a loaded model ---------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "core/execute.h"

#include "core/memory.h"
#include "core/session.h"
#include <stdlib.h>

/// Idle workspaces that a session keeps; more runs at once than this are rare,
/// and each workspace may hold hundreds of megabytes.
#define WORKSPACES_TO_KEEP 16

void swage_workspace_destroy(swage_workspace *workspace) {
  if (!workspace)
    return;
  swage_scratch_destroy(workspace->scratch);
  swage_unreserve(workspace->arena, workspace->arena_size);
  free(workspace->symbols);
  free(workspace->allocated_outputs);
  free(workspace);
}

static swage_workspace *create_workspace(const swage_session *session) {
  swage_workspace *workspace = calloc(1, sizeof(swage_workspace));
  if (!workspace)
    return NULL;
  workspace->scratch = swage_scratch_create(session->num_threads);
  workspace->symbols =
      malloc(((size_t)session->num_symbols + 1) * sizeof(int64_t));
  workspace->allocated_outputs =
      malloc(((size_t)session->model->num_outputs + 1) * sizeof(bool));
  if (workspace->scratch && workspace->symbols && workspace->allocated_outputs)
    return workspace;
  swage_workspace_destroy(workspace);
  return NULL;
}

/// An idle workspace, or a new one; with an arena if the run `needs_arena`.
static swage_workspace *acquire_workspace(swage_session *session,
                                          bool needs_arena) {
  pthread_mutex_lock(&session->lock);
  swage_workspace *workspace = session->idle;
  if (workspace) {
    session->idle = workspace->next;
    --session->num_idle;
  }
  pthread_mutex_unlock(&session->lock);
  if (!workspace)
    workspace = create_workspace(session);
  if (!workspace || !needs_arena || workspace->arena)
    return workspace;
  workspace->arena_size = session->model->arena_size;
  workspace->arena = swage_reserve(workspace->arena_size);
  if (workspace->arena)
    return workspace;
  swage_workspace_destroy(workspace);
  return NULL;
}

static void release_workspace(swage_session *session,
                              swage_workspace *workspace) {
  swage_scratch_end_run(workspace->scratch);
  pthread_mutex_lock(&session->lock);
  bool keep = session->num_idle < WORKSPACES_TO_KEEP;
  if (keep) {
    workspace->next = session->idle;
    session->idle = workspace;
    ++session->num_idle;
  }
  pthread_mutex_unlock(&session->lock);
  if (!keep)
    swage_workspace_destroy(workspace);
}

/// Calls an entry point, which returns or leaves by the landing made here.
static void enter(swage_run *run, int32_t (*entry)(swage_exec *exec)) {
  jmp_buf landing, *outer = swage_this_thread.landing;
  swage_this_thread.landing = &landing;
  if (!setjmp(landing) && entry(&run->exec))
    swage_run_record(
        run, SWAGE_ERROR,
        swage_format("the entry point of model '%s' failed", run->model->name));
  swage_this_thread.landing = outer;
}

static void check_outputs_made(swage_run *run) {
  for (uint32_t i = 0; i < run->model->num_outputs; ++i)
    if (!run->exec.outputs[i].data)
      swage_run_record(run, SWAGE_ERROR,
                       swage_format("model '%s' did not make output '%s'",
                                    run->model->name,
                                    run->model->outputs[i].name));
}

static void release_outputs(swage_run *run) {
  for (uint32_t i = 0; i < run->model->num_outputs; ++i) {
    if (!run->workspace->allocated_outputs[i])
      continue;
    swage_free(run->exec.outputs[i].data);
    run->exec.outputs[i].data = NULL;
  }
}

/// What a run came to. Its message goes to the caller.
static swage_status finish(swage_run *run, char **error) {
  if (!atomic_load(&run->failed))
    return SWAGE_OK;
  if (error)
    *error = run->exec.error;
  else
    swage_free(run->exec.error);
  return run->status;
}

static swage_status run_checked(swage_session *session,
                                swage_workspace *workspace,
                                const swage_tensor *inputs,
                                swage_tensor *outputs, void *arena,
                                swage_profile *profile, char **error) {
  for (uint32_t i = 0; i < session->model->num_outputs; ++i)
    workspace->allocated_outputs[i] = false;
  swage_run run = {.exec = {.constants = session->constants,
                            .arena = arena ? arena : workspace->arena,
                            .inputs = inputs,
                            .outputs = outputs,
                            .session = session,
                            .pool = session->pool,
                            .profile = profile},
                   .workspace = workspace,
                   .model = session->model,
                   .status = SWAGE_OK};
  enter(&run, session->model->entry);
  if (!atomic_load(&run.failed))
    check_outputs_made(&run);
  if (atomic_load(&run.failed))
    release_outputs(&run);
  return finish(&run, error);
}

swage_status swage_prepare_session(swage_session *session, char **error) {
  // Not kept for runs: scratch memory that is only needed now may be large.
  swage_workspace *workspace = create_workspace(session);
  if (!workspace)
    return swage_error(error, SWAGE_ERROR, "no memory to load model '%s'",
                       session->model->name);
  swage_run run = {.exec = {.constants = session->constants,
                            .session = session,
                            .pool = session->pool},
                   .workspace = workspace,
                   .model = session->model,
                   .status = SWAGE_OK};
  enter(&run, session->model->prepare);
  swage_status status = finish(&run, error);
  swage_scratch_end_run(workspace->scratch);
  swage_workspace_destroy(workspace);
  return status;
}

void swage_rt_release_weights(swage_exec *exec) {
  swage_weights_give_back(&exec->session->weights);
}

swage_status swage_session_run(swage_session *session,
                               const swage_tensor *inputs,
                               swage_tensor *outputs, void *workspace,
                               char **error) {
  return swage_run_session(session, inputs, outputs, workspace,
                           /*profile=*/NULL, error);
}

swage_status swage_run_session(swage_session *session,
                               const swage_tensor *inputs,
                               swage_tensor *outputs, void *workspace,
                               swage_profile *profile, char **error) {
  if (error)
    *error = NULL;
  uint64_t arena_size = session->model->arena_size;
  if ((uintptr_t)workspace % SWAGE_ALIGNMENT)
    return swage_error(error, SWAGE_BAD_ARGUMENT,
                       "the workspace is not aligned to %d bytes",
                       SWAGE_ALIGNMENT);
  swage_workspace *acquired =
      acquire_workspace(session, !workspace && arena_size > 0);
  if (!acquired)
    return swage_error(error, SWAGE_ERROR,
                       "no memory for the %llu bytes of workspace that model "
                       "'%s' needs",
                       (unsigned long long)arena_size, session->model->name);
  swage_status status =
      swage_check_inputs(session, inputs, acquired->symbols, error);
  if (!status)
    status = swage_check_outputs(session, outputs, error);
  if (!status)
    status = run_checked(session, acquired, inputs, outputs, workspace, profile,
                         error);
  release_workspace(session, acquired);
  return status;
}
