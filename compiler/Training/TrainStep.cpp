//===- TrainStep.cpp - a model becomes a step of its training -------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Loss, gradients and updates behind the model's own operators. The frontend
// has made parameters arguments; those that the loss does not depend on keep
// their values.
//
//===----------------------------------------------------------------------===//
#include "compiler/Training/TrainStep.h"
#include "compiler/Analysis/Updates.h"
#include "compiler/Training/Adapters.h"
#include "compiler/Training/Arrangement.h"
#include "compiler/Training/Differentiate.h"
#include "compiler/Training/Losses.h"
#include "compiler/Training/NarrowSaved.h"
#include "compiler/Training/Optimizers.h"
#include "compiler/Training/Passes.h"
#include "compiler/Training/Recipe.h"
#include "compiler/Training/Recompute.h"
#include "dialects/Kernel/Kernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/StringSwitch.h"

namespace swage {
#define GEN_PASS_DEF_TRAINSTEPPASS
#include "compiler/Training/Passes.h.inc"
} // namespace swage

using namespace mlir;
using namespace swage;
using namespace swage::training;

llvm::Error swage::training::checkOptions(const TrainingOptions &options) {
  if (llvm::Error error =
          Recipe::parse("loss", options.loss, getLosses()).takeError())
    return error;
  llvm::Expected<Recipe> optimizer =
      Recipe::parse("optimizer", options.optimizer, getOptimizers());
  if (!optimizer)
    return optimizer.takeError();
  if (options.activationsType != "f32" && options.activationsType != "f16" &&
      options.activationsType != "bf16")
    return llvm::createStringError("activations cannot be stored as '" +
                                   options.activationsType +
                                   "'; there are f32, f16 and bf16");
  if (options.accumulate > 1 && optimizer->getName() == "none")
    return llvm::createStringError(
        "gradients are accumulated for an optimizer; there is none");
  if (optimizer->getName() == kModelOptimizer &&
      (options.accumulate > 1 || options.clipNorm || options.clipValue ||
       options.adapters.rank))
    return llvm::createStringError(
        "the model's own training is taken as it is: it cannot be combined "
        "with clipping, accumulation or adapters");
  return llvm::Error::success();
}

/// Null for f32.
static FloatType getActivationsType(const TrainingOptions &options,
                                    MLIRContext *context) {
  return llvm::StringSwitch<FloatType>(options.activationsType)
      .Case("f16", Float16Type::get(context))
      .Case("bf16", BFloat16Type::get(context))
      .Default(nullptr);
}

namespace {

class StepBuilder {
public:
  StepBuilder(func::FuncOp main, const TrainingOptions &options, Recipe loss,
              Recipe optimizer)
      : main(main), options(options), lossRecipe(std::move(loss)),
        optimizer(std::move(optimizer)),
        ret(cast<func::ReturnOp>(main.front().getTerminator())), builder(ret),
        b(builder, main.getLoc()) {}

  LogicalResult run();

  SavedFacts saved;

private:
  struct Argument {
    Value value;
    SmallVector<NamedAttribute> attributes;
  };

  struct Result {
    Value value;
    std::string name;
    Value updated;
  };

  Value addArgument(RankedTensorType type, StringRef name, StringRef role);
  /// A state of `parameter`, as large as that and in the same order.
  Value addState(Value parameter, StringRef name);
  /// The model's own training is taken as it is; and without an optimizer it is
  /// the caller who changes parameters, in their own order.
  bool arrangesParameters() const {
    return optimizer.getName() != kModelOptimizer &&
           optimizer.getName() != "none";
  }
  void readArguments();
  LogicalResult addLoss();
  LogicalResult addUpdates();
  void accumulate(MutableArrayRef<ParameterStep> steps);
  void addUpdate(ParameterStep step);
  void updateEarly(Operation *before, ArrayRef<Result> updates);
  void addOutputs();
  void addOwnResults();
  void addStatistics();
  void addResult(Value value, StringRef name, Value updated = {});
  void finish();
  StringRef getName(Value argument);

  func::FuncOp main;
  const TrainingOptions &options;
  Recipe lossRecipe, optimizer;
  func::ReturnOp ret;
  OpBuilder builder;
  TensorBuilder b;
  Value loss, rate, stepNumber;
  Value updateNumber; ///< how often parameters have been changed, with this one
  Value updates;      ///< whether they are in this step; null: always
  /// All arguments by what they are, in the order of the new signature.
  SmallVector<Argument> inputs, controls, parameters, states;
  SmallVector<Result> results;
  DenseMap<Value, DenseI64ArrayAttr> orders; ///< of parameters, where they have
};

} // namespace

