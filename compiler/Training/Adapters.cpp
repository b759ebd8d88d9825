//===- Adapters.cpp - low-rank adapters -----------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Training/Adapters.h"
#include "compiler/Training/TensorBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "swage/splitmix.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/GlobPattern.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace swage;
using namespace swage::training;

llvm::Expected<AdapterOptions> AdapterOptions::parse(StringRef text) {
  AdapterOptions options;
  options.rank = 8;
  auto refuse = [&](const llvm::Twine &reason) {
    return llvm::createStringError("adapters '" + text + "': " + reason);
  };
  for (StringRef part : llvm::split(text, ',')) {
    auto [key, value] = part.split('=');
    if (key == "rank") {
      if (value.getAsInteger(10, options.rank) || options.rank < 1)
        return refuse("rank takes a number from 1 on");
    } else if (key == "alpha") {
      if (value.getAsDouble(options.alpha) || options.alpha <= 0)
        return refuse("alpha takes a number greater than 0");
    } else if (key == "targets") {
      options.targets.push_back(value.str());
    } else {
      return refuse("there is no '" + key +
                    "'; there are rank=N, alpha=X and targets=PATTERN");
    }
  }
  if (options.targets.empty())
    return refuse("say which matrices get one: targets=PATTERN");
  if (options.alpha == 0)
    options.alpha = options.rank;
  return options;
}

namespace {

/// The adapter of one matrix.
class Adapter {
public:
  Adapter(func::FuncOp main, BlockArgument matrix, StringRef name,
          const AdapterOptions &options)
      : main(main), matrix(matrix), name(name), options(options),
        type(cast<RankedTensorType>(matrix.getType())),
        builder(matrix.getOwner(), matrix.getOwner()->begin()),
        b(builder, main.getLoc()) {}

  LogicalResult add();

private:
  bool isRightOf(OpOperand &use) const;
  DenseElementsAttr getRandom(RankedTensorType factorType) const;
  DictionaryAttr getAttributes(StringRef name, Attribute initial);
  void rewriteProduct(nn::MatMulOp product);

  func::FuncOp main;
  BlockArgument matrix;
  std::string name;
  const AdapterOptions &options;
  RankedTensorType type;
  OpBuilder builder;
  TensorBuilder b;
  Value left, right;
};

} // namespace

/// Whether the use is a product with the matrix on the right, of rows.
bool Adapter::isRightOf(OpOperand &use) const {
  auto product = dyn_cast<nn::MatMulOp>(use.getOwner());
  return product && use.getOperandNumber() == 1 && !product.getTransposeLhs() &&
         TensorBuilder::rankOf(product.getLhs()) >= 2;
}

/// Uniform in +-1/sqrt(n), n the size of the input: as layers are commonly
/// begun. The generator begins with a hash of the name.
DenseElementsAttr Adapter::getRandom(RankedTensorType factorType) const {
  int64_t inputs = factorType.getDimSize(0) == options.rank
                       ? factorType.getDimSize(1)
                       : factorType.getDimSize(0);
  double bound = 1 / std::sqrt(double(inputs));
  uint64_t state = llvm::xxh3_64bits(StringRef(name));
  SmallVector<Attribute> values;
  for (int64_t i = 0, e = factorType.getNumElements(); i < e; ++i) {
    double unit = swage_splitmix_unit(&state);
    values.push_back(
        FloatAttr::get(factorType.getElementType(), bound * (2 * unit - 1)));
  }
  return DenseElementsAttr::get(factorType, values);
}

DictionaryAttr Adapter::getAttributes(StringRef name, Attribute initial) {
  SmallVector<NamedAttribute> attributes = {
      builder.getNamedAttr("nn.name", builder.getStringAttr(name)),
      builder.getNamedAttr("nn.role", builder.getStringAttr(role::parameter))};
  if (initial)
    attributes.push_back(builder.getNamedAttr("nn.initial", initial));
  return builder.getDictionaryAttr(attributes);
}

