//===- execute.h - running a loaded model ---------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_CORE_EXECUTE_H
#define SWAGE_CORE_EXECUTE_H

#include "core/run.h"

/// Releases a workspace that no run uses. NULL is allowed.
void swage_workspace_destroy(swage_workspace *workspace);

#endif
