//===- Pipeline.cpp - from nn to machine code -----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The phases, in order. Each step has a reason beside it.
//
//===----------------------------------------------------------------------===//
#include "compiler/Pipelines/Pipeline.h"
#include "compiler/Analysis/KernelCost.h"
#include "compiler/Backend/Halide/HalideBackend.h"
#include "compiler/Backend/LLVM/CPU/PackContractions.h"
#include "compiler/Backend/LLVM/Codegen.h"
#include "compiler/Conversion/KernelToLLVM/KernelToLLVM.h"
#include "compiler/Conversion/NNToLinalg/NNToLinalg.h"
#include "compiler/Pipelines/ChooseBackends.h"
#include "compiler/Pipelines/CompileKernels.h"
#include "compiler/Pipelines/DescribeKernel.h"
#include "compiler/Pipelines/EvaluateConstants.h"
#include "compiler/Pipelines/MemoryBudget.h"
#include "compiler/Pipelines/Signature.h"
#include "compiler/Training/Passes.h"
#include "compiler/Training/TrainStep.h"
#include "compiler/Transforms/Passes.h"
#include "dialects/Kernel/Kernel.h"
#include "dialects/NN/NN.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace swage;

namespace {

/// One compilation on its way through the phases.
class Compilation {
public:
  Compilation(ModuleOp module, const CompileOptions &options)
      : module(module), options(options) {}

  FailureOr<CompiledModel> run() {
    model.name = options.modelName;
    model.target = options.target;
    model.entry = "swage_" + options.modelName + "_entry";
    if (options.growCaches && failed(runPasses([](OpPassManager &passes) {
          passes.addNestedPass<func::FuncOp>(createGrowCachesPass());
        })))
      return failure();
    if (options.training && failed(runTraining()))
      return failure();
    if (failed(readSignature(module, model.signature)))
      return failure();
    struct Step {
      Phase phase;
      LogicalResult (Compilation::*run)();
    };
    const Step steps[] = {
        {Phase::Graph, &Compilation::runGraph},
        {Phase::Layout, &Compilation::runLayout},
        {Phase::Kernels, &Compilation::runKernels},
        {Phase::Constants, &Compilation::runConstants},
        {Phase::Buffers, &Compilation::runBuffers},
        {Phase::Code, &Compilation::runCode},
    };
    for (const Step &step : steps) {
      if (options.stopAfter < step.phase)
        break;
      if (options.onBegin)
        options.onBegin(step.phase);
      if (failed((this->*step.run)()))
        return failure();
      if (options.onEnd)
        options.onEnd(step.phase, module);
    }
    return std::move(model);
  }

private:
  /// Runs the passes that `build` adds.
  LogicalResult runPasses(llvm::function_ref<void(OpPassManager &)> build) {
    PassManager passes(module.getContext());
    build(passes);
    return passes.run(module);
  }

  /// The step of training takes the place of the model. Its signature is known
  /// then; all phases come after it.
  LogicalResult runTraining() {
    LogicalResult prepared = runPasses([this](OpPassManager &passes) {
      // Shapes are inferred, and what they decide is folded.
      passes.addPass(createCanonicalizerPass());
      passes.addPass(createCSEPass());
      // What is spelled out has more steps to go back, and to keep values for,
      // than the operator that it means.
      passes.addNestedPass<func::FuncOp>(
          createSimplifyPass({options.strictFP}));
    });
    if (failed(prepared))
      return failure();
    training::TrainingOptions training = *options.training;
    if (training.memoryBudget &&
        training.function == training::Function::Step) {
      FailureOr<unsigned> level = fitMemoryBudget(module, options);
      if (failed(level))
        return failure();
      training.recompute = *level;
    }
    FailureOr<training::SavedFacts> saved =
        training::buildTrainStep(module, training);
    if (failed(saved))
      return failure();
    if (training.function == training::Function::Step) {
      model.metadata["recompute"] = training.recompute;
      model.metadata["saved_values"] = saved->values;
      model.metadata["saved_bytes"] = saved->bytes;
    }
    return success();
  }

  LogicalResult runGraph() {
    bool asksForGradients = false;
    module.walk([&](nn::GradientOp) { asksForGradients = true; });
    if (asksForGradients && failed(runPasses([](OpPassManager &passes) {
          // Shapes are inferred, and what they decide is folded.
          passes.addPass(createCanonicalizerPass());
          passes.addNestedPass<func::FuncOp>(createExpandGradientsPass());
        })))
      return failure();
    return runPasses([this](OpPassManager &passes) {
      passes.addPass(createCanonicalizerPass());
      passes.addPass(createCSEPass());
      // After CSE, which makes the repeated parts of spelled-out operators one.
      passes.addNestedPass<func::FuncOp>(
          createSimplifyPass({options.strictFP}));
      passes.addNestedPass<func::FuncOp>(createHoistProductsPass());
      passes.addPass(createCSEPass());
    });
  }

  LogicalResult runLayout() {
    return runPasses([](OpPassManager &passes) {
      passes.addNestedPass<func::FuncOp>(createLayoutPass());
      // Transpositions of one value that several operators asked for.
      passes.addPass(createCSEPass());
    });
  }