Value StepBuilder::addArgument(RankedTensorType type, StringRef name,
                               StringRef role) {
  Value value = main.front().addArgument(type, main.getLoc());
  Argument argument{
      value,
      {builder.getNamedAttr("nn.name", builder.getStringAttr(name)),
       builder.getNamedAttr("nn.role", builder.getStringAttr(role))}};
  (role == role::state ? states : controls).push_back(std::move(argument));
  return value;
}

Value StepBuilder::addState(Value parameter, StringRef name) {
  Value value = addArgument(cast<RankedTensorType>(parameter.getType()), name,
                            role::state);
  if (DenseI64ArrayAttr order = orders.lookup(parameter))
    states.back().attributes.push_back(builder.getNamedAttr(kOrderAttr, order));
  return value;
}

void StepBuilder::readArguments() {
  for (BlockArgument argument : main.getArguments()) {
    Argument own{argument, {}};
    if (DictionaryAttr attributes =
            main.getArgAttrDict(argument.getArgNumber()))
      own.attributes.assign(attributes.begin(), attributes.end());
    StringAttr role =
        main.getArgAttrOfType<StringAttr>(argument.getArgNumber(), "nn.role");
    if (!role) {
      inputs.push_back(std::move(own));
    } else if (role == role::parameter) {
      SmallVector<int64_t> order = findOrder(argument);
      if (!order.empty() && arrangesParameters()) {
        auto attribute = builder.getDenseI64ArrayAttr(order);
        own.attributes.push_back(builder.getNamedAttr(kOrderAttr, attribute));
        orders[argument] = attribute;
      }
      parameters.push_back(std::move(own));
    } else {
      assert((role == role::step || role == role::rate) &&
             "nothing else comes from a frontend");
      if (role == role::step)
        stepNumber = argument;
      controls.push_back(std::move(own));
    }
  }
}

StringRef StepBuilder::getName(Value argument) {
  unsigned index = cast<BlockArgument>(argument).getArgNumber();
  auto name = main.getArgAttrOfType<StringAttr>(index, "nn.name");
  return name ? name.getValue() : "parameter";
}

LogicalResult StepBuilder::addLoss() {
  Value output;
  for (auto [index, value] : llvm::enumerate(ret.getOperands()))
    if (!output && !main.getResultAttr(index, "nn.updates"))
      output = value;
  if (!output)
    return main.emitError("the model has no output to compute a loss from");
  FailureOr<RankedTensorType> targetType = getTargetType(lossRecipe, output);
  if (failed(targetType))
    return failure();
  Value target;
  if (*targetType)
    target = addArgument(*targetType, role::target, role::target);
  loss = buildLoss(lossRecipe, output, target, b);
  return success();
}

void StepBuilder::addResult(Value value, StringRef name, Value updated) {
  results.push_back({value, name.str(), updated});
}

/// Those of the model's own training: the loss comes first, but in predictions.
void StepBuilder::addOwnResults() {
  addOutputs();
  if (options.function == Function::Prediction)
    return;
  results.front().name = "loss";
  if (options.function == Function::Step) {
    results.resize(1);
    addStatistics();
  }
}

/// The model's own.
void StepBuilder::addOutputs() {
  for (auto [index, value] : llvm::enumerate(ret.getOperands()))
    if (auto name = main.getResultAttrOfType<StringAttr>(index, "nn.name");
        !main.getResultAttr(index, "nn.updates"))
      addResult(value, name ? name.getValue() : "output");
}

/// What the forward pass itself moves: running statistics.
void StepBuilder::addStatistics() {
  for (auto [index, value] : llvm::enumerate(ret.getOperands()))
    if (auto updated =
            main.getResultAttrOfType<IntegerAttr>(index, "nn.updates")) {
      Value argument = main.getArgument(updated.getInt());
      addResult(value, getName(argument), argument);
    }
}

