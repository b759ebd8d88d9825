//===- ImageData.cpp - examples in folders of images ----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Images are decoded when a batch wants them, and kept in the size of the
// model's input as long as there is room. All are equally likely to be wanted
// again, so those that came first stay.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Training/DataSources.h"
#include "compiler/Pipelines/ModelFacts.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <array>
#include <cstring>

using namespace llvm;
using namespace swage;

namespace {

/// Where an input of a network has rows, columns and channels.
struct ImageLayout {
  int64_t height = 0, width = 0, channels = 0;
  bool channelsFirst = true;

  static Expected<ImageLayout> create(const ValueSignature &input);
};

/// The number that a channel gets for each value of a pixel.
using ValueTable = std::array<float, 256>;

class ImageDataset : public Dataset {
public:
  ImageDataset(ArrayRef<ValueSignature> inputs, std::vector<std::string> files,
               std::vector<std::string> classes, Tensor targets,
               ImageLayout layout, const ImageOptions &options,
               std::vector<ValueTable> tables)
      : Dataset(inputs, files.size()), files(std::move(files)),
        classes(std::move(classes)), targets(std::move(targets)),
        layout(layout), loader(layout.height, layout.width, layout.channels,
                               options.fit == "crop"),
        tables(std::move(tables)), kept(this->files.size()),
        numToKeep(options.cacheSize / loader.getSize()) {}

  ArrayRef<std::string> getClasses() const override { return classes; }

private:
  Error copyExample(uint32_t number, ArrayRef<char *> places) override;
  void copyPixels(ArrayRef<uint8_t> pixels, float *to) const;

  std::vector<std::string> files, classes;
  Tensor targets; ///< a class for each file; without data where none is wanted
  ImageLayout layout;
  ImageLoader loader;
  std::vector<ValueTable> tables; ///< of each channel
  std::vector<std::vector<uint8_t>> kept;
  uint64_t numToKeep;
};

} // namespace

//===----------------------------------------------------------------------===//
// Examples
//===----------------------------------------------------------------------===//

void ImageDataset::copyPixels(ArrayRef<uint8_t> pixels, float *to) const {
  int64_t channels = layout.channels, count = layout.height * layout.width;
  int64_t pixelStride = layout.channelsFirst ? 1 : channels;
  int64_t channelStride = layout.channelsFirst ? count : 1;
  for (int64_t channel = 0; channel < channels; ++channel)
    for (int64_t i = 0; i < count; ++i)
      to[channel * channelStride + i * pixelStride] =
          tables[channel][pixels[i * channels + channel]];
}

Error ImageDataset::copyExample(uint32_t number, ArrayRef<char *> places) {
  std::vector<uint8_t> loaded;
  if (kept[number].empty()) {
    Expected<std::vector<uint8_t>> pixels = loader.load(files[number]);
    if (!pixels)
      return pixels.takeError();
    loaded = std::move(*pixels);
    if (numToKeep > 0) {
      --numToKeep;
      kept[number] = std::move(loaded);
    }
  }
  copyPixels(loaded.empty() ? kept[number] : loaded,
             reinterpret_cast<float *>(places[0]));
  if (targets->data) {
    size_t size = swage_dtype_size(targets->dtype);
    std::memcpy(places[1],
                static_cast<const char *>(targets->data) + number * size, size);
  }
  return Error::success();
}

//===----------------------------------------------------------------------===//
// What there is
//===----------------------------------------------------------------------===//

static bool isImage(StringRef path) {
  return StringSwitch<bool>(sys::path::extension(path).lower())
      .Cases({".bmp", ".jpg", ".jpeg", ".jp2", ".j2k", ".png"}, true)
      .Cases({".pbm", ".pgm", ".ppm", ".pnm", ".tif", ".tiff", ".webp"}, true)
      .Default(false);
}

/// Sorted names in the folder; hidden ones do not count.
static std::vector<std::string> getNames(StringRef folder, bool folders) {
  std::vector<std::string> names;
  std::error_code code;
  for (sys::fs::directory_iterator i(folder, code), end; i != end && !code;
       i.increment(code)) {
    StringRef name = sys::path::filename(i->path());
    if (!name.starts_with(".") && sys::fs::is_directory(i->path()) == folders)
      names.push_back(name.str());
  }
  llvm::sort(names);
  return names;
}

