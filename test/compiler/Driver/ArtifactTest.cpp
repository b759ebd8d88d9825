//===- ArtifactTest.cpp - tests of linked models --------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Links the handmade model into every kind of artifact, and lets the system's
// C compiler build programs against them.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Artifacts/Artifact.h"
#include "compiler/Driver/Artifacts/CNames.h"
#include "compiler/Driver/Artifacts/Facts.h"
#include "compiler/JIT/JITModel.h"
#include "compiler/JIT/KernelRunner.h"
#include "test/compiler/Driver/HandmadeModel.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"
#include <gtest/gtest.h>

using namespace llvm;
using namespace swage;
using namespace swage::test;

/// The value of an Expected that must not be an error.
template <typename T> static T get(Expected<T> value) {
  if (!value) {
    ADD_FAILURE() << toString(value.takeError());
    std::abort();
  }
  return std::move(*value);
}

static std::string message(Error error) {
  return error ? toString(std::move(error)) : "success";
}

namespace {

/// A folder of its own for each test.
class ArtifactTest : public ::testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(sys::fs::createUniqueDirectory("swage-artifact", folder));
  }
  void TearDown() override { sys::fs::remove_directories(folder); }

  std::string at(const Twine &name) { return (folder + "/" + name).str(); }

  void emit(const CompiledModel &model, ArtifactKind kind, const Twine &name,
            bool weightsInFile = false) {
    ArtifactOptions options;
    options.kind = kind;
    options.output = at(name);
    options.weightsInFile = weightsInFile;
    EXPECT_EQ(message(writeArtifact(model, options)), "success");
  }

  std::string read(const Twine &name) {
    auto file = MemoryBuffer::getFile(at(name));
    return file ? (*file)->getBuffer().str() : "no file " + name.str();
  }

  /// Runs a shell command in the folder; its status, its output in `output`.
  int shell(const Twine &command) {
    std::string line =
        ("cd " + folder + " && (" + command + ") > log 2>&1").str();
    int status = std::system(line.c_str());
    output = read("log");
    return WEXITSTATUS(status);
  }

  /// The files of the folder.
  std::set<std::string> list() {
    std::set<std::string> names;
    std::error_code code;
    for (sys::fs::directory_iterator i(folder, code), end; i != end && !code;
         i.increment(code))
      names.insert(sys::path::filename(i->path()).str());
    return names;
  }

  void write(const Twine &name, StringRef text) {
    std::error_code code;
    raw_fd_ostream(at(name), code) << text;
  }

  SmallString<128> folder;
  std::string output;
};

} // namespace

/// A program that calls the typed function from several threads.
static constexpr StringLiteral typedProgram = R"(
#include "affine.h"
#include <stdio.h>
int main(void) {
  float x[4] = {1, 2, 3, 4}, y[4];
  _Alignas(64) static unsigned char workspace[AFFINE_WORKSPACE_SIZE];
  if (affine_run(x, y, workspace) || affine_run(x, y, NULL)) {
    puts(affine_error());
    return 1;
  }
  printf("%g %g %g %g\n", y[0], y[1], y[2], y[3]);
  int status = affine_run(x, NULL, NULL);
  printf("%d %s\n", status, affine_error());
  affine_unload();
  return 0;
}
)";
static constexpr StringLiteral typedOutput =
    "2.5 4.5 6.5 8.5\n4 output 'y' is NULL\n";

TEST_F(ArtifactTest, KernelRunnerCallsKernel) {
  ObjectCode kernel = get(makeKernel(TargetInfo::host()));
  auto runner = get(KernelRunner::load(kernel.object, kernel.symbol, 2));
  float x[5] = {1, 2, 3, 4, 5}, scale = 10, bias = 1, y[5];
  void *buffers[] = {x, &scale, &bias, y};
  int64_t count = 5;
  EXPECT_EQ(message(runner->run(buffers, &count)), "success");
  EXPECT_EQ(y[0], 11);
  EXPECT_EQ(y[4], 51);
}

TEST_F(ArtifactTest, KernelRunnerNamesMissingSymbol) {
  ObjectCode kernel = get(makeKernel(TargetInfo::host()));
  auto runner = KernelRunner::load(kernel.object, "no_such_kernel");
  ASSERT_FALSE(static_cast<bool>(runner));
  EXPECT_NE(toString(runner.takeError()).find("no_such_kernel"),
            std::string::npos);
}

