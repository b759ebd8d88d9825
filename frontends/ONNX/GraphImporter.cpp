//===- GraphImporter.cpp - walks a model and builds its module ------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/GraphImporter.h"
#include "dialects/NN/Types.h"
#include "frontends/ONNX/Constants.h"
#include "frontends/ONNX/Validate.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;
using namespace swage::onnx;

GraphImporter::GraphImporter(ModelFile &file, const Registry &registry,
                             MLIRContext &context, const ImportOptions &options,
                             const UpdateBindings &bindings,
                             ModelReport &report)
    : file(file), registry(registry), options(options), bindings(bindings),
      report(report), builder(&context),
      fileLocation(FileLineColLoc::get(&context, file.path(), 0, 0)) {
  for (const FunctionProto &function : file.model().functions())
    functions[functionKey(function.domain(), function.name(),
                          function.overload())] = &function;
}

Location GraphImporter::location(const NodeProto &node) const {
  // The node's name, and inside of it the operator's.
  auto text = [&](StringRef name) {
    return StringAttr::get(builder.getContext(), printable(name));
  };
  return NameLoc::get(text(nodeName(node)),
                      NameLoc::get(text(node.op_type()), fileLocation));
}

void GraphImporter::refuse(llvm::Error error) {
  llvm::handleAllErrors(std::move(error), [&](const ModelError &refusal) {
    report.fail(refusal);
  });
}

/// A tensor type as in "f32[1,3,?]".
static void printType(llvm::raw_ostream &os, const ImportedValue &value) {
  switch (value.kind) {
  case ImportedValue::Absent:
    os << "-";
    return;
  case ImportedValue::Poisoned:
    os << "?";
    return;
  case ImportedValue::Container:
    os << value.tensor.getType();
    return;
  case ImportedValue::Tensor:
    break;
  }
  RankedTensorType type = NodeContext::type(value.tensor);
  os << type.getElementType() << "[";
  llvm::interleave(
      type.getShape(), os,
      [&](int64_t size) {
        if (ShapedType::isDynamic(size))
          os << "?";
        else
          os << size;
      },
      ",");
  os << "]";
}

void GraphImporter::addIssue(const NodeProto &node, ImportStatus status,
                             StringRef reason, ArrayRef<ImportedValue> inputs) {
  NodeIssue issue;
  issue.status = status;
  issue.node = nodeName(node);
  issue.op = node.op_type();
  issue.domain = canonicalDomain(node.domain()).str();
  issue.opset = importedVersion(node.domain());
  llvm::raw_string_ostream os(issue.operands);
  llvm::interleaveComma(
      inputs, os, [&](const ImportedValue &input) { printType(os, input); });
  issue.reason = reason.str();
  report.issues.push_back(std::move(issue));
}

int64_t GraphImporter::importedVersion(StringRef domain) const {
  for (const OperatorSetIdProto &import : *frame->imports)
    if (canonicalDomain(import.domain()) == canonicalDomain(domain))
      return import.version();
  return 0;
}

//===----------------------------------------------------------------------===//
// The main function
//===----------------------------------------------------------------------===//

void GraphImporter::addInitializers(const GraphProto &graph, Scope &target) {
  for (const TensorProto &tensor : graph.initializer())
    target.initializers[tensor.name()] = &tensor;
  for (const SparseTensorProto &tensor : graph.sparse_initializer())
    refuse(unsupported("keeps '" + printable(tensor.values().name()) +
                       "' as a sparse tensor; export it dense"));
}

void GraphImporter::addRanks(const GraphProto &graph, Scope &target) {
  for (const auto &values : {graph.value_info(), graph.output()})
    for (const ValueInfoProto &value : values)
      if (value.type().tensor_type().has_shape())
        target.ranks[value.name()] =
            value.type().tensor_type().shape().dim_size();
  // What works element by element says the rank of what it is given.
  static const llvm::StringSet<> keepsRank = {
      "Abs", "Cast", "Exp", "Identity", "Log", "Neg", "Reciprocal", "Sqrt"};
  for (const NodeProto &node : llvm::reverse(graph.node())) {
    if (node.output_size() != 1 || node.input_size() != 1 ||
        !keepsRank.contains(node.op_type()))
      continue;
    auto rank = target.ranks.find(node.output(0));
    if (rank != target.ranks.end())
      target.ranks.try_emplace(node.input(0), rank->second);
  }
}

