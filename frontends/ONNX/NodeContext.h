//===- NodeContext.h - a node as its handler sees it ------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Handlers read a node's inputs and attributes through this class and build its
// meaning with it. The first thing that goes wrong is kept as the reason why
// the node cannot be imported; everything after it does nothing. So a handler
// reads like the definition of the operator, and checks for failure only before
// it looks at the type of something it has built.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_NODECONTEXT_H
#define SWAGE_FRONTENDS_ONNX_NODECONTEXT_H

#include "dialects/NN/Inference.h"
#include "dialects/NN/NN.h"
#include "frontends/ONNX/ModelError.h"
#include "frontends/ONNX/Schema/onnx.pb.h"
#include "frontends/ONNX/TensorData.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/StringSet.h"
#include <optional>

namespace swage::onnx {

class GraphImporter;

/// What a name of the model stands for while it is imported.
struct ImportedValue {
  enum Kind {
    Absent,   ///< An optional input or output that is not there.
    Poisoned, ///< The node that should define it could not be imported.
    Tensor,
    Container ///< A sequence or an optional.
  };
  Kind kind = Absent;
  mlir::Value tensor; ///< Also when it is a container.

  ImportedValue() = default;
  ImportedValue(mlir::Value value)
      : kind(!value                                             ? Absent
             : mlir::isa<mlir::RankedTensorType>(value.getType()) ? Tensor
                                                                  : Container),
        tensor(value) {}
  static ImportedValue poison() {
    ImportedValue value;
    value.kind = Poisoned;
    return value;
  }
};

/// What a handler returns: a value for each output of the node, or nothing when
/// it failed.
struct Results {
  llvm::SmallVector<ImportedValue, 2> values;

  Results() = default;
  Results(mlir::Value value) : values{ImportedValue(value)} {}
  Results(ImportedValue value) { values.push_back(std::move(value)); }
  Results(llvm::ArrayRef<mlir::Value> list)
      : values(list.begin(), list.end()) {}
  Results(llvm::SmallVector<mlir::Value> list)
      : values(list.begin(), list.end()) {}
  Results(std::initializer_list<mlir::Value> list)
      : values(list.begin(), list.end()) {}
};

class NodeContext {
public:
  NodeContext(GraphImporter &importer, const NodeProto &node, int64_t opset,
              llvm::ArrayRef<ImportedValue> inputs, mlir::Location loc);

  const NodeProto &proto() const { return node; }
  int64_t opset() const { return version; }
  mlir::Location loc() const { return location; }
  mlir::OpBuilder &builder();
  mlir::MLIRContext *context() { return location.getContext(); }
  GraphImporter &graph() { return importer; }

  // ---- Failure ----

  /// The node breaks the standard's rules.
  Results bad(const llvm::Twine &reason) {
    return fail(ImportStatus::BadModel, reason);
  }
  /// The node is fine, but not supported.
  Results unsupported(const llvm::Twine &reason) {
    return fail(ImportStatus::Unsupported, reason);
  }
  /// A node of a subgraph failed, which is in the report already.
  Results blameSubgraph() {
    status = ImportStatus::Unsupported;
    blameless = true;
    return {};
  }
  bool blamesAnother() const { return blameless; }
  bool failed() const { return status != ImportStatus::Success; }
  ImportStatus failureStatus() const { return status; }
  llvm::StringRef failureReason() const { return reason; }

  // ---- Inputs and outputs ----

  unsigned numInputs() const { return inputs.size(); }
  unsigned numOutputs() const { return node.output_size(); }
  bool hasInput(unsigned index) const {
    return index < inputs.size() && inputs[index].kind != ImportedValue::Absent;
  }
  bool hasOutput(unsigned index) const {
    return int(index) < node.output_size() && !node.output(index).empty();
  }
  /// The rank that the model declares for an output, where it does.
  std::optional<int64_t> declaredRank(unsigned output) const;
  /// A tensor; null when it is absent.
  mlir::Value input(unsigned index);
  /// A tensor, sequence or optional; null when it is absent.
  mlir::Value anyInput(unsigned index) {
    return hasInput(index) ? inputs[index].tensor : mlir::Value();
  }
  /// A sequence; null when it is absent or, on failure, something else.
  mlir::Value sequenceInput(unsigned index);
  /// What the model declares a value of its graph to be; null if nothing.
  const TypeProto *declaredType(llvm::StringRef name) const;
  /// All inputs, which must be tensors.
  llvm::SmallVector<mlir::Value> tensorInputs();
  /// An input of any kind.
  const ImportedValue &rawInput(unsigned index) const { return inputs[index]; }

  static mlir::RankedTensorType type(mlir::Value value) {
    return mlir::cast<mlir::RankedTensorType>(value.getType());
  }
  static mlir::Type elementType(mlir::Value value) {
    return type(value).getElementType();
  }
  static llvm::ArrayRef<int64_t> shape(mlir::Value value) {
    return type(value).getShape();
  }
  static int64_t rank(mlir::Value value) { return type(value).getRank(); }

  /// The elements of an integer input that must be known at compile time.
  std::optional<llvm::SmallVector<int64_t>> constantInts(unsigned index,
                                                         llvm::StringRef what);
  /// The one element of such an input.
  std::optional<int64_t> constantInt(unsigned index, llvm::StringRef what);
  /// Elements of a floating-point constant, where they are known.
  std::optional<llvm::SmallVector<double>> constantFloats(mlir::Value value);

