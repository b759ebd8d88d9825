//===- ValuesTest.cpp - strings and containers of a run -------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "swage/values.h"
#include "FakeModel.h"
#include "swage/io.h"
#include "swage/program.h"
#include <fstream>
#include <gtest/gtest.h>

using namespace swage::test;

namespace {

const int64_t anyDims[1] = {-1};
const swage_value_info anyFloats = {"",      SWAGE_F32, -1,
                                    nullptr, nullptr,   nullptr};
const swage_value_info texts = {"", SWAGE_STRING, 1, anyDims, nullptr, nullptr};
const swage_value_info floatList = {"s",     SWAGE_SEQUENCE, 1,
                                    anyDims, nullptr,        &anyFloats};
const swage_value_info textList = {"t",     SWAGE_SEQUENCE, 1,
                                   anyDims, nullptr,        &texts};
const swage_value_info maybeTexts = {"o",     SWAGE_OPTIONAL, 1,
                                     anyDims, nullptr,        &textList};

const int64_t twoDims[1] = {2};
const swage_value_info entries[2] = {
    {"", SWAGE_STRING, 1, anyDims, nullptr, nullptr},
    {"", SWAGE_F64, 1, anyDims, nullptr, nullptr}};
const swage_value_info byText = {"m", SWAGE_MAP, 1, twoDims, nullptr, entries};

/// Gives the first input back as the first output.
int32_t passOn(swage_exec *exec) {
  swage_rt_output_value(exec, 0, swage_rt_input_value(exec, 0));
  return 0;
}

struct PassOn : FakeModel {
  explicit PassOn(const swage_value_info &info,
                  int32_t (*entry)(swage_exec *) = passOn)
      : FakeModel(entry), infos{info} {
    setInputs(infos);
    setOutputs(infos);
  }
  std::vector<swage_value_info> infos;
};

swage_tensor makeList(int32_t dtype, std::vector<swage_tensor> &parts) {
  return makeTensor(dtype, parts.data(), {int64_t(parts.size())});
}

TEST(Values, PassThroughARunAsOneBlock) {
  float numbers[3] = {1, 2, 3};
  std::vector<swage_tensor> parts = {
      makeTensor(SWAGE_F32, numbers, {3}),
      makeTensor(SWAGE_F32, numbers, {}),
      makeTensor(SWAGE_F32, nullptr, {2, 0}),
  };
  PassOn model(floatList);
  Session session(model, 1);
  swage_tensor input = makeList(SWAGE_SEQUENCE, parts), output = {};
  ASSERT_EQ(session.run(&input, &output), SWAGE_OK) << session.error;
  ASSERT_EQ(output.dims[0], 3);
  auto *given = static_cast<swage_tensor *>(output.data);
  EXPECT_EQ(given[0].dims[0], 3);
  EXPECT_EQ(static_cast<float *>(given[0].data)[2], 3);
  EXPECT_EQ(given[1].rank, 0);
  EXPECT_EQ(static_cast<float *>(given[1].data)[0], 1);
  EXPECT_EQ(given[2].dims[1], 0);
  swage_free(output.data);
}

TEST(Values, NestStringsInAnOptionalSequence) {
  swage_string words[2] = {{"one", 3}, {nullptr, 0}};
  std::vector<swage_tensor> list = {makeTensor(SWAGE_STRING, words, {2})};
  std::vector<swage_tensor> one = {makeList(SWAGE_SEQUENCE, list)}, none;
  PassOn model(maybeTexts);
  Session session(model, 1);
  swage_tensor input = makeList(SWAGE_OPTIONAL, one), output = {};
  ASSERT_EQ(session.run(&input, &output), SWAGE_OK) << session.error;
  ASSERT_EQ(output.dims[0], 1);
  auto *held = static_cast<swage_tensor *>(output.data);
  auto *inner = static_cast<swage_tensor *>(held->data);
  auto *strings = static_cast<swage_string *>(inner->data);
  EXPECT_EQ(std::string(strings[0].data, size_t(strings[0].size)), "one");
  EXPECT_EQ(strings[1].size, 0);
  swage_free(output.data);

  input = makeList(SWAGE_OPTIONAL, none);
  output = {};
  ASSERT_EQ(session.run(&input, &output), SWAGE_OK) << session.error;
  EXPECT_EQ(output.dims[0], 0);
  ASSERT_NE(output.data, nullptr);
  swage_free(output.data);
}

TEST(Values, SayWhatDoesNotFitTheSignature) {
  float numbers[3] = {1, 2, 3};
  std::vector<swage_tensor> parts = {makeTensor(SWAGE_F32, numbers, {3}),
                                     makeTensor(SWAGE_I32, numbers, {3})};
  PassOn model(floatList);
  Session session(model, 1);
  swage_tensor input = makeList(SWAGE_SEQUENCE, parts), output = {};
  EXPECT_EQ(session.run(&input, &output), SWAGE_BAD_ARGUMENT);
  EXPECT_EQ(session.error, "tensor 1 of input 's' is int32 [3]; expected "
                           "float32 of any shape");
  input.dtype = SWAGE_OPTIONAL;
  EXPECT_EQ(session.run(&input, &output), SWAGE_BAD_ARGUMENT);
  EXPECT_EQ(session.error, "input 's' is optional [2]; expected sequence [?]");
  input = makeTensor(SWAGE_SEQUENCE, nullptr, {0});
  output = makeTensor(SWAGE_SEQUENCE, numbers, {0});
  EXPECT_EQ(session.run(&input, &output), SWAGE_BAD_ARGUMENT);
  EXPECT_EQ(session.error, "a buffer is given for output 's', which is a "
                           "sequence: such outputs are always allocated");
}

TEST(Values, SortMapsByTheirKeys) {
  swage_string keys[4] = {{"b", 1}, {"", 0}, {"aa", 2}, {"b", 1}};
  double numbers[4] = {1, 2, 3, 4};
  std::vector<swage_tensor> parts = {makeTensor(SWAGE_STRING, keys, {4}),
                                     makeTensor(SWAGE_F64, numbers, {4})};
  PassOn model(byText);
  Session session(model, 1);
  swage_tensor input = makeList(SWAGE_MAP, parts), output = {};
  ASSERT_EQ(session.run(&input, &output), SWAGE_OK) << session.error;
  auto *given = static_cast<swage_tensor *>(output.data);
  ASSERT_EQ(given[0].dims[0], 3);
  auto *texts = static_cast<swage_string *>(given[0].data);
  EXPECT_EQ(texts[0].size, 0);
  EXPECT_EQ(std::string(texts[1].data, 2), "aa");
  // Of equal keys the last one counts.
  const double expected[3] = {2, 3, 4};
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(static_cast<double *>(given[1].data)[i], expected[i]);
  swage_free(output.data);
}

TEST(Values, RefuseMapsOfUnlikeParts) {
  swage_string keys[2] = {{"b", 1}, {"a", 1}};
  double number = 1;
  std::vector<swage_tensor> parts = {makeTensor(SWAGE_STRING, keys, {2}),
                                     makeTensor(SWAGE_F64, &number, {1})};
  PassOn model(byText);
  Session session(model, 1);
  swage_tensor input = makeList(SWAGE_MAP, parts), output = {};
  EXPECT_EQ(session.run(&input, &output), SWAGE_BAD_ARGUMENT);
  EXPECT_EQ(session.error, "input 'm' is a map of 2 keys and 1 values");
  parts.pop_back();
  input = makeList(SWAGE_MAP, parts);
  EXPECT_EQ(session.run(&input, &output), SWAGE_BAD_ARGUMENT);
  EXPECT_EQ(session.error, "input 'm' is map [1]; expected map [2]");
}

TEST(Values, RefuseAnOptionalOfTwo) {
  std::vector<swage_tensor> lists = {makeTensor(SWAGE_SEQUENCE, nullptr, {0}),
                                     makeTensor(SWAGE_SEQUENCE, nullptr, {0})};
  PassOn model(maybeTexts);
  Session session(model, 1);
  swage_tensor input = makeList(SWAGE_OPTIONAL, lists), output = {};
  EXPECT_EQ(session.run(&input, &output), SWAGE_BAD_ARGUMENT);
}

/// Adds a tensor to the sequence many times, and shorter ones in between.
int32_t addMany(swage_exec *exec) {
  int64_t sequence = swage_rt_input_value(exec, 0);
  float number = 0;
  for (int i = 0; i < 1000; ++i) {
    number = float(i);
    int64_t tensor = swage_rt_box(exec, SWAGE_F32, 0, nullptr, &number);
    int64_t other = swage_rt_sequence_insert(exec, sequence, tensor, 0, 0);
    sequence = swage_rt_sequence_insert(exec, sequence, tensor, 0, 0);
    if (swage_rt_sequence_length(exec, other) !=
        swage_rt_sequence_length(exec, sequence))
      return 1;
  }
  swage_rt_output_value(exec, 0, sequence);
  return 0;
}

TEST(Values, ShareWhatSequencesHaveInCommon) {
  PassOn model(floatList, addMany);
  Session session(model, 1);
  swage_tensor input = makeTensor(SWAGE_SEQUENCE, nullptr, {0});
  for (int run = 0; run < 2; ++run) {
    swage_tensor output = {};
    ASSERT_EQ(session.run(&input, &output), SWAGE_OK) << session.error;
    ASSERT_EQ(output.dims[0], 1000);
    auto *parts = static_cast<swage_tensor *>(output.data);
    for (int i = 0; i < 1000; ++i)
      EXPECT_EQ(*static_cast<float *>(parts[i].data), float(i));
    swage_free(output.data);
  }
}

/// Fails in the middle of the work.
int32_t takeMissing(swage_exec *exec) {
  int64_t sequence = swage_rt_input_value(exec, 0);
  swage_rt_output_value(exec, 0, sequence);
  swage_rt_sequence_at(exec, sequence, -3);
  return 0;
}

TEST(Values, FailWithTheLengthOfTheSequence) {
  std::vector<swage_tensor> parts(2, makeTensor(SWAGE_F32, nullptr, {0}));
  PassOn model(floatList, takeMissing);
  Session session(model, 1);
  swage_tensor input = makeList(SWAGE_SEQUENCE, parts), output = {};
  EXPECT_EQ(session.run(&input, &output), SWAGE_ERROR);
  EXPECT_EQ(session.error, "position -3 is outside of a sequence of 2 tensors");
  EXPECT_EQ(output.data, nullptr);
}

int32_t unboxOther(swage_exec *exec) {
  const int64_t dims[2] = {-1, 4};
  int64_t tensor = swage_rt_sequence_at(exec, swage_rt_input_value(exec, 0), 0);
  swage_rt_unbox(exec, tensor, SWAGE_F32, 2, dims);
  return 0;
}

TEST(Values, CheckTensorsThatComeOut) {
  float numbers[6] = {};
  std::vector<swage_tensor> parts = {makeTensor(SWAGE_F32, numbers, {2, 3})};
  PassOn model(floatList, unboxOther);
  Session session(model, 1);
  swage_tensor input = makeList(SWAGE_SEQUENCE, parts), output = {};
  EXPECT_EQ(session.run(&input, &output), SWAGE_ERROR);
  EXPECT_EQ(session.error, "a tensor in a container is float32 [2, 3], but the "
                           "model needs it to be float32 [?, 4]");
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

TEST(ValueFiles, ComeBackAsTheyWere) {
  swage_string words[2] = {{"one", 3}, {"", 0}};
  uint8_t small[3] = {1, 15, 2};
  const swage_value_info fours = {"", SWAGE_U4, 1, anyDims, nullptr, nullptr};
  const swage_value_info fourList = {"f",     SWAGE_SEQUENCE, 1,
                                     anyDims, nullptr,        &fours};
  std::vector<swage_tensor> list = {makeTensor(SWAGE_STRING, words, {2})};
  std::vector<swage_tensor> one = {makeList(SWAGE_SEQUENCE, list)};
  std::vector<swage_tensor> packed = {makeTensor(SWAGE_U4, small, {3})};
  std::string path = testing::TempDir() + "value.pb";
  char *error = nullptr;

  swage_tensor value = makeList(SWAGE_OPTIONAL, one), read;
  ASSERT_EQ(swage_pb_save(path.c_str(), &value, &error), SWAGE_OK) << error;
  ASSERT_EQ(swage_value_load(path.c_str(), &maybeTexts, &read, &error),
            SWAGE_OK)
      << error;
  ASSERT_EQ(read.dims[0], 1);
  auto *inner =
      static_cast<swage_tensor *>(static_cast<swage_tensor *>(read.data)->data);
  auto *strings = static_cast<swage_string *>(inner->data);
  EXPECT_EQ(std::string(strings[0].data, 3), "one");
  swage_free(read.data);

  value = makeList(SWAGE_SEQUENCE, packed);
  ASSERT_EQ(swage_pb_save(path.c_str(), &value, &error), SWAGE_OK) << error;
  ASSERT_EQ(swage_value_load(path.c_str(), &fourList, &read, &error), SWAGE_OK)
      << error;
  auto *tensor = static_cast<swage_tensor *>(read.data);
  EXPECT_EQ(static_cast<uint8_t *>(tensor->data)[1], 15);
  swage_free(read.data);

  swage_string keys[2] = {{"x", 1}, {"yy", 2}};
  double numbers[2] = {0.5, -1};
  std::vector<swage_tensor> both = {makeTensor(SWAGE_STRING, keys, {2}),
                                    makeTensor(SWAGE_F64, numbers, {2})};
  value = makeList(SWAGE_MAP, both);
  ASSERT_EQ(swage_pb_save(path.c_str(), &value, &error), SWAGE_OK) << error;
  ASSERT_EQ(swage_value_load(path.c_str(), &byText, &read, &error), SWAGE_OK)
      << error;
  auto *halves = static_cast<swage_tensor *>(read.data);
  ASSERT_EQ(halves[0].dims[0], 2);
  EXPECT_EQ(std::string(static_cast<swage_string *>(halves[0].data)[1].data, 2),
            "yy");
  EXPECT_EQ(static_cast<double *>(halves[1].data)[1], -1);
  swage_free(read.data);
  std::ofstream(path, std::ios::binary) << std::string("\x22\x01x\x2a\x00", 5);
  EXPECT_EQ(swage_value_load(path.c_str(), &byText, &read, &error),
            SWAGE_BAD_MODEL);
  EXPECT_NE(std::string(error).find("it has 1 keys, but 0 values"),
            std::string::npos)
      << error;
  swage_free(error);
  value = makeList(SWAGE_SEQUENCE, packed);
  ASSERT_EQ(swage_pb_save(path.c_str(), &value, &error), SWAGE_OK) << error;

  // A file of something else, and one that ends too early.
  EXPECT_EQ(swage_value_load(path.c_str(), &maybeTexts, &read, &error),
            SWAGE_BAD_MODEL);
  EXPECT_NE(std::string(error).find(
                "not a valid ONNX optional: it holds something else than the "
                "model says"),
            std::string::npos)
      << error;
  swage_free(error);
  std::ofstream(path, std::ios::binary) << std::string("\x1a\x7f\x01", 3);
  EXPECT_EQ(swage_value_load(path.c_str(), &fourList, &read, &error),
            SWAGE_BAD_MODEL);
  EXPECT_NE(std::string(error).find("truncated"), std::string::npos) << error;
  swage_free(error);
  std::ofstream(path + ".npy", std::ios::binary) << "x";
  EXPECT_EQ(swage_value_load((path + ".npy").c_str(), &fourList, &read, &error),
            SWAGE_BAD_ARGUMENT);
  EXPECT_NE(std::string(error).find("a .npy file cannot hold a sequence; give "
                                    "an ONNX SequenceProto (.pb)"),
            std::string::npos)
      << error;
  swage_free(error);
}

TEST(ValueFiles, RandomContainersHaveOneElement) {
  PassOn model(maybeTexts);
  swage_tensor input = {};
  char *error = nullptr, *note = nullptr;
  ASSERT_EQ(
      swage_inputs_randomize(&model, nullptr, 0, 0, &input, &note, &error),
      SWAGE_OK)
      << error;
  EXPECT_EQ(input.dims[0], 1);
  EXPECT_EQ(static_cast<swage_tensor *>(input.data)->dims[0], 1);
  swage_free(note);
  swage_free(input.data);
}

} // namespace
