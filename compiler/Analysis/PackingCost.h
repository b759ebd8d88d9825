//===- PackingCost.h - what packing an operand costs ------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Fusion leaves operands to products that bring them into panels themselves. It
// has to know when they do.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_ANALYSIS_PACKINGCOST_H
#define SWAGE_COMPILER_ANALYSIS_PACKINGCOST_H

#include <cstdint>

namespace swage {

/// Bringing an operand of a product into panels takes as long as this many rows
/// of the product. With fewer, it is read as it lies.
inline constexpr int64_t kRowsThatPay = 24;

} // namespace swage

#endif // SWAGE_COMPILER_ANALYSIS_PACKINGCOST_H
