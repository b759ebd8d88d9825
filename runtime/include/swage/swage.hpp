//===- swage.hpp - compile and run models in your C++ program ---*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A thin layer over swage.h for C++17: owners instead of create and destroy,
// exceptions instead of status codes. It is all in this header, so exceptions
// never cross the library's border.
//
//   swage::Module module = swage::Module::compile("model.onnx");
//   swage::Tensor x({1, 784}, pixels);          // a std::vector<float>
//   std::vector<swage::Tensor> outputs = module.run({x});
//   float first = outputs[0].data<float>()[0];
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_SWAGE_HPP
#define SWAGE_SWAGE_HPP

#include "swage/swage.h"
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace swage {

/// A failure, with the message that the C interface gives.
class Error : public std::runtime_error {
public:
  Error(swage_status status, const std::string &message)
      : std::runtime_error(message), status_(status) {}
  swage_status status() const { return status_; }

private:
  swage_status status_;
};

namespace detail {

/// Throws when `status` is a failure; takes the message.
inline void check(swage_status status, char *message) {
  if (status == SWAGE_OK)
    return;
  std::string text = message ? message : "out of memory";
  swage_free(message);
  throw Error(status, text);
}

/// The element type that a C++ type stands for.
template <typename T> struct TypeOf;
#define SWAGE_TYPE_OF(TYPE, DTYPE)                                             \
  template <> struct TypeOf<TYPE> {                                            \
    static constexpr std::int32_t value = DTYPE;                               \
  }
SWAGE_TYPE_OF(float, SWAGE_F32);
SWAGE_TYPE_OF(double, SWAGE_F64);
SWAGE_TYPE_OF(std::int8_t, SWAGE_I8);
SWAGE_TYPE_OF(std::int16_t, SWAGE_I16);
SWAGE_TYPE_OF(std::int32_t, SWAGE_I32);
SWAGE_TYPE_OF(std::int64_t, SWAGE_I64);
SWAGE_TYPE_OF(std::uint8_t, SWAGE_U8);
SWAGE_TYPE_OF(std::uint16_t, SWAGE_U16);
SWAGE_TYPE_OF(std::uint32_t, SWAGE_U32);
SWAGE_TYPE_OF(std::uint64_t, SWAGE_U64);
SWAGE_TYPE_OF(bool, SWAGE_BOOL);
#undef SWAGE_TYPE_OF

struct Free {
  void operator()(void *memory) const { swage_free(memory); }
};
struct DestroyOptions {
  void operator()(swage_compile_options *options) const {
    swage_compile_options_destroy(options);
  }
};
struct DestroyModule {
  void operator()(swage_module *module) const { swage_module_destroy(module); }
};

} // namespace detail

/// A dense, row-major tensor, or a container of tensors. Copies share the data.
class Tensor {
public:
  Tensor() = default;

  /// A tensor with a copy of `values`.
  template <typename T>
  Tensor(const std::vector<std::int64_t> &shape, const std::vector<T> &values)
      : Tensor(shape, detail::TypeOf<T>::value, nullptr) {
    static_assert(!std::is_same<T, bool>::value,
                  "std::vector<bool> has no array of bool; use view()");
    if (static_cast<std::int64_t>(values.size()) != size())
      throw std::invalid_argument("a tensor needs as many values as its shape "
                                  "has elements");
    auto copy = std::make_shared<std::vector<T>>(values);
    tensor_.data = copy->data();
    owner_ = std::move(copy);
  }

  /// A tensor on memory of the caller, which must outlive it.
  template <typename T>
  static Tensor view(const std::vector<std::int64_t> &shape, T *data) {
    return Tensor(shape, detail::TypeOf<std::remove_const_t<T>>::value,
                  const_cast<std::remove_const_t<T> *>(data));
  }

  /// A tensor with copies of strings.
  static Tensor strings(const std::vector<std::int64_t> &shape,
                        const std::vector<std::string> &values) {
    struct Texts {
      std::vector<std::string> values;
      std::vector<swage_string> strings;
    };
    auto texts = std::make_shared<Texts>();
    texts->values = values;
    for (const std::string &text : texts->values)
      texts->strings.push_back(
          {text.data(), static_cast<std::int64_t>(text.size())});
    Tensor result(shape, SWAGE_STRING, texts->strings.data());
    if (static_cast<std::int64_t>(values.size()) != result.size())
      throw std::invalid_argument("a tensor needs as many values as its shape "
                                  "has elements");
    result.owner_ = std::move(texts);
    return result;
  }

  /// The sequence of these tensors.
  static Tensor sequence(const std::vector<Tensor> &elements) {
    return container(SWAGE_SEQUENCE, elements);
  }
  /// The map from keys, a vector of integers or strings, to values.
  static Tensor map(const Tensor &keys, const Tensor &values) {
    return container(SWAGE_MAP, {keys, values});
  }
  /// An optional with an element, or without.
  static Tensor optional(const Tensor &element) {
    return container(SWAGE_OPTIONAL, {element});
  }
  static Tensor optional() { return container(SWAGE_OPTIONAL, {}); }

  /// Takes a tensor whose data come from the runtime.
  static Tensor adopt(const swage_tensor &tensor) {
    Tensor result;
    result.tensor_ = tensor;
    result.owner_ = std::shared_ptr<void>(tensor.data, detail::Free());
    return result;
  }

  std::int32_t dtype() const { return tensor_.dtype; }
  std::vector<std::int64_t> shape() const {
    return {tensor_.dims, tensor_.dims + tensor_.rank};
  }
  /// The number of elements.
  std::int64_t size() const {
    std::int64_t count = 1;
    for (std::int32_t i = 0; i < tensor_.rank; ++i)
      count *= tensor_.dims[i];
    return count;
  }

  /// The elements. T must be the type that the tensor has.
  template <typename T> T *data() const {
    if (detail::TypeOf<std::remove_const_t<T>>::value != tensor_.dtype)
      throw std::invalid_argument(
          std::string("the tensor has elements of type ") +
          swage_dtype_name(tensor_.dtype));
    return static_cast<T *>(tensor_.data);
  }
  void *bytes() const { return tensor_.data; }

  /// The elements of a tensor of strings.
  std::vector<std::string> strings() const {
    if (tensor_.dtype != SWAGE_STRING)
      throw std::invalid_argument("the tensor does not hold strings");
    std::vector<std::string> texts;
    for (std::int64_t i = 0; i < size(); ++i) {
      const swage_string &text =
          static_cast<const swage_string *>(tensor_.data)[i];
      texts.emplace_back(text.data, static_cast<std::size_t>(text.size));
    }
    return texts;
  }

  /// The elements of a sequence or an optional, or the keys and the values of a
  /// map, which share its memory.
  std::vector<Tensor> elements() const {
    if (tensor_.dtype != SWAGE_SEQUENCE && tensor_.dtype != SWAGE_OPTIONAL &&
        tensor_.dtype != SWAGE_MAP)
      throw std::invalid_argument("the tensor is not a container");
    std::vector<Tensor> parts;
    for (std::int64_t i = 0; i < size(); ++i) {
      Tensor part;
      part.tensor_ = static_cast<const swage_tensor *>(tensor_.data)[i];
      part.owner_ = owner_;
      parts.push_back(std::move(part));
    }
    return parts;
  }

  /// The descriptor of the C interface.
  const swage_tensor &get() const { return tensor_; }

private:
  static Tensor container(std::int32_t dtype,
                          const std::vector<Tensor> &elements) {
    struct Parts {
      std::vector<Tensor> owners;
      std::vector<swage_tensor> tensors;
    };
    auto parts = std::make_shared<Parts>();
    parts->owners = elements;
    for (const Tensor &element : elements)
      parts->tensors.push_back(element.get());
    Tensor result({static_cast<std::int64_t>(elements.size())}, dtype,
                  parts->tensors.data());
    result.owner_ = std::move(parts);
    return result;
  }

  Tensor(const std::vector<std::int64_t> &shape, std::int32_t dtype,
         void *data) {
    if (shape.size() > SWAGE_MAX_RANK)
      throw std::invalid_argument("a tensor has at most 16 dimensions");
    tensor_.data = data;
    tensor_.dtype = dtype;
    tensor_.rank = static_cast<std::int32_t>(shape.size());
    for (std::size_t i = 0; i < shape.size(); ++i)
      tensor_.dims[i] = shape[i];
  }

  swage_tensor tensor_ = {};
  std::shared_ptr<void> owner_;
};

/// How to compile; see swage_compile_options for the keys.
class Options {
public:
  Options() : options_(swage_compile_options_create()) {
    if (!options_)
      throw std::bad_alloc();
  }
  Options &set(const std::string &key, const std::string &value) {
    char *message = nullptr;
    swage_status status = swage_compile_options_set(options_.get(), key.c_str(),
                                                    value.c_str(), &message);
    detail::check(status, message);
    return *this;
  }
  Options &dim(const std::string &name, std::int64_t size) {
    return set("dim", name + "=" + std::to_string(size));
  }
  Options &threads(unsigned count) {
    return set("threads", std::to_string(count));
  }
  const swage_compile_options *get() const { return options_.get(); }

private:
  std::unique_ptr<swage_compile_options, detail::DestroyOptions> options_;
};

/// The name, type and shape of an input or output.
struct Value {
  std::string name;
  std::int32_t dtype;
  std::vector<std::int64_t> shape; ///< -1 where only a run knows
  std::vector<std::string> names;  ///< of such dimensions; "" for the others
  bool isRanked = true;            ///< without it, `shape` is not known at all
  std::vector<Value> element = {}; ///< of a container, one: what it holds
};

/// A compiled model. Any number of threads may run one at once.
class Module {
public:
  static Module compile(const std::string &path,
                        const Options &options = Options()) {
    swage_module *module = nullptr;
    char *message = nullptr;
    swage_status status =
        swage_compile_file(path.c_str(), options.get(), &module, &message);
    detail::check(status, message);
    return Module(module);
  }

  /// Compiles a model in memory, which must stay until the module is gone.
  static Module compile(const void *bytes, std::size_t size,
                        const Options &options = Options()) {
    swage_module *module = nullptr;
    char *message = nullptr;
    swage_status status =
        swage_compile_memory(bytes, size, options.get(), &module, &message);
    detail::check(status, message);
    return Module(module);
  }

  std::vector<Value> inputs() const {
    std::vector<Value> values;
    for (std::uint32_t i = 0; i < swage_module_num_inputs(get()); ++i)
      values.push_back(describe(*swage_module_input(get(), i)));
    return values;
  }
  std::vector<Value> outputs() const {
    std::vector<Value> values;
    for (std::uint32_t i = 0; i < swage_module_num_outputs(get()); ++i)
      values.push_back(describe(*swage_module_output(get(), i)));
    return values;
  }
  /// All static facts as JSON.
  std::string facts() const { return swage_module_facts(get()); }

  /// Runs the model: one tensor for each input, in order.
  std::vector<Tensor> run(const std::vector<Tensor> &inputs) const {
    std::vector<swage_tensor> results(swage_module_num_outputs(get()));
    runInto(inputs, results);
    std::vector<Tensor> outputs;
    for (const swage_tensor &result : results)
      outputs.push_back(Tensor::adopt(result));
    return outputs;
  }

  /// Runs the model into buffers of the caller, which have the results' types
  /// and shapes.
  void run(const std::vector<Tensor> &inputs,
           const std::vector<Tensor> &outputs) const {
    if (outputs.size() != swage_module_num_outputs(get()))
      throw std::invalid_argument(
          "the model has " + std::to_string(swage_module_num_outputs(get())) +
          " outputs");
    std::vector<swage_tensor> results;
    for (const Tensor &output : outputs)
      results.push_back(output.get());
    runInto(inputs, results);
  }

  /// Writes the model as an artifact: "shared", "static", "exe", ...
  void emit(const std::string &kind, const std::string &path,
            bool weightsInFile = false) const {
    char *message = nullptr;
    swage_status status = swage_module_emit(get(), kind.c_str(), path.c_str(),
                                            weightsInFile, &message);
    detail::check(status, message);
  }

  const swage_module *get() const { return module_.get(); }

private:
  explicit Module(swage_module *module) : module_(module) {}

  void runInto(const std::vector<Tensor> &inputs,
               std::vector<swage_tensor> &results) const {
    if (inputs.size() != swage_module_num_inputs(get()))
      throw std::invalid_argument(
          "the model has " + std::to_string(swage_module_num_inputs(get())) +
          " inputs");
    std::vector<swage_tensor> given;
    for (const Tensor &input : inputs)
      given.push_back(input.get());
    char *message = nullptr;
    swage_status status = swage_module_run(get(), given.data(), results.data(),
                                           nullptr, &message);
    detail::check(status, message);
  }

  static Value describe(const swage_value_info &info) {
    Value value{info.name, info.dtype, {}, {}};
    value.isRanked = info.rank >= 0;
    for (int i = 0; info.element && i < (info.dtype == SWAGE_MAP ? 2 : 1); ++i)
      value.element.push_back(describe(info.element[i]));
    for (std::int32_t i = 0; i < info.rank; ++i) {
      value.shape.push_back(info.dims[i]);
      const char *name = info.dim_names ? info.dim_names[i] : nullptr;
      value.names.push_back(name ? name : "");
    }
    return value;
  }

  std::unique_ptr<swage_module, detail::DestroyModule> module_;
};

} // namespace swage

#endif // SWAGE_SWAGE_HPP
