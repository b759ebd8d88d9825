//===- GraphImporter.h - walks a model and builds its module ----*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Names and scopes, subgraphs, local functions, constants: what is common to
// all nodes. What a node means is the registry's affair.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_GRAPHIMPORTER_H
#define SWAGE_FRONTENDS_ONNX_GRAPHIMPORTER_H

#include "frontends/ONNX/Importer.h"
#include "frontends/ONNX/ModelFile.h"
#include "frontends/ONNX/NodeContext.h"
#include "frontends/ONNX/Registry.h"
#include "frontends/ONNX/TrainingInfo.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace swage::onnx {

class GraphImporter {
public:
  GraphImporter(ModelFile &file, const Registry &registry,
                mlir::MLIRContext &context, const ImportOptions &options,
                const UpdateBindings &bindings, ModelReport &report);

  /// Builds the module. Null when the report has issues or an error.
  mlir::OwningOpRef<mlir::ModuleOp> run();

  mlir::OpBuilder &getBuilder() { return builder; }

  // ---- For NodeContext ----

  /// The attribute itself, or the caller's where a function's body refers to
  /// it; null when the caller gives none.
  const AttributeProto *resolve(const AttributeProto &attribute) const;
  /// A constant for a stored tensor, at the start of `@main`.
  llvm::Expected<mlir::Value> constant(const TensorProto &tensor,
                                       mlir::Location loc);
  /// A constant of those elements, at the start of `@main`.
  llvm::Expected<mlir::Value>
  constant(const TensorData &data, llvm::StringRef name, mlir::Location loc);
  /// The rank that the model declares for a value, where it does.
  std::optional<int64_t> declaredRank(llvm::StringRef name) const;
  /// What has been said through diagnostics since the last call.
  std::string takeDiagnostics() { return std::exchange(diagnostics, {}); }

  /// What the graphs at hand declare the value of that name to be; null if
  /// nothing.
  const TypeProto *declaredType(llvm::StringRef name) const;

  /// The value of that name as it is known so far; absent if there is none.
  ImportedValue find(llvm::StringRef name) {
    ImportedValue value = lookup(name);
    return value.kind == ImportedValue::Poisoned ? ImportedValue() : value;
  }

  // ---- For operators that behave otherwise in training ----

  ImportOptions::Mode getMode() const { return options.mode; }
  /// The number of steps so far, a scalar of i64.
  mlir::Value trainingStep();
  /// Whether `value` is a parameter, and not a constant.
  bool isParameter(mlir::Value value);
  /// A new value for a parameter, which does not come from its gradient.
  void updateParameter(mlir::Value parameter, mlir::Value value);

  // ---- For operators with subgraphs ----

  /// Imports a subgraph at the insertion point with `arguments` for its inputs.
  /// Empty when one of its outputs could not be imported; that is in the
  /// report. The results may be all that `inlined` gives.
  std::optional<llvm::SmallVector<ImportedValue>>
  importSubgraph(const GraphProto &graph,
                 llvm::ArrayRef<ImportedValue> arguments,
                 const NodeProto *inlined = nullptr);

  // ---- For a branch whose results decide how the rest is to be built ----

  /// Imports what is left of the body at hand with `results` for the node's
  /// outputs, and gives the outputs of the body that are not known yet. Empty
  /// when one of them could not be imported; that is in the report. A body that
  /// stands for a node of another one goes on with what is left of that.
  std::optional<llvm::SmallVector<ImportedValue>>
  importRest(const NodeProto &node, llvm::ArrayRef<ImportedValue> results);
  /// Whether that may be done: not too deep, and not where a network is
  /// trained.
  bool canImportRest() const;
  /// Leaves nothing of the body to import: `outputs` are those that were not
  /// known, none when they could not be imported.
  void endBody(llvm::ArrayRef<mlir::Value> outputs);

private:
  struct Scope {
    Scope *outer = nullptr;
    llvm::StringMap<ImportedValue> values;
    llvm::StringMap<const TensorProto *> initializers;
    const GraphProto *graph = nullptr; ///< null for a function's body
    llvm::StringMap<int64_t> ranks; ///< As the graph declares them.
  };
  /// A body with its own operator sets: the main graph's, or a function's with
  /// the attributes of the call.
  struct Frame {
    const google::protobuf::RepeatedPtrField<OperatorSetIdProto> *imports;
    llvm::StringMap<const AttributeProto *> attributes;
  };
  using Nodes = google::protobuf::RepeatedPtrField<NodeProto>;
  /// What is left of the body at hand.
  struct Rest {
    const Nodes *nodes;
    llvm::SmallVector<llvm::StringRef> outputs;
    const NodeProto *node; ///< What the body stands for; null if nothing.
    Rest *outer;           ///< The body of that node.
    Scope *scope;
    Frame *frame;
    int depth = 0; ///< In how many branches the rest is.
    int next = 0;
    bool ended = false; ///< Whether the rest is in the arms of a branch.
  };

