//===- AttentionGroups.cpp - heads that share keys and values -------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Groups of heads that share keys and values are spelled in two ways: the keys
// are repeated before the product, or the heads are split in groups around it.
// Both become the second, with nothing between the products: repeated operands
// are read where they were before, and what is made of the scores' rows is done
// in groups too.
//
//===----------------------------------------------------------------------===//
#include "compiler/Transforms/Attention.h"
#include "compiler/Transforms/FusionGroups.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace swage {
namespace {

/// Dimension `dim` of a tensor as two of known sizes.
struct Split {
  unsigned dim;
  int64_t outer, inner;

  static std::optional<Split> of(ArrayRef<ReassociationIndices> groups,
                                 RankedTensorType wide) {
    std::optional<Split> split;
    for (auto [dim, group] : llvm::enumerate(groups)) {
      if (group.size() == 1)
        continue;
      if (split || group.size() != 2 || wide.isDynamicDim(group[0]) ||
          wide.isDynamicDim(group[1]))
        return std::nullopt;
      split = Split{unsigned(dim), wide.getDimSize(group[0]),
                    wide.getDimSize(group[1])};
    }
    return split;
  }
  bool operator==(const Split &other) const {
    return dim == other.dim && outer == other.outer && inner == other.inner;
  }
  Split at(unsigned place) const { return {place, outer, inner}; }