TEST_F(ArtifactTest, JITRuns) {
  auto model = get(JITModel::load(get(makeModel())));
  swage_session *session = nullptr;
  char *error = nullptr;
  ASSERT_EQ(swage_session_create(model->getModel(), nullptr, &session, &error),
            SWAGE_OK)
      << error;
  float x[4] = {1, 2, 3, 4};
  swage_tensor input = {x, SWAGE_F32, 1, {4}}, result = {};
  ASSERT_EQ(swage_session_run(session, &input, &result, nullptr, &error),
            SWAGE_OK)
      << error;
  EXPECT_EQ(static_cast<float *>(result.data)[3], 8.5f);
  swage_free(result.data);
  swage_session_destroy(session);
}

TEST_F(ArtifactTest, StaticLibraryLinks) {
  emit(get(makeModel()), ArtifactKind::Static, "libaffine.a");
  EXPECT_EQ(list(), (std::set<std::string>{"affine.h", "libaffine.a"}));
  write("main.c", typedProgram);
  EXPECT_EQ(shell("cc -std=c11 -Wall -Wextra -Wpedantic -Werror main.c "
                  "libaffine.a -lm -pthread -o main && ./main"),
            0);
  EXPECT_EQ(output, typedOutput);
}

TEST_F(ArtifactTest, SharedLibraryLinks) {
  emit(get(makeModel()), ArtifactKind::Shared, "libaffine.so");
  write("main.c", typedProgram);
  EXPECT_EQ(shell("cc -std=c11 -Wall -Wextra -Wpedantic -Werror main.c "
                  "libaffine.so -Wl,-rpath,. -o main && ./main"),
            0);
  EXPECT_EQ(output, typedOutput);
  // Nothing but the interface is visible.
  shell("nm -D --defined-only libaffine.so | awk '{print $3}' | grep -v "
        "'^affine_\\|^swage_session_\\|^swage_free\\|^swage_dtype_'");
  EXPECT_EQ(output, "");
}

TEST_F(ArtifactTest, ObjectLinksWithTheRuntime) {
  emit(get(makeModel()), ArtifactKind::Object, "affine.o");
  write("main.c", typedProgram);
  EXPECT_EQ(shell("cc main.c affine.o " SWAGE_RUNTIME_LIBRARY
                  " -lm -pthread -o main && ./main"),
            0);
  EXPECT_EQ(output, typedOutput);
}

TEST_F(ArtifactTest, TwoModelsLinkIntoOneProgram) {
  HandmadeOptions other;
  other.name = "second";
  emit(get(makeModel()), ArtifactKind::Static, "libaffine.a");
  emit(get(makeModel(other)), ArtifactKind::Static, "libsecond.a");
  write("main.c", R"(
#include "affine.h"
#include "second.h"
#include <stdio.h>
int main(void) {
  float x[4] = {1, 2, 3, 4}, y[4], z[4];
  int status = affine_run(x, y, NULL) || second_run(y, z, NULL);
  printf("%d %g\n", status, z[0]);
}
)");
  EXPECT_EQ(shell("cc main.c libaffine.a libsecond.a -lm -pthread -o main && "
                  "./main"),
            0);
  EXPECT_EQ(output, "0 5.5\n");
}

TEST_F(ArtifactTest, DynamicModelHasTheGenericInterface) {
  HandmadeOptions options;
  options.dynamic = true;
  emit(get(makeModel(options)), ArtifactKind::Static, "libaffine.a");
  EXPECT_EQ(read("affine.h").find("affine_run"), std::string::npos);
  EXPECT_NE(read("affine.h").find("x  float32[n]"), std::string::npos);
  write("main.cpp", R"(
#include "affine.h"
#include <cstdio>
int main() {
  swage_session *session = nullptr;
  char *error = nullptr;
  if (swage_session_create(affine_model(), nullptr, &session, &error))
    return std::puts(error), 1;
  float x[3] = {1, 2, 3};
  swage_tensor input = {x, SWAGE_F32, 1, {3}};
  swage_tensor output = {};
  if (swage_session_run(session, &input, &output, nullptr, &error))
    return std::puts(error), 1;
  std::printf("%d %g\n", int(output.dims[0]), static_cast<float *>(output.data)[2]);
  swage_free(output.data);
  swage_session_destroy(session);
}
)");
  EXPECT_EQ(
      shell("c++ -std=c++17 -Wall -Wextra -Wno-missing-field-initializers "
            "-Wpedantic -Werror main.cpp libaffine.a -lm -pthread -o main "
            "&& ./main"),
      0);
  EXPECT_EQ(output, "3 6.5\n");
}

