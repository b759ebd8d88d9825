//===- TargetInfo.h - the machine that code is made for ---------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What the cost models and the code generators need to know of a processor.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_TARGET_TARGETINFO_H
#define SWAGE_COMPILER_BACKEND_TARGET_TARGETINFO_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <memory>
#include <string>

namespace llvm {
class TargetMachine;
} // namespace llvm

namespace swage {

/// A processor, as the compiler sees it. A plain value: copy it freely.
struct TargetInfo {
  std::string triple;   ///< LLVM target triple
  std::string cpu;      ///< LLVM processor name
  std::string features; ///< LLVM feature string, "+avx2,+fma,..."

  unsigned vectorBits = 128;     ///< bits of a SIMD register
  unsigned vectorRegisters = 16; ///< SIMD registers
  bool hasMaskedMemory = false;  ///< masked loads and stores are native
  bool hasFMA = false;
  /// One instruction multiplies the elements of a vector by powers of two
  /// (AVX-512's VSCALEF).
  bool scalesVectors = false;
  /// A vector is multiplied in two halves, one after the other. What comes from
  /// caches and memory then has twice the time to arrive.
  bool multipliesHalves = false;
  /// Bytes that memory gives one thread in the time of a vector's multiply-add,
  /// as measured where all weights of a network go by.
  double memoryBytes = 7;
  /// What gets into the first cache is in the second one, too: also what
  /// instructions ask for that mean the first one only (PREFETCHNTA).
  bool l2IncludesL1 = false;
  int64_t l1Bytes = 32 << 10;
  int64_t l2Bytes = 512 << 10;
  int64_t l3Bytes = 8 << 20;

  /// Lanes of a SIMD register that holds elements of `elementBits` bits.
  int64_t lanes(unsigned elementBits) const {
    return vectorBits / elementBits ? vectorBits / elementBits : 1;
  }

  /// The machine that this process runs on, cache sizes included.
  static TargetInfo host();

  /// A named target: "native", a triple ("aarch64-linux-gnu"), a level
  /// ("x86-64-v3") or a processor ("znver3"). An error names the known ones.
  /// Other than for "native", caches have the sizes above.
  static llvm::Expected<TargetInfo> parse(llvm::StringRef text);

  /// A code generator for this target at `optLevel` (0..3); an error when LLVM
  /// was built without it. Initialises LLVM's targets on first use.
  llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
  createTargetMachine(unsigned optLevel) const;
};

} // namespace swage

#endif // SWAGE_COMPILER_BACKEND_TARGET_TARGETINFO_H
