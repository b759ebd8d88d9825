//===- Convolution.cpp - convolution --------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A convolution is one generic on a padded input and a filter whose order of
// dimensions fits the layout:
//
//   channels last:   (n, y, x, k, r, s, c)       filter [r, s, c, k]
//     in groups:     (n, y, x, g, k, r, s, c)    filter [g, r, s, c, k]
//     in narrow ones (n, y, x, k, r, s, c)       filter [r, s, c, k]
//     depthwise:     (n, y, x, c, r, s)          filter [r, s, c]
//   channels second: (n, k, y, x, c, r, s)       filter [k, c, r, s]
//     in groups:     (n, g, k, y, x, c, r, s)    filter [g, k, c, r, s]
//     depthwise:     (n, c, y, x, r, s)          filter [c, r, s]
//
// The dimensions of a window of size 1 are left out, so that a pointwise
// convolution is a matrix product. A filter is constant almost always; then it
// is rearranged at compile time.
//
//===----------------------------------------------------------------------===//
#include "compiler/Conversion/NNToLinalg/Checks.h"
#include "compiler/Conversion/NNToLinalg/WindowLowering.h"
#include "dialects/NN/Inference.h"
#include "dialects/NN/ScalarBuilder.h"

using namespace mlir;

namespace swage::nn {
namespace {

/// The loops of the generic, of which some may not exist.
struct ConvolutionLoops {
  std::optional<int64_t> group, outputChannel, inputChannel;
  SmallVector<int64_t> position;              // y, x
  SmallVector<std::optional<int64_t>> window; // r, s
  SmallVector<utils::IteratorType> iterators;

  int64_t add(utils::IteratorType type) {
    iterators.push_back(type);
    return iterators.size() - 1;
  }
  int64_t parallel() { return add(utils::IteratorType::parallel); }
  int64_t reduction() { return add(utils::IteratorType::reduction); }
};

/// A size divided by one that is known; what does not divide fails the run.
OpFoldResult divideSize(OpBuilder &b, Location loc, OpFoldResult size,
                        int64_t divisor) {
  if (auto known = getConstantIntValue(size))
    return fixed(b, *known / divisor);
  return getAsOpFoldResult(b.createOrFold<arith::DivSIOp>(
      loc, cast<Value>(size), arith::ConstantIndexOp::create(b, loc, divisor)));
}

/// Splits dimension `dim` of a tensor into `outer` parts.
Value splitDimension(OpBuilder &b, Location loc, Value tensor, int64_t dim,
                     int64_t outer) {
  Sizes sizes = sizesOf(b, loc, tensor);
  OpFoldResult inner = divideSize(b, loc, sizes[dim], outer);
  OpFoldResult whole = mulSizes(b, loc, inner, fixed(b, outer));
  createRequire(b, loc, createSameSize(b, loc, sizes[dim], whole),
                "the channels do not divide into " + std::to_string(outer) +
                    " groups",
                sizes);
  sizes[dim] = fixed(b, outer);
  sizes.insert(sizes.begin() + dim + 1, inner);
  SmallVector<int64_t> shape;
  for (OpFoldResult size : sizes)
    shape.push_back(getConstantIntValue(size).value_or(ShapedType::kDynamic));
  SmallVector<ReassociationIndices> groups;
  for (int64_t i = 0, next = 0; i < rankOf(tensor); ++i) {
    groups.push_back({next++});
    if (i == dim)
      groups.back().push_back(next++);
  }
  return tensor::ExpandShapeOp::create(
      b, loc, RankedTensorType::get(shape, elementTypeOf(tensor)), tensor,
      groups, sizes);
}

/// Joins dimensions `dim` and `dim` + 1 of a tensor.
Value joinDimensions(OpBuilder &b, Location loc, Value tensor, int64_t dim) {
  SmallVector<ReassociationIndices> groups;
  for (int64_t i = 0, next = 0, e = rankOf(tensor) - 1; i < e; ++i) {
    groups.push_back({next++});
    if (i == dim)
      groups.back().push_back(next++);
  }
  return tensor::CollapseShapeOp::create(b, loc, tensor, groups);
}

/// The filter [K, C / G, spatial...] with its dimensions in the order of
/// `loops`, where loops that do not exist have no dimension.
Value arrangeFilter(OpBuilder &b, Location loc, Value filter, int64_t group,
                    const ConvolutionLoops &loops, bool channelsLast) {
  // Drop what has size 1, split the groups off.
  Sizes given = sizesOf(b, loc, filter), sizes;
  SmallVector<int64_t> own; // the loop of each dimension
  auto keep = [&](std::optional<int64_t> loop, OpFoldResult size) {
    if (!loop)
      return;
    own.push_back(*loop);
    sizes.push_back(size);
  };
  keep(loops.group, loops.outputChannel ? fixed(b, group) : given[0]);
  keep(loops.outputChannel, divideSize(b, loc, given[0], group));
  keep(loops.inputChannel, given[1]);
  for (auto [i, loop] : llvm::enumerate(loops.window))
    keep(loop, given[2 + i]);
  filter = reshapeTo(b, loc, filter, sizes);
  if (!channelsLast)
    return filter;

  // [g, k, c, window...] -> [g, window..., c, k]
  SmallVector<int64_t> order;
  bool together = loops.group && !loops.outputChannel;
  auto append = [&](std::optional<int64_t> loop) {
    if (loop)
      order.push_back(*loop);
  };
  if (!together)
    append(loops.group);
  for (std::optional<int64_t> loop : loops.window)
    append(loop);
  append(loops.inputChannel);
  append(loops.outputChannel);
  if (together)
    append(loops.group);
  SmallVector<AffineExpr> from(order.size());
  Sizes arranged;
  for (auto [to, loop] : llvm::enumerate(order)) {
    int64_t place = llvm::find(own, loop) - own.begin();
    from[place] = b.getAffineDimExpr(to);
    arranged.push_back(sizes[place]);
  }
  AffineMap map = AffineMap::get(order.size(), 0, from, b.getContext());
  if (map.isIdentity())
    return filter;
  return createParallel(
      b, loc, filter, map, arranged, elementTypeOf(filter),
      [](OpBuilder &, Location, ValueRange args) { return args[0]; });
}

struct ConvLowering
    : LowerToLinalgInterface::ExternalModel<ConvLowering, ConvOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto conv = cast<ConvOp>(op);
    Location loc = op->getLoc();
    MLIRContext *context = b.getContext();
    ArrayRef<int64_t> filterShape = shapeOf(conv.getFilter());
    SmallVector<Window> windows =
        makeWindows(filterShape.drop_front(2), conv.getStrides(),
                    conv.getPads(), conv.getDilations());
    bool channelsLast = conv.getChannelsLast();
    ImageLayout layout{rankOf(operands[0]), channelsLast};
    int64_t group = conv.getGroup();
    bool depthwise =
        group > 1 && filterShape[1] == 1 && filterShape[0] == group;
    // Groups of a few channels, several to a vector: one loop runs over the
    // outputs of all, and finds the inputs of its group by a division.
    bool narrow = !depthwise && channelsLast && isNarrow(conv);
    bool together = depthwise || narrow;

