//===- History.cpp - how a training went ----------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Training/History.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>

using namespace llvm;
using namespace swage;

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

/// JSON has no infinities; a training that went astray may.
static json::Value toValue(double number) {
  return std::isfinite(number) ? json::Value(number) : json::Value(nullptr);
}

static json::Object toObject(const EpochFigures &figures) {
  json::Object object{{"epoch", figures.epoch},
                      {"steps", figures.steps},
                      {"loss", toValue(figures.loss)},
                      {"lr", toValue(figures.rate)},
                      {"seconds", toValue(figures.seconds)}};
  if (figures.validationLoss)
    object["val_loss"] = toValue(*figures.validationLoss);
  if (figures.accuracy)
    object["val_accuracy"] = toValue(*figures.accuracy);
  return object;
}

json::Array History::toJSON() const {
  json::Array array;
  for (const EpochFigures &figures : epochs)
    array.push_back(toObject(figures));
  return array;
}

History History::fromJSON(const json::Array &array) {
  History history;
  for (const json::Value &entry : array)
    if (const json::Object *object = entry.getAsObject()) {
      EpochFigures figures;
      figures.epoch = object->getInteger("epoch").value_or(0);
      figures.steps = object->getInteger("steps").value_or(0);
      figures.loss = object->getNumber("loss").value_or(NAN);
      figures.rate = object->getNumber("lr").value_or(NAN);
      figures.seconds = object->getNumber("seconds").value_or(NAN);
      figures.validationLoss = object->getNumber("val_loss");
      figures.accuracy = object->getNumber("val_accuracy");
      history.add(figures);
    }
  return history;
}

std::string History::getLines() const {
  std::string text;
  raw_string_ostream os(text);
  for (const EpochFigures &figures : epochs)
    os << json::Value(toObject(figures)) << '\n';
  return text;
}

//===----------------------------------------------------------------------===//
// The picture
//===----------------------------------------------------------------------===//

namespace {
/// Maps epochs and losses to places on the picture.
struct Scale {
  static constexpr double width = 640, height = 400, left = 64, right = 16,
                          top = 24, bottom = 40;
  double first, last, low, high;

  double x(double epoch) const {
    double share = last > first ? (epoch - first) / (last - first) : 0.5;
    return left + share * (width - left - right);
  }
  double y(double loss) const {
    double share = high > low ? (loss - low) / (high - low) : 0.5;
    return height - bottom - share * (height - top - bottom);
  }
};
} // namespace

static void drawLine(raw_ostream &os, const Scale &scale,
                     ArrayRef<std::pair<double, double>> points,
                     StringRef colour, StringRef name, double nameY) {
  if (points.empty())
    return;
  os << formatv("<polyline fill=\"none\" stroke=\"{0}\" stroke-width=\"2\" "
                "points=\"",
                colour);
  for (auto [epoch, loss] : points)
    os << formatv("{0:f1},{1:f1} ", scale.x(epoch), scale.y(loss));
  os << "\"/>\n"
     << formatv("<text x=\"{0}\" y=\"{1}\" fill=\"{2}\" "
                "text-anchor=\"end\">{3}</text>\n",
                Scale::width - Scale::right, nameY, colour, name);
}

std::string History::getPicture() const {
  std::vector<std::pair<double, double>> training, validation;
  for (const EpochFigures &figures : epochs) {
    if (std::isfinite(figures.loss))
      training.emplace_back(figures.epoch, figures.loss);
    if (figures.validationLoss && std::isfinite(*figures.validationLoss))
      validation.emplace_back(figures.epoch, *figures.validationLoss);
  }
  Scale scale{1, 1, 0, 0};
  bool isFirst = true;
  for (const auto *points : {&training, &validation})
    for (auto [epoch, loss] : *points) {
      scale.first = isFirst ? epoch : std::min(scale.first, epoch);
      scale.last = isFirst ? epoch : std::max(scale.last, epoch);
      scale.low = isFirst ? loss : std::min(scale.low, loss);
      scale.high = isFirst ? loss : std::max(scale.high, loss);
      isFirst = false;
    }
  // Losses end at zero, unless they are far from it.
  if (scale.low > 0 && scale.low < scale.high / 2)
    scale.low = 0;

  std::string text;
  raw_string_ostream os(text);
  os << formatv("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" "
                "height=\"{1}\" font-family=\"sans-serif\" font-size=\"12\">\n"
                "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
                Scale::width, Scale::height);
  for (int i = 0; i <= 4; ++i) {
    double loss = scale.low + (scale.high - scale.low) * i / 4;
    os << formatv("<line x1=\"{0}\" x2=\"{1}\" y1=\"{2:f1}\" y2=\"{2:f1}\" "
                  "stroke=\"#ddd\"/>\n"
                  "<text x=\"{3}\" y=\"{4:f1}\" text-anchor=\"end\">{5:f3}"
                  "</text>\n",
                  Scale::left, Scale::width - Scale::right, scale.y(loss),
                  Scale::left - 8, scale.y(loss) + 4, loss);
  }
  os << formatv("<text x=\"{0}\" y=\"{1}\">epoch {2:f0}</text>\n", Scale::left,
                Scale::height - 12, scale.first);
  os << formatv("<text x=\"{0}\" y=\"{1}\" text-anchor=\"end\">epoch {2:f0}"
                "</text>\n",
                Scale::width - Scale::right, Scale::height - 12, scale.last);
  drawLine(os, scale, training, "#1f6fb4", "training loss", Scale::top);
  drawLine(os, scale, validation, "#d2691e", "validation loss",
           Scale::top + 16);
  os << "</svg>\n";
  return text;
}
