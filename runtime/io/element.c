//===- element.c - single elements as numbers -----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "io/element.h"

#include "core/memory.h"
#include <math.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "files are read into memory as they are, which is little-endian"
#endif

/// How a float of at most 16 bits is made up of sign, exponent and mantissa.
typedef struct small_float {
  uint8_t exponent_bits;
  uint8_t mantissa_bits;
  int16_t bias;
  enum { IEEE, MAX_IS_NAN, NEGATIVE_ZERO_IS_NAN, NO_NAN } specials;
} small_float;

static double decode(unsigned bits, small_float format) {
  unsigned width = 1u + format.exponent_bits + format.mantissa_bits;
  unsigned sign = bits >> (width - 1) & 1;
  unsigned largest = (1u << format.exponent_bits) - 1;
  unsigned exponent = bits >> format.mantissa_bits & largest;
  unsigned mantissas = 1u << format.mantissa_bits;
  unsigned mantissa = bits & (mantissas - 1);
  if (format.specials == IEEE && exponent == largest)
    return mantissa ? (double)NAN : sign ? -(double)INFINITY : (double)INFINITY;
  if (format.specials == MAX_IS_NAN && exponent == largest &&
      mantissa == mantissas - 1)
    return (double)NAN;
  if (format.specials == NEGATIVE_ZERO_IS_NAN && bits == 1u << (width - 1))
    return (double)NAN;
  double value = exponent
                     ? ldexp(mantissas + mantissa,
                             (int)exponent - format.bias - format.mantissa_bits)
                     : ldexp(mantissa, 1 - format.bias - format.mantissa_bits);
  return sign ? -value : value;
}

double swage_small_float(int32_t dtype, unsigned bits) {
  switch (dtype) {
  case SWAGE_F16:
    return decode(bits, (small_float){5, 10, 15, IEEE});
  case SWAGE_BF16:
    return decode(bits, (small_float){8, 7, 127, IEEE});
  case SWAGE_F8E4M3FN:
    return decode(bits, (small_float){4, 3, 7, MAX_IS_NAN});
  case SWAGE_F8E4M3FNUZ:
    return decode(bits, (small_float){4, 3, 8, NEGATIVE_ZERO_IS_NAN});
  case SWAGE_F8E5M2:
    return decode(bits, (small_float){5, 2, 15, IEEE});
  case SWAGE_F8E5M2FNUZ:
    return decode(bits, (small_float){5, 2, 16, NEGATIVE_ZERO_IS_NAN});
  case SWAGE_F4E2M1:
    return decode(bits & 15, (small_float){2, 1, 1, NO_NAN});
  case SWAGE_F8E8M0: // a power of two, without sign
    return bits == 255 ? (double)NAN : ldexp(1, (int)bits - 127);
  default:
    return 0;
  }
}

// Reads an element of a C type; memcpy, as caller's data may be unaligned.
#define READ(type)                                                             \
  do {                                                                         \
    type value;                                                                \
    memcpy(&value, (const unsigned char *)tensor->data + index * size,         \
           sizeof(value));                                                     \
    return (double)value;                                                      \
  } while (0)

double swage_tensor_element(const swage_tensor *tensor, int64_t index) {
  int64_t size = (int64_t)swage_dtype_size(tensor->dtype);
  switch (tensor->dtype) {
  case SWAGE_F32:
  case SWAGE_C64:
    READ(float);
  case SWAGE_F64:
  case SWAGE_C128:
    READ(double);
  case SWAGE_BOOL:
  case SWAGE_U8:
  case SWAGE_U4:
  case SWAGE_U2:
    READ(uint8_t);
  case SWAGE_I8:
  case SWAGE_I4:
  case SWAGE_I2:
    READ(int8_t);
  case SWAGE_U16:
    READ(uint16_t);
  case SWAGE_I16:
    READ(int16_t);
  case SWAGE_U32:
    READ(uint32_t);
  case SWAGE_I32:
    READ(int32_t);
  case SWAGE_U64:
    READ(uint64_t);
  case SWAGE_I64:
    READ(int64_t);
  case SWAGE_STRING:
    return 0;
  default:
    break;
  }
  uint16_t bits = 0;
  if (size)
    memcpy(&bits, (const unsigned char *)tensor->data + index * size,
           (size_t)size);
  return swage_small_float(tensor->dtype, bits);
}

#undef READ

int64_t swage_tensor_count(const swage_tensor *tensor) {
  int64_t count = 0;
  swage_count_elements(tensor->rank, tensor->dims, 0, &count);
  return count;
}

int32_t swage_npy_carrier(int32_t dtype) {
  switch (dtype) {
  case SWAGE_BF16:
    return SWAGE_U16;
  case SWAGE_F8E4M3FN:
  case SWAGE_F8E4M3FNUZ:
  case SWAGE_F8E5M2:
  case SWAGE_F8E5M2FNUZ:
  case SWAGE_F8E8M0:
  case SWAGE_F4E2M1:
  case SWAGE_U4:
  case SWAGE_U2:
    return SWAGE_U8;
  case SWAGE_I4:
  case SWAGE_I2:
    return SWAGE_I8;
  default:
    return dtype;
  }
}

int swage_tensor_retype(swage_tensor *tensor, int32_t dtype) {
  if (swage_npy_carrier(dtype) != tensor->dtype &&
      swage_npy_carrier(tensor->dtype) != dtype && tensor->dtype != dtype)
    return 0;
  tensor->dtype = dtype;
  return 1;
}
