//===- Checks.cpp - what only a run can check -----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Checks.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Conversion/NNToLinalg/Checks.h"
#include "dialects/Kernel/Kernel.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace swage::nn {

std::string describeOrigin(Location loc) {
  // The importer puts the operator's name inside of the node's.
  SmallVector<StringRef, 2> names;
  loc->walk([&](Location inner) {
    if (auto name = dyn_cast<NameLoc>(inner))
      names.push_back(name.getName());
    return names.size() < 2 ? WalkResult::advance() : WalkResult::interrupt();
  });
  if (names.empty())
    return "an operation";
  std::string text = "node '" + names[0].str() + "'";
  if (names.size() > 1)
    text += " (" + names[1].str() + ")";
  return text;
}

void createRequire(OpBuilder &b, Location loc, Value condition,
                   StringRef problem, ArrayRef<Sizes> shapes) {
  if (!condition || matchPattern(condition, m_One()))
    return;
  SmallVector<int64_t> ranks;
  Values sizes;
  for (const Sizes &shape : shapes) {
    ranks.push_back(shape.size());
    for (OpFoldResult size : shape)
      sizes.push_back(asValue(b, loc, size));
  }
  kernel::RequireOp::create(b, loc, condition,
                            describeOrigin(loc) + ": " + problem.str(), ranks,
                            sizes);
}

static constexpr StringLiteral kChecked = "nn.checked";

Value createCheckedCast(OpBuilder &b, Location loc, Type type, Value tensor) {
  auto cast = tensor::CastOp::create(b, loc, type, tensor);
  cast->setAttr(kChecked, b.getUnitAttr());
  return cast;
}

bool isChecked(tensor::CastOp cast) { return cast->hasAttr(kChecked); }

Value createSameSize(OpBuilder &b, Location loc, OpFoldResult x,
                     OpFoldResult y) {
  if (x == y)
    return {};
  auto known = getConstantIntValue(x);
  if (known && known == getConstantIntValue(y))
    return {};
  return b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::eq,
                                       asValue(b, loc, x), asValue(b, loc, y));
}

Value createAll(OpBuilder &b, Location loc, ArrayRef<Value> conditions) {
  Value all;
  for (Value condition : conditions)
    if (condition)
      all =
          all ? b.createOrFold<arith::AndIOp>(loc, all, condition) : condition;
  return all;
}

} // namespace swage::nn
