//===- Bridge.cpp - from kernel.func to KernelSpec ------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The frame of a kernel: operands, sizes, outputs, and the operations in
// between one by one.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Bridge/Bridge.h"
#include "compiler/Backend/Halide/Bridge/SpecBuilder.h"
#include "compiler/Backend/KernelABI.h"
#include "compiler/Backend/LLVM/CPU/ExpandMath.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace swage::halide {

/// Halide counts elements in 32 bits.
static constexpr int64_t kMostBytes = (int64_t(1) << 31) - 1;

LogicalResult SpecBuilder::refuse(Operation *op, const Twine &reason) {
  refusal.loc = op->getLoc();
  refusal.reason = reason.str();
  return failure();
}

FailureOr<Element> SpecBuilder::elementOf(Operation *op, Type type) {
  if (type.isIndex())
    return Element::Index;
  if (type.isF32())
    return Element::F32;
  if (type.isF64())
    return Element::F64;
  if (type.isF16())
    return Element::F16;
  if (type.isBF16())
    return Element::BF16;
  if (auto integer = dyn_cast<IntegerType>(type))
    switch (integer.getWidth()) {
    case 1:
      return Element::Bool;
    case 8:
      return Element::I8;
    case 16:
      return Element::I16;
    case 32:
      return Element::I32;
    case 64:
      return Element::I64;
    }
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return refuse(op, "'" + op->getName().getStringRef() + "' works on " + text +
                        ", which Halide has no type for");
}

LogicalResult SpecBuilder::addOperands(ArrayRef<MemRefType> operands) {
  SmallVector<KernelDim> dims = kernelDims(operands);
  spec.numSizes = dims.size();
  unsigned next = 0;
  auto sizeOrGiven = [&](int64_t value) {
    if (!ShapedType::isDynamic(value))
      return index(value);
    Expression size;
    size.opcode = Opcode::Size;
    size.index = next++;
    return add(size);
  };
  for (auto [number, type] : llvm::enumerate(operands)) {
    FailureOr<Element> element = elementOf(kernel, type.getElementType());
    if (failed(element))
      return failure();
    Operand operand;
    operand.element = *element;
    int64_t bytes = getBits(*element) / 8;
    for (int64_t size : type.getShape()) {
      operand.shape.push_back(sizeOrGiven(size));
      bytes = ShapedType::isDynamic(size) ? bytes : bytes * size;
      if (bytes > kMostBytes)
        return refuse(kernel, "argument #" + Twine(number) +
                                  " has 2 GB or more, and Halide counts in 32 "
                                  "bits");
      if (size == 0)
        return refuse(kernel, "argument #" + Twine(number) + " is empty");
    }
    if (!type.getLayout().isIdentity()) {
      SmallVector<int64_t> strides;
      int64_t offset;
      if (failed(type.getStridesAndOffset(strides, offset)))
        return refuse(kernel, "argument #" + Twine(number) +
                                  " has a layout without strides");
      for (int64_t stride : strides)
        operand.strides.push_back(sizeOrGiven(stride));
    }
    spec.operands.push_back(std::move(operand));
  }
  return success();
}

LogicalResult SpecBuilder::visit(Operation *op) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case<linalg::GenericOp>([&](auto op) { return addGeneric(op); })
      .Case<tensor::PadOp>([&](auto op) { return addPad(op); })
      .Case<tensor::InsertSliceOp>([&](auto op) { return addInsert(op); })
      .Case<tensor::ConcatOp>([&](auto op) { return addConcat(op); })
      .Case<tensor::GenerateOp>([&](auto op) { return addGenerate(op); })
      .Case<tensor::FromElementsOp>(
          [&](auto op) { return addFromElements(op); })
      // Found where they are read.
      .Case<linalg::FillOp, tensor::EmptyOp, tensor::SplatOp, tensor::CastOp,
            tensor::CollapseShapeOp, tensor::ExpandShapeOp,
            tensor::ExtractSliceOp, tensor::DimOp>(
          [](Operation *) { return success(); })
      .Default([&](Operation *op) -> LogicalResult {
        if (op->getNumRegions() == 0 &&
            llvm::none_of(op->getResultTypes(), llvm::IsaPred<TensorType>))
          return success(); // a scalar, found where it is used
        if (op->hasTrait<OpTrait::ConstantLike>())
          return success();
        return refuse(op, "'" + op->getName().getStringRef() +
                              "' has no counterpart in Halide");
      });
}

