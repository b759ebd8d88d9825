//===- execute.h - running a loaded model ---------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_CORE_EXECUTE_H
#define SWAGE_CORE_EXECUTE_H

#include "core/run.h"

/// swage_session_run, timing the kernels when `profile` is not NULL.
swage_status swage_run_session(swage_session *session,
                               const swage_tensor *inputs,
                               swage_tensor *outputs, void *workspace,
                               swage_profile *profile, char **error);

/// Makes the constants that are made at load, in session->prepared.
swage_status swage_prepare_session(swage_session *session, char **error);

/// Releases a workspace that no run uses. NULL is allowed.
void swage_workspace_destroy(swage_workspace *workspace);

#endif
