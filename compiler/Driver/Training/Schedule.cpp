//===- Schedule.cpp - learning rates over time ----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Training/Schedule.h"
#include <algorithm>
#include <cmath>

using namespace llvm;
using namespace swage;

Expected<Schedule> Schedule::parse(StringRef text, double rate, double epochs) {
  static const training::RecipeKind kinds[] = {
      {"constant", {{"warmup", 0}}},
      {"step", {{"warmup", 0}, {"every", 10}, {"factor", 0.1}}},
      {"cosine", {{"warmup", 0}, {"end", 0}}},
  };
  Expected<training::Recipe> recipe =
      training::Recipe::parse("schedule", text, kinds);
  if (!recipe)
    return recipe.takeError();
  if (recipe->getName() == "step" && recipe->get("every") <= 0)
    return createStringError("the schedule 'step' needs 'every' above 0");
  return Schedule(std::move(*recipe), rate, epochs);
}

double Schedule::getRate(double epoch) const {
  double warmup = recipe.get("warmup");
  if (epoch < warmup)
    return rate * epoch / warmup;
  if (recipe.getName() == "step")
    return rate * std::pow(recipe.get("factor"),
                           std::floor(epoch / recipe.get("every")));
  if (recipe.getName() == "cosine") {
    double end = recipe.get("end");
    double share = epochs > warmup ? (epoch - warmup) / (epochs - warmup) : 1;
    double wave = (1 + std::cos(M_PI * std::min(share, 1.0))) / 2;
    return end + (rate - end) * wave;
  }
  return rate;
}
