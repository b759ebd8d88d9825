//===- Measure.cpp - times and peaks --------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Measure.h.
//
//===----------------------------------------------------------------------===//
#include "Measure.h"
#include <algorithm>
#include <chrono>
#include <vector>

using namespace swage;

Timing swage::measure(llvm::function_ref<void()> call, double seconds) {
  using Clock = std::chrono::steady_clock;
  auto elapsed = [](Clock::time_point since) {
    return std::chrono::duration<double>(Clock::now() - since).count();
  };
  call();
  std::vector<double> times;
  Clock::time_point start = Clock::now();
  while (times.size() < 3 ||
         (elapsed(start) < seconds && times.size() < 100000)) {
    Clock::time_point begin = Clock::now();
    call();
    times.push_back(elapsed(begin));
  }
  std::sort(times.begin(), times.end());
  return {times.front(), times[times.size() / 2]};
}

double swage::countFlops(kernel::FuncOp kernel) {
  double flops = 0;
  bool known = true;
  kernel.walk([&](mlir::linalg::LinalgOp op) {
    if (op.getNumReductionLoops() == 0)
      return;
    double volume = 2;
    for (int64_t range : op.getStaticLoopRanges()) {
      known &= !mlir::ShapedType::isDynamic(range);
      volume *= range;
    }
    flops += volume;
  });
  return known ? flops : 0;
}

/// A function that runs `n` times CHAINS independent multiply-adds on vectors
/// of BYTES bytes. Compiled ahead of time for each width: what an optimiser
/// makes of such a loop at run time is not always the peak. The empty assembly
/// keeps each sum in its register.
#define SWAGE_PEAK_LOOP(NAME, TARGET, BYTES, CHAINS, REGISTER)                 \
  TARGET static float NAME(int64_t n) {                                        \
    typedef float Vector __attribute__((vector_size(BYTES)));                  \
    Vector sums[CHAINS], x, y;                                                 \
    for (unsigned lane = 0; lane < BYTES / 4; ++lane)                          \
      x[lane] = 0.9f, y[lane] = 0.1f;                                          \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < CHAINS; ++i)        \
        sums[i] = x + static_cast<float>(i);                                   \
    for (; n > 0; --n) {                                                       \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < CHAINS; ++i) {    \
        sums[i] = __builtin_elementwise_fma(x, y, sums[i]);                    \
        __asm__ volatile("" : "+" REGISTER(sums[i]));                          \
      }                                                                        \
    }                                                                          \
    float total = 0;                                                           \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < CHAINS; ++i)        \
        total += sums[i][0];                                                   \
    return total;                                                              \
  }

#if defined(__x86_64__)
SWAGE_PEAK_LOOP(peak512, __attribute__((target("avx512f"))), 64, 12, "v")
SWAGE_PEAK_LOOP(peak256, __attribute__((target("avx2,fma"))), 32, 10, "x")
SWAGE_PEAK_LOOP(peak128, , 16, 12, "x")
#else
SWAGE_PEAK_LOOP(peak128, , 16, 12, "w")
#endif

double swage::measurePeak(const TargetInfo &target) {
  constexpr int64_t kIterations = 20000;
  volatile float sink = 0;
  auto run = [&](float (*loop)(int64_t), double flops) {
    Timing timing = measure([&] { sink = loop(kIterations); }, 0.2);
    return flops * kIterations / timing.least;
  };
#if defined(__x86_64__)
  if (target.vectorBits == 512)
    return run(peak512, 2.0 * 16 * 12);
  if (target.vectorBits == 256)
    return run(peak256, 2.0 * 8 * 10);
#endif
  return run(peak128, 2.0 * 4 * 12);
}
