//===- Codegen.cpp - from MLIR's LLVM dialect to machine code -------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Translation to LLVM IR, the optimisation pipeline, and emission.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/Codegen.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Operator.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

namespace swage {
namespace {

OptimizationLevel optimizationLevel(unsigned level) {
  switch (level) {
  case 0:
    return OptimizationLevel::O0;
  case 1:
    return OptimizationLevel::O1;
  case 2:
    return OptimizationLevel::O2;
  default:
    return OptimizationLevel::O3;
  }
}

} // namespace

/// Functions carry the processor they are made for, so that bitcode means the
/// same wherever it is compiled. Without a preferred width LLVM splits 512-bit
/// vectors for processors whose clock once suffered from them.
void setTarget(Module &module, const TargetInfo &target) {
  std::string width = std::to_string(target.vectorBits);
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    if (!target.cpu.empty())
      function.addFnAttr("target-cpu", target.cpu);
    if (!target.features.empty())
      function.addFnAttr("target-features", target.features);
    function.addFnAttr("prefer-vector-width", width);
    function.addFnAttr("min-legal-vector-width", width);
    function.addFnAttr("no-trapping-math", "true");
    function.addFnAttr(Attribute::NoUnwind);
  }
}

std::unique_ptr<Module> translateToLLVMIR(mlir::ModuleOp module,
                                          LLVMContext &context,
                                          const TargetInfo &target) {
  Expected<std::unique_ptr<TargetMachine>> machine =
      target.createTargetMachine(/*optLevel=*/0);
  if (!machine) {
    module.emitError(toString(machine.takeError()));
    return nullptr;
  }
  StringRef name = module.getName().value_or("swage");
  std::unique_ptr<Module> result =
      mlir::translateModuleToLLVMIR(module, context, name);
  if (!result)
    return nullptr;
  result->setTargetTriple(Triple(target.triple));
  result->setDataLayout((*machine)->createDataLayout());
  setTarget(*result, target);
  return result;
}

void setFastMath(Module &module, FastMathFlags flags) {
  for (Function &function : module)
    for (BasicBlock &block : function)
      for (Instruction &instruction : block)
        if (isa<FPMathOperator>(instruction)) {
          instruction.copyFastMathFlags(flags);
          instruction.setMetadata(LLVMContext::MD_fpmath, nullptr);
        }
}

