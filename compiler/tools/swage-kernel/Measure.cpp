//===- Measure.cpp - times and peaks --------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Measure.h.
//
//===----------------------------------------------------------------------===//
#include "Measure.h"
#include "compiler/Backend/LLVM/Codegen.h"
#include "compiler/JIT/ObjectLoader.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/TargetParser/Triple.h"
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

/// void peak(float *out, i64 n): n times 24 independent multiply-adds.
static std::unique_ptr<llvm::Module> createPeakLoop(llvm::LLVMContext &context,
                                                    const TargetInfo &target,
                                                    unsigned chains) {
  auto module = std::make_unique<llvm::Module>("peak", context);
  module->setTargetTriple(llvm::Triple(target.triple));
  llvm::IRBuilder<> builder(context);
  auto *vector =
      llvm::FixedVectorType::get(builder.getFloatTy(), target.lanes(32));
  auto *function = llvm::Function::Create(
      llvm::FunctionType::get(builder.getVoidTy(),
                              {builder.getPtrTy(), builder.getInt64Ty()},
                              false),
      llvm::Function::ExternalLinkage, "peak", *module);
  std::string width = std::to_string(target.vectorBits);
  function->addFnAttr("target-cpu", target.cpu);
  function->addFnAttr("target-features", target.features);
  function->addFnAttr("prefer-vector-width", width);
  function->addFnAttr("min-legal-vector-width", width);
  auto *entry = llvm::BasicBlock::Create(context, "entry", function);
  auto *loop = llvm::BasicBlock::Create(context, "loop", function);
  auto *done = llvm::BasicBlock::Create(context, "done", function);
  builder.SetInsertPoint(entry);
  llvm::Value *factor = builder.CreateAlignedLoad(
      vector, function->getArg(0), llvm::Align(4));
  builder.CreateBr(loop);
  builder.SetInsertPoint(loop);
  auto *counter = builder.CreatePHI(builder.getInt64Ty(), 2);
  std::vector<llvm::PHINode *> sums;
  for (unsigned i = 0; i < chains; ++i)
    sums.push_back(builder.CreatePHI(vector, 2));
  counter->addIncoming(builder.getInt64(0), entry);
  for (auto [index, sum] : llvm::enumerate(sums)) {
    sum->addIncoming(llvm::ConstantFP::get(vector, 0.5 + index), entry);
    sum->addIncoming(builder.CreateIntrinsic(llvm::Intrinsic::fma, {vector},
                                             {factor, factor, sum}),
                     loop);
  }
  llvm::Value *next = builder.CreateAdd(counter, builder.getInt64(1));
  counter->addIncoming(next, loop);
  builder.CreateCondBr(builder.CreateICmpULT(next, function->getArg(1)), loop,
                       done);
  builder.SetInsertPoint(done);
  llvm::Value *total = sums[0];
  for (unsigned i = 1; i < chains; ++i)
    total = builder.CreateFAdd(total, sums[i]);
  builder.CreateAlignedStore(total, function->getArg(0), llvm::Align(4));
  builder.CreateRetVoid();
  return module;
}

llvm::Expected<double> swage::measurePeak(const TargetInfo &target) {
  unsigned chains = target.vectorRegisters >= 32 ? 24 : 12;
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> module =
      createPeakLoop(context, target, chains);
  if (llvm::Error error = optimize(*module, target, 2))
    return error;
  auto object = emit(*module, target, 2, EmitKind::Object);
  if (!object)
    return object.takeError();
  auto loader = ObjectLoader::create();
  if (!loader)
    return loader.takeError();
  if (llvm::Error error = (*loader)->add(*object, "peak"))
    return error;
  auto address = (*loader)->lookup("peak");
  if (!address)
    return address.takeError();
  auto *peak = reinterpret_cast<void (*)(float *, int64_t)>(*address);
  std::vector<float> data(64, 0.9f);
  constexpr int64_t kIterations = 20000;
  Timing timing = measure([&] { peak(data.data(), kIterations); }, 0.2);
  return 2.0 * chains * target.lanes(32) * kIterations / timing.least;
}
