//===- Validate.cpp - the standard's rules for a model --------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Validate.h"
#include "frontends/ONNX/ModelFile.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"

using namespace swage::onnx;
using google::protobuf::RepeatedPtrField;

std::string swage::onnx::functionKey(llvm::StringRef domain,
                                     llvm::StringRef name,
                                     llvm::StringRef overload) {
  return (canonicalDomain(domain) + ":" + name + ":" + overload).str();
}

namespace {

using Nodes = RepeatedPtrField<NodeProto>;

/// The names that a body may read from around it.
struct Scope {
  const Scope *outer = nullptr;
  llvm::StringMap<int> defined; ///< Name -> index of its node; -1 for the rest.

  bool contains(llvm::StringRef name) const {
    for (const Scope *scope = this; scope; scope = scope->outer)
      if (scope->defined.contains(name))
        return true;
    return false;
  }
};

class Validator {
public:
  explicit Validator(ModelProto &model) : model(model) {}
  llvm::Error run();

private:
  using Imports = RepeatedPtrField<OperatorSetIdProto>;

  llvm::Error checkVersions();
  llvm::Error checkImports(const Imports &imports, const llvm::Twine &whose);
  llvm::Error checkFunctions();
  llvm::Error checkFunctionRecursion();
  llvm::Error checkGraph(GraphProto &graph, const Scope *outer, bool isMain);
  llvm::Error checkNodes(Nodes &nodes, Scope &scope, llvm::StringRef where);
  llvm::Error checkNode(NodeProto &node);
  llvm::Error checkAttribute(const NodeProto &node, AttributeProto &attribute);
  llvm::Error sortNodes(Nodes &nodes, const Scope &scope);

  ModelProto &model;
  llvm::StringMap<const FunctionProto *> functions;
  /// The operator sets of the body at hand: the model's or a function's.
  const Imports *imports = nullptr;
};

/// Appends the names that `node` reads, also from within its subgraphs. Names
/// that a subgraph defines itself are left out.
void collectReads(const NodeProto &node,
                  llvm::SmallVectorImpl<llvm::StringRef> &reads);

void collectFreeReads(const GraphProto &graph,
                      llvm::SmallVectorImpl<llvm::StringRef> &reads) {
  llvm::StringSet<> own;
  for (const ValueInfoProto &input : graph.input())
    own.insert(input.name());
  for (const TensorProto &tensor : graph.initializer())
    own.insert(tensor.name());
  for (const SparseTensorProto &tensor : graph.sparse_initializer())
    own.insert(tensor.values().name());
  for (const NodeProto &node : graph.node())
    for (const std::string &output : node.output())
      own.insert(output);
  llvm::SmallVector<llvm::StringRef> inner;
  for (const NodeProto &node : graph.node())
    collectReads(node, inner);
  for (const ValueInfoProto &output : graph.output())
    inner.push_back(output.name());
  for (llvm::StringRef name : inner)
    if (!own.contains(name))
      reads.push_back(name);
}

void collectReads(const NodeProto &node,
                  llvm::SmallVectorImpl<llvm::StringRef> &reads) {
  for (const std::string &input : node.input())
    if (!input.empty())
      reads.push_back(input);
  for (const AttributeProto &attribute : node.attribute()) {
    if (attribute.has_g())
      collectFreeReads(attribute.g(), reads);
    for (const GraphProto &graph : attribute.graphs())
      collectFreeReads(graph, reads);
  }
}

} // namespace

llvm::Error Validator::run() {
  if (!model.has_ir_version() || !model.has_graph())
    return badModel(llvm::Twine("is not an ONNX model: it has no ") +
                    (model.has_graph() ? "format version" : "graph"));
  if (llvm::Error error = checkVersions())
    return error;
  if (llvm::Error error = checkFunctions())
    return error;
  imports = &model.opset_import();
  return checkGraph(*model.mutable_graph(), nullptr, /*isMain=*/true);
}

llvm::Error Validator::checkVersions() {
  if (model.ir_version() < 1)
    return badModel(llvm::formatv("has the impossible format version {0}",
                                  model.ir_version()));
  if (model.ir_version() > kNewestIRVersion)
    return unsupported(llvm::formatv(
        "has format version {0}, newer than {1}, the newest known here; "
        "export it for an older version or update Swage",
        model.ir_version(), kNewestIRVersion));
  if (model.opset_import().empty())
    return badModel("imports no operator set, so its operators have no "
                    "meaning; the file may be "
                    "truncated");
  return checkImports(model.opset_import(), "");
}

