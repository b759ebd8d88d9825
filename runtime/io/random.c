//===- random.c - reproducible inputs -------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "io/element.h"
#include "swage/splitmix.h"

#include <string.h>

static float next_float(uint64_t *state) {
  return (float)(swage_splitmix(state) >> 40) * 0x1p-24f;
}

/// The bits of a multiple of 2^-11 in [0, 1) as float16.
static uint16_t next_half(uint64_t *state) {
  unsigned multiple = (unsigned)(swage_splitmix(state) >> 53);
  if (multiple == 0)
    return 0;
  unsigned exponent = 14; // of values from 1/2 on
  while (!(multiple & 1024)) {
    multiple *= 2;
    --exponent;
  }
  return (uint16_t)(exponent << 10 | (multiple & 1023));
}

/// The bits of a multiple of 2^-8 in [0, 1) as bfloat16: a float32's upper
/// half.
static uint16_t next_bfloat(uint64_t *state) {
  float value = (float)(swage_splitmix(state) >> 56) * 0x1p-8f;
  uint32_t bits;
  memcpy(&bits, &value, sizeof(bits));
  return (uint16_t)(bits >> 16);
}

/// The bits of any value in [0, 1) of a float type of one byte.
static uint8_t next_small_float(uint64_t *state, int32_t dtype) {
  unsigned mask = dtype == SWAGE_F4E2M1 ? 15 : 255;
  for (;;) {
    unsigned bits = (unsigned)(swage_splitmix(state) >> 56) & mask;
    double value = swage_small_float(dtype, bits);
    if (value >= 0 && value < 1)
      return (uint8_t)bits;
  }
}

static void fill_integers(unsigned char *data, int64_t count, size_t size,
                          uint64_t *state) {
  memset(data, 0, (size_t)count * size);
  for (int64_t i = 0; i < count; ++i)
    data[(size_t)i * size] = (unsigned char)(swage_splitmix(state) >> 63);
}

void swage_tensor_fill_random(const swage_tensor *tensor, uint64_t *state) {
  int64_t count = swage_tensor_count(tensor);
  void *data = tensor->data;
  switch (tensor->dtype) {
  case SWAGE_C64:
    count *= 2;
    // A complex number is two of its parts.
    // fall through
  case SWAGE_F32:
    for (int64_t i = 0; i < count; ++i)
      ((float *)data)[i] = next_float(state);
    return;
  case SWAGE_C128:
    count *= 2;
    // fall through
  case SWAGE_F64:
    for (int64_t i = 0; i < count; ++i)
      ((double *)data)[i] = swage_splitmix_unit(state);
    return;
  case SWAGE_F16:
    for (int64_t i = 0; i < count; ++i)
      ((uint16_t *)data)[i] = next_half(state);
    return;
  case SWAGE_BF16:
    for (int64_t i = 0; i < count; ++i)
      ((uint16_t *)data)[i] = next_bfloat(state);
    return;
  case SWAGE_F8E4M3FN:
  case SWAGE_F8E4M3FNUZ:
  case SWAGE_F8E5M2:
  case SWAGE_F8E5M2FNUZ:
  case SWAGE_F8E8M0:
  case SWAGE_F4E2M1:
    for (int64_t i = 0; i < count; ++i)
      ((uint8_t *)data)[i] = next_small_float(state, tensor->dtype);
    return;
  case SWAGE_BOOL:
    for (int64_t i = 0; i < count; ++i)
      ((uint8_t *)data)[i] = (uint8_t)(i & 1);
    return;
  case SWAGE_STRING:
    for (int64_t i = 0; i < count; ++i)
      ((swage_string *)data)[i] = (swage_string){"", 0};
    return;
  default:
    fill_integers(data, count, swage_dtype_size(tensor->dtype), state);
  }
}
