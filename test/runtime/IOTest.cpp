//===- IOTest.cpp - tensor files, hostile files, random tensors -----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "swage/io.h"
#include <cmath>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <numeric>
#include <string>
#include <vector>

namespace {

/// A loaded tensor, or the message of the failure.
struct Parsed {
  ~Parsed() { swage_free(tensor.data); }
  Parsed() = default;
  Parsed(const Parsed &) = delete;

  void take(swage_status result, char *message) {
    status = result;
    error = message ? message : "";
    swage_free(message);
  }
  template <typename T> std::vector<T> values() const {
    auto *data = static_cast<const T *>(tensor.data);
    return {data, data + swage_tensor_count(&tensor)};
  }
  std::vector<int64_t> dims() const {
    return {tensor.dims, tensor.dims + tensor.rank};
  }

  swage_tensor tensor = {};
  swage_status status = SWAGE_OK;
  std::string error;
  std::string name;
};

struct NpyFile : Parsed {
  explicit NpyFile(const std::string &bytes) {
    char *message = nullptr;
    swage_status result =
        swage_npy_parse(bytes.data(), bytes.size(), &tensor, &message);
    take(result, message);
  }
};

struct PbFile : Parsed {
  explicit PbFile(const std::string &bytes) {
    char *message = nullptr, *text = nullptr;
    swage_status result =
        swage_pb_parse(bytes.data(), bytes.size(), &tensor, &text, &message);
    name = text ? text : "";
    swage_free(text);
    take(result, message);
  }
};

std::string npy(const std::string &header, const std::string &data,
                char version = 1) {
  std::string bytes = "\x93NUMPY";
  bytes += {version, '\0'};
  auto size = static_cast<uint32_t>(header.size());
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
    bytes += static_cast<char>(size >> (8 * i));
  return bytes + header + data;
}

template <typename T> std::string raw(std::vector<T> values) {
  return {reinterpret_cast<const char *>(values.data()),
          values.size() * sizeof(T)};
}

std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 128; value >>= 7)
    bytes += static_cast<char>(value | 128);
  return bytes + static_cast<char>(value);
}

std::string number(int field, uint64_t value) {
  return varint(uint64_t(field) << 3) + varint(value);
}

std::string bytesField(int field, const std::string &bytes) {
  return varint(uint64_t(field) << 3 | 2) + varint(bytes.size()) + bytes;
}

/// A TensorProto's dims and type.
std::string proto(std::vector<int64_t> dims, int dtype) {
  std::string bytes;
  for (int64_t dim : dims)
    bytes += number(1, uint64_t(dim));
  return bytes + number(2, uint64_t(dtype));
}