llvm::Error Validator::checkImports(const Imports &imports,
                                    const llvm::Twine &whose) {
  llvm::StringMap<int64_t> seen;
  for (const OperatorSetIdProto &import : imports) {
    llvm::StringRef domain = canonicalDomain(import.domain());
    std::string shown = domain.empty() ? "ai.onnx" : printable(domain);
    if (import.version() < 1)
      return badModel(
          whose +
          llvm::formatv(
              "imports the impossible version {0} of operator set '{1}'",
              import.version(), shown));
    auto [it, inserted] = seen.try_emplace(domain, import.version());
    if (!inserted && it->second != import.version())
      return badModel(
          whose +
          llvm::formatv("imports versions {0} and {1} of operator set '{2}'",
                        it->second, import.version(), shown));
    if (domain.empty() && import.version() > kNewestOpset)
      return unsupported(
          whose +
          llvm::formatv(
              "imports version {0} of the standard operators, newer than {1}, "
              "the "
              "newest known here; export it for opset {1} or update Swage",
              import.version(), kNewestOpset));
  }
  return llvm::Error::success();
}

llvm::Error Validator::checkFunctions() {
  for (const FunctionProto &function : model.functions()) {
    if (function.name().empty())
      return badModel("has a local function without a name");
    std::string key =
        functionKey(function.domain(), function.name(), function.overload());
    if (!functions.try_emplace(key, &function).second)
      return badModel("defines the local function '" +
                      printable(function.name()) + "' twice");
  }
  for (FunctionProto &function : *model.mutable_functions()) {
    std::string where = "local function '" + printable(function.name()) + "' ";
    if (llvm::Error error = checkImports(function.opset_import(), where))
      return error;
    // Old writers leave a function's imports out where they are the model's.
    imports = function.opset_import().empty() ? &model.opset_import()
                                              : &function.opset_import();
    Scope scope;
    for (const std::string &input : function.input())
      if (!scope.defined.try_emplace(input, -1).second)
        return badModel(where + "has two inputs named '" + printable(input) +
                        "'");
    if (llvm::Error error = checkNodes(*function.mutable_node(), scope, where))
      return error;
    for (const std::string &output : function.output())
      if (!scope.defined.contains(output))
        return badModel(where + "returns '" + printable(output) +
                        "', which nothing in it defines");
  }
  return checkFunctionRecursion();
}

llvm::Error Validator::checkFunctionRecursion() {
  // Calls form a graph; walk it depth first and look for a way back.
  enum Colour { White, Grey, Black };
  llvm::DenseMap<const FunctionProto *, Colour> colour;
  std::function<llvm::Error(const FunctionProto &)> visit;
  std::function<llvm::Error(const Nodes &)> visitNodes =
      [&](const Nodes &nodes) -> llvm::Error {
    for (const NodeProto &node : nodes) {
      auto callee = functions.find(
          functionKey(node.domain(), node.op_type(), node.overload()));
      if (callee != functions.end())
        if (llvm::Error error = visit(*callee->second))
          return error;
      for (const AttributeProto &attribute : node.attribute())
        if (attribute.has_g())
          if (llvm::Error error = visitNodes(attribute.g().node()))
            return error;
    }
    return llvm::Error::success();
  };
  unsigned depth = 0;
  visit = [&](const FunctionProto &function) -> llvm::Error {
    if (colour.lookup(&function) == Black)
      return llvm::Error::success();
    if (colour.lookup(&function) == Grey)
      return badModel("has the local function '" + printable(function.name()) +
                      "', which calls itself");
    if (++depth > 200)
      return unsupported("nests calls of local functions more than 200 deep");
    colour[&function] = Grey;
    if (llvm::Error error = visitNodes(function.node()))
      return error;
    colour[&function] = Black;
    --depth;
    return llvm::Error::success();
  };
  for (const FunctionProto &function : model.functions())
    if (llvm::Error error = visit(function))
      return error;
  return llvm::Error::success();
}

