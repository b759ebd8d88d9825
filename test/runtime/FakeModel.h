//===- FakeModel.h - models written by hand, for tests --------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_TEST_RUNTIME_FAKEMODEL_H
#define SWAGE_TEST_RUNTIME_FAKEMODEL_H

#include "swage/artifact.h"
#include <cstdlib>
#include <string>
#include <vector>

namespace swage::test {

/// A model without constants that runs `entry`; the tests add what they need.
struct FakeModel : swage_model {
  explicit FakeModel(int32_t (*entry)(swage_exec *)) : swage_model() {
    abi_version = SWAGE_ABI_VERSION;
    name = "fake";
    metadata = "{}";
    this->entry = entry;
  }
  void setInputs(const std::vector<swage_value_info> &infos) {
    inputs = infos.data();
    num_inputs = static_cast<uint32_t>(infos.size());
  }
  void setOutputs(const std::vector<swage_value_info> &infos) {
    outputs = infos.data();
    num_outputs = static_cast<uint32_t>(infos.size());
  }
};

/// A session that a test holds, with the message of the last failure.
struct Session {
  Session(const swage_model &model, int threads,
          const char *weights = nullptr) {
    swage_session_options options = {threads, weights};
    char *message = nullptr;
    status = swage_session_create(&model, &options, &session, &message);
    take(message);
  }
  ~Session() { swage_session_destroy(session); }
  Session(const Session &) = delete;

  swage_status run(const swage_tensor *inputs, swage_tensor *outputs,
                   void *workspace = nullptr) {
    char *message = nullptr;
    status = swage_session_run(session, inputs, outputs, workspace, &message);
    take(message);
    return status;
  }
  void take(char *message) {
    error = message ? message : "";
    swage_free(message);
  }

  swage_session *session = nullptr;
  swage_status status;
  std::string error;
};

inline swage_tensor makeTensor(int32_t dtype, void *data,
                               std::initializer_list<int64_t> dims) {
  swage_tensor tensor = {};
  tensor.data = data;
  tensor.dtype = dtype;
  for (int64_t dim : dims)
    tensor.dims[tensor.rank++] = dim;
  return tensor;
}

} // namespace swage::test

#endif