/// x * W becomes x * W + scale * (x * left) * right, and likewise for the
/// transpose of W.
void Adapter::rewriteProduct(nn::MatMulOp product) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointAfter(product);
  bool transposes = product.getTransposeRhs();
  Value narrow = b.matmul(product.getLhs(), transposes ? right : left,
                          /*transposeA=*/false, transposes);
  Value added = b.matmul(narrow, transposes ? left : right,
                         /*transposeA=*/false, transposes);
  Value sum = b.add(product.getResult(), b.mul(added, options.getScale()));
  product.getResult().replaceAllUsesExcept(sum, sum.getDefiningOp());
}

LogicalResult Adapter::add() {
  Type element = type.getElementType();
  if (type.getRank() != 2 || !(element.isF32() || element.isF64()))
    return main.emitError("'")
           << name << "' is of the type " << type
           << "; adapters are for matrices of f32 or f64, so choose other "
              "targets";
  unsigned index = matrix.getArgNumber();
  Attribute initial = main.getArgAttr(index, "nn.initial");
  auto leftType =
      RankedTensorType::get({type.getDimSize(0), options.rank}, element);
  auto rightType =
      RankedTensorType::get({options.rank, type.getDimSize(1)}, element);
  SmallVector<nn::MatMulOp> products;
  bool hasOthers = false;
  for (OpOperand &use : matrix.getUses()) {
    if (isRightOf(use))
      products.push_back(cast<nn::MatMulOp>(use.getOwner()));
    else
      hasOthers = true;
  }
  bool inputIsRight = !products.empty() && products.front().getTransposeRhs();

  // The left factor takes the argument's place, so that the others keep their
  // numbers.
  Value constant = arith::ConstantOp::create(builder, main.getLoc(),
                                             cast<TypedAttr>(initial));
  matrix.replaceAllUsesWith(constant);
  matrix.setType(leftType);
  left = matrix;
  main.setArgAttrs(
      index, getAttributes(options.getLeft(name),
                           inputIsRight ? Attribute() : getRandom(leftType)));
  unsigned last = main.getNumArguments();
  // The argument's type changed behind the function's back.
  SmallVector<Type> inputs(main.front().getArgumentTypes());
  main.setFunctionType(builder.getFunctionType(inputs, main.getResultTypes()));
  if (failed(main.insertArgument(
          last, rightType,
          getAttributes(options.getRight(name),
                        inputIsRight ? getRandom(rightType) : Attribute()),
          main.getLoc())))
    return failure();
  right = main.getArgument(last);

  for (nn::MatMulOp product : products)
    rewriteProduct(product);
  if (!hasOthers)
    return success();
  builder.setInsertionPointAfterValue(constant);
  Value added = b.mul(b.matmul(left, right), options.getScale());
  Value sum = b.add(constant, added);
  constant.replaceUsesWithIf(sum, [&](OpOperand &use) {
    return use.getOwner() != sum.getDefiningOp() && !isRightOf(use);
  });
  return success();
}

LogicalResult swage::training::addAdapters(ModuleOp module,
                                           const AdapterOptions &options) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return module.emitError("has no function @main");
  std::vector<llvm::GlobPattern> patterns;
  for (const std::string &target : options.targets) {
    llvm::Expected<llvm::GlobPattern> pattern =
        llvm::GlobPattern::create(target);
    if (!pattern)
      return main.emitError("'") << target << "' is no pattern of names: "
                                 << llvm::toString(pattern.takeError());
    patterns.push_back(std::move(*pattern));
  }
  // Arguments are added on the way.
  for (unsigned i = 0, e = main.getNumArguments(); i < e; ++i) {
    auto argumentRole = main.getArgAttrOfType<StringAttr>(i, "nn.role");
    auto name = main.getArgAttrOfType<StringAttr>(i, "nn.name");
    if (!argumentRole || argumentRole != role::parameter || !name ||
        llvm::none_of(patterns, [&](const llvm::GlobPattern &pattern) {
          return pattern.match(name.getValue());
        }))
      continue;
    if (failed(Adapter(main, main.getArgument(i), name, options).add()))
      return failure();
  }
  return success();
}