llvm::Error Validator::checkGraph(GraphProto &graph, const Scope *outer,
                                  bool isMain) {
  Scope scope;
  scope.outer = outer;
  std::string where =
      isMain ? "" : "subgraph '" + printable(graph.name()) + "' ";
  for (const ValueInfoProto &input : graph.input()) {
    if (input.name().empty())
      return badModel(where + "has an input without a name");
    if (!scope.defined.try_emplace(input.name(), -1).second)
      return badModel(where + "has two inputs named '" +
                      printable(input.name()) + "'");
    if (isMain && !input.has_type())
      return badModel("has the input '" + printable(input.name()) +
                      "' without a type");
  }
  // An initializer may give an input its default, but not another initializer.
  llvm::StringSet<> initializers;
  auto addInitializer = [&](llvm::StringRef name) -> llvm::Error {
    if (name.empty())
      return badModel(where + "has an initializer without a name");
    if (!initializers.insert(name).second)
      return badModel(where + "has two initializers named '" + printable(name) +
                      "'");
    scope.defined.try_emplace(name, -1);
    return llvm::Error::success();
  };
  for (const TensorProto &tensor : graph.initializer())
    if (llvm::Error error = addInitializer(tensor.name()))
      return error;
  for (const SparseTensorProto &tensor : graph.sparse_initializer())
    if (llvm::Error error = addInitializer(tensor.values().name()))
      return error;
  if (llvm::Error error = checkNodes(*graph.mutable_node(), scope, where))
    return error;
  llvm::StringSet<> outputs;
  for (const ValueInfoProto &output : graph.output()) {
    if (!scope.contains(output.name()))
      return badModel(where + "has the output '" + printable(output.name()) +
                      "', which no node, initializer or input defines");
    if (isMain && !outputs.insert(output.name()).second)
      return badModel("has two outputs named '" + printable(output.name()) +
                      "'");
  }
  if (isMain && graph.output().empty())
    return badModel("has no outputs");
  return llvm::Error::success();
}

llvm::Error Validator::checkNodes(Nodes &nodes, Scope &scope,
                                  llvm::StringRef where) {
  for (auto [index, node] : llvm::enumerate(nodes)) {
    if (node.op_type().empty())
      return badModel(where + describeNode(node) + " names no operator");
    for (const std::string &output : node.output()) {
      if (output.empty())
        continue;
      auto [it, inserted] = scope.defined.try_emplace(output, int(index));
      if (inserted)
        continue;
      std::string first = it->second < 0 ? "an input or initializer"
                                         : describeNode(nodes[it->second]);
      return badModel(where + "value '" + printable(output) +
                      "' is defined twice, by " + first + " and by " +
                      describeNode(node) + "; every name may be defined once");
    }
  }
  if (llvm::Error error = sortNodes(nodes, scope))
    return error;
  for (NodeProto &node : nodes) {
    if (llvm::Error error = checkNode(node))
      return error;
    for (AttributeProto &attribute : *node.mutable_attribute()) {
      if (attribute.has_g())
        if (llvm::Error error =
                checkGraph(*attribute.mutable_g(), &scope, /*isMain=*/false))
          return error;
      for (GraphProto &graph : *attribute.mutable_graphs())
        if (llvm::Error error = checkGraph(graph, &scope, /*isMain=*/false))
          return error;
    }
  }
  return llvm::Error::success();
}

llvm::Error Validator::checkNode(NodeProto &node) {
  llvm::StringRef domain = canonicalDomain(node.domain());
  bool imported = llvm::any_of(*imports, [&](const OperatorSetIdProto &import) {
    return canonicalDomain(import.domain()) == domain;
  });
  if (!imported &&
      !functions.contains(functionKey(domain, node.op_type(), node.overload())))
    return badModel(describeNode(node) + " is of the operator set '" +
                    (domain.empty() ? "ai.onnx" : printable(domain)) +
                    "', which the model does not import");
  llvm::StringSet<> names;
  for (AttributeProto &attribute : *node.mutable_attribute()) {
    if (attribute.name().empty())
      return badModel(describeNode(node) + " has an attribute without a name");
    if (!names.insert(attribute.name()).second)
      return badModel(describeNode(node) + " has the attribute '" +
                      printable(attribute.name()) + "' twice");
    if (llvm::Error error = checkAttribute(node, attribute))
      return error;
  }
  return llvm::Error::success();
}