TEST(Npy, ReadsBothOrders) {
  auto values = raw<int32_t>({0, 1, 2, 3, 4, 5});
  NpyFile rows(npy("{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), "
                   "}    \n",
                   values));
  ASSERT_EQ(rows.status, SWAGE_OK) << rows.error;
  EXPECT_EQ(rows.tensor.dtype, SWAGE_I32);
  EXPECT_EQ(rows.dims(), (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(rows.values<int32_t>(), (std::vector<int32_t>{0, 1, 2, 3, 4, 5}));

  NpyFile columns(
      npy("{\"shape\":(2L,3L),'fortran_order':True,'descr':'<i4'}", values, 2));
  ASSERT_EQ(columns.status, SWAGE_OK) << columns.error;
  EXPECT_EQ(columns.values<int32_t>(),
            (std::vector<int32_t>{0, 2, 4, 1, 3, 5}));
}

TEST(Npy, ReadsBigEndian) {
  NpyFile file(npy("{'descr': '>u2', 'fortran_order': False, 'shape': (2,)}",
                   std::string("\x01\x02\x03\x04", 4)));
  ASSERT_EQ(file.status, SWAGE_OK) << file.error;
  EXPECT_EQ(file.values<uint16_t>(), (std::vector<uint16_t>{0x0102, 0x0304}));
}

TEST(Npy, ReadsStrings) {
  std::vector<uint32_t> codes = {'a', 0x20AC, 0x1F600, 0, 0, 0};
  NpyFile file(npy("{'descr': '<U3', 'fortran_order': False, 'shape': (2,)}",
                   raw(codes)));
  ASSERT_EQ(file.status, SWAGE_OK) << file.error;
  auto strings = file.values<swage_string>();
  EXPECT_EQ(std::string(strings[0].data, size_t(strings[0].size)),
            "a\xE2\x82\xAC\xF0\x9F\x98\x80");
  EXPECT_EQ(strings[1].size, 0);
}

TEST(Npy, ReportsMalformedFiles) {
  auto fails = [](const std::string &bytes, const char *message) {
    NpyFile file(bytes);
    EXPECT_NE(file.status, SWAGE_OK);
    EXPECT_NE(file.error.find(message), std::string::npos) << file.error;
    EXPECT_EQ(file.tensor.data, nullptr);
  };
  auto header = [](const std::string &descr, const std::string &shape) {
    return "{'descr': " + descr +
           ", 'fortran_order': False, 'shape': " + shape + "}";
  };
  fails("", "magic");
  fails("\x93NUMPY", "magic");
  fails(npy("", "", 9), "version 9");
  fails(npy("", ""), "not a dictionary");
  fails(npy("{}", ""), "lacks 'descr'");
  fails(npy(header("'<f4'", "(2,)"), "1234567"), "truncated");
  fails(npy(header("'<f4'", "(2,)"), "").substr(0, 30), "truncated");
  fails(npy(header("'<f4'", "(-2,)"), ""), "'shape' is not");
  fails(npy(header("'<f4'", "(4611686018427387904, 8)"), ""), "larger than");
  fails(npy(header("'<f4'", "(99999999999999999999,)"), ""), "'shape' is not");
  fails(npy(header("'<f4'", "(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)"), "1234"),
        "'shape' is not");
  fails(npy(header("'<f4'", "(1 2)"), ""), "'shape' is not");
  fails(npy(header("'<U0'", "(99999999999999,)"), ""), "no characters");
  fails(npy(header("'<U1'", "(1,)"), raw<uint32_t>({0xD800})),
        "string 0 has an invalid character");
  fails(npy(header("'<f3'", "(1,)"), "123"), "type '<f3'");
  fails(npy(header("'<M8[s]'", "(1,)"), ""), "type '<M8[s]'");
  fails(npy(header("'", "(1,)"), ""), "type");
  fails(npy(header("[('a', '<i4')]", "(1,)"), ""), "records");
  fails(npy("{'descr': '<f4', 'fortran_order': 3, 'shape': ()}", ""),
        "neither True nor False");
  fails(npy("{'what': 3}", ""), "unknown key");
}

TEST(Npy, EveryTruncationIsReported) {
  std::string whole =
      npy("{'descr': '<f8', 'fortran_order': True, 'shape': (1, 2)}\n",
          raw<double>({1, 2}));
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_NE(NpyFile(whole.substr(0, size)).status, SWAGE_OK);
}

TEST(Npy, AnyByteMayBeWrong) {
  std::string whole =
      npy("{'descr': '>U1', 'fortran_order': True, 'shape': (2, 2)}\n",
          raw<uint32_t>({1, 2, 3, 4}));
  for (size_t i = 0; i < whole.size(); ++i)
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = whole;
      changed[i] = static_cast<char>(byte);
      NpyFile file(changed);
    }
}

struct SavedFile : testing::Test {
  std::string path = testing::TempDir() + "/swage-io-test.npy";
  void TearDown() override { std::remove(path.c_str()); }

  /// Saves and loads; the header's first line is in `header` then.
  void roundTrip(const swage_tensor &tensor, Parsed &loaded) {
    char *message = nullptr;
    swage_status status = swage_npy_save(path.c_str(), &tensor, &message);
    loaded.take(status, message);
    ASSERT_EQ(status, SWAGE_OK) << loaded.error;
    std::ifstream stream(path, std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(stream)), {});
    header = bytes.substr(10, bytes.find('}') - 9);
    EXPECT_EQ((bytes.find('\n') + 1) % 64, 0u);
    status = swage_tensor_load(path.c_str(), &loaded.tensor, &message);
    loaded.take(status, message);
    ASSERT_EQ(status, SWAGE_OK) << loaded.error;
  }
  std::string header;
};