LogicalResult StepBuilder::addUpdates() {
  Values trained;
  for (const Argument &parameter : parameters)
    trained.push_back(parameter.value);
  if (failed(unrollRecurrence(trained)))
    return failure();
  Operation *lastForward = ret->getPrevNode();
  FailureOr<Values> gradients = buildGradients(builder, loss, trained);
  if (failed(gradients))
    return failure();
  if (lastForward) {
    recompute(main.front(), lastForward, options.recompute);
    if (FloatType type = getActivationsType(options, main.getContext()))
      narrowSaved(main.front(), lastForward, type);
    for (Value value : findSaved(main.front(), lastForward)) {
      auto type = cast<RankedTensorType>(value.getType());
      if (!type.hasStaticShape() || !type.getElementType().isIntOrFloat())
        continue;
      ++saved.values;
      saved.bytes += type.getNumElements() *
                     llvm::divideCeil(type.getElementTypeBitWidth(), 8);
    }
  }

  SmallVector<ParameterStep> steps;
  for (auto [parameter, gradient] : llvm::zip_equal(trained, *gradients))
    if (gradient)
      steps.push_back({parameter, gradient, {}});
  if (steps.empty())
    return main.emitError("the loss does not depend on any parameter that is "
                          "to be trained");
  if (optimizer.getName() == "none") {
    clipGradients(steps, options.clipNorm, options.clipValue, b);
    for (const ParameterStep &step : steps)
      addResult(step.gradient, ("gradient." + getName(step.parameter)).str());
    return success();
  }
  rate = addArgument(RankedTensorType::get({}, builder.getF32Type()),
                     "learning_rate", role::rate);
  bool countsSteps =
      options.accumulate > 1 || !getStateNames(optimizer).empty();
  if (!stepNumber && countsSteps)
    stepNumber = addArgument(RankedTensorType::get({}, builder.getI64Type()),
                             role::step, role::step);
  accumulate(steps);
  clipGradients(steps, options.clipNorm, options.clipValue, b);
  for (ParameterStep &step : steps) {
    Operation *before = ret->getPrevNode();
    size_t numResults = results.size();
    addUpdate(step);
    updateEarly(before, ArrayRef(results).drop_front(numResults));
  }
  return success();
}

/// Moves what stands behind `before`, and updates what `updates` name, to where
/// its operands are known: gradients need not be kept until the end. It waits
/// until nobody reads any more what it replaces.
void StepBuilder::updateEarly(Operation *before, ArrayRef<Result> updates) {
  Block &block = main.front();
  SmallVector<Operation *> operations;
  for (Operation *op = before->getNextNode(); op != ret; op = op->getNextNode())
    operations.push_back(op);
  Operation *place = nullptr;
  auto wait = [&](Operation *other) {
    if (!other || other == ret || before->isBeforeInBlock(other))
      return;
    if (!place || place->isBeforeInBlock(other))
      place = other;
  };
  for (Operation *op : operations)
    for (Value operand : op->getOperands())
      wait(operand.getDefiningOp());
  for (const Result &update : updates)
    for (Operation *user : update.updated.getUsers())
      wait(block.findAncestorOpInBlock(*user));
  if (!place)
    return;
  for (Operation *op : operations) {
    op->moveAfter(place);
    place = op;
  }
}

/// Gathers gradients over several steps: in all but the last of them nothing
/// else changes.
void StepBuilder::accumulate(MutableArrayRef<ParameterStep> steps) {
  updateNumber = stepNumber ? b.add(stepNumber, b.index(1)) : Value();
  if (options.accumulate <= 1)
    return;
  Value count = b.index(options.accumulate), done = updateNumber;
  updateNumber = b.div(done, count);
  updates = b.equal(b.mul(updateNumber, count), done);
  for (ParameterStep &step : steps) {
    std::string name = getName(step.parameter).str() + ".accumulated";
    Value sum = addState(step.parameter, name);
    step.gradient = b.add(sum, b.mul(step.gradient, 1.0 / options.accumulate));
    addResult(b.select(updates, b.zerosLike(sum), step.gradient), name, sum);
  }
}

void StepBuilder::addUpdate(ParameterStep step) {
  Value parameter = step.parameter;
  std::string name = getName(parameter).str();
  SmallVector<std::string> names;
  Values before;
  for (StringRef state : getStateNames(optimizer)) {
    names.push_back(name + "." + state.str());
    before.push_back(addState(parameter, names.back()));
  }
  step.states = before;
  buildUpdate(optimizer, {rate, updateNumber}, step, b);
  auto replace = [&](Value old, Value fresh, StringRef name) {
    addResult(updates ? b.select(updates, fresh, old) : fresh, name, old);
  };
  replace(parameter, step.parameter, name);
  for (auto [old, fresh, name] : llvm::zip_equal(before, step.states, names))
    replace(old, fresh, name);
}

