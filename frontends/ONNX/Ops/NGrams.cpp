//===- NGrams.cpp - counts of short sequences -----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// TfIdfVectorizer over integers and strings: every sequence of neighbours, or of elements
// at equal distances, is compared with a pool of sequences.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Ops/Strings.h"
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

namespace {

struct Pool {
  NodeContext &node;
  SmallVector<int64_t> numbers; ///< all sequences, the shorter ones first
  SmallVector<int64_t> starts;  ///< where those of each length begin

  int64_t lengths() const { return starts.size(); }
  ArrayRef<int64_t> sequences(int64_t length) const {
    int64_t start = starts[length - 1];
    int64_t end = length < lengths() ? starts[length] : numbers.size();
    return ArrayRef(numbers).slice(start, end - start);
  }

  /// How often each sequence of `length` is in each row, its elements
  /// `distance` apart: [rows, sequences] of f32; null when there is no room.
  Value count(Value rows, int64_t length, int64_t distance) const {
    int64_t size = node.shape(rows)[1], reach = (length - 1) * distance;
    if (!ShapedType::isDynamic(size) && size <= reach)
      return {};
    ArrayRef<int64_t> list = sequences(length);
    int64_t known = list.size() / length;
    Value end = node.create<nn::SubOp>(node.create<nn::ShapeOp>(rows, 1, 2),
                                       node.ints({reach}));
    // A row that is too short has no sequence.
    end = node.create<nn::MaxOp>(end, node.ints({0}));
    Value equal;
    for (int64_t i = 0; i < length; ++i) {
      Value start = node.ints({i * distance});
      Value part = node.create<nn::SliceOp>(
          rows, start, node.create<nn::AddOp>(end, start), node.ints({1}),
          ArrayRef<int64_t>{1});
      SmallVector<int64_t> column;
      for (int64_t g = 0; g < known; ++g)
        column.push_back(list[g * length + i]);
      Value same = node.create<nn::EqualOp>(
          node.unsqueeze(part, {2}),
          node.intTensor(node.builder().getI64Type(), {known}, column));
      equal = equal ? node.create<nn::AndOp>(equal, same) : same;
    }
    if (node.failed())
      return {};
    return node.create<nn::ReduceSumOp>(
        node.cast(equal, node.builder().getF32Type()), ArrayRef<int64_t>{1},
        /*keep_dims=*/false);
  }
};

} // namespace

/// The strings of `rows` and of the pool as numbers that are equal where the
/// strings are; what is not in the pool is -1.
static Value numberStrings(NodeContext &node, Value rows,
                           ArrayRef<std::string> pool,
                           SmallVectorImpl<int64_t> &numbers) {
  llvm::StringMap<int64_t> known;
  SmallVector<std::string> different;
  for (const std::string &text : pool) {
    auto [entry, isNew] = known.try_emplace(text, different.size());
    if (isNew)
      different.push_back(text);
    numbers.push_back(entry->second);
  }
  return node.create<nn::StringFindOp>(rows, stringArray(node, different));
}

static Results importTfIdfVectorizer(NodeContext &node) {
  std::string mode = node.stringAttr("mode", "");
  int64_t least = node.intAttr("min_gram_length", 1),
          most = node.intAttr("max_gram_length", 1),
          skip = node.intAttr("max_skip_count", 0);
  Pool pool{node, node.intsAttr("pool_int64s").value_or(SmallVector<int64_t>()),
            node.intsAttr("ngram_counts").value_or(SmallVector<int64_t>())};
  SmallVector<int64_t> places =
      node.intsAttr("ngram_indexes").value_or(SmallVector<int64_t>());
  SmallVector<double> weights = node.floatsAttr("weights");
  Value rows = node.input(0);
  SmallVector<std::string> texts = node.stringsAttr("pool_strings");
  if (node.failed())
    return {};
  if (holdsStrings(node, rows) != !texts.empty())
    return node.bad("its pool is not of the type of its input");
  if (!texts.empty())
    rows = numberStrings(node, rows, texts, pool.numbers);
  if (mode != "TF" && mode != "IDF" && mode != "TFIDF")
    return node.bad("its attribute 'mode' must be TF, IDF or TFIDF");
  if (least < 1 || most < least || skip < 0 || most > pool.lengths())
    return node.bad("its attributes do not give the lengths of sequences");
  int64_t sequences = 0;
  for (int64_t length = 1; length <= pool.lengths(); ++length) {
    int64_t start = pool.starts[length - 1];
    int64_t end = length < pool.lengths() ? pool.starts[length]
                                          : int64_t(pool.numbers.size());
    if (start < 0 || end < start || end > int64_t(pool.numbers.size()) ||
        (end - start) % length)
      return node.bad("its attribute 'ngram_counts' does not divide the pool");
    sequences += (end - start) / length;
  }
  if (int64_t(places.size()) != sequences || places.empty() ||
      (!weights.empty() && weights.size() != places.size()) ||
      llvm::any_of(places, [](int64_t place) { return place < 0; }))
    return node.bad("it needs a place in the output for each sequence of its "
                    "pool, and weights for all or none");
  bool isVector = node.rank(rows) == 1;
  if (node.rank(rows) != 1 && node.rank(rows) != 2)
    return node.bad("its input must be one row or a matrix of rows");
  rows = node.cast(rows, node.builder().getI64Type());
  if (isVector)
    rows = node.unsqueeze(rows, {0});

  // Counts of all sequences, then each at its place.
  Type f32 = node.builder().getF32Type();
  Value zero = node.scalar(f32, 0),
        batch = node.create<nn::ShapeOp>(rows, 0, 1);
  int64_t width = *llvm::max_element(places) + 1;
  Value output = fill(node, zero, node.concat({batch, node.ints({width})}, 0));
  SmallVector<double> factors(width, 1);
  int64_t next = 0;
  for (int64_t length = 1; length <= pool.lengths(); ++length) {
    int64_t known = pool.sequences(length).size() / length;
    ArrayRef<int64_t> own = ArrayRef(places).slice(next, known);
    for (int64_t i = 0; i < known && !weights.empty(); ++i)
      factors[own[i]] = weights[next + i];
    next += known;
    if (length < least || length > most || known == 0)
      continue;
    // For single elements the distance means nothing.
    Value sum;
    for (int64_t s = 0; s <= (length == 1 ? 0 : skip); ++s) {
      Value counts = pool.count(rows, length, s + 1);
      if (node.failed())
        return {};
      if (counts)
        sum = sum ? node.create<nn::AddOp>(sum, counts) : counts;
    }
    if (!sum)
      continue;
    Value targets = node.create<nn::ExpandOp>(
        node.unsqueeze(node.ints(own), {0}), node.shapeOf(sum));
    output = node.create<nn::ScatterElementsOp>(output, targets, sum, 1, "add");
  }
  if (node.failed())
    return {};
  Value table = node.floatTensor(f32, {width}, factors);
  if (mode == "TFIDF")
    output = node.create<nn::MulOp>(output, table);
  else if (mode == "IDF")
    output = node.create<nn::SelectOp>(node.create<nn::GreaterOp>(output, zero),
                                       table, zero);
  return isVector ? node.squeeze(output, {0}) : output;
}

void swage::onnx::registerNGramsOps(Registry &registry) {
  registry.add("TfIdfVectorizer", 9, {1, 1}, importTfIdfVectorizer);
}
