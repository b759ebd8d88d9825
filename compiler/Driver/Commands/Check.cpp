//===- Check.cpp - swage check --------------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Compiles and runs test cases and compares their outputs with expected ones.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Arguments.h"
#include "compiler/Driver/Artifacts/Artifact.h"
#include "compiler/Driver/Commands/Load.h"
#include "compiler/Driver/Commands/RunDataSet.h"
#include "compiler/Driver/Commands/Worker.h"
#include "compiler/Driver/Progress.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include <mutex>
#include <variant>

using namespace llvm;
using namespace swage;

namespace {

/// How a case ended. The name is the first word of its line.
struct Verdict {
  StringRef name; ///< pass, random, fail or unsupported
  std::string reason;
};

/// The first of several messages; the others mostly follow from it.
class FirstMessage {
public:
  Messages getMessages() {
    return Messages([this](StringRef text) {
      std::lock_guard<std::mutex> guard(lock);
      if (first.empty())
        first = text.str();
    });
  }
  std::string first;

private:
  std::mutex lock;
};

} // namespace

/// A reason as one line of printable text.
static std::string getOneLine(StringRef text) {
  std::string line;
  for (char c : text.trim())
    line += c == '\n' || c == '\t' || c == '\r' ? ' ' : c;
  return line;
}

/// A model of a test case, or the verdict that there is none.
static std::variant<std::unique_ptr<LoadedModel>, Verdict>
loadCase(const TestCase &test, const CheckArguments &arguments,
         ArrayRef<Tensor> constants) {
  FirstMessage message;
  ModelArguments model = arguments;
  model.model = test.model;
  LoadResult loaded =
      loadModel(model, message.getMessages(), [&](CompileOptions &options) {
        options.symbolicInputs = arguments.dynamic;
        for (const Tensor &tensor : constants)
          options.constantInputs.push_back(tensor.get());
      });
  if (loaded.status == Status::Success)
    return std::move(loaded.model);
  if (loaded.status == Status::Unsupported) {
    // The report is more to the point than a message made for terminals.
    ArrayRef<onnx::NodeIssue> issues = loaded.report.issues;
    if (issues.empty())
      return Verdict{"unsupported", loaded.report.error};
    std::string reason = issues.front().str();
    if (issues.size() > 1)
      reason += formatv(" (and {0} more nodes)", issues.size() - 1);
    return Verdict{"unsupported", reason};
  }
  // The line names the case already.
  StringRef reason = message.first;
  reason.consume_front(test.model + ": ");
  reason.consume_front("error: ");
  return Verdict{"fail", reason.str()};
}

static Verdict checkCase(const TestCase &test,
                         const CheckArguments &arguments) {
  if (test.dataSets.empty())
    return {"fail", "there is no folder test_data_set_* beside the model"};
  std::unique_ptr<LoadedModel> model;
  bool isRandom = false;
  for (const DataSet &data : test.dataSets) {
    std::vector<Tensor> constants;
    if (arguments.constantInputs)
      constants = loadConstants(data.inputs);
    // Constants differ between the sets, so that each has a model of its own.
    if (!model || arguments.constantInputs) {
      auto loaded = loadCase(test, arguments, constants);
      if (auto *verdict = std::get_if<Verdict>(&loaded))
        return *verdict;
      model = std::move(std::get<std::unique_ptr<LoadedModel>>(loaded));
    }
    Expected<Comparison> outcome =
        runDataSet(test, data, *model, constants, arguments.tolerance);
    std::string reason =
        outcome ? outcome->difference : toString(outcome.takeError());
    if (!reason.empty())
      return {"fail", data.name + ": " + reason};
    isRandom |= outcome->isRandom;
  }
  return {isRandom ? "random" : "pass", ""};
}

namespace {
/// Prints the lines and keeps the counts.
class Report {
public:
  void add(const TestCase &test, const WorkerResult &result);
  /// Prints the last line.
  void finish();
  Error write(StringRef path);
  bool hasFailures() const { return counts["fail"] > 0; }

private:
  double getMedian() const;

  mutable std::map<std::string, unsigned> counts;
  std::vector<double> seconds;
  json::Array cases;
};
} // namespace

void Report::add(const TestCase &test, const WorkerResult &result) {
  auto [name, reason] = StringRef(result.answer).split('\n');
  // A process that crashed after it answered has still crashed.
  if (!result.failure.empty()) {
    name = "fail";
    reason = result.failure;
  }
  std::string line = getOneLine(reason);
  ++counts[name.str()];
  seconds.push_back(result.seconds);
  outs() << name << ' ' << test.name << (line.empty() ? "" : " ") << line
         << '\n';
  outs().flush();
  cases.push_back(json::Object{{"name", json::fixUTF8(test.name)},
                               {"model", json::fixUTF8(test.model)},
                               {"status", name.str()},
                               {"reason", json::fixUTF8(line)},
                               {"seconds", result.seconds}});
}

/// What half of the cases stayed below, in seconds.
double Report::getMedian() const {
  if (seconds.empty())
    return 0;
  std::vector<double> sorted = seconds;
  auto middle = sorted.begin() + sorted.size() / 2;
  std::nth_element(sorted.begin(), middle, sorted.end());
  return *middle;
}

void Report::finish() {
  outs() << counts["pass"] << " passed, ";
  if (counts["random"] > 0)
    outs() << counts["random"] << " random, ";
  outs() << counts["fail"] << " failed, " << counts["unsupported"]
         << formatv(" unsupported; {0:F0} ms a case (median)\n",
                    1000 * getMedian());
}

Error Report::write(StringRef path) {
  json::Object report{{"passed", int64_t(counts["pass"])},
                      {"random", int64_t(counts["random"])},
                      {"failed", int64_t(counts["fail"])},
                      {"unsupported", int64_t(counts["unsupported"])},
                      {"medianSeconds", getMedian()},
                      {"cases", std::move(cases)}};
  return writeFile(path,
                   formatv("{0:2}\n", json::Value(std::move(report))).str());
}

int swage::runCheck(const CheckArguments &arguments) {
  Messages messages;
  // What is wrong with the options is wrong in every case: say it once.
  if (Expected<CompileOptions> options = parseOptions(arguments); !options) {
    messages.error(options.takeError());
    return getExitCode(Status::Error);
  }
  std::vector<TestCase> tests;
  for (const std::string &path : arguments.paths) {
    Expected<std::vector<TestCase>> found = findTestCases(path);
    if (!found) {
      messages.error(found.takeError());
      return getExitCode(Status::Error);
    }
    append_range(tests, *found);
  }

  Progress progress;
  Report report;
  WorkerOptions options;
  options.jobs = arguments.jobs;
  options.timeout = arguments.timeout;
  runWorkers(
      tests.size(), options,
      [&](size_t index) {
        Verdict verdict = checkCase(tests[index], arguments);
        return (verdict.name + "\n" + verdict.reason).str();
      },
      [&](size_t index, const WorkerResult &result) {
        progress.clear();
        report.add(tests[index], result);
      },
      [&](size_t done) {
        progress.show(formatv("checked {0} of {1}", done, tests.size()));
      });
  progress.clear();
  report.finish();
  if (!arguments.json.empty())
    if (Error error = report.write(arguments.json)) {
      messages.error(std::move(error));
      return getExitCode(Status::Error);
    }
  return report.hasFailures() ? getExitCode(Status::Error) : 0;
}
