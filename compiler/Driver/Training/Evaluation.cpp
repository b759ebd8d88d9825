//===- Evaluation.cpp - how good a model is -------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Training/Evaluation.h"
#include "llvm/ADT/STLExtras.h"
#include <numeric>

using namespace llvm;
using namespace swage;

namespace {
/// Counts right answers.
struct Answers {
  int64_t right = 0, all = 0;

  /// The greatest score along the axis of classes against the target.
  void countClasses(const swage_tensor &scores, const swage_tensor &target,
                    const training::Recipe &loss);
  /// The sign of a score against a target of 0 or 1.
  void countBinary(const swage_tensor &scores, const swage_tensor &target,
                   int64_t count);
};
} // namespace

void Answers::countClasses(const swage_tensor &scores,
                           const swage_tensor &target,
                           const training::Recipe &loss) {
  int64_t axis = loss.get("axis"), ignored = loss.get("ignore");
  if (axis < 0)
    axis += scores.rank;
  int64_t classes = scores.dims[axis], inner = 1;
  for (int64_t i = axis + 1; i < scores.rank; ++i)
    inner *= scores.dims[i];
  for (int64_t i = 0, e = swage_tensor_count(&target); i < e; ++i) {
    int64_t wanted = swage_tensor_element(&target, i);
    if (wanted == ignored)
      continue;
    int64_t begin = i / inner * classes * inner + i % inner, best = 0;
    auto score = [&](int64_t number) {
      return swage_tensor_element(&scores, begin + number * inner);
    };
    for (int64_t number = 1; number < classes; ++number)
      if (score(number) > score(best))
        best = number;
    right += best == wanted;
    ++all;
  }
}

void Answers::countBinary(const swage_tensor &scores,
                          const swage_tensor &target, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    bool wanted = swage_tensor_element(&target, i) > 0.5;
    right += (swage_tensor_element(&scores, i) > 0) == wanted;
    ++all;
  }
}

Expected<EvaluationResult> swage::evaluate(Trainer &trainer, Dataset &data,
                                           const training::Recipe &loss) {
  bool hasClasses =
      loss.getName() == "cross-entropy" || loss.getName() == "nll";
  bool isBinary = loss.getName() == "bce-with-logits";
  int64_t batch = data.getBatch(), count = data.getNumExamples();
  if (!hasClasses)
    count -= count % batch;
  if (count == 0)
    return createStringError("there are fewer examples for validation than a "
                             "batch has, which is " +
                             Twine(batch));
  std::vector<uint32_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0);
  double sum = 0, weight = 0;
  Answers answers;
  for (int64_t begin = 0; begin < count; begin += batch) {
    auto own = ArrayRef(numbers).slice(begin, std::min(batch, count - begin));
    Expected<ArrayRef<swage_tensor>> tensors = data.gather(own);
    if (!tensors)
      return tensors.takeError();
    const swage_tensor &target = tensors->back();
    if (hasClasses) {
      // What only fills the batch up does not count.
      int64_t perExample = swage_tensor_count(&target) / batch;
      auto *values = static_cast<int64_t *>(target.data);
      std::fill(values + own.size() * perExample, values + batch * perExample,
                int64_t(loss.get("ignore")));
    }
    std::vector<Tensor> outputs;
    Expected<double> value =
        trainer.evaluate(*tensors, hasClasses || isBinary ? &outputs : nullptr);
    if (!value)
      return value.takeError();
    Answers before = answers;
    if (hasClasses)
      answers.countClasses(outputs.front().get(), target, loss);
    else if (isBinary)
      answers.countBinary(outputs.front().get(), target,
                          swage_tensor_count(&target));
    double share = hasClasses ? double(answers.all - before.all) : 1;
    if (share > 0)
      sum += *value * share;
    weight += share;
  }
  EvaluationResult result;
  result.loss = weight > 0 ? sum / weight : 0;
  if (answers.all)
    result.accuracy = double(answers.right) / answers.all;
  return result;
}