  mlir::Location location(const NodeProto &node) const;
  void refuse(llvm::Error error);
  void addIssue(const NodeProto &node, ImportStatus status,
                llvm::StringRef reason, llvm::ArrayRef<ImportedValue> inputs);

  bool declareInputs(llvm::SmallVectorImpl<mlir::Type> &types,
                     llvm::SmallVectorImpl<mlir::DictionaryAttr> &attributes);
  mlir::DenseI64ArrayAttr dimRanges(const ValueInfoProto &info,
                                    mlir::RankedTensorType type);
  mlir::DictionaryAttr valueAttributes(const ValueInfoProto &info,
                                       mlir::Type type, bool isInput);
  mlir::Value outputValue(const ValueInfoProto &output);
  void visitInputs(
      llvm::function_ref<void(const ValueInfoProto &, const TensorData *)>
          visit) const;
  /// The inputs that stay inputs of `@main`, in order.
  llvm::SmallVector<const ValueInfoProto *> runtimeInputs() const;
  /// Makes the inputs that have values constants; false if one does not fit.
  bool addConstantInputs();
  bool returnOutputs();
  void bindUpdates();
  bool isTrained(const TensorProto &tensor) const;
  void addInitializers(const GraphProto &graph, Scope &target);
  static void addRanks(const GraphProto &graph, Scope &target);

  ImportedValue lookup(llvm::StringRef name, bool needsConstant = false);
  llvm::Expected<mlir::Value> parameter(const TensorProto &tensor);
  mlir::Value addArgument(mlir::RankedTensorType type, llvm::StringRef name,
                          llvm::StringRef role, mlir::ElementsAttr initial);
  /// Imports a body that has outputs of those names, and stands for `node`.
  void importBody(const Nodes &nodes, llvm::SmallVector<llvm::StringRef> names,
                  const NodeProto *node = nullptr);
  void importNodes();
  /// The body that the one at hand is at last a part of.
  Rest &outermost() const;
  /// Those of a body's outputs that nothing has defined so far.
  static llvm::SmallVector<llvm::StringRef> openOutputs(const Rest &rest);
  void importNode(const NodeProto &node);
  llvm::SmallVector<ImportedValue>
  callOperator(const NodeProto &node, llvm::ArrayRef<ImportedValue> inputs);
  llvm::SmallVector<ImportedValue>
  callFunction(const FunctionProto &function, const NodeProto &node,
               llvm::ArrayRef<ImportedValue> inputs);
  int64_t importedVersion(llvm::StringRef domain) const;

  ModelFile &file;
  const Registry &registry;
  const ImportOptions &options;
  const UpdateBindings &bindings;
  ModelReport &report;
  mlir::OpBuilder builder;
  mlir::Location fileLocation;
  mlir::func::FuncOp main;
  /// Constants stand together at the start of `@main`, in the order of use.
  mlir::Operation *lastConstant = nullptr;
  llvm::SmallVector<mlir::DictionaryAttr> argumentAttributes;
  mlir::Value step;
  llvm::SmallVector<std::pair<mlir::BlockArgument, mlir::Value>> updates;
  llvm::StringMap<const FunctionProto *> functions;
  Scope *scope = nullptr;
  Frame *frame = nullptr;
  Rest *rest = nullptr;
  std::string diagnostics;
};

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_GRAPHIMPORTER_H
