//===- KernelOps.cpp - parsing, printing and verifying --------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The operations of the kernel dialect.
//
//===----------------------------------------------------------------------===//
#include "dialects/Kernel/Kernel.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/FunctionImplementation.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace swage::kernel;

#define GET_OP_CLASSES
#include "dialects/Kernel/KernelOps.cpp.inc"

//===----------------------------------------------------------------------===//
// FuncOp
//===----------------------------------------------------------------------===//

void FuncOp::build(OpBuilder &builder, OperationState &state, StringRef name,
                   FunctionType type) {
  build(builder, state, builder.getStringAttr(name), TypeAttr::get(type),
        /*backend=*/nullptr, /*schedule=*/nullptr, /*arg_attrs=*/nullptr,
        /*res_attrs=*/nullptr);
}

ParseResult FuncOp::parse(OpAsmParser &parser, OperationState &result) {
  auto buildType = [](Builder &builder, ArrayRef<Type> arguments,
                      ArrayRef<Type> results,
                      function_interface_impl::VariadicFlag, std::string &) {
    return builder.getFunctionType(arguments, results);
  };
  return function_interface_impl::parseFunctionOp(
      parser, result, /*allowVariadic=*/false,
      getFunctionTypeAttrName(result.name), buildType,
      getArgAttrsAttrName(result.name), getResAttrsAttrName(result.name));
}

void FuncOp::print(OpAsmPrinter &printer) {
  function_interface_impl::printFunctionOp(
      printer, *this, /*isVariadic=*/false, getFunctionTypeAttrName(),
      getArgAttrsAttrName(), getResAttrsAttrName());
}

LogicalResult FuncOp::verify() {
  ArrayRef<Type> arguments = getArgumentTypes();
  ArrayRef<Type> results = getResultTypes();
  if (arguments.size() < results.size()) // (K1)
    return emitOpError("needs a destination argument for each of its ")
           << results.size() << " results, but has " << arguments.size()
           << " arguments";
  for (auto [index, result] : llvm::enumerate(results)) { // (K2)
    Type destination = arguments[getNumInputs() + index];
    if (destination != result)
      return emitOpError("result #")
             << index << " has type " << result
             << ", but its destination, argument #" << getNumInputs() + index
             << ", has type " << destination;
  }
  return success();
}

//===----------------------------------------------------------------------===//
// ReturnOp
//===----------------------------------------------------------------------===//

LogicalResult ReturnOp::verify() {
  auto func = cast<FuncOp>((*this)->getParentOp());
  if (getOperandTypes() != func.getResultTypes())
    return emitOpError("returns (")
           << getOperandTypes() << "), but the kernel's results are ("
           << func.getResultTypes() << ")";
  return success();
}

//===----------------------------------------------------------------------===//
// CallOp
//===----------------------------------------------------------------------===//

/// Whether a call may pass `operand` for an argument of type `argument`: the
/// same type, or a buffer of that tensor type.
static bool matchesArgument(Type operand, Type argument) {
  if (operand == argument)
    return true;
  auto buffer = dyn_cast<MemRefType>(operand);
  auto tensor = dyn_cast<RankedTensorType>(argument);
  return buffer && tensor && buffer.getShape() == tensor.getShape() &&
         buffer.getElementType() == tensor.getElementType();
}

LogicalResult CallOp::verifySymbolUses(SymbolTableCollection &tables) {
  auto callee = tables.lookupNearestSymbolFrom<FuncOp>(*this, getCalleeAttr());
  if (!callee)
    return emitOpError("calls @") << getCallee() << ", which is not a kernel";
  SmallVector<Type> operands(getInputs().getTypes());
  llvm::append_range(operands, getOuts().getTypes());
  ArrayRef<Type> arguments = callee.getArgumentTypes();
  bool matches = operands.size() == arguments.size() &&
                 getOuts().size() == callee.getResultTypes().size();
  for (auto [operand, argument] : llvm::zip(operands, arguments))
    matches &= matchesArgument(operand, argument);
  if (!matches) { // (K3)
    InFlightDiagnostic diagnostic = emitOpError("passes (")
                                    << operands << "), but @" << getCallee()
                                    << " takes (" << arguments << ")";
    diagnostic.attachNote(callee.getLoc()) << "the kernel is defined here";
    return diagnostic;
  }
  return success();
}

//===----------------------------------------------------------------------===//
// PreparedOp
//===----------------------------------------------------------------------===//

LogicalResult PreparedOp::verifySymbolUses(SymbolTableCollection &tables) {
  auto prepare = tables.lookupNearestSymbolFrom<FunctionOpInterface>(
      *this, StringAttr::get(getContext(), kPrepareName));
  if (!prepare) // (K5)
    return emitOpError("needs a function @") << kPrepareName;
  ArrayRef<Type> results = prepare.getResultTypes();
  if (getIndex() < results.size() && results[getIndex()] == getType())
    return success();
  InFlightDiagnostic diagnostic = // (K5)
      emitOpError("is result #")
      << getIndex() << " of type " << getType() << ", but @" << kPrepareName
      << " gives (" << results << ")";
  diagnostic.attachNote(prepare.getLoc()) << "the function is defined here";
  return diagnostic;
}

//===----------------------------------------------------------------------===//
// Effects
//===----------------------------------------------------------------------===//

/// On buffers, inputs are read, and destinations written.
static void
addEffects(MutableOperandRange inputs, MutableOperandRange outs,
           SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
               &effects) {
  for (OpOperand &input : inputs)
    if (isa<MemRefType>(input.get().getType()))
      effects.emplace_back(MemoryEffects::Read::get(), &input);
  for (OpOperand &out : outs)
    if (isa<MemRefType>(out.get().getType())) {
      effects.emplace_back(MemoryEffects::Read::get(), &out);
      effects.emplace_back(MemoryEffects::Write::get(), &out);
    }
}

void CallOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  addEffects(getInputsMutable(), getOutsMutable(), effects);
}

//===----------------------------------------------------------------------===//
// RuntimeOp and BoxOp
//===----------------------------------------------------------------------===//

void RuntimeOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  addEffects(getInputsMutable(), getOutsMutable(), effects);
}

void BoxOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  if (isa<MemRefType>(getTensor().getType()))
    effects.emplace_back(MemoryEffects::Read::get(), &getTensorMutable());
}

//===----------------------------------------------------------------------===//
// RequireOp
//===----------------------------------------------------------------------===//

LogicalResult ArenaOp::verify() {
  int64_t dynamic = cast<MemRefType>(getType()).getNumDynamicDims();
  if (dynamic != int64_t(getSizes().size())) // (K6)
    return emitOpError("has ") << getSizes().size() << " sizes for " << dynamic
                               << " dynamic dimensions";
  return success();
}

LogicalResult RequireOp::verify() {
  int64_t count = 0;
  for (int64_t rank : getRanks()) {
    if (rank < 0) // (K4)
      return emitOpError("has a shape of rank ") << rank;
    count += rank;
  }
  if (count != int64_t(getSizes().size())) // (K4)
    return emitOpError("has shapes of ")
           << count << " dimensions, but " << getSizes().size() << " sizes";
  return success();
}

LogicalResult RequireOp::canonicalize(RequireOp op, PatternRewriter &rewriter) {
  if (!matchPattern(op.getCondition(), m_One()))
    return failure();
  rewriter.eraseOp(op);
  return success();
}
