//===- ModelWriter.cpp - a model with other weights -----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See ModelWriter.h. Unlike the importer, this reads the whole file as one
// message, so that what Swage does not know of is kept.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/ModelWriter.h"
#include "frontends/ONNX/ModelFile.h"
#include "llvm/Support/FormatVariadic.h"

using namespace swage::onnx;

/// The tensor with `bytes` for its elements, whatever they were stored as.
static void setBytes(TensorProto &tensor, llvm::ArrayRef<char> bytes) {
  TensorProto replaced;
  replaced.set_name(tensor.name());
  replaced.set_data_type(tensor.data_type());
  *replaced.mutable_dims() = tensor.dims();
  replaced.set_raw_data(bytes.data(), bytes.size());
  tensor = std::move(replaced);
}

static llvm::Expected<std::string> replace(ModelFile &file,
                                           llvm::StringRef contents,
                                           const InitializerBytes &bytes) {
  auto refuse = [&](const llvm::Twine &reason) {
    return llvm::createStringError(file.path() + ": " + reason);
  };
  ModelProto model;
  if (contents.size() > INT_MAX ||
      !model.ParseFromArray(contents.data(), int(contents.size())))
    return refuse("is too large to be written anew");
  std::vector<GraphProto *> graphs = {model.mutable_graph()};
  // Its states are initializers too.
  for (TrainingInfoProto &training : *model.mutable_training_info())
    graphs.push_back(training.mutable_algorithm());
  for (GraphProto *graph : graphs)
    for (TensorProto &tensor : *graph->mutable_initializer()) {
      auto found = bytes.find(tensor.name());
      if (found != bytes.end()) {
        setBytes(tensor, found->second);
      } else if (tensor.data_location() == TensorProto::EXTERNAL) {
        llvm::Expected<TensorData> data = file.tensor(tensor);
        if (!data)
          return refuse(toString(data.takeError()));
        setBytes(tensor, data->bytes);
      }
    }
  std::string result;
  if (!model.SerializeToString(&result))
    return refuse("would be larger than the format allows with its weights "
                  "inside");
  return result;
}

llvm::Expected<std::string>
swage::onnx::replaceInitializers(llvm::StringRef path,
                                 const InitializerBytes &bytes) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer)
    return llvm::createStringError(
        path + ": cannot be read: " + buffer.getError().message());
  auto file = ModelFile::open(path);
  if (!file)
    return llvm::createStringError(path + ": " + toString(file.takeError()));
  return replace(**file, (*buffer)->getBuffer(), bytes);
}

llvm::Expected<std::string>
swage::onnx::replaceInitializers(std::unique_ptr<llvm::MemoryBuffer> model,
                                 llvm::StringRef name,
                                 const InitializerBytes &bytes) {
  llvm::StringRef contents = model->getBuffer();
  auto file = ModelFile::fromMemory(std::move(model), name);
  if (!file)
    return llvm::createStringError(name + ": " + toString(file.takeError()));
  return replace(**file, contents, bytes);
}

llvm::Expected<llvm::StringMap<std::vector<char>>>
swage::onnx::readInitializers(ModelFile &file, const llvm::StringSet<> &names) {
  llvm::StringMap<std::vector<char>> result;
  for (const TensorProto &tensor : file.model().graph().initializer()) {
    if (!names.contains(tensor.name()))
      continue;
    llvm::Expected<TensorData> data = file.tensor(tensor);
    if (!data)
      return llvm::createStringError(file.path() + ": " +
                                     toString(data.takeError()));
    result[tensor.name()].assign(data->bytes.begin(), data->bytes.end());
  }
  return result;
}
