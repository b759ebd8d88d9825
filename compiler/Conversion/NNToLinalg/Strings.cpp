//===- Strings.cpp - lowering of operators on strings ---------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Memory holds a string as the address of its swage_string, so that moving one
// is moving an i64. What looks into strings is a function of the runtime.
//
//===----------------------------------------------------------------------===//
#include "compiler/Conversion/NNToLinalg/RuntimeCalls.h"
#include "dialects/NN/Inference.h"
#include "dialects/NN/Types.h"
#include <map>

using namespace mlir;

namespace swage::nn {
namespace {

SmallVector<StringRef> getStrings(ArrayAttr array) {
  return llvm::map_to_vector(array.getAsValueRange<StringAttr>(),
                             [](StringRef text) { return text; });
}

/// Bytes of one string.
Value createText(OpBuilder &b, Location loc, StringRef text) {
  return createBytes(b, loc, ArrayRef<char>(text.data(), text.size()));
}

/// A flat tensor of unknown size.
RankedTensorType getFlatType(Type elementType) {
  return RankedTensorType::get({ShapedType::kDynamic}, elementType);
}

/// Runs a function that gives one element for each of those of `input`, of
/// which `others` tell the rest.
Value mapElements(OpBuilder &b, Location loc, StringRef callee, Value input,
                  ValueRange others, Type resultElement) {
  Values inputs{createFlat(b, loc, input)};
  inputs.append(others.begin(), others.end());
  Value count = tensor::DimOp::create(b, loc, inputs.front(), 0);
  Value flat = createRuntime(b, loc, callee, inputs,
                             getFlatType(getStorageType(resultElement)), count)
                   .front();
  return reshapeTo(b, loc, flat, sizesOf(b, loc, input));
}

struct StringConstantLowering
    : LowerToLinalgInterface::ExternalModel<StringConstantLowering,
                                            StringConstantOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange,
                                  OpBuilder &b) const {
    auto constant = cast<StringConstantOp>(op);
    Location loc = op->getLoc();
    Value table = createStringTable(b, loc, getStrings(constant.getValues()));
    auto flat = RankedTensorType::get({int64_t(constant.getValues().size())},
                                      b.getI64Type());
    Value strings =
        createRuntime(b, loc, "swage_rt_string_constants", table, flat, {})
            .front();
    return Values{
        reshapeTo(b, loc, strings,
                  getAsIndexOpFoldResult(b.getContext(), constant.getShape()))};
  }
};

template <typename OpTy>
struct StringPairLowering
    : LowerToLinalgInterface::ExternalModel<StringPairLowering<OpTy>, OpTy> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    Location loc = op->getLoc();
    StringRef callee = isa<StringConcatOp>(op) ? "swage_rt_string_concat"
                                               : "swage_rt_string_equal";
    return Values{mapElements(b, loc, callee, operands[0],
                              createFlat(b, loc, operands[1]),
                              elementTypeOf(op->getResult(0)))};
  }
};

struct StringSplitLowering
    : LowerToLinalgInterface::ExternalModel<StringSplitLowering,
                                            StringSplitOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto split = cast<StringSplitOp>(op);
    Location loc = op->getLoc();
    Sizes sizes = sizesOf(b, loc, operands[0]);
    Values inputs{createFlat(b, loc, operands[0]),
                  createText(b, loc, split.getDelimiter()),
                  createIntegers(b, loc, split.getMaxSplit())};
    Value count = tensor::DimOp::create(b, loc, inputs.front(), 0);
    Type word = b.getI64Type();
    Values counts = createRuntime(
        b, loc, "swage_rt_string_split_count", inputs,
        {getFlatType(word), RankedTensorType::get({1}, word)}, count);
    Value width = readCount(b, loc, counts[1]);
    auto rows = RankedTensorType::get(
        {ShapedType::kDynamic, ShapedType::kDynamic}, word);
    Value pieces = createRuntime(b, loc, "swage_rt_string_split", inputs, rows,
                                 {count, width})
                       .front();
    Value lengths = reshapeTo(b, loc, counts[0], sizes);
    sizes.push_back(width);
    return Values{reshapeTo(b, loc, pieces, sizes), lengths};
  }
};