/// Gives @main its new arguments and results.
void StepBuilder::finish() {
  Block &block = main.front();
  SmallVector<Argument *> order;
  // Optional controls in a fixed order.
  llvm::stable_sort(controls, [](const Argument &left, const Argument &right) {
    auto place = [](const Argument &argument) {
      for (NamedAttribute attribute : argument.attributes)
        if (attribute.getName() == "nn.role") {
          StringRef role = cast<StringAttr>(attribute.getValue());
          return role == role::target ? 0 : role == role::rate ? 1 : 2;
        }
      return 3;
    };
    return place(left) < place(right);
  });
  for (auto *list : {&inputs, &controls, &parameters, &states})
    for (Argument &argument : *list)
      order.push_back(&argument);

  unsigned old = block.getNumArguments();
  SmallVector<Type> argumentTypes;
  SmallVector<DictionaryAttr> argumentAttributes;
  DenseMap<Value, int64_t> places;
  for (auto [index, argument] : llvm::enumerate(order)) {
    places[argument->value] = index;
    argumentTypes.push_back(argument->value.getType());
    argumentAttributes.push_back(
        builder.getDictionaryAttr(argument->attributes));
    Value fresh =
        block.addArgument(argument->value.getType(), argument->value.getLoc());
    argument->value.replaceAllUsesWith(fresh);
    // A parameter that is returned as it is.
    for (Result &result : results)
      if (result.value == argument->value)
        result.value = fresh;
  }
  block.eraseArguments(0, old);

  SmallVector<Type> resultTypes;
  SmallVector<Value> values;
  SmallVector<DictionaryAttr> resultAttributes;
  for (const Result &result : results) {
    SmallVector<NamedAttribute> attributes{
        builder.getNamedAttr("nn.name", builder.getStringAttr(result.name))};
    if (result.updated)
      attributes.push_back(builder.getNamedAttr(
          "nn.updates",
          builder.getI64IntegerAttr(places.lookup(result.updated))));
    values.push_back(result.value);
    resultTypes.push_back(result.value.getType());
    resultAttributes.push_back(builder.getDictionaryAttr(attributes));
  }
  ret.getOperandsMutable().assign(values);
  main.setFunctionType(builder.getFunctionType(argumentTypes, resultTypes));
  main.setAllArgAttrs(argumentAttributes);
  main.setAllResultAttrs(resultAttributes);
}

LogicalResult StepBuilder::run() {
  readArguments();
  if (optimizer.getName() == kModelOptimizer) {
    addOwnResults();
    finish();
    return success();
  }
  if (options.function != Function::Prediction) {
    if (failed(addLoss()))
      return failure();
    addResult(loss, "loss");
  }
  if (options.function != Function::Step) {
    addOutputs();
  } else {
    addStatistics();
    if (failed(addUpdates()))
      return failure();
    if (stepNumber)
      addResult(b.add(stepNumber, b.index(1)), role::step, stepNumber);
  }
  finish();
  return success();
}

FailureOr<SavedFacts>
swage::training::buildTrainStep(ModuleOp module,
                                const TrainingOptions &options) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return module.emitError("has no function @main");
  auto loss = Recipe::parse("loss", options.loss, getLosses());
  if (!loss)
    return module.emitError(llvm::toString(loss.takeError()));
  auto optimizer =
      Recipe::parse("optimizer", options.optimizer, getOptimizers());
  if (!optimizer)
    return module.emitError(llvm::toString(optimizer.takeError()));
  if (options.adapters.rank && failed(addAdapters(module, options.adapters)))
    return failure();
  // Loops and barriers come from here; a pass would have loaded their dialects.
  main.getContext()
      ->loadDialect<arith::ArithDialect, kernel::KernelDialect, scf::SCFDialect,
                    tensor::TensorDialect>();
  StepBuilder builder(main, options, std::move(*loss), std::move(*optimizer));
  if (failed(builder.run()))
    return failure();
  arrangeArguments(main);
  return builder.saved;
}

namespace {

struct TrainStep : swage::impl::TrainStepPassBase<TrainStep> {
  using TrainStepPassBase::TrainStepPassBase;

  void runOnOperation() override {
    TrainingOptions options;
    options.loss = loss;
    options.optimizer = optimizer;
    options.clipNorm = clipNorm;
    options.clipValue = clipValue;
    options.accumulate = accumulate;
    options.recompute = recompute;
    options.activationsType = activationsType;
    options.function = function;
    if (!lora.empty()) {
      llvm::Expected<AdapterOptions> adapters = AdapterOptions::parse(lora);
      if (!adapters) {
        getOperation().emitError(llvm::toString(adapters.takeError()));
        return signalPassFailure();
      }
      options.adapters = std::move(*adapters);
    }
    if (failed(buildTrainStep(getOperation(), options)))
      signalPassFailure();
  }
};

} // namespace
