//===- ReplaceHead.cpp - a model with another last layer ------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Gives the layer with some weights a new number of outputs: new weights, drawn
// at random, and a bias of zeros.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/ModelFile.h"
#include "frontends/ONNX/ModelWriter.h"
#include "swage/splitmix.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace swage::onnx;

namespace {

class HeadReplacement {
public:
  HeadReplacement(llvm::StringRef path, llvm::StringRef name, int64_t classes,
                  uint64_t seed)
      : path(path), name(name), classes(classes), state(seed) {}

  llvm::Expected<std::string> run();

private:
  llvm::Error refuse(const llvm::Twine &reason) {
    return llvm::createStringError(path + ": " + reason);
  }
  TensorProto *find(llvm::StringRef wanted);
  /// The dimension of the weights that counts outputs; -1 where there is none.
  static int outputDimension(const NodeProto &node);
  void fill(TensorProto &tensor, double bound);
  llvm::Error replaceBias(const NodeProto &layer, int64_t before);

  llvm::StringRef path, name;
  int64_t classes;
  uint64_t state;
  ModelProto model;
};

} // namespace

TensorProto *HeadReplacement::find(llvm::StringRef wanted) {
  for (TensorProto &tensor : *model.mutable_graph()->mutable_initializer())
    if (tensor.name() == wanted)
      return &tensor;
  return nullptr;
}

int HeadReplacement::outputDimension(const NodeProto &node) {
  if (node.op_type() == "Conv")
    return 0;
  if (node.op_type() == "MatMul")
    return 1;
  if (node.op_type() != "Gemm")
    return -1;
  for (const AttributeProto &attribute : node.attribute())
    if (attribute.name() == "transB" && attribute.i())
      return 0;
  return 1;
}

void HeadReplacement::fill(TensorProto &tensor, double bound) {
  int64_t count = 1;
  for (int64_t dim : tensor.dims())
    count *= dim;
  TensorProto made;
  made.set_name(tensor.name());
  made.set_data_type(tensor.data_type());
  *made.mutable_dims() = tensor.dims();
  std::string bytes;
  for (int64_t i = 0; i < count; ++i) {
    float value =
        bound == 0 ? 0 : bound * (2 * swage_splitmix_unit(&state) - 1);
    bytes.append(reinterpret_cast<const char *>(&value), sizeof(value));
  }
  made.set_raw_data(bytes);
  tensor = std::move(made);
}

/// The bias is the layer's own third input, or what is added to its result.
llvm::Error HeadReplacement::replaceBias(const NodeProto &layer,
                                         int64_t before) {
  TensorProto *bias = nullptr;
  if (layer.input_size() > 2)
    bias = find(layer.input(2));
  else
    for (const NodeProto &node : model.graph().node())
      if (node.op_type() == "Add" &&
          llvm::is_contained(node.input(), layer.output(0)))
        for (const std::string &input : node.input())
          if (TensorProto *found = find(input))
            bias = found;
  if (!bias || bias->dims_size() != 1 || bias->dims(0) != before)
    return llvm::Error::success();
  if (bias->data_type() != TensorProto::FLOAT)
    return refuse("the bias of the layer with '" + name +
                  "' is not of float32");
  bias->set_dims(0, classes);
  fill(*bias, 0);
  return llvm::Error::success();
}

llvm::Expected<std::string> HeadReplacement::run() {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer)
    return refuse("cannot be read: " + buffer.getError().message());
  auto file = ModelFile::open(path);
  if (!file)
    return refuse(toString(file.takeError()));
  // Weights beside the file would not be found from what is made here.
  llvm::Expected<std::string> whole = replaceInitializers(path, {});
  if (!whole)
    return whole.takeError();
  if (!model.ParseFromString(*whole))
    return refuse("is too large to be written anew");
  TensorProto *weights = find(name);
  if (!weights)
    return refuse("has no weights named '" + name + "'");
  const NodeProto *layer = nullptr;
  for (const NodeProto &node : model.graph().node())
    if (node.input_size() > 1 && node.input(1) == name)
      layer = &node;
  int dimension = layer ? outputDimension(*layer) : -1;
  if (dimension < 0 || weights->dims_size() <= dimension ||
      weights->data_type() != TensorProto::FLOAT)
    return refuse(
        "'" + name +
        "' is not the weights, in float32, of a Gemm, MatMul or Conv");
  int64_t before = weights->dims(dimension), count = 1;
  for (int64_t dim : weights->dims())
    count *= dim;
  weights->set_dims(dimension, classes);
  // As PyTorch begins its layers: by the number of inputs.
  fill(*weights, std::sqrt(1.0 / std::max<int64_t>(
                                     1, count / std::max<int64_t>(before, 1))));
  if (llvm::Error error = replaceBias(*layer, before))
    return error;
  // Declared sizes are those of the old head.
  model.mutable_graph()->clear_value_info();
  for (ValueInfoProto &output : *model.mutable_graph()->mutable_output())
    for (TensorShapeProto::Dimension &dim : *output.mutable_type()
                                                 ->mutable_tensor_type()
                                                 ->mutable_shape()
                                                 ->mutable_dim())
      if (dim.has_dim_value() && dim.dim_value() == before)
        dim.set_dim_value(classes);
  std::string result;
  if (!model.SerializeToString(&result))
    return refuse("is too large to be written anew");
  return result;
}

llvm::Expected<std::string> swage::onnx::replaceHead(llvm::StringRef path,
                                                     llvm::StringRef name,
                                                     int64_t classes,
                                                     uint64_t seed) {
  return HeadReplacement(path, name, classes, seed).run();
}
