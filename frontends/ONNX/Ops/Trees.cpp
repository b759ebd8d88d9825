//===- Trees.cpp - ensembles of decision trees ----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Both ways in which models list trees become one: a table of nodes, which
// nn.tree_leaves searches, and a table of what each leaf adds to each target.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Ops/Scores.h"
#include "frontends/ONNX/Registry.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

namespace {

enum class Aggregate { Sum, Average, Min, Max };

/// The tables that an ensemble consists of.
struct Ensemble {
  /// As nn.tree_leaves numbers them.
  enum Rule { LessEqual, Less, GreaterEqual, Greater, Equal, NotEqual, Leaf };

  struct Node {
    int64_t feature = 0, rule = Leaf, then = 0, otherwise = 0;
    double threshold = 0;
  };
  struct Entry {
    int64_t leaf, target;
    double weight;
  };

  SmallVector<Node, 0> nodes;
  SmallVector<int64_t> roots;
  SmallVector<Entry, 0> entries;
  int64_t leaves = 0, targets = 1;
  SmallVector<double> base;
  Aggregate aggregate = Aggregate::Sum;
  Type thresholdType;

  int64_t addLeaf() {
    Node leaf;
    leaf.then = leaves++;
    nodes.push_back(leaf);
    return nodes.size() - 1;
  }

  Value findLeaves(NodeContext &node, Value rows) const;
  Value sumUp(NodeContext &node, Value found, Type type) const;
};

} // namespace

/// [rows, trees]: the leaf that each row reaches.
Value Ensemble::findLeaves(NodeContext &node, Value rows) const {
  SmallVector<int64_t> table;
  SmallVector<double> thresholds;
  for (const Node &each : nodes) {
    table.append({each.feature, each.rule, each.then, each.otherwise});
    thresholds.push_back(each.threshold);
  }
  int64_t count = nodes.size();
  Type i32 = node.builder().getI32Type();
  return node.create<nn::TreeLeavesOp>(
      rows, node.intTensor(i32, {int64_t(roots.size())}, roots),
      node.intTensor(i32, {count, 4}, table),
      node.floatTensor(node.elementType(rows), {count}, thresholds));
}

/// [rows, targets]: what the leaves hold for each target, taken together.
Value Ensemble::sumUp(NodeContext &node, Value found, Type type) const {
  if (node.failed())
    return {};
  bool extreme = aggregate == Aggregate::Min || aggregate == Aggregate::Max;
  double none = !extreme                      ? 0
                : aggregate == Aggregate::Min ? HUGE_VAL
                                              : -HUGE_VAL;
  SmallVector<double> weights(leaves * targets, none);
  for (const Entry &entry : entries) {
    double &weight = weights[entry.leaf * targets + entry.target];
    weight = weight == none ? entry.weight : weight + entry.weight;
  }
  Value table = node.floatTensor(type, {leaves, targets}, weights);
  constexpr int64_t trees[] = {1};
  Value all = node.create<nn::GatherOp>(table, found, 0), sum;
  switch (aggregate) {
  case Aggregate::Sum:
    sum = node.create<nn::ReduceSumOp>(all, trees, /*keep_dims=*/false);
    break;
  case Aggregate::Average:
    sum = node.create<nn::ReduceSumOp>(all, trees, /*keep_dims=*/false);
    sum = node.create<nn::DivOp>(sum, node.scalar(type, double(roots.size())));
    break;
  case Aggregate::Min:
    sum = node.create<nn::ReduceMinOp>(all, trees, /*keep_dims=*/false);
    break;
  case Aggregate::Max:
    sum = node.create<nn::ReduceMaxOp>(all, trees, /*keep_dims=*/false);
    break;
  }
  // A target of which no leaf says anything is 0.
  if (extreme) {
    Value absent = node.create<nn::IsInfOp>(sum, true, true);
    sum = node.create<nn::SelectOp>(absent, node.scalar(type, 0), sum);
  }
  if (!base.empty()) {
    if (int64_t(base.size()) != targets && base.size() != 1) {
      node.bad("its base values are not one for each target");
      return {};
    }
    sum = node.create<nn::AddOp>(
        sum, node.floatTensor(type, {int64_t(base.size())}, base));
  }
  return sum;
}