  LogicalResult runKernels() {
    LogicalResult lowered = runPasses([&](OpPassManager &passes) {
      passes.addPass(createConvertNNToLinalgPass());
      passes.addNestedPass<func::FuncOp>(createCheckSizesPass());
      // Sizes in terms of the inputs' sizes, so that they are known before the
      // tensors that have them.
      passes.addPass(memref::createResolveRankedShapeTypeResultDimsPass());
      // Before anything is fused: checks and choices that are always the same
      // would stand in between.
      passes.addNestedPass<func::FuncOp>(createUnifySizesPass());
      passes.addPass(createCanonicalizerPass());
      passes.addPass(createCSEPass());
      // Operands of which it is known by now that they are not repeated.
      passes.addNestedPass<func::FuncOp>(createDirectReadsPass());
      passes.addNestedPass<func::FuncOp>(createFuseElementwisePass());
      passes.addNestedPass<func::FuncOp>(
          createFuseAttentionPass({options.strictFP}));
      // Layers have their masks in common.
      passes.addPass(createCSEPass());
      FuseDepthwisePassOptions depthwise;
      // What stays in the second-level cache anyway, or all but, costs more in
      // rows that bands compute twice than it saves.
      depthwise.leastBytes = 2 * options.target.l2Bytes;
      // Behind a window no row is computed twice, but each band reads all
      // weights of the product.
      depthwise.leastProjectedBytes = options.target.l2Bytes / 4;
      depthwise.mostWeightBytes = options.target.l2Bytes / 8;
      // What Winograd's forms do not take, which begin with whole vectors.
      depthwise.lanes = options.target.lanes(32);
      depthwise.bandBytes = options.target.l2Bytes / 2;
      passes.addNestedPass<func::FuncOp>(createFuseDepthwisePass(depthwise));
      passes.addNestedPass<func::FuncOp>(createFuseGatesPass());
      // Before weights are packed: these read theirs in an order of their own.
      if (options.backend != "llvm" && !options.strictFP &&
          isForHalide(options.target)) {
        WinogradPassOptions winograd;
        winograd.lanes = options.target.lanes(32);
        winograd.registers = options.target.vectorRegisters;
        winograd.l2Bytes = options.target.l2Bytes;
        winograd.memoryBytes = options.target.memoryBytes;
        passes.addNestedPass<func::FuncOp>(createWinogradPass(winograd));
      }
    });
    if (failed(lowered))
      return failure();
    // Weights in the order in which products read them.
    packContractions(module.lookupSymbol<func::FuncOp>("main"), options.target);
    return runPasses([&](OpPassManager &passes) {
      if (options.weightsType != "f32")
        passes.addNestedPass<func::FuncOp>(
            createNarrowWeightsPass({options.weightsType}));
      if (!options.strictFP)
        passes.addNestedPass<func::FuncOp>(createScaleWeightsPass());
      if (options.training && options.training->activationsType != "f32")
        passes.addNestedPass<func::FuncOp>(createFoldWideningPass());
      passes.addPass(createFormKernelsPass());
      passes.addPass(createBoundSizesPass());
    });
  }

  LogicalResult runConstants() {
    if (failed(
            evaluateConstants(module, options.kernelCache, options.growAtLoad)))
      return failure();
    return chooseBackends(module, options.backend, options.schedules,
                          options.target);
  }

  LogicalResult runBuffers() {
    LogicalResult result = runPasses([](OpPassManager &passes) {
      // Scalars of shape arithmetic need no tensors around them.
      passes.addNestedPass<func::FuncOp>(createCanonicalizerPass());
      passes.addNestedPass<func::FuncOp>(createGrowJoinsPass());
      // After constants, since borders would be constants of their own.
      passes.addPass(createHoistPadsPass());
      passes.addPass(createBufferizeMainPass());
      // Views of the same place become one, and copies onto themselves vanish.
      passes.addNestedPass<func::FuncOp>(createCSEPass());
      passes.addNestedPass<func::FuncOp>(createCanonicalizerPass());
      passes.addPass(createCopiesToKernelsPass());
      passes.addPass(createPlanArenaPass());
    });
    if (failed(result))
      return failure();
    auto getSize = [&](StringRef name) -> uint64_t {
      return module->getAttrOfType<IntegerAttr>(name).getInt();
    };
    model.arenaSize = getSize("kernel.arena_size");
    model.naiveArenaSize = getSize("kernel.arena_naive");
    if (auto bounded =
            module->getAttrOfType<IntegerAttr>("kernel.arena_bounded"))
      model.openSizes.bounded = bounded.getInt();
    if (auto open = module->getAttrOfType<IntegerAttr>("kernel.arena_open")) {
      model.openSizes.unbounded = open.getInt();
      for (Attribute dim :
           module->getAttrOfType<ArrayAttr>("kernel.arena_open_dims"))
        model.openSizes.dims.push_back(cast<StringAttr>(dim).str());
    }
    for (Attribute constant :
         module->getAttrOfType<ArrayAttr>("kernel.constants"))
      model.constants.push_back(getBlob(cast<ElementsAttr>(constant)));
    module->removeAttr("kernel.constants");
    if (auto sizes =
            module->getAttrOfType<DenseI64ArrayAttr>("kernel.prepared")) {
      for (int64_t size : sizes.asArrayRef()) {
        model.prepared.push_back({model.preparedSize, uint64_t(size)});
        model.preparedSize += llvm::alignTo(size, constantAlignment);
      }
      model.prepare = "swage_" + options.modelName + "_prepare";
      module->removeAttr("kernel.prepared");
    }
    findWholeConstants();
    addCosts();
    return success();
  }