TEST_F(SavedFile, HasEveryType) {
  for (int32_t dtype = SWAGE_F32; dtype <= SWAGE_I2; ++dtype) {
    if (dtype == SWAGE_STRING)
      continue;
    std::vector<unsigned char> data(6 * swage_dtype_size(dtype));
    std::iota(data.begin(), data.end(), 1);
    swage_tensor tensor = {data.data(), dtype, 2, {3, 2}};
    Parsed loaded;
    roundTrip(tensor, loaded);
    ASSERT_TRUE(swage_tensor_retype(&loaded.tensor, dtype)) << header;
    EXPECT_EQ(loaded.dims(), (std::vector<int64_t>{3, 2}));
    EXPECT_EQ(memcmp(loaded.tensor.data, data.data(), data.size()), 0);
    EXPECT_FALSE(swage_tensor_retype(&loaded.tensor, SWAGE_STRING));
  }
}

TEST_F(SavedFile, HasScalarsAndEmptyTensors) {
  double value = 2.5;
  Parsed scalar, empty;
  roundTrip({&value, SWAGE_F64, 0, {}}, scalar);
  EXPECT_EQ(header, "{'descr': '<f8', 'fortran_order': False, 'shape': (), }");
  EXPECT_EQ(scalar.values<double>(), std::vector<double>{2.5});
  roundTrip({nullptr, SWAGE_U8, 3, {4, 0, 7}}, empty);
  EXPECT_EQ(header, "{'descr': '|u1', 'fortran_order': False, 'shape': (4, 0, "
                    "7, ), }");
  EXPECT_EQ(empty.dims(), (std::vector<int64_t>{4, 0, 7}));
}

TEST_F(SavedFile, HasStrings) {
  for (std::string second : {"\xE2\x82\xAC uro", "\xFF\xFE", ""}) {
    swage_string strings[2] = {{"abc", 3},
                               {second.data(), int64_t(second.size())}};
    Parsed loaded;
    roundTrip({strings, SWAGE_STRING, 1, {2}}, loaded);
    auto read = loaded.values<swage_string>();
    EXPECT_EQ(std::string(read[0].data, size_t(read[0].size)), "abc");
    EXPECT_EQ(std::string(read[1].data, size_t(read[1].size)), second);
  }
}

TEST(Files, SayWhatIsWrong) {
  swage_tensor tensor;
  char *message = nullptr;
  EXPECT_EQ(swage_tensor_load("/nonexistent/x.npy", &tensor, &message),
            SWAGE_ERROR);
  EXPECT_STREQ(message,
               "cannot open '/nonexistent/x.npy': No such file or directory");
  swage_free(message);
  EXPECT_EQ(swage_tensor_load("/dev/null", &tensor, &message), SWAGE_BAD_MODEL);
  EXPECT_STREQ(message,
               "'/dev/null': not a valid ONNX tensor: it has no data type");
  swage_free(message);
  float value = 0;
  tensor = {&value, SWAGE_F32, 0, {}};
  EXPECT_EQ(swage_npy_save("/nonexistent/x.npy", &tensor, &message),
            SWAGE_ERROR);
  EXPECT_STREQ(message, "cannot write '/nonexistent/x.npy': No such file or "
                        "directory");
  swage_free(message);
}

TEST(Pb, ReadsRawAndTypedData) {
  PbFile file(proto({2, 1}, SWAGE_F32) + bytesField(8, "weight") +
              bytesField(9, raw<float>({1.5f, -2})));
  ASSERT_EQ(file.status, SWAGE_OK) << file.error;
  EXPECT_EQ(file.name, "weight");
  EXPECT_EQ(file.dims(), (std::vector<int64_t>{2, 1}));
  EXPECT_EQ(file.values<float>(), (std::vector<float>{1.5f, -2}));

  // Packed, not packed, and both.
  std::string one = varint(4 << 3 | 5) + raw<float>({3});
  PbFile typed(proto({3}, SWAGE_F32) + one + bytesField(4, raw<float>({4, 5})));
  ASSERT_EQ(typed.status, SWAGE_OK) << typed.error;
  EXPECT_EQ(typed.values<float>(), (std::vector<float>{3, 4, 5}));

  PbFile shorts(proto({2}, SWAGE_I16) +
                bytesField(5, varint(uint64_t(-3)) + varint(7)));
  ASSERT_EQ(shorts.status, SWAGE_OK) << shorts.error;
  EXPECT_EQ(shorts.values<int16_t>(), (std::vector<int16_t>{-3, 7}));

  PbFile complex(proto({1}, SWAGE_C128) + bytesField(10, raw<double>({1, -1})));
  ASSERT_EQ(complex.status, SWAGE_OK) << complex.error;
  EXPECT_EQ(static_cast<double *>(complex.tensor.data)[1], -1);

  PbFile flags(proto({2}, SWAGE_BOOL) + bytesField(9, std::string("\0\5", 2)));
  EXPECT_EQ(flags.values<uint8_t>(), (std::vector<uint8_t>{0, 1}));
}