/// What moves bf16 values becomes what moves their bits. Otherwise processors
/// without bf16 get them as f32, and call a library to come back. Last, since
/// optimisations undo it.
static void moveBits(Module &module) {
  auto getBits = [](Type *type) -> Type * {
    Type *bits = Type::getInt16Ty(type->getContext());
    if (auto *vector = dyn_cast<VectorType>(type))
      return VectorType::get(bits, vector->getElementCount());
    return bits;
  };
  // Where there are vector units that gather and scatter.
  auto moveMany = [&](IntrinsicInst &call, IRBuilder<> &builder) -> Value * {
    auto bitsOf = [&](unsigned operand) {
      Value *value = call.getArgOperand(operand);
      return builder.CreateBitCast(value, getBits(value->getType()));
    };
    auto alignOf = [&](unsigned operand) {
      return call.getParamAlign(operand).valueOrOne();
    };
    switch (call.getIntrinsicID()) {
    case Intrinsic::masked_load:
      return builder.CreateMaskedLoad(getBits(call.getType()),
                                      call.getArgOperand(0), alignOf(0),
                                      call.getArgOperand(1), bitsOf(2));
    case Intrinsic::masked_gather:
      return builder.CreateMaskedGather(getBits(call.getType()),
                                        call.getArgOperand(0), alignOf(0),
                                        call.getArgOperand(1), bitsOf(2));
    case Intrinsic::masked_store:
      return builder.CreateMaskedStore(bitsOf(0), call.getArgOperand(1),
                                       alignOf(1), call.getArgOperand(2));
    case Intrinsic::masked_scatter:
      return builder.CreateMaskedScatter(bitsOf(0), call.getArgOperand(1),
                                         alignOf(1), call.getArgOperand(2));
    default:
      return nullptr;
    }
  };
  auto move = [&](Instruction &instruction) {
    IRBuilder<> builder(&instruction);
    auto bitsOf = [&](unsigned operand) {
      Value *value = instruction.getOperand(operand);
      return builder.CreateBitCast(value, getBits(value->getType()));
    };
    Value *moved = nullptr;
    if (auto *call = dyn_cast<IntrinsicInst>(&instruction)) {
      moved = moveMany(*call, builder);
    } else if (isa<LoadInst>(instruction)) {
      Instruction *load = instruction.clone();
      load->mutateType(getBits(instruction.getType()));
      moved = builder.Insert(load);
    } else if (isa<SelectInst>(instruction))
      moved =
          builder.CreateSelect(instruction.getOperand(0), bitsOf(1), bitsOf(2));
    else if (auto *shuffle = dyn_cast<ShuffleVectorInst>(&instruction))
      moved = builder.CreateShuffleVector(bitsOf(0), bitsOf(1),
                                          shuffle->getShuffleMask());
    else if (isa<InsertElementInst>(instruction))
      moved = builder.CreateInsertElement(bitsOf(0), bitsOf(1),
                                          instruction.getOperand(2));
    else if (isa<ExtractElementInst>(instruction))
      moved =
          builder.CreateExtractElement(bitsOf(0), instruction.getOperand(1));
    if (!moved)
      return;
    instruction.replaceAllUsesWith(
        builder.CreateBitCast(moved, instruction.getType()));
    instruction.eraseFromParent();
  };
  for (Function &function : module)
    for (BasicBlock &block : function)
      for (Instruction &instruction : make_early_inc_range(block))
        if (auto *store = dyn_cast<StoreInst>(&instruction)) {
          Value *value = store->getValueOperand();
          if (value->getType()->getScalarType()->isBFloatTy())
            store->setOperand(0, IRBuilder<>(store).CreateBitCast(
                                     value, getBits(value->getType())));
        } else if (auto *call = dyn_cast<IntrinsicInst>(&instruction);
                   call && call->getType()->isVoidTy()) {
          IRBuilder<> builder(call);
          if (call->arg_size() &&
              call->getArgOperand(0)
                  ->getType()
                  ->getScalarType()
                  ->isBFloatTy() &&
              moveMany(*call, builder))
            call->eraseFromParent();
        } else if (instruction.getType()->getScalarType()->isBFloatTy()) {
          move(instruction);
        }
  // There and back again.
  for (Function &function : module)
    for (BasicBlock &block : function)
      for (Instruction &instruction : block)
        if (auto *back = dyn_cast<BitCastInst>(&instruction))
          if (auto *there = dyn_cast<BitCastInst>(back->getOperand(0));
              there && there->getSrcTy() == back->getType())
            back->replaceAllUsesWith(there->getOperand(0));
}

Error optimize(Module &module, const TargetInfo &target, unsigned optLevel,
               bool changeLoops) {
  Expected<std::unique_ptr<TargetMachine>> machine =
      target.createTargetMachine(optLevel);
  if (!machine)
    return machine.takeError();
  PipelineTuningOptions tuning;
  tuning.LoopVectorization = changeLoops && optLevel >= 2;
  tuning.SLPVectorization = changeLoops && optLevel >= 2;
  tuning.LoopUnrolling = changeLoops;
  PassBuilder builder(machine->get(), tuning);
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager callGraph;
  ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(callGraph);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, callGraph, modules);
  OptimizationLevel level = optimizationLevel(optLevel);
  ModulePassManager passes = level == OptimizationLevel::O0
                                 ? builder.buildO0DefaultPipeline(level)
                                 : builder.buildPerModuleDefaultPipeline(level);
  passes.run(module, modules);
  moveBits(module);
  return Error::success();
}

Expected<SmallVector<char, 0>> emit(Module &module, const TargetInfo &target,
                                    unsigned optLevel, EmitKind kind) {
  SmallVector<char, 0> bytes;
  raw_svector_ostream stream(bytes);
  if (kind == EmitKind::Bitcode) {
    WriteBitcodeToFile(module, stream);
    return bytes;
  }
  Expected<std::unique_ptr<TargetMachine>> machine =
      target.createTargetMachine(optLevel);
  if (!machine)
    return machine.takeError();
  legacy::PassManager passes;
  CodeGenFileType type = kind == EmitKind::Assembly
                             ? CodeGenFileType::AssemblyFile
                             : CodeGenFileType::ObjectFile;
  if ((*machine)->addPassesToEmitFile(passes, stream, nullptr, type))
    return createStringError(
        "LLVM cannot write " +
        Twine(kind == EmitKind::Assembly ? "assembly" : "object files") +
        " for '" + target.triple + "'");
  passes.run(module);
  return bytes;
}

} // namespace swage