  template <typename T>
  SmallVector<T> apply(ArrayRef<T> sizes, T first, T second) const {
    SmallVector<T> result(sizes);
    result[dim] = first;
    result.insert(result.begin() + dim + 1, second);
    return result;
  }
  RankedTensorType apply(RankedTensorType type) const {
    return RankedTensorType::get(apply<int64_t>(type.getShape(), outer, inner),
                                 type.getElementType());
  }
  SmallVector<ReassociationIndices> groups(unsigned rank) const {
    SmallVector<ReassociationIndices> result;
    int64_t next = 0;
    for (unsigned i = 0; i < rank; ++i) {
      ReassociationIndices &group = result.emplace_back();
      for (unsigned part = 0; part < (i == dim ? 2u : 1u); ++part)
        group.push_back(next++);
    }
    return result;
  }
  /// `map`, in which loop `dim` has become two. What runs along both of them
  /// has two dimensions too.
  AffineMap apply(AffineMap map) const {
    MLIRContext *context = map.getContext();
    SmallVector<AffineExpr> exprs;
    for (AffineExpr expr : map.getResults()) {
      auto loop = dyn_cast<AffineDimExpr>(expr);
      unsigned number = loop ? loop.getPosition() : 0;
      if (!loop)
        exprs.push_back(expr);
      else
        exprs.push_back(getAffineDimExpr(number + (number > dim), context));
      if (loop && number == dim)
        exprs.push_back(getAffineDimExpr(dim + 1, context));
    }
    return AffineMap::get(map.getNumDims() + 1, 0, exprs, context);
  }
};

bool isSimple(AffineMap map) {
  return llvm::all_of(map.getResults(),
                      llvm::IsaPred<AffineDimExpr, AffineConstantExpr>);
}

/// A tensor that nothing has been written to, or that is filled.
bool isFreshInit(Value init) {
  if (auto fill = init.getDefiningOp<linalg::FillOp>())
    init = fill.getOutputs().front();
  return bool(init.getDefiningOp<tensor::EmptyOp>());
}

Value splitInit(OpBuilder &builder, Value init, const Split &split) {
  if (auto fill = init.getDefiningOp<linalg::FillOp>())
    return linalg::FillOp::create(
               builder, fill.getLoc(), fill.getInputs(),
               splitInit(builder, fill.getOutputs().front(), split))
        .getResult(0);
  auto empty = init.getDefiningOp<tensor::EmptyOp>();
  return tensor::EmptyOp::create(
      builder, empty.getLoc(),
      split.apply<OpFoldResult>(empty.getMixedSizes(),
                                builder.getIndexAttr(split.outer),
                                builder.getIndexAttr(split.inner)),
      cast<RankedTensorType>(empty.getType()).getElementType());
}

/// The sizes of what `tensor` was written to; nothing where that is not known.
std::optional<SmallVector<OpFoldResult>> initSizesOf(Value tensor) {
  while (auto op = tensor.getDefiningOp<linalg::LinalgOp>())
    tensor = op.getDpsInits()[cast<OpResult>(tensor).getResultNumber()];
  if (auto empty = tensor.getDefiningOp<tensor::EmptyOp>())
    return empty.getMixedSizes();
  return std::nullopt;
}

/// The sizes of `tensor`, without a use of it where that can be.
SmallVector<OpFoldResult> sizesOf(OpBuilder &builder, Value tensor) {
  if (auto sizes = initSizesOf(tensor))
    return *sizes;
  return tensor::getMixedSizes(builder, tensor.getLoc(), tensor);
}

Value splitTensor(OpBuilder &builder, Value tensor, const Split &split) {
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<OpFoldResult> sizes = split.apply<OpFoldResult>(
      sizesOf(builder, tensor), builder.getIndexAttr(split.outer),
      builder.getIndexAttr(split.inner));
  return tensor::ExpandShapeOp::create(builder, tensor.getLoc(),
                                       split.apply(type), tensor,
                                       split.groups(type.getRank()), sizes);
}

/// The place of loop `dim` in what `map` reads.
std::optional<unsigned> placeOf(AffineMap map, unsigned dim) {
  return map.getResultPosition(getAffineDimExpr(dim, map.getContext()));
}

/// `op` with its loop `split.dim` as two. `known` has operands that are split
/// already.
linalg::GenericOp splitLoop(OpBuilder &builder, linalg::GenericOp op,
                            const Split &split,
                            const llvm::MapVector<Value, Value> &known) {
  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  for (OpOperand *input : op.getDpsInputOperands()) {
    AffineMap map = op.getMatchingIndexingMap(input);
    Value own = known.lookup(input->get());
    auto place = placeOf(map, split.dim);
    inputs.push_back(own ? own
                     : place
                         ? splitTensor(builder, input->get(), split.at(*place))
                         : input->get());
    maps.push_back(split.apply(map));
  }
  OpOperand *out = op.getDpsInitOperand(0);
  AffineMap result = op.getMatchingIndexingMap(out);
  maps.push_back(split.apply(result));
  Value init =
      splitInit(builder, out->get(), split.at(*placeOf(result, split.dim)));
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  iterators.insert(iterators.begin() + split.dim,
                   utils::IteratorType::parallel);
  auto wide = linalg::GenericOp::create(builder, op.getLoc(), init.getType(),
                                        inputs, init, maps, iterators);
  IRMapping mapping;
  op.getRegion().cloneInto(&wide.getRegion(), mapping);
  for (auto index :
       llvm::to_vector(wide.getBody()->getOps<linalg::IndexOp>())) {
    uint64_t dim = index.getDim();
    if (dim > split.dim)
      index.setDim(dim + 1);
    if (dim != split.dim)
      continue;
    OpBuilder inside(index->getContext());
    inside.setInsertionPointAfter(index);
    Location loc = index.getLoc();
    AffineExpr d0, d1;
    bindDims(builder.getContext(), d0, d1);
    Value within = linalg::IndexOp::create(inside, loc, dim + 1);
    auto both = affine::AffineApplyOp::create(
        inside, loc, AffineMap::get(2, 0, d0 * split.inner + d1),
        ValueRange{index, within});
    index.getResult().replaceAllUsesExcept(both, both);
  }
  return wide;
}

//===----------------------------------------------------------------------===//
// Repeated operands
//===----------------------------------------------------------------------===//

/// A tensor that is another one, parts of which are repeated.
struct Repeat {
  Value source; ///< before it was repeated
  /// From the tensor, with `split` applied if there is one, to the source.
  AffineMap map;
  std::optional<Split> split;
};

/// Whether `value` is repeated along dimensions that it then has joined with
/// others.
std::optional<Repeat> matchRepeat(Value value) {
  auto collapse = value.getDefiningOp<tensor::CollapseShapeOp>();
  auto copy = collapse ? collapse.getSrc().getDefiningOp<linalg::GenericOp>()
                       : linalg::GenericOp();
  if (!copy || copy.getNumReductionLoops() || copy.getNumDpsInputs() != 1 ||
      copy->getNumResults() != 1 || !copy.hasPureTensorSemantics() ||
      copy.getBody()->getTerminator()->getOperand(0) !=
          copy.getBody()->getArgument(0))
    return std::nullopt;
  AffineMap read = copy.getMatchingIndexingMap(copy.getDpsInputOperand(0));
  AffineMap written = copy.getMatchingIndexingMap(copy.getDpsInitOperand(0));
  if (!written.isIdentity() || !isSimple(read) ||
      llvm::all_of(llvm::seq(read.getNumDims()),
                   [&](unsigned dim) { return read.isFunctionOfDim(dim); }))
    return std::nullopt;

  // Where each dimension of the repeated tensor is in the joined one.
  MLIRContext *context = read.getContext();
  RankedTensorType wide = collapse.getSrcType();
  SmallVector<AffineExpr> places(wide.getRank(),
                                 getAffineConstantExpr(0, context));
  Repeat repeat{copy.getInputs().front(), {}, std::nullopt};
  unsigned next = 0;
  SmallVector<ReassociationIndices> groups = collapse.getReassociationIndices();
  for (auto [dim, group] : llvm::enumerate(groups)) {
    SmallVector<int64_t> longer;
    for (int64_t part : group)
      if (wide.getDimSize(part) != 1)
        longer.push_back(part);
    if (longer.size() > 2 || (longer.size() == 2 && repeat.split))
      return std::nullopt;
    if (longer.size() == 2) {
      if (wide.isDynamicDim(longer[0]) || wide.isDynamicDim(longer[1]))
        return std::nullopt;
      repeat.split = Split{unsigned(dim), wide.getDimSize(longer[0]),
                           wide.getDimSize(longer[1])};
    }
    for (auto [number, part] : llvm::enumerate(longer))
      places[part] = getAffineDimExpr(next + number, context);
    next += longer.size() == 2 ? 2 : 1;
  }
  repeat.map = read.compose(AffineMap::get(next, 0, places, context));
  return repeat;
}

/// A product that reads a repeated operand reads what was there before, for all
/// rows that share it.
bool readUnrepeated(linalg::GenericOp product) {
  OpOperand *repeated = nullptr;
  std::optional<Repeat> repeat;
  AffineMap map; // from the product's loops to the repeated tensor
  for (OpOperand *input : product.getDpsInputOperands()) {
    AffineMap own = product.getMatchingIndexingMap(input);
    Value value = input->get();
    while (auto order = getOrder(value.getDefiningOp<linalg::GenericOp>())) {
      own = order->compose(own);
      value = value.getDefiningOp<linalg::GenericOp>().getInputs().front();
    }
    if (auto found = matchRepeat(value)) {
      repeated = input;
      repeat = found;
      map = own;
    }
  }
  AffineMap result =
      product.getMatchingIndexingMap(product.getDpsInitOperand(0));
  if (!repeat || !isSimple(map) ||
      !llvm::all_of(product.getIndexingMapsArray(), isSimple) ||
      !isFreshInit(product.getDpsInitOperand(0)->get()))
    return false;
  unsigned number = repeated->getOperandNumber();
  OpBuilder builder(product);
  auto readSource = [&](linalg::GenericOp op, AffineMap toRepeated) {
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    maps[number] = repeat->map.compose(toRepeated);
    op.setIndexingMapsAttr(builder.getAffineMapArrayAttr(maps));
    op->setOperand(number, repeat->source);
  };
  if (!repeat->split) {
    readSource(product, map);
    return true;
  }
  auto loop = dyn_cast<AffineDimExpr>(map.getResult(repeat->split->dim));
  if (!loop || !placeOf(result, loop.getPosition()) ||
      product.getIteratorTypesArray()[loop.getPosition()] !=
          utils::IteratorType::parallel)
    return false;
  Split split = repeat->split->at(loop.getPosition());
  // Any tensor serves as the operand until it has its map.
  llvm::MapVector<Value, Value> known;
  known[repeated->get()] = repeat->source;
  linalg::GenericOp wide = splitLoop(builder, product, split, known);
  readSource(wide, split.apply(map));
  auto type = cast<RankedTensorType>(product.getResult(0).getType());
  Value joined = tensor::CollapseShapeOp::create(
      builder, product.getLoc(), type, wide.getResult(0),
      split.at(*placeOf(result, split.dim)).groups(type.getRank()));
  product.getResult(0).replaceAllUsesWith(joined);
  product.erase();
  return true;
}

//===----------------------------------------------------------------------===//
// Reshapes between products
//===----------------------------------------------------------------------===//

/// The dimensions of `wide` that make up each of `narrow`, if these are the
/// same but for groups of known sizes and ones.
std::optional<SmallVector<ReassociationIndices>>
groupSizes(ArrayRef<OpFoldResult> wide, ArrayRef<OpFoldResult> narrow) {
  SmallVector<ReassociationIndices> groups;
  size_t next = 0;
  auto isOne = [](OpFoldResult size) {
    return getConstantIntValue(size) == int64_t(1);
  };
  for (OpFoldResult size : narrow) {
    ReassociationIndices &group = groups.emplace_back();
    while (next + 1 < wide.size() && isOne(wide[next]) && !isOne(size))
      group.push_back(next++);
    if (next == wide.size())
      return std::nullopt;
    group.push_back(next);
    if (isEqualConstantIntOrValue(wide[next++], size))
      continue;
    auto whole = getConstantIntValue(size),
         product = getConstantIntValue(wide[group.back()]);
    while (whole && product && *product < *whole && next < wide.size()) {
      auto factor = getConstantIntValue(wide[next]);
      product = factor ? std::optional(*product * *factor) : std::nullopt;
      group.push_back(next++);
    }
    if (!whole || product != whole)
      return std::nullopt;
  }
  while (next < wide.size() && isOne(wide[next]) && !groups.empty())
    groups.back().push_back(next++);
  if (next != wide.size())
    return std::nullopt;
  return groups;
}

/// A reshape with several unknown sizes goes through a tensor of one dimension.
/// Where only groups of dimensions are joined or split, it need not.
void reshapeDirectly(tensor::ExpandShapeOp expand) {
  auto flat = expand.getSrc().getDefiningOp<tensor::CollapseShapeOp>();
  if (!flat || flat.getResultType().getRank() != 1)
    return;
  auto sizes = initSizesOf(flat.getSrc());
  if (!sizes)
    return;
  SmallVector<OpFoldResult> wanted = expand.getMixedOutputShape();
  OpBuilder builder(expand);
  Value direct;
  RankedTensorType type = expand.getResultType();
  auto isKnown = [](RankedTensorType tensor, ArrayRef<int64_t> dims) {
    return llvm::none_of(dims,
                         [&](int64_t dim) { return tensor.isDynamicDim(dim); });
  };
  // Sizes may be known although the type does not have them.
  auto fit = [&](ArrayRef<ReassociationIndices> groups, RankedTensorType wide,
                 RankedTensorType narrow) {
    return llvm::all_of(llvm::enumerate(groups), [&](auto group) {
      return isKnown(wide, group.value()) ==
             !narrow.isDynamicDim(group.index());
    });
  };
  if (auto joined = groupSizes(*sizes, wanted)) {
    if (fit(*joined, flat.getSrcType(), type))
      direct = tensor::CollapseShapeOp::create(builder, expand.getLoc(), type,
                                               flat.getSrc(), *joined);
  } else if (auto split = groupSizes(wanted, *sizes)) {
    if (fit(*split, type, flat.getSrcType()))
      direct = tensor::ExpandShapeOp::create(builder, expand.getLoc(), type,
                                             flat.getSrc(), *split, wanted);
  }
  if (!direct)
    return;
  expand.getResult().replaceAllUsesWith(direct);
  expand.erase();
  if (flat->use_empty())
    flat.erase();
}

/// What is made of the rows of a tensor whose heads are joined, up to where
/// they are split again.
class JoinedRows {
public:
  JoinedRows(tensor::CollapseShapeOp join) : join(join) {}