/// Gives an attribute without a type (the oldest format) the type of what it
/// holds, and refuses one that does not hold what it says.
llvm::Error Validator::checkAttribute(const NodeProto &node,
                                      AttributeProto &attribute) {
  if (!attribute.ref_attr_name().empty())
    return llvm::Error::success();
  if (attribute.type() == AttributeProto::UNDEFINED) {
    auto type = attribute.has_f()              ? AttributeProto::FLOAT
                : attribute.has_i()            ? AttributeProto::INT
                : attribute.has_s()            ? AttributeProto::STRING
                : attribute.has_t()            ? AttributeProto::TENSOR
                : attribute.has_g()            ? AttributeProto::GRAPH
                : attribute.floats_size() > 0  ? AttributeProto::FLOATS
                : attribute.ints_size() > 0    ? AttributeProto::INTS
                : attribute.strings_size() > 0 ? AttributeProto::STRINGS
                                               : AttributeProto::UNDEFINED;
    attribute.set_type(type);
  }
  bool missing =
      (attribute.type() == AttributeProto::TENSOR && !attribute.has_t()) ||
      (attribute.type() == AttributeProto::GRAPH && !attribute.has_g()) ||
      (attribute.type() == AttributeProto::SPARSE_TENSOR &&
       !attribute.has_sparse_tensor()) ||
      (attribute.type() == AttributeProto::TYPE_PROTO && !attribute.has_tp());
  if (missing)
    return badModel(describeNode(node) + " has the attribute '" +
                    printable(attribute.name()) +
                    "' without the value that its type promises");
  return llvm::Error::success();
}

/// Depth first from each node to what it reads, with a stack of our own: a
/// chain of nodes may be longer than the thread's stack is deep.
llvm::Error Validator::sortNodes(Nodes &nodes, const Scope &scope) {
  int count = nodes.size();
  std::vector<llvm::SmallVector<int, 2>> dependencies(count);
  bool sorted = true;
  for (int i = 0; i < count; ++i) {
    llvm::SmallVector<llvm::StringRef> reads;
    collectReads(nodes[i], reads);
    for (llvm::StringRef name : reads) {
      auto it = scope.defined.find(name);
      if (it != scope.defined.end()) {
        if (it->second < 0)
          continue;
        dependencies[i].push_back(it->second);
        sorted &= it->second < i;
      } else if (!scope.contains(name)) {
        return badModel(describeNode(nodes[i]) + " reads '" + printable(name) +
                        "', which no node, initializer or input defines");
      }
    }
  }
  if (sorted)
    return llvm::Error::success();

  enum Colour : char { White, Grey, Black };
  std::vector<Colour> colour(count, White);
  std::vector<NodeProto *> order;
  order.reserve(count);
  struct Frame {
    int node;
    unsigned next;
  };
  std::vector<Frame> stack;
  for (int root = 0; root < count; ++root) {
    if (colour[root] != White)
      continue;
    stack.push_back({root, 0});
    colour[root] = Grey;
    while (!stack.empty()) {
      Frame &frame = stack.back();
      if (frame.next == dependencies[frame.node].size()) {
        colour[frame.node] = Black;
        order.push_back(nodes.Mutable(frame.node));
        stack.pop_back();
        continue;
      }
      int dependency = dependencies[frame.node][frame.next++];
      if (colour[dependency] == White) {
        colour[dependency] = Grey;
        stack.push_back({dependency, 0});
      } else if (colour[dependency] == Grey) {
        // The stack from the dependency upwards is the cycle, read backwards.
        std::string cycle;
        unsigned shown = 0;
        for (const Frame &step : llvm::reverse(stack)) {
          if (shown++ < 8)
            cycle = " -> " + describeNode(nodes[step.node]) + cycle;
          if (step.node == dependency)
            break;
        }
        if (shown > 8)
          cycle = " -> ..." + cycle;
        return badModel(describeNode(nodes[frame.node]) +
                        " reads its own result:" + cycle.substr(3));
      }
    }
  }
  llvm::copy(order, nodes.pointer_begin());
  return llvm::Error::success();
}

llvm::Error swage::onnx::validateModel(ModelProto &model) {
  return Validator(model).run();
}
