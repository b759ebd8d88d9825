//===- SessionTest.cpp - loading models, checking tensors, outputs --------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "FakeModel.h"
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

using namespace swage::test;

namespace {

const int64_t matrixDims[2] = {-1, 3};
const char *const matrixNames[2] = {"N", nullptr};
const int64_t vectorDims[1] = {-1};
const char *const vectorNames[1] = {"N"};
const std::vector<swage_value_info> scaleInputs = {
    {"x", SWAGE_F32, 2, matrixDims, matrixNames},
    {"scale", SWAGE_F32, 1, vectorDims, vectorNames}};
const std::vector<swage_value_info> scaleOutputs = {
    {"y", SWAGE_F32, 2, matrixDims, matrixNames}};

/// y[n][i] = x[n][i] * scale[n] + bias[i], with bias the second constant.
int32_t scaleRows(swage_exec *exec) {
  const swage_tensor &x = exec->inputs[0];
  auto *from = static_cast<const float *>(x.data);
  auto *scale = static_cast<const float *>(exec->inputs[1].data);
  auto *bias = static_cast<const float *>(exec->constants[1]);
  auto *to = static_cast<float *>(swage_rt_output(exec, 0, 2, x.dims));
  auto *arena = reinterpret_cast<float *>(exec->arena);
  for (int64_t n = 0; n < x.dims[0]; ++n) {
    memcpy(arena, from + 3 * n, 3 * sizeof(float));
    for (int i = 0; i < 3; ++i)
      to[3 * n + i] = arena[i] * scale[n] + bias[i];
  }
  return 0;
}

struct ScaleModel : FakeModel {
  ScaleModel() : FakeModel(scaleRows) {
    static const uint64_t offsets[2] = {0, 64};
    static const std::vector<unsigned char> bytes = [] {
      std::vector<unsigned char> bytes(128);
      float bias[3] = {10, 20, 30};
      memcpy(bytes.data() + 64, bias, sizeof(bias));
      return bytes;
    }();
    setInputs(scaleInputs);
    setOutputs(scaleOutputs);
    num_constants = 2;
    constant_offsets = offsets;
    weights = bytes.data();
    weights_size = 128;
    arena_size = 3 * sizeof(float);
  }
};

struct SessionTest : testing::Test {
  ScaleModel model;
  float x[6] = {1, 2, 3, 4, 5, 6};
  float scale[3] = {1, 2, 3};
  swage_tensor in[2] = {makeTensor(SWAGE_F32, x, {2, 3}),
                        makeTensor(SWAGE_F32, scale, {2})};
  swage_tensor out[1] = {};
};

TEST_F(SessionTest, ChecksRanges) {
  static const int64_t ranges[2][4] = {{2, 3, 0, -1}, {4, -1, 0, 0}};
  std::vector<swage_value_info> infos = scaleInputs;
  infos[0].dim_ranges = ranges[0];
  model.setInputs(infos);
  Session session(model, 1);
  ASSERT_EQ(session.run(in, out), SWAGE_OK) << session.error;
  swage_free(out[0].data);
  out[0] = {};
  in[0].dims[0] = in[1].dims[0] = 1;
  EXPECT_EQ(session.run(in, out), SWAGE_BAD_ARGUMENT);
  EXPECT_EQ(session.error, "dimension 0 of input 'x', the model's 'N', is 1 in "
                           "[1, 3]; the model was compiled for sizes from 2 to "
                           "3");
  // A range without an end.
  infos[0].dim_ranges = ranges[1];
  EXPECT_EQ(session.run(in, out), SWAGE_BAD_ARGUMENT);
  EXPECT_EQ(session.error, "dimension 0 of input 'x', the model's 'N', is 1 in "
                           "[1, 3]; the model was compiled for sizes from 4");
}

TEST_F(SessionTest, AllocatesOutputs) {
  Session session(model, 1);
  ASSERT_EQ(session.run(in, out), SWAGE_OK) << session.error;
  EXPECT_EQ(out[0].dtype, SWAGE_F32);
  EXPECT_EQ(out[0].rank, 2);
  EXPECT_EQ(out[0].dims[0], 2);
  auto *y = static_cast<float *>(out[0].data);
  EXPECT_EQ(std::vector<float>(y, y + 6),
            (std::vector<float>{11, 22, 33, 18, 30, 42}));
  swage_free(y);
}

TEST_F(SessionTest, TakesTheCallersBuffers) {
  Session session(model, 2);
  float y[6] = {};
  alignas(64) unsigned char workspace[64];
  out[0] = makeTensor(SWAGE_F32, y, {2, 3});
  ASSERT_EQ(session.run(in, out, workspace), SWAGE_OK) << session.error;
  EXPECT_EQ(out[0].data, y);
  EXPECT_EQ(y[5], 42);
  EXPECT_EQ(session.run(in, out, workspace + 4), SWAGE_BAD_ARGUMENT);
  EXPECT_EQ(session.error, "the workspace is not aligned to 64 bytes");
}

TEST_F(SessionTest, RunsOnEmptyTensors) {
  Session session(model, 1);
  in[0] = makeTensor(SWAGE_F32, nullptr, {0, 3});
  in[1] = makeTensor(SWAGE_F32, nullptr, {0});
  ASSERT_EQ(session.run(in, out), SWAGE_OK) << session.error;
  EXPECT_NE(out[0].data, nullptr);
  EXPECT_EQ(out[0].dims[0], 0);
  swage_free(out[0].data);
}

TEST_F(SessionTest, SaysWhichTensorDoesNotFit) {
  Session session(model, 1);
  auto fails = [&](const char *message) {
    EXPECT_EQ(session.run(in, out), SWAGE_BAD_ARGUMENT);
    EXPECT_EQ(session.error, message);
  };
  in[0].dims[1] = 4;
  fails("input 'x' is float32 [2, 4]; expected float32 [N, 3]");
  in[0].rank = 0;
  fails("input 'x' is float32 scalar; expected float32 [N, 3]");
  in[0] = makeTensor(SWAGE_F64, x, {2, 3});
  fails("input 'x' is float64 [2, 3]; expected float32 [N, 3]");
  in[0] = makeTensor(SWAGE_F32, x, {-1, 3});
  fails("input 'x' is float32 [?, 3]; expected float32 [N, 3]");
  in[0] = makeTensor(SWAGE_F32, nullptr, {2, 3});
  fails("input 'x' has no data");
  in[0] = makeTensor(SWAGE_F32, x, {INT64_MAX, 3});
  fails("input 'x' of shape [9223372036854775807, 3] is larger than memory can "
        "be");
  in[0].rank = 99;
  fails("input 'x' has rank 99; expected float32 [N, 3]");
  in[0] = makeTensor(SWAGE_F32, x, {2, 3});
  in[1].dims[0] = 3;
  fails("dimension 0 of input 'scale' is 3, but dimension 0 of input 'x' is 2; "
        "both are the model's 'N'");
  in[1].dims[0] = 2;
  float y[6];
  out[0] = makeTensor(SWAGE_F64, y, {2, 3});
  fails("output 'y' is float64 [2, 3]; expected float32 [N, 3]");
  out[0] = makeTensor(SWAGE_F32, y, {1, 3});
  fails("output 'y' has shape [2, 3], but the buffer given for it has shape "
        "[1, 3]");
  EXPECT_EQ(out[0].data, y);
}

TEST_F(SessionTest, ReleasesOutputsOfAFailedRun) {
  model.entry = [](swage_exec *exec) -> int32_t {
    scaleRows(exec);
    swage_rt_fail(exec, "index 7 is out of range");
    return 1;
  };
  Session session(model, 1);
  EXPECT_EQ(session.run(in, out), SWAGE_ERROR);
  EXPECT_EQ(session.error, "index 7 is out of range");
  EXPECT_EQ(out[0].data, nullptr);
}

TEST_F(SessionTest, NamesShapesThatDoNotFit) {
  model.entry = [](swage_exec *exec) -> int32_t {
    const int64_t shapes[] = {2, 5, 6, 0, 1, 7};
    swage_rt_fail_shapes(exec, "they differ", 3, shapes);
    return 1;
  };
  Session session(model, 1);
  EXPECT_EQ(session.run(in, out), SWAGE_ERROR);
  EXPECT_EQ(session.error, "they differ: [5, 6], scalar and [7]");
}

TEST_F(SessionTest, ReportsModelsThatBreakTheContract) {
  auto fails = [&](int32_t (*entry)(swage_exec *), const char *message) {
    model.entry = entry;
    Session session(model, 1);
    EXPECT_EQ(session.run(in, out), SWAGE_ERROR);
    EXPECT_EQ(session.error, message);
  };
  fails([](swage_exec *) { return 0; }, "model 'fake' did not make output 'y'");
  fails([](swage_exec *) { return 1; }, "the entry point of model 'fake' "
                                        "failed");
  fails(
      [](swage_exec *exec) -> int32_t {
        int64_t dims[2] = {-5, 3};
        swage_rt_output(exec, 0, 2, dims);
        return 0;
      },
      "output 'y' cannot have shape [?, 3]");
  fails(
      [](swage_exec *exec) -> int32_t {
        swage_rt_output(exec, 3, 0, nullptr);
        return 0;
      },
      "the model has no output 3");
}

TEST_F(SessionTest, RefusesWhatItCannotLoad) {
  auto fails = [](const swage_model &model, int threads, const char *weights,
                  swage_status status, const std::string &message) {
    Session session(model, threads, weights);
    EXPECT_EQ(session.session, nullptr);
    EXPECT_EQ(session.status, status);
    EXPECT_NE(session.error.find(message), std::string::npos) << session.error;
  };
  fails(model, -1, nullptr, SWAGE_BAD_ARGUMENT, "cannot use -1 threads");
  fails(model, 1, "/nonexistent", SWAGE_ERROR,
        "cannot open weights file '/nonexistent': No such file");
  fails(model, 1, "/dev/null", SWAGE_BAD_MODEL,
        "'/dev/null' has 0 bytes, but "
        "the model needs 128");
  ScaleModel small;
  small.weights_size = 63;
  fails(small, 1, nullptr, SWAGE_BAD_MODEL,
        "constant 1 of model 'fake' is at 64, outside of its 63 bytes");
  ScaleModel old;
  old.abi_version = 0;
  fails(old, 1, nullptr, SWAGE_BAD_MODEL, "compiled for version 0");
  ScaleModel bare;
  bare.weights = nullptr;
  fails(bare, 1, nullptr, SWAGE_BAD_MODEL, "neither weights nor");
}

/// The bias, which the weights hold, becomes a constant ten times as large.
int32_t growBias(swage_exec *exec) {
  auto *from = static_cast<const float *>(exec->constants[0]);
  auto *to =
      const_cast<float *>(static_cast<const float *>(exec->constants[1]));
  auto *scratch = static_cast<float *>(swage_rt_alloc(exec, 12));
  for (int i = 0; i < 3; ++i)
    scratch[i] = 10 * from[i];
  memcpy(to, scratch, 12);
  swage_rt_free(exec, scratch);
  return 0;
}

struct GrownModel : ScaleModel {
  GrownModel() {
    static const uint64_t offsets[2] = {64, 128};
    constant_offsets = offsets;
    num_prepared = 1;
    prepared_size = 192;
    prepare = growBias;
  }
};

TEST_F(SessionTest, MakesConstantsAtLoad) {
  GrownModel grown;
  for (int threads : {1, 2}) {
    Session session(grown, threads);
    ASSERT_EQ(session.status, SWAGE_OK) << session.error;
    for (int run = 0; run < 2; ++run) {
      ASSERT_EQ(session.run(in, out), SWAGE_OK) << session.error;
      EXPECT_EQ(static_cast<float *>(out[0].data)[1], 202);
      swage_free(out[0].data);
      out[0] = {};
    }
  }
}

/// Bytes of the pages of [data, data + size) that are mapped in this process,
/// by the kernel's account of the mapping that begins at `data`.
long residentBytes(const void *data) {
  std::ifstream maps("/proc/self/smaps");
  char begin[32];
  snprintf(begin, sizeof(begin), "%jx-", uintmax_t(uintptr_t(data)));
  bool inside = false;
  for (std::string line; std::getline(maps, line);) {
    inside |= line.rfind(begin, 0) == 0;
    long kilobytes;
    if (inside && sscanf(line.c_str(), "Rss: %ld kB", &kilobytes) == 1)
      return kilobytes << 10;
  }
  return -1;
}

/// Reads all weights, as what makes constants of them does.
float sumWeights(swage_exec *exec, size_t count) {
  auto *weights = static_cast<const float *>(exec->constants[0]);
  float sum = 0;
  for (size_t i = 0; i < count; ++i)
    sum += weights[i];
  return sum;
}

constexpr size_t kManyWeights = 1 << 20;

TEST_F(SessionTest, GivesPagesOfWeightsBack) {
  std::string path =
      testing::TempDir() + "SessionTest." + std::to_string(getpid()) + ".many";
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char *>(
                 std::vector<float>(kManyWeights, 1).data()),
             kManyWeights * sizeof(float));
  GrownModel grown;
  static const uint64_t offsets[2] = {0, 0};
  grown.constant_offsets = offsets;
  grown.weights_size = kManyWeights * sizeof(float);
  grown.weights = nullptr;
  grown.prepare = [](swage_exec *exec) -> int32_t {
    const void *weights = exec->constants[0];
    EXPECT_EQ(sumWeights(exec, kManyWeights), kManyWeights);
    EXPECT_GT(residentBytes(weights), 0);
    swage_rt_release_weights(exec);
    EXPECT_EQ(residentBytes(weights), 0);
    EXPECT_EQ(sumWeights(exec, kManyWeights), kManyWeights);
    return 0;
  };
  swage_session_options options = {1, path.c_str()};
  swage_session *session = nullptr;
  char *error = nullptr;
  ASSERT_EQ(swage_session_create(&grown, &options, &session, &error), SWAGE_OK)
      << error;
  swage_session_destroy(session);
  remove(path.c_str());
}