LogicalResult SpecBuilder::addOutput(Value value, unsigned result) {
  auto type = cast<RankedTensorType>(value.getType());
  auto found = tensors.find(value);
  TensorId tensor;
  if (found != tensors.end() && spec.tensors[found->second].stage >= 0) {
    tensor = found->second;
  } else {
    Stage &stage = startStage("copy", type.getRank());
    ExprIds place;
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      place.push_back(loop(dim));
    FailureOr<ExprId> element = read(value, place, kernel);
    if (failed(element))
      return failure();
    stage.values.push_back(*element);
    if (failed(addResult(value, kernel)))
      return failure();
    tensor = spec.tensors.size() - 1;
  }
  spec.outputs.push_back(
      {tensor, static_cast<int32_t>(kernel.getNumInputs() + result)});
  return success();
}

LogicalResult SpecBuilder::run(ArrayRef<MemRefType> operands) {
  spec.name = kernel.getName().str();
  if (failed(addOperands(operands)))
    return failure();
  Block &body = kernel.getBody().front();
  for (Operation &op : body.without_terminator())
    if (failed(visit(&op)))
      return failure();
  for (OpOperand &operand : body.getTerminator()->getOpOperands())
    if (failed(addOutput(operand.get(), operand.getOperandNumber())))
      return failure();
  return success();
}

/// A copy in which structured operations are generic, and elementary functions
/// the polynomials that the LLVM backend has: both compute the same.
static kernel::FuncOp prepare(kernel::FuncOp kernel) {
  auto copy = cast<kernel::FuncOp>(kernel->clone());
  IRRewriter rewriter(copy.getContext());
  copy.walk([&](linalg::LinalgOp op) {
    if (isa<linalg::GenericOp, linalg::FillOp>(op))
      return;
    rewriter.setInsertionPoint(op);
    (void)linalg::generalizeNamedOp(rewriter, op);
  });
  RewritePatternSet patterns(copy.getContext());
  populateExpandMathPatterns(patterns);
  walkAndApplyPatterns(copy, std::move(patterns));
  return copy;
}

FailureOr<KernelSpec> bridge(kernel::FuncOp kernel,
                             ArrayRef<MemRefType> operands, Refusal &refusal) {
  OwningOpRef<kernel::FuncOp> copy = prepare(kernel);
  SpecBuilder builder(*copy, refusal);
  if (failed(builder.run(operands)))
    return failure();
  return builder.take();
}

TargetFacts getFacts(const TargetInfo &target) {
  TargetFacts facts;
  facts.triple = target.triple;
  facts.cpu = target.cpu;
  facts.features = target.features;
  facts.vectorBits = target.vectorBits;
  facts.vectorRegisters = target.vectorRegisters;
  facts.hasFMA = target.hasFMA;
  facts.l1Bytes = target.l1Bytes;
  facts.l2Bytes = target.l2Bytes;
  facts.l2IncludesL1 = target.l2IncludesL1;
  facts.l3Bytes = target.l3Bytes;
  return facts;
}

Schedule toPlain(kernel::ScheduleAttr schedule) {
  Schedule result;
  result.form = schedule.getForm().str();
  for (NamedAttribute parameter : schedule.getParameters())
    result.parameters[parameter.getName().str()] =
        schedule.getIntegers(parameter.getName());
  return result;
}

kernel::ScheduleAttr toAttribute(MLIRContext *context,
                                 const Schedule &schedule) {
  Builder builder(context);
  NamedAttrList parameters;
  for (const auto &[name, values] : schedule.parameters)
    parameters.append(name, builder.getDenseI64ArrayAttr(values));
  return kernel::ScheduleAttr::get(context, schedule.form,
                                   parameters.getDictionary(context));
}

} // namespace swage::halide