TEST(Pb, UnpacksSubByteTypes) {
  std::string nibbles = "\xF1\x08";
  for (const std::string &data :
       {bytesField(9, nibbles), bytesField(5, varint(0xF1) + varint(8))}) {
    PbFile s(proto({3}, SWAGE_I4) + data), u(proto({3}, SWAGE_U4) + data),
        f(proto({3}, SWAGE_F4E2M1) + data), u2(proto({7}, SWAGE_U2) + data),
        i2(proto({2, 4}, SWAGE_I2) + data);
    ASSERT_EQ(s.status, SWAGE_OK) << s.error;
    EXPECT_EQ(s.values<int8_t>(), (std::vector<int8_t>{1, -1, -8}));
    EXPECT_EQ(u.values<uint8_t>(), (std::vector<uint8_t>{1, 15, 8}));
    EXPECT_EQ(swage_tensor_element(&f.tensor, 1), -6);
    EXPECT_EQ(u2.values<uint8_t>(),
              (std::vector<uint8_t>{1, 0, 3, 3, 0, 2, 0}));
    EXPECT_EQ(i2.values<int8_t>(),
              (std::vector<int8_t>{1, 0, -1, -1, 0, -2, 0, 0}));
  }
}

TEST(Pb, ReadsStrings) {
  PbFile file(proto({2}, SWAGE_STRING) + bytesField(6, "hello") +
              bytesField(6, ""));
  ASSERT_EQ(file.status, SWAGE_OK) << file.error;
  auto strings = file.values<swage_string>();
  EXPECT_EQ(std::string(strings[0].data, size_t(strings[0].size)), "hello");
  EXPECT_EQ(strings[1].size, 0);
}

TEST(Pb, ReportsMalformedFiles) {
  auto fails = [](const std::string &bytes, const char *message) {
    PbFile file(bytes);
    EXPECT_NE(file.status, SWAGE_OK);
    EXPECT_NE(file.error.find(message), std::string::npos) << file.error;
    EXPECT_EQ(file.tensor.data, nullptr);
  };
  fails("", "no data type");
  fails("garbage", "truncated or of another format");
  fails(proto({}, 77), "no known data type");
  fails(proto({-1}, SWAGE_F32), "negative dimension");
  fails(proto(std::vector<int64_t>(17, 1), SWAGE_F32), "more than 16");
  fails(proto({INT64_MAX, INT64_MAX}, SWAGE_U8), "larger than memory");
  fails(proto({INT64_MAX / 2}, SWAGE_I4) + bytesField(9, "x"),
        "cannot be 1 bytes");
  fails(proto({INT64_MAX / 2}, SWAGE_U2), "holds 0");
  fails(proto({2}, SWAGE_F32), "float32 [2] needs 2 values, it holds 0");
  fails(proto({2}, SWAGE_F32) + bytesField(9, "1234567"), "cannot be 7 bytes");
  fails(proto({2}, SWAGE_F32) + bytesField(4, "1234567"), "data are broken");
  fails(proto({1}, SWAGE_I32) + bytesField(5, "\xFF"), "data are broken");
  fails(proto({1}, SWAGE_I32) + bytesField(5, std::string(11, '\x80')),
        "data are broken");
  fails(proto({1}, SWAGE_STRING) + bytesField(9, "abc"), "raw data");
  fails(proto({1}, SWAGE_STRING) + number(6, 5), "strings are broken");
  fails(proto({1}, SWAGE_F32) + bytesField(3, ""), "sequences");
  fails(proto({1}, SWAGE_F32) + number(14, 1), "another file");
  fails(proto({1}, SWAGE_F32) + varint(9 << 3 | 2) + varint(UINT64_MAX),
        "truncated");
  fails(std::string("\0", 1), "truncated");
}