TEST_F(ArtifactTest, WeightsInFile) {
  emit(get(makeModel()), ArtifactKind::Shared, "libaffine.so", true);
  EXPECT_EQ(list(), (std::set<std::string>{"affine.h", "affine.weights",
                                           "libaffine.so"}));
  EXPECT_EQ(read("affine.weights").size(), 68u);
  write("main.c", typedProgram);
  EXPECT_EQ(shell("cc main.c libaffine.so -Wl,-rpath,$PWD -o main && cd / && "
                  "$OLDPWD/main"),
            0);
  EXPECT_EQ(output, typedOutput);
}

TEST_F(ArtifactTest, TextKinds) {
  CompiledModel model = get(makeModel());
  emit(model, ArtifactKind::Header, "affine.h");
  EXPECT_NE(read("affine.h").find("int32_t affine_run(const float *x"),
            std::string::npos);
  emit(model, ArtifactKind::LLVMIR, "affine.ll");
  EXPECT_NE(read("affine.ll").find("define void @swage_affine_f32"),
            std::string::npos);
  emit(model, ArtifactKind::Assembly, "affine.s");
  EXPECT_NE(read("affine.s").find("swage_affine_f32:"), std::string::npos);
  emit(model, ArtifactKind::Bitcode, "affine.bc");
  EXPECT_EQ(read("affine.bc").substr(0, 2), "BC");
}

TEST_F(ArtifactTest, FactsAreReadable) {
  emit(get(makeModel()), ArtifactKind::Shared, "libaffine.so");
  emit(get(makeModel()), ArtifactKind::Static, "libaffine.a");
  for (const char *name : {"libaffine.so", "libaffine.a"}) {
    std::optional<json::Object> facts = get(readFacts(at(name)));
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->getString("producer"), "handmade");
    EXPECT_EQ(facts->getInteger("arena_bytes"), 64);
  }
  EXPECT_FALSE(get(readFacts(SWAGE_RUNTIME_LIBRARY)));
}

TEST_F(ArtifactTest, CrossObject) {
  HandmadeOptions options;
  options.target = get(TargetInfo::parse("aarch64-linux-gnu"));
  ArtifactOptions artifact;
  artifact.output = at("affine");
  std::string text = message(writeArtifact(get(makeModel(options)), artifact));
  // Without the cross compiler the message says what to install.
  EXPECT_TRUE(text == "success" || text.find("aarch64") != std::string::npos)
      << text;
}

TEST_F(ArtifactTest, FailureLeavesNothing) {
  CompiledModel model = get(makeModel());
  model.entry = "missing_entry";
  ArtifactOptions options;
  options.kind = ArtifactKind::Shared;
  options.output = at("libaffine.so");
  std::string text = message(writeArtifact(model, options));
  EXPECT_NE(text.find("missing_entry"), std::string::npos) << text;
  EXPECT_TRUE(list().empty());

  options.output = at("no/such/folder/libaffine.so");
  text = message(writeArtifact(model, options));
  EXPECT_NE(text.find("libaffine.so': No such file"), std::string::npos)
      << text;
}

TEST(CNamesTest, Identifiers) {
  EXPECT_EQ(getCIdentifier("input.1"), "input_1");
  EXPECT_EQ(getCIdentifier("1x"), "x1x");
  EXPECT_EQ(getCIdentifier("class"), "class_");
  EXPECT_EQ(getCIdentifier(""), "value");
  EXPECT_EQ(getModelName("out/libresnet50.so"), "resnet50");
  EXPECT_EQ(getModelName("out/my-net.v2.exe"), "my_net");
}
