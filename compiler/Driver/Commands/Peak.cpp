//===- Peak.cpp - the machine's measured limits ---------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Commands/Peak.h"
#include "compiler/Backend/LLVM/Codegen.h"
#include "compiler/JIT/KernelRunner.h"
#include "llvm/IR/IRBuilder.h"
#include <chrono>
#include <cstring>
#include <thread>

using namespace llvm;
using namespace swage;
using Clock = std::chrono::steady_clock;

/// As many independent chains as hide the latency of a fused multiply-add on
/// every machine (4 or 5 cycles, two a cycle), and fit the registers.
static constexpr unsigned chains = 12;

/// The least time of a call in seconds, of those that fit into a fifth of a
/// second.
static double getLeastTime(function_ref<void()> call) {
  double least = 1e9;
  for (auto begin = Clock::now();
       Clock::now() - begin < std::chrono::milliseconds(200);) {
    auto start = Clock::now();
    call();
    std::chrono::duration<double> time = Clock::now() - start;
    least = std::min(least, time.count());
  }
  return least;
}

/// Calls `work(i)` for each i below `count` at the same time.
static void runOnThreads(unsigned count, function_ref<void(unsigned)> work) {
  std::vector<std::thread> others;
  for (unsigned i = 1; i < count; ++i)
    others.emplace_back([=] { work(i); });
  work(0);
  for (std::thread &other : others)
    other.join();
}

/// A kernel that runs dims[0] rounds of one multiply-add on each chain and
/// stores what comes out, so that nothing can be left away.
static std::unique_ptr<Module> buildKernel(LLVMContext &context,
                                           const TargetInfo &host) {
  auto module = std::make_unique<Module>("peak", context);
  module->setTargetTriple(Triple(host.triple));
  IRBuilder<> builder(context);
  Type *ptr = builder.getPtrTy(), *i64 = builder.getInt64Ty();
  auto *vector =
      FixedVectorType::get(builder.getFloatTy(), unsigned(host.lanes(32)));
  Function *kernel = Function::Create(
      FunctionType::get(builder.getVoidTy(), {ptr, ptr, ptr}, false),
      GlobalValue::ExternalLinkage, "peak", *module);
  auto *entry = BasicBlock::Create(context, "entry", kernel);
  auto *loop = BasicBlock::Create(context, "loop", kernel);
  auto *done = BasicBlock::Create(context, "done", kernel);

  builder.SetInsertPoint(entry);
  Value *rounds = builder.CreateLoad(i64, kernel->getArg(2));
  Value *data = builder.CreateLoad(ptr, kernel->getArg(1));
  Value *factor = builder.CreateLoad(vector, data);
  builder.CreateBr(loop);

  builder.SetInsertPoint(loop);
  PHINode *round = builder.CreatePHI(i64, 2);
  round->addIncoming(builder.getInt64(0), entry);
  SmallVector<PHINode *> sums;
  for (unsigned i = 0; i < chains; ++i) {
    sums.push_back(builder.CreatePHI(vector, 2));
    sums.back()->addIncoming(factor, entry);
  }
  SmallVector<Value *> next;
  for (PHINode *sum : sums)
    next.push_back(builder.CreateIntrinsic(Intrinsic::fmuladd, {vector},
                                           {sum, factor, factor}));
  for (auto [sum, value] : zip_equal(sums, next))
    sum->addIncoming(value, loop);
  Value *nextRound = builder.CreateAdd(round, builder.getInt64(1));
  round->addIncoming(nextRound, loop);
  builder.CreateCondBr(builder.CreateICmpSLT(nextRound, rounds), loop, done);

  builder.SetInsertPoint(done);
  for (Value *value : next)
    builder.CreateStore(
        builder.CreateFAdd(builder.CreateLoad(vector, data), value), data);
  builder.CreateRetVoid();
  return module;
}

Expected<double> swage::measurePeak(const TargetInfo &host, unsigned threads) {
  LLVMContext context;
  std::unique_ptr<Module> module = buildKernel(context, host);
  Expected<SmallVector<char, 0>> object =
      emit(*module, host, /*optLevel=*/2, EmitKind::Object);
  if (!object)
    return object.takeError();
  Expected<std::unique_ptr<KernelRunner>> runner =
      KernelRunner::load(*object, "peak", /*threads=*/1);
  if (!runner)
    return runner.takeError();

  constexpr int64_t rounds = 1000000;
  std::vector<std::string> messages(threads);
  double seconds = getLeastTime([&] {
    runOnThreads(threads, [&](unsigned thread) {
      // Half a unit: the sums stay normal numbers.
      alignas(64) float data[16];
      std::fill(std::begin(data), std::end(data), 0.5f);
      void *buffers[] = {data};
      if (Error error = (*runner)->run(buffers, &rounds))
        messages[thread] = toString(std::move(error));
    });
  });
  for (const std::string &message : messages)
    if (!message.empty())
      return createStringError(message);
  return 2.0 * chains * host.lanes(32) * rounds * threads / seconds / 1e9;
}

double swage::measureBandwidth(const TargetInfo &host, unsigned threads) {
  // Virtual machines report the caches of a whole host; memory has an end.
  size_t size = std::clamp<size_t>(4 * host.l3Bytes, 32 << 20, 256 << 20);
  std::vector<char> from(size, 1), to(size);
  // Called where the compiler cannot see that nobody reads the copy.
  void *(*volatile copy)(void *, const void *, size_t) = std::memcpy;
  size_t part = size / threads;
  double seconds = getLeastTime([&] {
    runOnThreads(threads, [&](unsigned thread) {
      copy(to.data() + part * thread, from.data() + part * thread, part);
    });
  });
  return 2.0 * part * threads / seconds / 1e9;
}