TEST_F(SessionTest, KeepsWeightsThatAreInNoFile) {
  std::vector<float> weights(kManyWeights, 1);
  GrownModel grown;
  static const uint64_t offsets[2] = {0, 0};
  grown.constant_offsets = offsets;
  grown.weights_size = kManyWeights * sizeof(float);
  grown.weights = reinterpret_cast<const unsigned char *>(weights.data());
  grown.prepare = [](swage_exec *exec) -> int32_t {
    swage_rt_release_weights(exec);
    EXPECT_EQ(sumWeights(exec, kManyWeights), kManyWeights);
    return 0;
  };
  Session session(grown, 1);
  EXPECT_EQ(session.status, SWAGE_OK) << session.error;
}

TEST_F(SessionTest, ProtectsConstantsMadeAtLoad) {
  GrownModel grown;
  grown.entry = growBias;
  Session session(grown, 1);
  ASSERT_EQ(session.status, SWAGE_OK) << session.error;
  EXPECT_DEATH(session.run(in, out), "");
}

TEST_F(SessionTest, SaysWhyConstantsCannotBeMade) {
  auto fails = [](const GrownModel &model, swage_status status,
                  const std::string &message) {
    Session session(model, 1);
    EXPECT_EQ(session.session, nullptr);
    EXPECT_EQ(session.status, status);
    EXPECT_EQ(session.error, message);
  };
  GrownModel failing;
  failing.prepare = [](swage_exec *exec) -> int32_t {
    swage_rt_fail(exec, "too small");
    return 0;
  };
  fails(failing, SWAGE_ERROR, "too small");
  GrownModel outside;
  outside.prepared_size = 64;
  fails(outside, SWAGE_BAD_MODEL,
        "constant 1 of model 'fake' is at 128, outside of the 64 bytes that "
        "are made at load");
  GrownModel silent;
  silent.prepare = nullptr;
  fails(silent, SWAGE_BAD_MODEL,
        "model 'fake' does not say how 1 of its 2 constants are made");
}