  bool match() {
    auto found = Split::of(join.getReassociationIndices(), join.getSrcType());
    rank = join.getResultType().getRank();
    if (!found || rank < 3 || found->dim + 2 >= rank)
      return false;
    split = *found;
    own.insert(join.getResult());
    SmallVector<Value> open{join.getResult()};
    while (!open.empty())
      for (Operation *user : open.pop_back_val().getUsers()) {
        if (auto expand = dyn_cast<tensor::ExpandShapeOp>(user)) {
          auto again = Split::of(expand.getReassociationIndices(),
                                 expand.getResultType());
          if (!again || !(*again == split))
            return false;
          ends.insert(expand);
          continue;
        }
        auto op = dyn_cast<linalg::GenericOp>(user);
        if (!op || op->getBlock() != join->getBlock() || !fits(op))
          return false;
        if (members.insert(op))
          open.push_back(op.getResult(0));
        own.insert(op.getResult(0));
      }
    return !ends.empty() && llvm::all_of(members, [&](Operation *member) {
      return readsInOrder(cast<linalg::GenericOp>(member));
    });
  }

  void rewrite() {
    SmallVector<linalg::GenericOp> ordered;
    for (Operation *member : members)
      ordered.push_back(cast<linalg::GenericOp>(member));
    llvm::sort(ordered, [](Operation *left, Operation *right) {
      return left->isBeforeInBlock(right);
    });
    llvm::MapVector<Value, Value> known;
    known[join.getResult()] = join.getSrc();
    for (linalg::GenericOp op : ordered) {
      OpBuilder builder(op);
      known[op.getResult(0)] =
          splitLoop(builder, op, split, known).getResult(0);
    }
    for (Operation *end : ends) {
      auto expand = cast<tensor::ExpandShapeOp>(end);
      expand.getResult().replaceAllUsesWith(known.lookup(expand.getSrc()));
      expand.erase();
    }
    for (linalg::GenericOp op : llvm::reverse(ordered))
      op.erase();
    join.erase();
  }

private:
  /// Whether `op` works on rows, each by itself.
  bool fits(linalg::GenericOp op) const {
    unsigned loops = op.getNumLoops(), reductions = op.getNumReductionLoops();
    if (op->getNumResults() != 1 || !op.hasPureTensorSemantics() ||
        (loops != rank && loops != rank - 1) || reductions > 1 ||
        (reductions &&
         op.getIteratorTypesArray().back() != utils::IteratorType::reduction) ||
        !llvm::all_of(op.getIndexingMapsArray(), isSimple) ||
        !isFreshInit(op.getDpsInitOperand(0)->get()))
      return false;
    AffineMap result = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
    return isLeading(result, loops - reductions) &&
           placeOf(result, split.dim) == split.dim &&
           (!reductions || split.dim + 1 < loops);
  }