//===----------------------------------------------------------------------===//
// Reading attributes
//===----------------------------------------------------------------------===//

/// The elements of a tensor in an attribute; null when there is none.
static DenseElementsAttr readTensor(NodeContext &node, StringRef name) {
  const AttributeProto *attribute = node.attr(name);
  if (!attribute)
    return {};
  Value tensor = node.constant(attribute->t());
  ElementsAttr elements;
  if (node.failed() || !matchPattern(tensor, m_Constant(&elements)))
    return {};
  auto resource = dyn_cast<DenseResourceElementsAttr>(elements);
  if (!resource)
    return dyn_cast<DenseElementsAttr>(elements);
  AsmResourceBlob *blob = resource.getRawHandle().getBlob();
  return blob ? DenseElementsAttr::getFromRawBuffer(resource.getType(),
                                                    blob->getData())
              : DenseElementsAttr();
}

/// Numbers in an attribute of floats or, as newer versions have it, in a tensor
/// of another name.
static SmallVector<double> readNumbers(NodeContext &node, StringRef name,
                                       StringRef tensorName, Type *type) {
  if (!node.hasAttr(tensorName))
    return name.empty() ? SmallVector<double>() : node.floatsAttr(name);
  DenseElementsAttr elements = readTensor(node, tensorName);
  if (!elements || !isa<FloatType>(elements.getElementType())) {
    node.bad("its attribute '" + tensorName + "' must be a tensor of floats");
    return {};
  }
  if (type)
    *type = elements.getElementType();
  SmallVector<double> numbers;
  for (APFloat value : elements.getValues<APFloat>()) {
    bool lost;
    value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &lost);
    numbers.push_back(value.convertToDouble());
  }
  return numbers;
}

static SmallVector<int64_t> readInts(NodeContext &node, StringRef name,
                                     size_t count, int64_t otherwise) {
  auto list = node.intsAttr(name);
  SmallVector<int64_t> result =
      list && !list->empty() ? *list : SmallVector<int64_t>(count, otherwise);
  if (result.size() != count)
    node.bad("its attribute '" + name + "' needs " + llvm::Twine(count) +
             " entries, not " + llvm::Twine(result.size()));
  result.resize(count, otherwise);
  return result;
}