    // The loops, in the order that the banner shows.
    ConvolutionLoops loops;
    loops.parallel(); // n
    auto addPositions = [&] {
      for (size_t i = 0; i < windows.size(); ++i)
        loops.position.push_back(loops.parallel());
    };
    auto addWindow = [&] {
      for (const Window &window : windows)
        loops.window.push_back(
            window.size == 1 ? std::nullopt : std::optional(loops.reduction()));
    };
    if (channelsLast)
      addPositions();
    if (group > 1)
      loops.group = loops.parallel();
    if (!together)
      loops.outputChannel = loops.parallel();
    if (!channelsLast)
      addPositions();
    if (!channelsLast && !depthwise)
      loops.inputChannel = loops.reduction();
    addWindow();
    if (channelsLast && !depthwise)
      loops.inputChannel = loops.reduction();

    checkChannels(b, loc, operands[0], layout, operands[1], group);

    // Operands.
    Type elementType = elementTypeOf(operands[0]);
    Value zero = createScalarConstant(b, loc, elementType, 0);
    Value input = padImage(b, loc, operands[0], windows, channelsLast, zero);
    Sizes sizes = slideSizes(b, loc, operands[0], windows, channelsLast);
    OpFoldResult outputs = tensor::getMixedSize(b, loc, operands[1], 0);
    sizes[layout.channel()] = outputs;
    if (group > 1 && !together) {
      sizes[layout.channel()] = divideSize(b, loc, outputs, group);
      sizes.insert(sizes.begin() + layout.channel(), fixed(b, group));
      input = splitDimension(b, loc, input, layout.channel(), group);
    }
    Value filter =
        arrangeFilter(b, loc, operands[1], group, loops, channelsLast);