  /// Whether heads are at their place in all that `op` reads of the rows.
  bool readsInOrder(linalg::GenericOp op) const {
    return llvm::all_of(op.getDpsInputOperands(), [&](OpOperand *input) {
      return !own.contains(input->get()) ||
             placeOf(op.getMatchingIndexingMap(input), split.dim) == split.dim;
    });
  }

  tensor::CollapseShapeOp join;
  Split split{};
  unsigned rank = 0;
  DenseSet<Value> own;
  llvm::SetVector<Operation *> members, ends;
};

} // namespace

void groupHeads(ArrayRef<linalg::GenericOp> products) {
  for (linalg::GenericOp product : products)
    readUnrepeated(product);
}

void splitRows(func::FuncOp func) {
  SmallVector<tensor::ExpandShapeOp> reshapes;
  func.walk([&](tensor::ExpandShapeOp expand) { reshapes.push_back(expand); });
  for (tensor::ExpandShapeOp expand : reshapes)
    reshapeDirectly(expand);
  SmallVector<tensor::CollapseShapeOp> joins;
  func.walk([&](tensor::CollapseShapeOp join) { joins.push_back(join); });
  for (tensor::CollapseShapeOp join : joins)
    if (JoinedRows rows(join); rows.match())
      rows.rewrite();
}

} // namespace swage