std::optional<int64_t> GraphImporter::declaredRank(StringRef name) const {
  auto found = scope->ranks.find(name);
  return found == scope->ranks.end() ? std::nullopt
                                     : std::optional(found->second);
}

/// An output as the model declares it; null when that is refused.
Value GraphImporter::outputValue(const ValueInfoProto &output) {
  ImportedValue found = lookup(output.name());
  std::string what = "output '" + printable(output.name()) + "' ";
  if (found.kind == ImportedValue::Poisoned)
    return {};
  if (found.kind == ImportedValue::Absent) {
    refuse(badModel(what + "is not there"));
    return {};
  }
  Value value = found.tensor;
  bool isOptional = isa<swage::nn::OptionalType>(value.getType());
  TypeProto::ValueCase declaredCase = output.type().value_case();
  bool declaredOptional = declaredCase == TypeProto::kOptionalType;
  llvm::FailureOr<Value> adapted = value;
  if (isOptional && !declaredOptional &&
      declaredCase != TypeProto::VALUE_NOT_SET)
    adapted = swage::nn::createFolded<swage::nn::GetElementOp>(
        builder, fileLocation, value);
  else if (!isOptional && declaredOptional)
    adapted = swage::nn::createFolded<swage::nn::SomeOp>(builder, fileLocation,
                                                         value);
  if (failed(adapted)) {
    refuse(unsupported(what + "is what an optional holds, but " +
                       takeDiagnostics()));
    return {};
  }
  value = *adapted;
  std::string actual;
  llvm::raw_string_ostream os(actual);
  if (!isa<RankedTensorType>(value.getType())) {
    Type declared = valueTypeOf(output.type(), builder.getContext());
    if (!declared || declared == value.getType())
      return value;
    os << value.getType();
    if (swage::nn::areJoinable(declared, value.getType()))
      return swage::nn::ContainerCastOp::create(builder, fileLocation, declared,
                                                value);
    refuse(badModel(what + "is not what it is declared as, but a " + actual));
    return {};
  }
  Type element = NodeContext::elementType(value);
  int32_t declared = output.type().tensor_type().elem_type();
  Type expected = elementTypeOf(declared, builder.getContext());
  if (!expected || expected == element)
    return value;
  os << element;
  refuse(badModel(what + "is declared as " + dtypeName(declared) +
                  ", but its elements are " + actual));
  return {};
}

/// The updates of the model's own training. Parameters that stay as they are
/// have become constants.
void GraphImporter::bindUpdates() {
  if (options.algorithm != ImportOptions::Algorithm::Step)
    return;
  for (auto [name, output] : bindings.updates) {
    ImportedValue parameter = lookup(name), value = lookup(output);
    if (value.kind == ImportedValue::Poisoned)
      continue;
    if (value.kind == ImportedValue::Absent)
      refuse(badModel("output '" + printable(output) + "' is not there"));
    else if (!isParameter(parameter.tensor))
      continue;
    else if (value.tensor.getType() != parameter.tensor.getType())
      refuse(badModel("its training updates '" + printable(name) +
                      "' by a value of another type or shape"));
    else
      updateParameter(parameter.tensor, value.tensor);
  }
}

bool GraphImporter::returnOutputs() {
  bindUpdates();
  SmallVector<Value> results;
  SmallVector<DictionaryAttr> attributes;
  for (const ValueInfoProto &output : file.model().graph().output()) {
    Value value = outputValue(output);
    if (!value)
      continue;
    results.push_back(value);
    attributes.push_back(valueAttributes(output, value.getType(), /*isInput=*/false));
  }
  if (!report.error.empty() || !report.issues.empty())
    return false;
  for (auto [parameter, value] : updates) {
    results.push_back(value);
    attributes.push_back(builder.getDictionaryAttr(builder.getNamedAttr(
        "nn.updates", builder.getI64IntegerAttr(parameter.getArgNumber()))));
  }
  func::ReturnOp::create(builder, fileLocation, results);
  main.setFunctionType(builder.getFunctionType(main.front().getArgumentTypes(),
                                               TypeRange(results)));
  main.setAllArgAttrs(argumentAttributes);
  main.setAllResultAttrs(attributes);
  return true;
}

static SmallVector<StringRef> outputNames(const GraphProto &graph) {
  SmallVector<StringRef> names;
  for (const ValueInfoProto &output : graph.output())
    names.push_back(output.name());
  return names;
}

