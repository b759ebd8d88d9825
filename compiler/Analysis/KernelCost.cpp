//===- KernelCost.cpp - arithmetic and memory traffic ---------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Each operation counts as often as the loops around it run: those of linalg
// operations as well as those of scf.
//
//===----------------------------------------------------------------------===//
#include "compiler/Analysis/KernelCost.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace swage;

static std::optional<int64_t> multiply(std::optional<int64_t> left,
                                       std::optional<int64_t> right) {
  if (!left || !right)
    return std::nullopt;
  return *left * *right;
}

static std::optional<int64_t> plus(std::optional<int64_t> left,
                                   std::optional<int64_t> right) {
  if (!left || !right)
    return std::nullopt;
  return *left + *right;
}

void Cost::add(const Cost &other, std::optional<int64_t> times) {
  flops = plus(flops, multiply(other.flops, times));
  functions = plus(functions, multiply(other.functions, times));
  bytes = plus(bytes, multiply(other.bytes, times));
}

static std::optional<int64_t> getProduct(ArrayRef<int64_t> sizes) {
  int64_t product = 1;
  for (int64_t size : sizes) {
    if (ShapedType::isDynamic(size))
      return std::nullopt;
    product *= size;
  }
  return product;
}

/// How often the regions of `op` run each time that `op` does. Of a branch
/// either side may run; it counts as if both did.
static std::optional<int64_t> getIterations(Operation *op) {
  if (auto structured = dyn_cast<linalg::LinalgOp>(op))
    return getProduct(structured.getStaticLoopRanges());
  if (auto loop = dyn_cast<scf::ForOp>(op)) {
    if (std::optional<APInt> trips = loop.getStaticTripCount())
      return trips->getSExtValue();
    return std::nullopt;
  }
  if (isa<scf::WhileOp>(op))
    return std::nullopt;
  if (auto generate = dyn_cast<tensor::GenerateOp>(op))
    return getProduct(generate.getType().getShape());
  return 1;
}

/// How often `op` runs in one run of `root`.
static std::optional<int64_t> getExecutions(Operation *op, Operation *root) {
  std::optional<int64_t> count = 1;
  for (op = op->getParentOp(); op != root; op = op->getParentOp())
    count = multiply(count, getIterations(op));
  return count;
}

static bool isElementaryFunction(Operation *op) {
  return isa_and_nonnull<math::MathDialect>(op->getDialect()) &&
         !isa<math::FmaOp, math::AbsFOp, math::AbsIOp, math::CeilOp,
              math::FloorOp, math::RoundOp, math::RoundEvenOp, math::TruncOp,
              math::CopySignOp, math::IsNaNOp, math::IsInfOp, math::IsFiniteOp>(
             op);
}

/// Arithmetic on integers counts in products and sums; elsewhere it computes
/// places in tensors.
static bool isIntegerArithmetic(Operation *op) {
  if (!isa<arith::AddIOp, arith::SubIOp, arith::MulIOp, arith::MaxSIOp,
           arith::MinSIOp, arith::MaxUIOp, arith::MinUIOp>(op) ||
      op->getResult(0).getType().isIndex())
    return false;
  auto structured = dyn_cast<linalg::LinalgOp>(op->getParentOp());
  return structured && structured.getNumReductionLoops() > 0;
}

static int64_t getFlops(Operation *op) {
  if (isa<math::FmaOp>(op))
    return 2;
  return isElementaryFunction(op) || isIntegerArithmetic(op) ||
         isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp,
             arith::RemFOp, arith::NegFOp, arith::MaximumFOp, arith::MinimumFOp,
             arith::MaxNumFOp, arith::MinNumFOp>(op);
}

static int64_t getElementBytes(Type type) {
  return type.isIntOrFloat()
             ? std::max<int64_t>(1, type.getIntOrFloatBitWidth() / 8)
             : 8;
}

static std::optional<int64_t> getBytes(BlockArgument argument) {
  auto type = cast<RankedTensorType>(argument.getType());
  std::optional<int64_t> elements = getProduct(type.getShape());
  std::optional<int64_t> accesses = 0;
  for (Operation *user : argument.getUsers()) {
    if (isa<tensor::DimOp>(user))
      continue;
    if (!isa<tensor::ExtractOp>(user)) {
      accesses = elements;
      break;
    }
    accesses =
        plus(accesses, getExecutions(user, argument.getOwner()->getParentOp()));
  }
  if (accesses && elements)
    accesses = std::min(*accesses, *elements);
  return multiply(accesses, getElementBytes(type.getElementType()));
}

Cost swage::getCost(kernel::FuncOp kernel) {
  Cost cost;
  for (BlockArgument argument : kernel.getBody().getArguments()) {
    bool isDestination = argument.getArgNumber() >= kernel.getNumInputs();
    auto type = cast<RankedTensorType>(argument.getType());
    cost.bytes =
        plus(cost.bytes, isDestination
                             ? multiply(getProduct(type.getShape()),
                                        getElementBytes(type.getElementType()))
                             : getBytes(argument));
  }
  kernel.walk([&](Operation *op) {
    if (int64_t flops = getFlops(op))
      cost.add({flops, isElementaryFunction(op) ? 1 : 0, 0},
               getExecutions(op, kernel));
  });
  return cost;
}

Cost swage::getCost(func::FuncOp main) {
  Cost cost;
  SymbolTable symbols(main->getParentOp());
  DenseMap<Operation *, Cost> known;
  main.walk([&](kernel::CallOp call) {
    auto kernel = symbols.lookup<kernel::FuncOp>(call.getCallee());
    auto [entry, isNew] = known.try_emplace(kernel);
    if (isNew)
      entry->second = getCost(kernel);
    cost.add(entry->second, getExecutions(call, main));
  });
  return cost;
}