Expected<ImageLayout> ImageLayout::create(const ValueSignature &input) {
  auto isColour = [](int64_t channels) {
    return channels == 1 || channels == 3;
  };
  ArrayRef<int64_t> dims = input.dims;
  if (input.dtype == SWAGE_F32 && dims.size() == 4) {
    if (isColour(dims[1]))
      return ImageLayout{dims[2], dims[3], dims[1], true};
    if (isColour(dims[3]))
      return ImageLayout{dims[1], dims[2], dims[3], false};
  }
  return createStringError("images are for an input float32[N,C,H,W] or "
                           "float32[N,H,W,C] of 1 or 3 channels, but '" +
                           input.name + "' is " + describeType(input));
}

/// The numbers of pixels' values in each channel.
static Expected<std::vector<ValueTable>> makeTables(const ImageOptions &options,
                                                    int64_t channels) {
  auto check = [&](StringRef option, ArrayRef<double> values) -> Error {
    if (values.size() <= 1 || int64_t(values.size()) == channels)
      return Error::success();
    return createStringError(option + " has " + Twine(values.size()) +
                             " numbers, but the model's images have " +
                             Twine(channels) +
                             (channels == 1 ? " channel" : " channels"));
  };
  if (Error error = check("--image-mean", options.mean))
    return std::move(error);
  if (Error error = check("--image-std", options.deviation))
    return std::move(error);
  auto get = [](ArrayRef<double> values, size_t channel, float otherwise) {
    return values.empty() ? otherwise
                          : float(values[values.size() == 1 ? 0 : channel]);
  };
  std::vector<ValueTable> tables(channels);
  for (auto [channel, table] : enumerate(tables)) {
    float mean = get(options.mean, channel, 0);
    float deviation = get(options.deviation, channel, 1);
    if (!(deviation > 0))
      return createStringError("--image-std takes numbers above 0");
    for (auto [value, number] : enumerate(table))
      number = (float(value) / 255 - mean) / deviation;
  }
  return tables;
}

DatasetResult swage::openImages(StringRef path, ArrayRef<ValueSignature> inputs,
                                const ImageOptions &options,
                                ArrayRef<std::string> classes) {
  auto refuse = [&](const Twine &reason) {
    return createStringError(path + ": " + reason);
  };
  bool hasTarget = inputs.back().role == "target";
  if (inputs.size() != 1u + hasTarget)
    return refuse("images are for models with one input, and this one has " +
                  Twine(inputs.size() - hasTarget));
  Expected<ImageLayout> layout = ImageLayout::create(inputs.front());
  if (!layout)
    return refuse(toString(layout.takeError()));
  auto tables = makeTables(options, layout->channels);
  if (!tables)
    return tables.takeError();

  std::vector<std::string> folders = getNames(path, /*folders=*/true);
  std::vector<std::string> known =
      classes.empty() ? folders : std::vector<std::string>(classes);
  std::vector<std::string> files;
  std::vector<int64_t> numbers;
  for (const std::string &folder : folders) {
    auto place = llvm::find(known, folder);
    if (place == known.end())
      return refuse(
          "the class '" + folder +
          "' is not among those of the data to train on; there are '" +
          join(known, "', '") + "'");
    SmallString<256> inner(path);
    sys::path::append(inner, folder);
    for (const std::string &name : getNames(inner, /*folders=*/false)) {
      if (!isImage(name))
        continue;
      SmallString<256> file(inner);
      sys::path::append(file, name);
      files.push_back(file.str().str());
      numbers.push_back(place - known.begin());
    }
  }
  if (files.empty())
    return refuse("is a folder without data: there are neither images as "
                  "CLASS/NAME.png (or another format) nor ONNX test data as "
                  "test_data_set_0/input_0.pb");
  Tensor targets;
  if (hasTarget) {
    const ValueSignature &target = inputs.back();
    targets = allocateTensor(SWAGE_I64, int64_t(numbers.size()));
    std::memcpy(targets->data, numbers.data(), 8 * numbers.size());
    if (!all_of(drop_begin(target.dims),
                [](int64_t dim) { return dim == 1; }) ||
        !convertTensor(targets, target.dtype))
      return refuse("images have numbers of classes as targets, but the target "
                    "is " +
                    describeType(target) + " for each batch");
  }
  return std::make_unique<ImageDataset>(inputs, std::move(files),
                                        std::move(known), std::move(targets),
                                        *layout, options, std::move(*tables));
}