OwningOpRef<ModuleOp> GraphImporter::run() {
  // Operations say through diagnostics why they refuse their operands; that is
  // to be told with the node's name, so nothing goes out before the end.
  ScopedDiagnosticHandler collect(builder.getContext(),
                                  [&](Diagnostic &diagnostic) {
                                    if (!diagnostics.empty())
                                      diagnostics += "; ";
                                    diagnostics += diagnostic.str();
                                    return success();
                                  });
  const GraphProto &graph = file.model().graph();
  Scope mainScope;
  Frame mainFrame{&file.model().opset_import(), {}};
  scope = &mainScope;
  frame = &mainFrame;
  addInitializers(graph, mainScope);
  mainScope.graph = &graph;
  addRanks(graph, mainScope);

  SmallVector<Type> types;
  SmallVector<DictionaryAttr> attributes;
  if (!declareInputs(types, attributes))
    return {};
  OwningOpRef<ModuleOp> module = ModuleOp::create(builder, fileLocation);
  if (!graph.name().empty())
    (*module)->setAttr("nn.graph",
                       builder.getStringAttr(printable(graph.name())));
  builder.setInsertionPointToEnd(module->getBody());
  main = func::FuncOp::create(builder, fileLocation, "main",
                              builder.getFunctionType(types, {}));
  argumentAttributes = attributes;
  Block *entry = main.addEntryBlock();
  builder.setInsertionPointToEnd(entry);
  for (auto [input, argument] :
       llvm::zip_equal(runtimeInputs(), entry->getArguments()))
    mainScope.values[input->name()] = ImportedValue(argument);
  if (!addConstantInputs())
    return {};

  importBody(graph.node(), outputNames(graph));
  if (!returnOutputs())
    return {};
  // What folding left behind.
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(*entry)))
    if (isOpTriviallyDead(&op))
      op.erase();
  if (failed(verify(*module))) {
    report.fail(
        ModelError(ImportStatus::Error,
                   "was imported wrongly, which is a defect of Swage: " +
                       takeDiagnostics()));
    return {};
  }
  return module;
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

ImportedValue GraphImporter::lookup(StringRef name, bool needsConstant) {
  if (name.empty())
    return {};
  for (Scope *at = scope; at; at = at->outer) {
    if (auto it = at->values.find(name); it != at->values.end())
      return it->second;
    auto it = at->initializers.find(name);
    if (it == at->initializers.end())
      continue;
    const TensorProto &tensor = *it->second;
    llvm::Expected<Value> value =
        !needsConstant && !at->outer && isTrained(tensor)
            ? parameter(tensor)
            : constant(tensor, fileLocation);
    if (!value) {
      refuse(value.takeError());
      return at->values[name] = ImportedValue::poison();
    }
    return at->values[name] = ImportedValue(*value);
  }
  return ImportedValue::poison();
}

const TypeProto *GraphImporter::declaredType(StringRef name) const {
  for (const Scope *at = scope; at && at->graph; at = at->outer)
    for (const auto *infos :
         {&at->graph->output(), &at->graph->value_info(), &at->graph->input()})
      for (const ValueInfoProto &info : *infos)
        if (info.name() == name && info.has_type())
          return &info.type();
  return nullptr;
}

llvm::Expected<Value> GraphImporter::constant(const TensorProto &tensor,
                                              Location loc) {
  llvm::Expected<TensorData> data = file.tensor(tensor);
  if (!data)
    return data.takeError();
  return constant(*data, tensor.name(), loc);
}

llvm::Expected<Value> GraphImporter::constant(const TensorData &data,
                                              StringRef name, Location loc) {
  OpBuilder::InsertionGuard guard(builder);
  if (lastConstant)
    builder.setInsertionPointAfter(lastConstant);
  else
    builder.setInsertionPointToStart(&main.getBody().front());
  if (!name.empty())
    loc = NameLoc::get(builder.getStringAttr(printable(name)), fileLocation);
  if (data.dtype == TensorProto::STRING) {
    auto type = RankedTensorType::get(
        data.dims, elementTypeOf(data.dtype, builder.getContext()));
    lastConstant = swage::nn::StringConstantOp::create(
        builder, loc, type,
        builder.getStrArrayAttr(llvm::to_vector_of<StringRef>(data.strings)),
        builder.getDenseI64ArrayAttr(data.dims));
  } else {
    ElementsAttr elements = elementsOf(data, name.empty() ? "constant" : name,
                                       builder.getContext());
    lastConstant =
        arith::ConstantOp::create(builder, loc, cast<TypedAttr>(elements));
  }
  return lastConstant->getResult(0);
}

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