/// The trees of TreeEnsembleRegressor and -Classifier: nodes and leaves are
/// named by the numbers of their tree and of the node in it. `prefix` is that
/// of the attributes of what leaves hold.
static Ensemble readNamedTrees(NodeContext &node, StringRef prefix) {
  Ensemble ensemble;
  SmallVector<std::string> modes = node.stringsAttr("nodes_modes");
  size_t count = modes.size();
  auto ints = [&](StringRef name, int64_t otherwise) {
    return readInts(node, name, count, otherwise);
  };
  SmallVector<int64_t> trees = ints("nodes_treeids", 0),
                       numbers = ints("nodes_nodeids", 0),
                       features = ints("nodes_featureids", 0),
                       thens = ints("nodes_truenodeids", 0),
                       otherwise = ints("nodes_falsenodeids", 0),
                       missing = ints("nodes_missing_value_tracks_true", 0);
  ensemble.thresholdType = node.builder().getF32Type();
  SmallVector<double> thresholds = readNumbers(
      node, "nodes_values", "nodes_values_as_tensor", &ensemble.thresholdType);
  node.ignoreAttr("nodes_hitrates");
  node.ignoreAttr("nodes_hitrates_as_tensor");
  if (thresholds.size() != count || count == 0)
    node.bad("its nodes need a threshold each");
  if (node.failed())
    return ensemble;
  llvm::DenseMap<std::pair<int64_t, int64_t>, int64_t> places;
  llvm::DenseMap<int64_t, bool> seenTrees;
  for (size_t i = 0; i < count; ++i) {
    places[{trees[i], numbers[i]}] = i;
    // The first node of a tree is its root.
    if (seenTrees.try_emplace(trees[i], true).second)
      ensemble.roots.push_back(i);
  }
  llvm::DenseMap<std::pair<int64_t, int64_t>, int64_t> leaves;
  auto find = [&](int64_t tree, int64_t number) {
    auto found = places.find({tree, number});
    if (found == places.end()) {
      node.bad("its tree " + llvm::Twine(tree) + " has no node " +
               llvm::Twine(number));
      return int64_t(0);
    }
    return found->second;
  };
  for (size_t i = 0; i < count; ++i) {
    auto rule = llvm::StringSwitch<int64_t>(modes[i])
                    .Case("BRANCH_LEQ", Ensemble::LessEqual)
                    .Case("BRANCH_LT", Ensemble::Less)
                    .Case("BRANCH_GTE", Ensemble::GreaterEqual)
                    .Case("BRANCH_GT", Ensemble::Greater)
                    .Case("BRANCH_EQ", Ensemble::Equal)
                    .Case("BRANCH_NEQ", Ensemble::NotEqual)
                    .Case("LEAF", Ensemble::Leaf)
                    .Default(-1);
    if (rule < 0)
      node.bad("its node mode '" + printable(modes[i]) + "' does not exist");
    Ensemble::Node each;
    each.feature = features[i];
    each.rule = rule;
    each.threshold = thresholds[i];
    if (rule == Ensemble::Leaf) {
      each.then = ensemble.leaves++;
      leaves[{trees[i], numbers[i]}] = each.then;
    } else if (!node.failed()) {
      each.then = find(trees[i], thens[i]);
      each.otherwise = find(trees[i], otherwise[i]);
      each.rule += missing[i] ? 8 : 0;
    }
    ensemble.nodes.push_back(each);
  }
  SmallVector<double> weights =
      readNumbers(node, (prefix + "_weights").str(),
                  (prefix + "_weights_as_tensor").str(), nullptr);
  auto entries = [&](StringRef name) {
    return readInts(node, (prefix + name).str(), weights.size(), 0);
  };
  SmallVector<int64_t> targets = entries("_ids"),
                       leafTrees = entries("_treeids"),
                       leafNodes = entries("_nodeids");
  ensemble.base =
      readNumbers(node, "base_values", "base_values_as_tensor", nullptr);
  for (size_t i = 0; i < weights.size() && !node.failed(); ++i) {
    auto leaf = leaves.find({leafTrees[i], leafNodes[i]});
    // What stands at an inner node is never reached.
    if (leaf != leaves.end())
      ensemble.entries.push_back({leaf->second, targets[i], weights[i]});
  }
  return ensemble;
}

/// Checks the targets that leaves name.
static bool checkTargets(NodeContext &node, const Ensemble &ensemble) {
  for (const Ensemble::Entry &entry : ensemble.entries)
    if (entry.target < 0 || entry.target >= ensemble.targets) {
      node.bad("a leaf names the target " + llvm::Twine(entry.target) + " of " +
               llvm::Twine(ensemble.targets));
      return false;
    }
  if (ensemble.leaves == 0)
    node.bad("its trees have no leaves");
  return !node.failed();
}

/// Features and thresholds are compared in a type that holds both.
static Type comparisonType(NodeContext &node, Type features, Type thresholds) {
  if (isa<FloatType>(features) && !features.isF64() && !thresholds.isF64())
    return node.builder().getF32Type();
  return node.builder().getF64Type();
}

static Value reachLeaves(NodeContext &node, const Ensemble &ensemble) {
  if (node.failed() || !checkTargets(node, ensemble))
    return {};
  Type type = comparisonType(node, node.elementType(node.input(0)),
                             ensemble.thresholdType);
  return ensemble.findLeaves(node, featureRows(node, node.input(0), type));
}

//===----------------------------------------------------------------------===//
// The operators
//===----------------------------------------------------------------------===//

static Aggregate readAggregate(NodeContext &node) {
  std::string name = node.stringAttr("aggregate_function", "SUM");
  auto kind = llvm::StringSwitch<std::optional<Aggregate>>(name)
                  .Case("SUM", Aggregate::Sum)
                  .Case("AVERAGE", Aggregate::Average)
                  .Case("MIN", Aggregate::Min)
                  .Case("MAX", Aggregate::Max)
                  .Default(std::nullopt);
  if (!kind)
    node.bad("its attribute 'aggregate_function' must be SUM, AVERAGE, MIN or "
             "MAX");
  return kind.value_or(Aggregate::Sum);
}

