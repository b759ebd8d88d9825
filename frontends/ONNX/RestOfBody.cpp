//===- RestOfBody.cpp - what follows a branch, once for each arm ----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The arms of a branch may give tensors with different numbers of dimensions.
// What is computed from them is then built in each arm, up to the outputs of
// the body that the branch is in.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/GraphImporter.h"
#include "llvm/Support/SaveAndRestore.h"
#include <deque>

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

/// Each branch doubles what follows it: 64 times is enough.
static constexpr int kMaxDepth = 6;

bool GraphImporter::canImportRest() const {
  return rest->depth < kMaxDepth && options.mode == ImportOptions::Mode::AsIs &&
         options.algorithm == ImportOptions::Algorithm::None;
}

GraphImporter::Rest &GraphImporter::outermost() const {
  Rest *last = rest;
  while (last->outer)
    last = last->outer;
  return *last;
}

SmallVector<StringRef> GraphImporter::openOutputs(const Rest &rest) {
  SmallVector<StringRef> names;
  for (StringRef name : rest.outputs) {
    bool known = false;
    for (const Scope *at = rest.scope; at && !known; at = at->outer)
      known = at->values.contains(name) || at->initializers.contains(name);
    if (!known && !llvm::is_contained(names, name))
      names.push_back(name);
  }
  return names;
}

std::optional<SmallVector<ImportedValue>>
GraphImporter::importRest(const NodeProto &node,
                          ArrayRef<ImportedValue> results) {
  SmallVector<StringRef> open = openOutputs(outermost());
  // What is defined in this arm stays in it: each body has a scope of its own
  // here, and its own place to go on from.
  std::deque<Scope> scopes;
  std::deque<Rest> levels;
  for (Rest *level = rest; level; level = level->outer) {
    Scope &arm = scopes.emplace_back();
    arm.outer = level->scope;
    arm.graph = level->scope->graph;
    arm.ranks = level->scope->ranks;
    Rest &left = levels.emplace_back(*level);
    left.scope = &arm;
    left.depth = rest->depth + 1;
    if (levels.size() > 1)
      levels[levels.size() - 2].outer = &left;
  }
  llvm::SaveAndRestore keepScope(scope);
  llvm::SaveAndRestore keepFrame(frame);
  llvm::SaveAndRestore keepRest(rest);
  SmallVector<ImportedValue> values(results);
  const NodeProto *defines = &node;
  for (Rest &left : levels) {
    if (left.ended)
      break;
    scope = left.scope;
    frame = left.frame;
    rest = &left;
    for (auto [name, value] : llvm::zip(defines->output(), values))
      if (!name.empty())
        scope->values[name] = value;
    importNodes();
    values.clear();
    for (StringRef name : left.outputs)
      values.push_back(lookup(name));
    defines = left.node;
  }
  scope = levels.back().scope;
  SmallVector<ImportedValue> outputs;
  for (StringRef name : open) {
    outputs.push_back(lookup(name));
    if (outputs.back().kind == ImportedValue::Poisoned)
      return std::nullopt;
  }
  return outputs;
}

void GraphImporter::endBody(ArrayRef<Value> outputs) {
  Rest &last = outermost();
  for (auto [index, name] : llvm::enumerate(openOutputs(last)))
    last.scope->values[name] = index < outputs.size()
                                   ? ImportedValue(outputs[index])
                                   : ImportedValue::poison();
  for (Rest *level = rest; level; level = level->outer) {
    level->next = level->nodes->size();
    level->ended = true;
  }
}