Value GraphImporter::addArgument(RankedTensorType type, StringRef name,
                                 StringRef role, ElementsAttr initial) {
  Location loc =
      NameLoc::get(builder.getStringAttr(printable(name)), fileLocation);
  SmallVector<NamedAttribute> attributes{
      builder.getNamedAttr("nn.name", builder.getStringAttr(name)),
      builder.getNamedAttr("nn.role", builder.getStringAttr(role))};
  if (initial)
    attributes.push_back(builder.getNamedAttr("nn.initial", initial));
  argumentAttributes.push_back(builder.getDictionaryAttr(attributes));
  return main.front().addArgument(type, loc);
}

/// Whether an initializer is a parameter.
bool GraphImporter::isTrained(const TensorProto &tensor) const {
  if (!options.isParameter)
    return false;
  if (options.algorithm != ImportOptions::Algorithm::None)
    return bindings.updates.contains(tensor.name()) &&
           options.isParameter(tensor.name());
  // Scalars are constants of the architecture, not something learnt.
  return tensor.dims_size() > 0 &&
         isa_and_nonnull<FloatType>(
             elementTypeOf(tensor.data_type(), builder.getContext())) &&
         options.isParameter(tensor.name());
}

llvm::Expected<Value> GraphImporter::parameter(const TensorProto &tensor) {
  llvm::Expected<TensorData> data = file.tensor(tensor);
  if (!data)
    return data.takeError();
  ElementsAttr elements =
      elementsOf(*data, tensor.name(), builder.getContext());
  assert(elements && "floats have elements");
  return addArgument(cast<RankedTensorType>(elements.getType()), tensor.name(),
                     "parameter", elements);
}

Value GraphImporter::trainingStep() {
  if (!step)
    step = addArgument(RankedTensorType::get({}, builder.getI64Type()), "step",
                       "step", {});
  return step;
}

bool GraphImporter::isParameter(Value value) {
  auto argument = dyn_cast_or_null<BlockArgument>(value);
  if (!argument || argument.getOwner() != &main.getBody().front())
    return false;
  return argumentAttributes[argument.getArgNumber()].get("nn.initial") !=
         nullptr;
}

void GraphImporter::updateParameter(Value parameter, Value value) {
  if (value)
    updates.emplace_back(cast<BlockArgument>(parameter), value);
}

const AttributeProto *
GraphImporter::resolve(const AttributeProto &attribute) const {
  if (attribute.ref_attr_name().empty())
    return &attribute;
  return frame->attributes.lookup(attribute.ref_attr_name());
}

void GraphImporter::importBody(const Nodes &nodes, SmallVector<StringRef> names,
                               const NodeProto *node) {
  Rest whole{&nodes, std::move(names),      node, node ? rest : nullptr, scope,
             frame,  rest ? rest->depth : 0};
  llvm::SaveAndRestore keepRest(rest, &whole);
  importNodes();
}

void GraphImporter::importNodes() {
  while (rest->next < rest->nodes->size())
    importNode((*rest->nodes)[rest->next++]);
}

void GraphImporter::importNode(const NodeProto &node) {
  SmallVector<ImportedValue> inputs;
  // What these take beside their data describes the operation.
  static const llvm::StringSet<> described = {
      "Clip",     "Dropout",        "OneHot",          "Pad", "Range", "Resize",
      "Upsample", "QuantizeLinear", "DequantizeLinear"};
  for (const std::string &name : node.input())
    inputs.push_back(
        lookup(name, !inputs.empty() && described.contains(node.op_type())));
  while (!inputs.empty() && inputs.back().kind == ImportedValue::Absent)
    inputs.pop_back();

  SmallVector<ImportedValue> results;
  auto function = functions.find(
      functionKey(node.domain(), node.op_type(), node.overload()));
  if (function != functions.end())
    results = callFunction(*function->second, node, inputs);
  else
    results = callOperator(node, inputs);
  if (rest->ended)
    return;
  for (auto [index, name] : llvm::enumerate(node.output()))
    if (!name.empty())
      scope->values[name] =
          index < results.size() ? results[index] : ImportedValue::poison();
}