    // Maps.
    int64_t count = loops.iterators.size();
    auto dim = [&](int64_t loop) { return getAffineDimExpr(loop, context); };
    SmallVector<AffineExpr> inputExprs{dim(0)}, filterExprs;
    auto appendChannels = [&] {
      if (narrow) {
        AffineExpr first =
            dim(*loops.group).floorDiv(filterShape[0] / group) * filterShape[1];
        inputExprs.push_back(first + dim(*loops.inputChannel));
        return;
      }
      if (loops.group)
        inputExprs.push_back(dim(*loops.group));
      if (loops.inputChannel)
        inputExprs.push_back(dim(*loops.inputChannel));
    };
    if (!channelsLast)
      appendChannels();
    for (auto [i, window] : llvm::enumerate(windows)) {
      AffineExpr place = dim(loops.position[i]) * window.stride;
      if (loops.window[i])
        place = place + dim(*loops.window[i]) * window.dilation;
      inputExprs.push_back(place);
    }
    if (channelsLast)
      appendChannels();
    auto append = [&](std::optional<int64_t> loop) {
      if (loop)
        filterExprs.push_back(dim(*loop));
    };
    if (!channelsLast) {
      append(loops.group);
      append(loops.outputChannel);
      append(loops.inputChannel);
    } else if (!together) {
      append(loops.group);
    }
    for (std::optional<int64_t> loop : loops.window)
      append(loop);
    if (channelsLast) {
      append(loops.inputChannel);
      append(loops.outputChannel);
      if (together)
        append(loops.group);
    }
    SmallVector<AffineExpr> resultExprs;
    for (auto [loop, iterator] : llvm::enumerate(loops.iterators))
      if (iterator == utils::IteratorType::parallel)
        resultExprs.push_back(dim(loop));
    SmallVector<AffineMap> maps{AffineMap::get(count, 0, inputExprs, context),
                                AffineMap::get(count, 0, filterExprs, context),
                                AffineMap::get(count, 0, resultExprs, context)};

    Type sumType = getAccumulatorType(elementType);
    Value init =
        createFilled(b, loc, sizes, createScalarConstant(b, loc, sumType, 0));
    auto generic = linalg::GenericOp::create(
        b, loc, init.getType(), ValueRange{input, filter}, init, maps,
        loops.iterators, [&](OpBuilder &inner, Location l, ValueRange args) {
          linalg::YieldOp::create(
              inner, l, createMultiplyAdd(inner, l, args[0], args[1], args[2]));
        });
    Value result = generic.getResult(0);
    if (group > 1 && !together)
      result = joinDimensions(b, loc, result, layout.channel());
    Value bias = operands.size() > 2 ? operands[2] : Value();
    return Values{finish(b, loc, result, bias, layout, elementType)};
  }

  /// Whether outputs of several groups fit into one vector, and so do the
  /// inputs that they share.
  static bool isNarrow(ConvOp conv) {
    constexpr int64_t kMost = 8;
    ArrayRef<int64_t> filter = shapeOf(conv.getFilter());
    int64_t group = conv.getGroup();
    if (group == 1 || ShapedType::isDynamic(filter[0]) ||
        ShapedType::isDynamic(filter[1]) || filter[0] % group)
      return false;
    int64_t outputs = filter[0] / group;
    return outputs > 1 && outputs <= kMost && llvm::isPowerOf2_64(outputs) &&
           filter[1] <= outputs;
  }

  /// The channels of the image are those of the filter in all groups.
  static void checkChannels(OpBuilder &b, Location loc, Value image,
                            ImageLayout layout, Value filter, int64_t group) {
    OpFoldResult given = tensor::getMixedSize(b, loc, image, layout.channel());
    OpFoldResult each = tensor::getMixedSize(b, loc, filter, 1);
    OpFoldResult taken = mulSizes(b, loc, each, fixed(b, group));
    // What does not divide into groups has a message of its own.
    OpFoldResult whole =
        group == 1 ? given
                   : mulSizes(b, loc, divideSize(b, loc, given, group),
                              fixed(b, group));
    createRequire(b, loc, createSameSize(b, loc, whole, taken),
                  "the filter is for another number of channels",
                  {Sizes{given}, Sizes{taken}});
  }

  /// Adds the bias and leaves the accumulator's type, in one step.
  static Value finish(OpBuilder &b, Location loc, Value result, Value bias,
                      ImageLayout layout, Type elementType) {
    Type sumType = elementTypeOf(result);
    if (!bias && sumType == elementType)
      return result;
    SmallVector<Value> sources{result};
    SmallVector<AffineMap> maps{b.getMultiDimIdentityMap(layout.rank)};
    if (bias) {
      sources.push_back(bias);
      maps.push_back(
          AffineMap::get(layout.rank, 0, b.getAffineDimExpr(layout.channel())));
    }
    return createParallel(
        b, loc, sources, maps, sizesOf(b, loc, result), elementType,
        [&](OpBuilder &inner, Location l, ValueRange args) {
          ScalarBuilder s(inner, l, sumType);
          Value sum = args[0];
          if (bias)
            sum = s.add(sum, convertFloat(inner, l, args[1], sumType));
          return convertFloat(inner, l, sum, elementType);
        });
  }
};

} // namespace

void registerConvolutionLowerings(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, NNDialect *) {
    ConvOp::attachInterface<ConvLowering>(*context);
  });
}

} // namespace swage::nn