struct StringNormalizeLowering
    : LowerToLinalgInterface::ExternalModel<StringNormalizeLowering,
                                            StringNormalizeOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto normalize = cast<StringNormalizeOp>(op);
    Location loc = op->getLoc();
    int64_t change = normalize.getChangeCase() == "lower"   ? 1
                     : normalize.getChangeCase() == "upper" ? 2
                                                            : 0;
    Values inputs{
        createFlat(b, loc, operands[0]),
        createStringTable(b, loc, getStrings(normalize.getStopWords())),
        createIntegers(b, loc, {change, normalize.getCaseSensitive()})};
    Type word = b.getI64Type();
    Value left = createRuntime(b, loc, "swage_rt_string_normalize_count",
                               inputs, RankedTensorType::get({1}, word), {})
                     .front();
    Value count = readCount(b, loc, left);
    Value kept = createRuntime(b, loc, "swage_rt_string_normalize", inputs,
                               getFlatType(word), count)
                     .front();
    Sizes sizes(rankOf(normalize.getInput()), fixed(b, 1));
    sizes.back() = count;
    return Values{reshapeTo(b, loc, kept, sizes)};
  }
};

struct StringMatchLowering
    : LowerToLinalgInterface::ExternalModel<StringMatchLowering,
                                            StringMatchOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto match = cast<StringMatchOp>(op);
    Location loc = op->getLoc();
    return Values{mapElements(b, loc, "swage_rt_regex_full_match", operands[0],
                              createText(b, loc, match.getPattern()),
                              b.getI1Type())};
  }
};

/// The keys are sorted here, so that the run can search by halves.
struct StringFindLowering
    : LowerToLinalgInterface::ExternalModel<StringFindLowering, StringFindOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto find = cast<StringFindOp>(op);
    Location loc = op->getLoc();
    std::map<StringRef, int64_t> places;
    for (auto [place, key] : llvm::enumerate(getStrings(find.getKeys())))
      places[key] = place;
    SmallVector<StringRef> keys;
    SmallVector<int64_t> order;
    for (auto [key, place] : places) {
      keys.push_back(key);
      order.push_back(place);
    }
    return Values{mapElements(
        b, loc, "swage_rt_string_find", operands[0],
        {createStringTable(b, loc, keys), createIntegers(b, loc, order)},
        b.getI64Type())};
  }
};

struct ParseNumberLowering
    : LowerToLinalgInterface::ExternalModel<ParseNumberLowering,
                                            ParseNumberOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    Location loc = op->getLoc();
    Type to = cast<ParseNumberOp>(op).getTo();
    StringRef callee = isa<FloatType>(to)         ? "swage_rt_string_to_f64"
                       : to.isUnsignedInteger(64) ? "swage_rt_string_to_u64"
                                                  : "swage_rt_string_to_i64";
    return Values{mapElements(b, loc, callee, operands[0], {}, to)};
  }
};

struct StringRankLowering
    : LowerToLinalgInterface::ExternalModel<StringRankLowering, StringRankOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    return Values{mapElements(b, op->getLoc(), "swage_rt_string_rank",
                              operands[0], {}, b.getI64Type())};
  }
};

struct FormatNumberLowering
    : LowerToLinalgInterface::ExternalModel<FormatNumberLowering,
                                            FormatNumberOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    Location loc = op->getLoc();
    int64_t dtype = getDataType(elementTypeOf(op->getOperand(0)));
    return Values{mapElements(b, loc, "swage_rt_string_from_number",
                              operands[0], createIntegers(b, loc, dtype),
                              StringType::get(b.getContext()))};
  }
};

} // namespace

void registerStringLowerings(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, NNDialect *) {
    StringConstantOp::attachInterface<StringConstantLowering>(*context);
    StringConcatOp::attachInterface<StringPairLowering<StringConcatOp>>(
        *context);
    StringEqualOp::attachInterface<StringPairLowering<StringEqualOp>>(*context);
    StringSplitOp::attachInterface<StringSplitLowering>(*context);
    StringNormalizeOp::attachInterface<StringNormalizeLowering>(*context);
    StringMatchOp::attachInterface<StringMatchLowering>(*context);
    StringFindOp::attachInterface<StringFindLowering>(*context);
    StringRankOp::attachInterface<StringRankLowering>(*context);
    ParseNumberOp::attachInterface<ParseNumberLowering>(*context);
    FormatNumberOp::attachInterface<FormatNumberLowering>(*context);
  });
}

} // namespace swage::nn