  /// Marks the constants that kernels do more with than look elements up.
  void findWholeConstants() {
    SymbolTable symbols(module);
    auto main = module.lookupSymbol<func::FuncOp>("main");
    main.walk([&](kernel::ConstantOp constant) {
      if (uint64_t(constant.getIndex()) >= model.constants.size())
        return; // made at load
      for (OpOperand &use : constant->getUses()) {
        auto call = dyn_cast<kernel::CallOp>(use.getOwner());
        bool isLookup = false;
        if (call) {
          auto kernel = symbols.lookup<kernel::FuncOp>(call.getCallee());
          Value argument = kernel.getBody().getArgument(use.getOperandNumber());
          isLookup = llvm::all_of(argument.getUsers(),
                                  llvm::IsaPred<tensor::ExtractOp>);
        }
        model.constants[constant.getIndex()].isReadWhole |= !isLookup;
      }
    });
  }

  /// What one run computes and moves, where that is known.
  void addCosts() {
    Cost cost = getCost(module.lookupSymbol<func::FuncOp>("main"));
    if (cost.flops)
      model.metadata["flops"] = *cost.flops;
    if (cost.bytes)
      model.metadata["traffic_bytes"] = *cost.bytes;
  }

  LogicalResult runCode() {
    std::vector<KernelRequest> requests =
        specializeKernels(module, "swage_" + options.modelName);
    KernelOptions kernelOptions;
    kernelOptions.target = options.target;
    kernelOptions.optLevel = options.optLevel;
    kernelOptions.keepBitcode = options.keepBitcode;
    kernelOptions.keepStatements = options.keepStatements;
    kernelOptions.strictFP = options.strictFP;
    FailureOr<std::vector<CompiledKernel>> kernels =
        compileKernels(requests, kernelOptions, options.kernelCache);
    if (failed(kernels))
      return failure();
    for (CompiledKernel &kernel : *kernels)
      model.objects.push_back({kernel.symbol, std::move(kernel.object),
                               std::move(kernel.bitcode),
                               std::move(kernel.statements)});
    // Lowering main leaves nothing of its kernels but their names.
    llvm::StringMap<KernelFacts> facts;
    for (KernelRequest &request : requests)
      facts[request.kernel.getSymName()] = describeKernel(
          request.kernel, "swage_" + options.modelName + "_", options.strictFP);
    if (failed(compileMain()))
      return failure();
    for (Attribute name : module->getAttrOfType<ArrayAttr>("kernel.names"))
      model.kernels.push_back(facts.lookup(cast<StringAttr>(name)));
    return success();
  }

  LogicalResult compileMain() {
    module.walk([&](kernel::RuntimeOp op) {
      const OptionalLibrary *library = findOptionalLibrary(op.getCallee());
      if (library && !is_contained(model.optionalLibraries, library))
        model.optionalLibraries.push_back(library);
    });
    LogicalResult lowered = runPasses([&](OpPassManager &passes) {
      ConvertKernelToLLVMPassOptions entry;
      entry.entry = model.entry;
      if (!model.prepare.empty())
        entry.prepare = model.prepare;
      passes.addPass(createConvertKernelToLLVMPass(entry));
      buildLowerToLLVM(passes);
    });
    if (failed(lowered))
      return failure();
    llvm::LLVMContext context;
    std::unique_ptr<llvm::Module> code =
        translateToLLVMIR(module, context, options.target);
    if (!code)
      return failure();
    auto fail = [&](llvm::Error error) {
      return module.emitError("the main function cannot be compiled: ")
             << llvm::toString(std::move(error));
    };
    // Main only calls kernels; there is nothing to gain from more than this.
    if (llvm::Error error = optimize(*code, options.target, /*optLevel=*/1))
      return fail(std::move(error));
    ObjectCode main;
    main.symbol = model.entry;
    if (options.keepBitcode) {
      auto bitcode = emit(*code, options.target, 1, EmitKind::Bitcode);
      if (!bitcode)
        return fail(bitcode.takeError());
      main.bitcode = std::move(*bitcode);
    }
    auto object = emit(*code, options.target, 1, EmitKind::Object);
    if (!object)
      return fail(object.takeError());
    main.object = std::move(*object);
    model.objects.push_back(std::move(main));
    return success();
  }

  ModuleOp module;
  const CompileOptions &options;
  CompiledModel model;
};

} // namespace

FailureOr<CompiledModel> swage::compileModel(ModuleOp module,
                                             const CompileOptions &options) {
  return Compilation(module, options).run();
}