TEST_F(SessionTest, FindsWeightsBesideTheExecutable) {
  char self[4096];
  ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
  ASSERT_GT(length, 0);
  std::string folder(self, size_t(length));
  folder.resize(folder.rfind('/'));
  std::string name = "SessionTest." + std::to_string(getpid()) + ".weights";
  std::ofstream(folder + "/" + name, std::ios::binary)
      .write(reinterpret_cast<const char *>(model.weights), 128);
  // The model must be in the executable, as an emitted one is.
  // Memory of static objects is, unless it begins as zeros.
  alignas(ScaleModel) static unsigned char memory[sizeof(ScaleModel)] = {1};
  ScaleModel &inImage = *new (memory) ScaleModel;
  inImage.weights = nullptr;
  inImage.weights_file = name.c_str();
  {
    Session session(inImage, 1);
    ASSERT_EQ(session.status, SWAGE_OK) << session.error;
    ASSERT_EQ(session.run(in, out), SWAGE_OK) << session.error;
    EXPECT_EQ(static_cast<float *>(out[0].data)[0], 11);
    swage_free(out[0].data);
  }
  std::remove((folder + "/" + name).c_str());
}

TEST(DType, NamesAndSizes) {
  EXPECT_STREQ(swage_dtype_name(SWAGE_BF16), "bfloat16");
  EXPECT_EQ(swage_dtype_size(SWAGE_C128), 16u);
  EXPECT_EQ(swage_dtype_size(SWAGE_I4), 1u);
  EXPECT_EQ(swage_dtype_size(SWAGE_STRING), 0u);
  EXPECT_STREQ(swage_dtype_name(-3), "undefined");
  EXPECT_EQ(swage_dtype_size(1000), 0u);
}

} // namespace
