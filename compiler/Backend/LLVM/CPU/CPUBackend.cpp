//===- CPUBackend.cpp - kernels for processors, through LLVM --------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Compiles one kernel at a time, each in an MLIR context and an LLVM context of
// its own: kernels may be compiled by several threads at once, and what they
// allocate is gone when they are done.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/CPUBackend.h"
#include "compiler/Backend/LLVM/CPU/KernelFunction.h"
#include "compiler/Backend/LLVM/CPU/Passes.h"
#include "compiler/Backend/LLVM/Codegen.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Bytecode/BytecodeReader.h"
#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/MemoryBufferRef.h"

using namespace mlir;

namespace swage {

std::unique_ptr<Pass> createLowerKernels(const TargetInfo &target,
                                         CPUPath path);

void buildCPUPipeline(OpPassManager &passes, const TargetInfo &target,
                      CPUPath path) {
  passes.addPass(createLowerKernels(target, path));
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  // Elementary functions of half precision are those of f32, rounded.
  passes.addPass(math::createMathExtendToSupportedTypes());
  passes.addPass(createExpandMathPass({target.scalesVectors}));
  passes.addPass(createOutlineParallelPass());
  passes.addPass(createLowerScratchPass());
  buildLowerToLLVM(passes);
}

namespace {

/// Reports what happens in another context at the places of `kernel`'s.
class DiagnosticForwarder {
public:
  DiagnosticForwarder(MLIRContext &inner, kernel::FuncOp kernel)
      : handler(&inner, [kernel](Diagnostic &diagnostic) mutable {
          InFlightDiagnostic outer = kernel.getContext()->getDiagEngine().emit(
              translate(kernel, diagnostic.getLocation()),
              diagnostic.getSeverity());
          outer << "kernel @" << kernel.getName() << ": " << diagnostic.str();
          for (Diagnostic &note : diagnostic.getNotes())
            outer.attachNote(translate(kernel, note.getLocation()))
                << note.str();
          return success();
        }) {}

private:
  /// The same location in the kernel's context.
  static Location translate(kernel::FuncOp kernel, Location loc) {
    std::string text;
    llvm::raw_string_ostream(text) << loc;
    ScopedDiagnosticHandler quiet(kernel.getContext(),
                                  [](Diagnostic &) { return success(); });
    Attribute parsed = parseAttribute(text, kernel.getContext());
    if (auto translated = dyn_cast_or_null<LocationAttr>(parsed))
      return translated;
    return kernel.getLoc();
  }

  ScopedDiagnosticHandler handler;
};

/// A copy of `kernel`, alone in a module of another context.
OwningOpRef<ModuleOp> copyInto(MLIRContext &context, kernel::FuncOp kernel) {
  OwningOpRef<ModuleOp> wrapper = ModuleOp::create(kernel.getLoc());
  wrapper->push_back(kernel->clone());
  std::string bytes;
  llvm::raw_string_ostream stream(bytes);
  Block block;
  ParserConfig config(&context, /*verifyAfterParse=*/false);
  if (failed(writeBytecodeToFile(*wrapper, stream)) ||
      failed(readBytecodeFile(llvm::MemoryBufferRef(bytes, "kernel"), &block,
                              config)))
    return nullptr;
  auto module = cast<ModuleOp>(block.front());
  module->remove();
  return module;
}

class CPUBackend : public KernelBackend {
public:
  explicit CPUBackend(CPUPath path) : path(path) {
    registerCodegenDialects(registry);
  }

  StringRef getName() const override { return "llvm"; }

  FailureOr<CompiledKernel>
  compile(kernel::FuncOp kernel, ArrayRef<MemRefType> operands,
          const KernelOptions &options) const override;

private:
  DialectRegistry registry;
  CPUPath path;
};

FailureOr<CompiledKernel>
CPUBackend::compile(kernel::FuncOp kernel, ArrayRef<MemRefType> operands,
                    const KernelOptions &options) const {
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.loadAllAvailableDialects();
  context.printOpOnDiagnostic(kernel.getContext()->shouldPrintOpOnDiagnostic());
  DiagnosticForwarder forwarder(context, kernel);
  OwningOpRef<ModuleOp> module = copyInto(context, kernel);
  if (!module)
    return kernel.emitOpError("cannot be copied for compilation");
  auto copy = *module->getOps<kernel::FuncOp>().begin();
  SmallVector<Attribute> buffers;
  for (MemRefType operand : operands) {
    std::string text;
    llvm::raw_string_ostream(text) << operand;
    buffers.push_back(TypeAttr::get(parseType(text, &context)));
  }
  copy->setAttr(kBuffersAttr, ArrayAttr::get(&context, buffers));

  PassManager passes(&context);
  passes.enableVerifier(false);
  buildCPUPipeline(passes, options.target, path);
  if (failed(passes.run(*module)))
    return failure();

  llvm::LLVMContext llvmContext;
  std::unique_ptr<llvm::Module> code =
      translateToLLVMIR(*module, llvmContext, options.target);
  if (!code)
    return failure();
  CompiledKernel result;
  result.symbol = kernel.getName().str();
  auto fail = [&](llvm::Error error) {
    return kernel.emitOpError(llvm::toString(std::move(error)));
  };
  // Also the order in which a vector's lanes are added up.
  if (options.strictFP)
    setFastMath(*code, llvm::FastMathFlags());
  if (llvm::Error error = optimize(*code, options.target, options.optLevel))
    return fail(std::move(error));
  if (options.keepBitcode) {
    auto bitcode =
        emit(*code, options.target, options.optLevel, EmitKind::Bitcode);
    if (!bitcode)
      return fail(bitcode.takeError());
    result.bitcode = std::move(*bitcode);
  }
  auto object = emit(*code, options.target, options.optLevel, EmitKind::Object);
  if (!object)
    return fail(object.takeError());
  result.object = std::move(*object);
  return result;
}

} // namespace

std::unique_ptr<KernelBackend> createCPUBackend(CPUPath path) {
  return std::make_unique<CPUBackend>(path);
}

} // namespace swage