static Results importRegressor(NodeContext &node) {
  PostTransform transform = readPostTransform(node);
  Ensemble ensemble = readNamedTrees(node, "target");
  ensemble.aggregate = readAggregate(node);
  ensemble.targets = node.intAttr("n_targets", 1);
  Value found = reachLeaves(node, ensemble);
  // Sums of f64 models are rounded once.
  Type f32 = node.builder().getF32Type();
  Type wide = ensemble.thresholdType.isF64() ? ensemble.thresholdType : f32;
  Value sums = ensemble.sumUp(node, found, wide);
  sums = node.failed() ? Value() : node.cast(sums, f32);
  return transformScores(node, transform, sums);
}

static Results importClassifier(NodeContext &node) {
  PostTransform transform = readPostTransform(node);
  Labels labels = readLabels(node, "classlabels_int64s", "classlabels_strings");
  Ensemble ensemble = readNamedTrees(node, "class");
  ensemble.targets = labels.count;
  if (node.failed())
    return {};
  // Of two classes, leaves may only speak of one.
  bool single = labels.count == 2 && !ensemble.entries.empty();
  bool positive = true;
  for (const Ensemble::Entry &entry : ensemble.entries) {
    single &= entry.target == ensemble.entries.front().target;
    positive &= entry.weight >= 0;
  }
  bool second = single && ensemble.entries.front().target == 1;
  if (single) {
    ensemble.targets = 1;
    for (Ensemble::Entry &entry : ensemble.entries)
      entry.target = 0;
    if (ensemble.base.size() == 2)
      ensemble.base = {ensemble.base[1]};
  }
  Value found = reachLeaves(node, ensemble);
  Type f32 = node.builder().getF32Type();
  Type wide = ensemble.thresholdType.isF64() ? ensemble.thresholdType : f32;
  Value scores = ensemble.sumUp(node, found, wide);
  if (node.failed())
    return {};
  scores = node.cast(scores, f32);
  if (!single) {
    // What has no votes is no candidate for this one.
    Value transformed = transformScores(node, transform, scores);
    bool isSparse = transform == PostTransform::SoftmaxZero;
    return {bestLabel(node, isSparse ? transformed : scores, labels),
            transformed};
  }
  // Weights that are never negative are probabilities.
  Value chosen =
      node.create<nn::GreaterOp>(scores, node.scalar(f32, positive ? 0.5 : 0));
  // What leaves say of the second class leaves nothing for the first.
  if (second) {
    Value nothing = node.create<nn::MulOp>(scores, node.scalar(f32, 0));
    return {
        chooseLabel(node, chosen, labels),
        transformScores(node, transform, node.concat({nothing, scores}, 1))};
  }
  return {
      chooseLabel(node, chosen, labels),
      addSecondClass(node, transform,
                     positive ? SecondClass::Complement : SecondClass::Negative,
                     scores)};
}