  /// Fails when the inputs do not all have the same element type.
  bool requireSameType(llvm::ArrayRef<mlir::Value> values);
  /// Brings an axis of a value of `rank` dimensions into range, or fails.
  int64_t axis(int64_t axis, int64_t rank);
  /// The same for a list, which must not name an axis twice; sorted.
  llvm::SmallVector<int64_t> axes(llvm::ArrayRef<int64_t> list, int64_t rank);

  // ---- Attributes ----

  bool hasAttr(llvm::StringRef name);
  int64_t intAttr(llvm::StringRef name, int64_t otherwise);
  bool boolAttr(llvm::StringRef name, bool otherwise) {
    return intAttr(name, otherwise) != 0;
  }
  double floatAttr(llvm::StringRef name, double otherwise);
  std::string stringAttr(llvm::StringRef name, llvm::StringRef otherwise);
  std::optional<llvm::SmallVector<int64_t>> intsAttr(llvm::StringRef name);
  llvm::SmallVector<double> floatsAttr(llvm::StringRef name);
  llvm::SmallVector<std::string> stringsAttr(llvm::StringRef name);
  /// Null when there is none.
  const AttributeProto *attr(llvm::StringRef name);
  const GraphProto *graphAttr(llvm::StringRef name);
  /// Says that an attribute has no meaning for a compiler, or none any more.
  void ignoreAttr(llvm::StringRef name) { used.insert(name); }
  /// The first attribute that nobody has read; empty if there is none.
  llvm::StringRef unusedAttr() const;

  // ---- Building ----

  /// An operation with one result, folded where possible; null on failure.
  template <typename OpTy, typename... Args>
  mlir::Value create(Args &&...arguments) {
    if (failed())
      return {};
    auto op = nn::createInferred<OpTy>(builder(), location,
                                       std::forward<Args>(arguments)...);
    return llvm::failed(op) ? refused() : finish(*op);
  }
  /// An operation with several results; empty on failure.
  template <typename OpTy, typename... Args>
  llvm::SmallVector<mlir::Value> createMany(Args &&...arguments) {
    if (failed())
      return {};
    auto op = nn::createInferred<OpTy>(builder(), location,
                                       std::forward<Args>(arguments)...);
    if (llvm::failed(op) || !verified(*op))
      return (void)refused(), llvm::SmallVector<mlir::Value>();
    return llvm::SmallVector<mlir::Value>((*op)->getResults());
  }
  /// A scalar constant of an element type, converted from `value`.
  mlir::Value scalar(mlir::Type elementType, double value);
  /// A scalar of the element type of `like`.
  mlir::Value scalarLike(mlir::Value like, double value) {
    return scalar(elementType(like), value);
  }
  /// A vector of i64.
  mlir::Value ints(llvm::ArrayRef<int64_t> values);
  /// A small constant tensor of integers or booleans.
  mlir::Value intTensor(mlir::Type elementType, llvm::ArrayRef<int64_t> shape,
                        llvm::ArrayRef<int64_t> values);
  /// A constant tensor of an element type, converted from `values`.
  mlir::Value floatTensor(mlir::Type elementType,
                          llvm::ArrayRef<int64_t> shape,
                          llvm::ArrayRef<double> values);
  /// A tensor stored in the model.
  mlir::Value constant(const TensorProto &tensor);
  mlir::Value cast(mlir::Value value, mlir::Type elementType);
  /// `value` with the shape of known sizes; -1 once for what is left over.
  mlir::Value reshape(mlir::Value value, llvm::ArrayRef<int64_t> sizes);
  /// A vector with so many elements, of which the run makes sure where the type
  /// does not say.
  mlir::Value vectorOf(mlir::Value vector, int64_t length);
  /// A vector of sizes for a result whose rank the model declares where the
  /// vector's length is not known.
  mlir::Value sizesFor(unsigned output, mlir::Value vector);
  /// `value` with the dimensions in another order.
  mlir::Value transpose(mlir::Value value, llvm::ArrayRef<int64_t> permutation);
  /// `value` with dimensions of size 1 inserted at the (sorted) places of the
  /// result, or with those dimensions taken away.
  mlir::Value unsqueeze(mlir::Value value, llvm::ArrayRef<int64_t> axes);
  mlir::Value squeeze(mlir::Value value, llvm::ArrayRef<int64_t> axes);
  /// Elements [start, end) of an axis.
  mlir::Value slice(mlir::Value value, int64_t axis, int64_t start,
                    int64_t end);
  /// The sizes of `value` as a vector of i64.
  mlir::Value shapeOf(mlir::Value value);
  mlir::Value concat(llvm::ArrayRef<mlir::Value> values, int64_t axis);

private:
  Results fail(ImportStatus kind, const llvm::Twine &why);
  /// Takes over what an operation said when it refused its operands.
  mlir::Value refused();
  bool verified(mlir::Operation *op);
  mlir::Value finish(mlir::Operation *op);
  const AttributeProto *typedAttr(llvm::StringRef name,
                                  AttributeProto::AttributeType type);

  GraphImporter &importer;
  const NodeProto &node;
  int64_t version;
  llvm::ArrayRef<ImportedValue> inputs;
  mlir::Location location;
  llvm::StringSet<> used;
  ImportStatus status = ImportStatus::Success;
  std::string reason;
  bool blameless = false;
};

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_NODECONTEXT_H
