//===- HalideBackend.cpp - kernels through Halide -------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Bridge, Emitter and LLVM's code generator, one after the other.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/HalideBackend.h"
#include "compiler/Backend/Halide/Bridge/Adaptor.h"
#include "compiler/Backend/Halide/Bridge/Bridge.h"
#include "compiler/Backend/Halide/Emitter/Emitter.h"
#include "compiler/Backend/Halide/Schedules/ScheduleTemplate.h"
#include "compiler/Backend/LLVM/Codegen.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/TargetParser/Triple.h"

using namespace mlir;

namespace swage {
namespace {

class HalideBackend : public KernelBackend {
public:
  StringRef getName() const override { return "halide"; }

  FailureOr<CompiledKernel>
  compile(kernel::FuncOp kernel, ArrayRef<MemRefType> operands,
          const KernelOptions &options) const override {
    halide::Refusal refusal;
    FailureOr<halide::KernelSpec> spec =
        halide::bridge(kernel, operands, refusal);
    if (failed(spec))
      return emitError(refusal.loc.value_or(kernel.getLoc()))
             << "kernel @" << kernel.getName()
             << " is not for Halide: " << refusal.reason;

    halide::EmitOptions emitOptions;
    emitOptions.target = halide::getFacts(options.target);
    emitOptions.checks = options.checks;
    emitOptions.keepStatements = options.keepStatements;
    auto schedule = kernel.getScheduleAttr();
    emitOptions.schedule =
        schedule ? halide::toPlain(schedule)
                 : halide::chooseSchedule(*spec, emitOptions.target).schedule;
    halide::Emitted emitted = halide::emit(*spec, emitOptions);
    if (!emitted.error.empty())
      return kernel.emitOpError("cannot be compiled by Halide: ")
             << emitted.error;

    CompiledKernel result;
    result.symbol = kernel.getName().str();
    result.statements = std::move(emitted.statements);
    if (llvm::Error error = generate(emitted.bitcode, *spec, options, result))
      return kernel.emitOpError("cannot be compiled by Halide: ")
             << llvm::toString(std::move(error));
    return result;
  }

private:
  static llvm::Error generate(StringRef bitcode, const halide::KernelSpec &spec,
                              const KernelOptions &options,
                              CompiledKernel &result) {
    llvm::LLVMContext context;
    auto module = halide::adapt(context, bitcode, spec, result.symbol, options);
    if (!module)
      return module.takeError();
    if (llvm::Error error = optimize(**module, options.target, options.optLevel,
                                     /*changeLoops=*/false))
      return error;
    if (options.keepBitcode) {
      auto bytes =
          emit(**module, options.target, options.optLevel, EmitKind::Bitcode);
      if (!bytes)
        return bytes.takeError();
      result.bitcode = std::move(*bytes);
    }
    auto object =
        emit(**module, options.target, options.optLevel, EmitKind::Object);
    if (!object)
      return object.takeError();
    result.object = std::move(*object);
    return llvm::Error::success();
  }
};

} // namespace

bool isForHalide(const TargetInfo &target) {
  llvm::Triple triple(target.triple);
  return triple.getArch() == llvm::Triple::x86_64 ||
         triple.getArch() == llvm::Triple::aarch64;
}

std::unique_ptr<KernelBackend> createHalideBackend() {
  return std::make_unique<HalideBackend>();
}

} // namespace swage