/// The trees of TreeEnsemble: nodes are named by their places, leaves have a
/// list of their own, and a node may ask whether a feature is in a set.
static Ensemble readNumberedTrees(NodeContext &node) {
  Ensemble ensemble;
  SmallVector<int64_t> modes;
  if (auto elements = dyn_cast_or_null<DenseIntElementsAttr>(
          readTensor(node, "nodes_modes")))
    for (const APInt &mode : elements.getValues<APInt>())
      modes.push_back(mode.getZExtValue());
  size_t count = modes.size();
  auto ints = [&](StringRef name, int64_t otherwise) {
    return readInts(node, name, count, otherwise);
  };
  SmallVector<int64_t> features = ints("nodes_featureids", 0),
                       thens = ints("nodes_truenodeids", 0),
                       thenLeaf = ints("nodes_trueleafs", 0),
                       otherwise = ints("nodes_falsenodeids", 0),
                       otherwiseLeaf = ints("nodes_falseleafs", 0),
                       missing = ints("nodes_missing_value_tracks_true", 0);
  SmallVector<double> splits =
      readNumbers(node, "", "nodes_splits", &ensemble.thresholdType);
  SmallVector<double> members =
      readNumbers(node, "", "membership_values", nullptr);
  SmallVector<double> weights = readNumbers(node, "", "leaf_weights", nullptr);
  SmallVector<int64_t> targets =
      readInts(node, "leaf_targetids", weights.size(), 0);
  auto roots = node.intsAttr("tree_roots");
  node.ignoreAttr("nodes_hitrates");
  if (node.failed())
    return ensemble;
  if (count == 0 || splits.size() != count || !roots) {
    node.bad("its nodes need a mode and a split each, and its trees a root");
    return ensemble;
  }
  ensemble.nodes.resize(count);
  for (auto [i, weight] : llvm::enumerate(weights)) {
    ensemble.entries.push_back({int64_t(i), targets[i], weight});
    ensemble.addLeaf();
  }
  auto target = [&](int64_t number, bool isLeaf) -> int64_t {
    size_t limit = isLeaf ? weights.size() : count;
    if (number < 0 || number >= int64_t(limit)) {
      node.bad("a node is followed by one that does not exist");
      return 0;
    }
    return isLeaf ? number + count : number;
  };
  ArrayRef<double> sets(members);
  for (size_t i = 0; i < count; ++i) {
    int64_t extra = missing[i] ? 8 : 0;
    int64_t then = target(thens[i], thenLeaf[i] != 0);
    int64_t last = target(otherwise[i], otherwiseLeaf[i] != 0);
    if (modes[i] < 0 || modes[i] > 6) {
      node.bad("its node mode " + llvm::Twine(modes[i]) + " does not exist");
      return ensemble;
    }
    if (modes[i] < 6) {
      ensemble.nodes[i] = {features[i], modes[i] + extra, then, last,
                           splits[i]};
      continue;
    }
    // A set is a chain of comparisons with its members, up to a NaN.
    size_t size = 0;
    while (size < sets.size() && !std::isnan(sets[size]))
      ++size;
    int64_t place = i;
    ensemble.nodes[i] = {features[i], Ensemble::NotEqual, last, last,
                         splits[i]};
    for (size_t k = 0; k < size; ++k) {
      int64_t next = k + 1 < size ? int64_t(ensemble.nodes.size()) : last;
      if (k + 1 < size)
        ensemble.nodes.emplace_back();
      ensemble.nodes[place] = {features[i], Ensemble::Equal + extra, then, next,
                               sets[k]};
      place = next;
    }
    sets = sets.drop_front(std::min(size + 1, sets.size()));
  }
  ensemble.roots = *roots;
  for (int64_t root : ensemble.roots)
    if (root < 0 || root >= int64_t(count))
      node.bad("a tree begins at a node that does not exist");
  return ensemble;
}

static Results importTreeEnsemble(NodeContext &node) {
  constexpr PostTransform transforms[] = {
      PostTransform::None, PostTransform::Softmax, PostTransform::Logistic,
      PostTransform::SoftmaxZero, PostTransform::Probit};
  constexpr Aggregate aggregates[] = {Aggregate::Average, Aggregate::Sum,
                                      Aggregate::Min, Aggregate::Max};
  int64_t transform = node.intAttr("post_transform", 0),
          aggregate = node.intAttr("aggregate_function", 1);
  if (transform < 0 || transform > 4 || aggregate < 0 || aggregate > 3)
    return node.bad("its attributes 'post_transform' and 'aggregate_function' "
                    "must be numbers that the standard has");
  Ensemble ensemble = readNumberedTrees(node);
  ensemble.targets = node.intAttr("n_targets", 1);
  ensemble.aggregate = aggregates[aggregate];
  Value found = reachLeaves(node, ensemble);
  if (node.failed())
    return {};
  Type type = ensemble.thresholdType, wide = accumulator(type);
  Value sums = transformScores(node, transforms[transform],
                               ensemble.sumUp(node, found, wide));
  return node.failed() ? Results() : Results(node.cast(sums, type));
}

void swage::onnx::registerTreesOps(Registry &registry) {
  registry.add("TreeEnsembleRegressor", 1, {1, 1}, importRegressor,
               kClassicalDomain);
  registry.add("TreeEnsembleClassifier", 1, {1, 1}, importClassifier,
               kClassicalDomain);
  registry.add("TreeEnsemble", 5, {1, 1}, importTreeEnsemble, kClassicalDomain);
}