SmallVector<ImportedValue>
GraphImporter::callOperator(const NodeProto &node,
                            ArrayRef<ImportedValue> inputs) {
  StringRef domain = canonicalDomain(node.domain());
  int64_t version = importedVersion(domain);
  std::string reason;
  const OperatorEntry *entry =
      registry.find(domain, node.op_type(), version, reason);
  if (!entry) {
    addIssue(node, ImportStatus::Unsupported, reason, inputs);
    return {};
  }
  // The node that spoiled an input is in the report; this one is not to blame.
  if (llvm::any_of(inputs, [](const ImportedValue &input) {
        return input.kind == ImportedValue::Poisoned;
      }))
    return {};
  if (inputs.size() < entry->arity.min || inputs.size() > entry->arity.max) {
    addIssue(
        node, ImportStatus::BadModel,
        llvm::formatv("it has {0} inputs, the operator takes {1}{2}",
                      inputs.size(), entry->arity.min,
                      entry->arity.max == kVariadic ? " or more"
                      : entry->arity.max > entry->arity.min
                          ? llvm::formatv(" to {0}", entry->arity.max).str()
                          : "")
            .str(),
        inputs);
    return {};
  }
  for (unsigned i = 0; i < entry->arity.min; ++i)
    if (inputs[i].kind == ImportedValue::Absent) {
      addIssue(node, ImportStatus::BadModel,
               llvm::formatv("its input {0} is missing", i).str(), inputs);
      return {};
    }

  takeDiagnostics();
  NodeContext context(*this, node, version, inputs, location(node));
  SmallVector<ImportedValue> results(entry->handler(context).values);
  if (!context.failed()) {
    if (StringRef name = context.unusedAttr(); !name.empty())
      context.unsupported("the attribute '" + printable(name) +
                          "' is not supported");
    else if (int(results.size()) < node.output_size() &&
             context.hasOutput(node.output_size() - 1))
      context.unsupported(llvm::formatv("its output {0} is not supported",
                                        node.output_size() - 1));
  }
  if (!context.failed())
    return results;
  if (!context.blamesAnother())
    addIssue(node, context.failureStatus(), context.failureReason(), inputs);
  return {};
}

SmallVector<ImportedValue>
GraphImporter::callFunction(const FunctionProto &function,
                            const NodeProto &node,
                            ArrayRef<ImportedValue> inputs) {
  Frame callee{function.opset_import().empty() ? frame->imports
                                               : &function.opset_import(),
               {}};
  for (const AttributeProto &attribute : function.attribute_proto())
    callee.attributes[attribute.name()] = &attribute;
  for (const AttributeProto &attribute : node.attribute())
    if (const AttributeProto *given = resolve(attribute))
      callee.attributes[attribute.name()] = given;
  if (int(inputs.size()) > function.input_size()) {
    addIssue(node, ImportStatus::BadModel,
             llvm::formatv("it has {0} inputs, the function takes {1}",
                           inputs.size(), function.input_size())
                 .str(),
             inputs);
    return {};
  }
  // A body sees its own names only.
  Scope body;
  for (auto [index, name] : llvm::enumerate(function.input()))
    body.values[name] = index < inputs.size() ? inputs[index] : ImportedValue();
  llvm::SaveAndRestore keepScope(scope, &body);
  llvm::SaveAndRestore keepFrame(frame, &callee);
  importBody(function.node(), llvm::to_vector_of<StringRef>(function.output()),
             &node);
  SmallVector<ImportedValue> results;
  for (const std::string &output : function.output())
    results.push_back(lookup(output));
  return results;
}

std::optional<SmallVector<ImportedValue>>
GraphImporter::importSubgraph(const GraphProto &graph,
                              ArrayRef<ImportedValue> arguments,
                              const NodeProto *inlined) {
  Scope body;
  body.outer = scope;
  body.graph = &graph;
  addInitializers(graph, body);
  addRanks(graph, body);
  unsigned next = 0;
  for (const ValueInfoProto &input : graph.input())
    if (next < arguments.size())
      body.values[input.name()] = arguments[next++];
  llvm::SaveAndRestore keepScope(scope, &body);
  importBody(graph.node(), outputNames(graph), inlined);
  SmallVector<ImportedValue> results;
  for (const ValueInfoProto &output : graph.output()) {
    results.push_back(lookup(output.name()));
    if (results.back().kind == ImportedValue::Poisoned)
      return std::nullopt;
  }
  return results;
}