/// A cheap fuzzer: no change of a byte may do more than give a message.
TEST(Pb, AnyByteMayBeWrong) {
  std::string whole = proto({2, 2}, SWAGE_I32) + bytesField(8, "name") +
                      bytesField(5, varint(1) + varint(2) + varint(3)) +
                      number(5, 4);
  ASSERT_EQ(PbFile(whole).status, SWAGE_OK);
  for (size_t i = 0; i < whole.size(); ++i)
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = whole;
      changed[i] = static_cast<char>(byte);
      PbFile file(changed);
      PbFile truncated(changed.substr(0, i));
    }
}

TEST(Element, DecodesSmallFloats) {
  auto value = [](int32_t dtype, uint16_t bits) {
    swage_tensor tensor = {&bits, dtype, 0, {}};
    return swage_tensor_element(&tensor, 0);
  };
  EXPECT_EQ(value(SWAGE_F16, 0x3C00), 1);
  EXPECT_EQ(value(SWAGE_F16, 0xFBFF), -65504);
  EXPECT_EQ(value(SWAGE_F16, 1), std::ldexp(1, -24));
  EXPECT_EQ(value(SWAGE_F16, 0xFC00), -INFINITY);
  EXPECT_TRUE(std::isnan(value(SWAGE_F16, 0x7C01)));
  EXPECT_EQ(value(SWAGE_BF16, 0x4049), 3.140625);
  EXPECT_EQ(value(SWAGE_F8E4M3FN, 0x7E), 448);
  EXPECT_TRUE(std::isnan(value(SWAGE_F8E4M3FN, 0xFF)));
  EXPECT_EQ(value(SWAGE_F8E4M3FNUZ, 0x7F), 240);
  EXPECT_TRUE(std::isnan(value(SWAGE_F8E4M3FNUZ, 0x80)));
  EXPECT_EQ(value(SWAGE_F8E5M2, 0x7B), 57344);
  EXPECT_EQ(value(SWAGE_F8E5M2, 0x7C), INFINITY);
  EXPECT_EQ(value(SWAGE_F8E5M2FNUZ, 0x7F), 57344);
  EXPECT_EQ(value(SWAGE_F8E8M0, 128), 2);
  EXPECT_EQ(value(SWAGE_F4E2M1, 7), 6);
  EXPECT_EQ(value(SWAGE_F4E2M1, 1), 0.5);
}

TEST(Random, IsReproducibleAndInRange) {
  for (int32_t dtype = SWAGE_F32; dtype <= SWAGE_I2; ++dtype) {
    if (dtype == SWAGE_STRING)
      continue;
    std::vector<unsigned char> first(1000 * swage_dtype_size(dtype)),
        second(first.size(), 0xAA);
    swage_tensor one = {first.data(), dtype, 1, {1000}};
    swage_tensor two = {second.data(), dtype, 1, {1000}};
    uint64_t stateOne = 42, stateTwo = 42;
    swage_tensor_fill_random(&one, &stateOne);
    swage_tensor_fill_random(&two, &stateTwo);
    EXPECT_EQ(first, second);
    EXPECT_EQ(stateOne, stateTwo);
    double sum = 0;
    bool isFloat = dtype == SWAGE_F32 || dtype == SWAGE_F64 ||
                   dtype == SWAGE_F16 || dtype == SWAGE_BF16;
    for (int64_t i = 0; i < 1000; ++i) {
      double value = swage_tensor_element(&one, i);
      EXPECT_GE(value, 0);
      EXPECT_LE(value, 1);
      sum += value;
    }
    if (isFloat) {
      EXPECT_NEAR(sum / 1000, 0.5, 0.05);
    }
  }
}

TEST(Random, TheGeneratorIsFixed) {
  float values[3];
  swage_tensor tensor = {values, SWAGE_F32, 1, {3}};
  uint64_t state = 0;
  swage_tensor_fill_random(&tensor, &state);
  EXPECT_FLOAT_EQ(values[0], 0.88331074f);
}

} // namespace
