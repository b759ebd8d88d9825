//===- Worker.cpp - work that may crash -----------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Commands/Worker.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace llvm;
using namespace swage;
using Clock = std::chrono::steady_clock;

namespace {

/// A process at work. Its answer comes through one pipe, what it prints
/// through another.
struct Worker {
  size_t index;
  pid_t process;
  int answerPipe, outputPipe;
  std::string answer, output;
  Clock::time_point start;
  bool timedOut = false;
};

class Workers {
public:
  Workers(const WorkerOptions &options, function_ref<std::string(size_t)> work)
      : options(options), work(work) {}

  size_t getRunning() const { return workers.size(); }
  void start(size_t index);
  /// Waits until a worker ends, and gives its result.
  std::pair<size_t, WorkerResult> wait();

private:
  [[noreturn]] void runChild(size_t index, int answerPipe, int outputPipe);
  void killLate();
  WorkerResult finish(Worker &worker);

  const WorkerOptions &options;
  function_ref<std::string(size_t)> work;
  SmallVector<Worker> workers;
  std::map<size_t, WorkerResult> failedStarts;
};

} // namespace

/// Reads what is there; false at the end.
static bool readSome(int file, std::string &text) {
  char buffer[4096];
  ssize_t count = read(file, buffer, sizeof buffer);
  if (count < 0)
    return errno == EINTR || errno == EAGAIN;
  text.append(buffer, count);
  return count > 0;
}

/// Runs the work and leaves without the exit handlers of the parent's process.
void Workers::runChild(size_t index, int answerPipe, int outputPipe) {
  // A crash shall be reported by the parent: quickly, without a core file, and
  // without a symbolised stack.
  for (int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP})
    std::signal(signal, SIG_DFL);
  rlimit noCore = {0, 0};
  setrlimit(RLIMIT_CORE, &noCore);
  dup2(outputPipe, STDOUT_FILENO);
  dup2(outputPipe, STDERR_FILENO);
  std::string answer = work(index);
  for (size_t done = 0; done < answer.size();) {
    ssize_t count =
        write(answerPipe, answer.data() + done, answer.size() - done);
    if (count < 0 && errno != EINTR)
      _exit(1);
    done += std::max<ssize_t>(count, 0);
  }
  _exit(0);
}

void Workers::start(size_t index) {
  outs().flush();
  errs().flush();
  int answer[2], output[2];
  if (pipe2(answer, O_CLOEXEC)) {
    failedStarts[index].failure = std::string("no pipe: ") + strerror(errno);
    return;
  }
  if (pipe2(output, O_CLOEXEC)) {
    failedStarts[index].failure = std::string("no pipe: ") + strerror(errno);
    close(answer[0]);
    close(answer[1]);
    return;
  }
  pid_t process = fork();
  if (process == 0)
    runChild(index, answer[1], output[1]);
  close(answer[1]);
  close(output[1]);
  if (process < 0) {
    failedStarts[index].failure = std::string("no process: ") + strerror(errno);
    close(answer[0]);
    close(output[0]);
    return;
  }
  workers.push_back(
      {index, process, answer[0], output[0], "", "", Clock::now(), false});
}

void Workers::killLate() {
  auto limit = std::chrono::seconds(options.timeout);
  for (Worker &worker : workers)
    if (!worker.timedOut && Clock::now() - worker.start > limit) {
      worker.timedOut = true;
      kill(worker.process, SIGKILL);
    }
}

/// What a process said last, which is what an assertion or the runtime says
/// before it aborts.
static StringRef getLastLine(StringRef output) {
  return output.rtrim().rsplit('\n').second.empty()
             ? output.rtrim()
             : output.rtrim().rsplit('\n').second;
}

WorkerResult Workers::finish(Worker &worker) {
  close(worker.answerPipe);
  close(worker.outputPipe);
  int status = 0;
  while (waitpid(worker.process, &status, 0) < 0 && errno == EINTR)
    ;
  WorkerResult result;
  result.seconds =
      std::chrono::duration<double>(Clock::now() - worker.start).count();
  result.answer = std::move(worker.answer);
  if (worker.timedOut)
    result.failure = formatv("did not end within {0} seconds", options.timeout);
  else if (WIFSIGNALED(status))
    result.failure = formatv("crashed ({0})", strsignal(WTERMSIG(status)));
  else if (WEXITSTATUS(status) != 0)
    result.failure =
        formatv("ended early with status {0}", WEXITSTATUS(status));
  if (!result.failure.empty() && !worker.output.empty())
    result.failure += (": " + getLastLine(worker.output)).str();
  return result;
}

std::pair<size_t, WorkerResult> Workers::wait() {
  if (!failedStarts.empty()) {
    auto [index, result] = *failedStarts.begin();
    failedStarts.erase(failedStarts.begin());
    return {index, result};
  }
  for (;;) {
    killLate();
    SmallVector<pollfd> files;
    for (Worker &worker : workers) {
      files.push_back({worker.answerPipe, POLLIN, 0});
      files.push_back({worker.outputPipe, POLLIN, 0});
    }
    poll(files.data(), files.size(), /*milliseconds=*/1000);
    for (auto [i, worker] : enumerate(workers)) {
      if (files[2 * i + 1].revents) {
        if (!readSome(worker.outputPipe, worker.output)) {
          // Closed: a negative number makes poll pass it over.
          close(worker.outputPipe);
          worker.outputPipe = -1;
        }
        // Only the end of a long output is of interest.
        if (worker.output.size() > 1 << 16)
          worker.output.erase(0, worker.output.size() / 2);
      }
      if (!files[2 * i].revents || readSome(worker.answerPipe, worker.answer))
        continue;
      size_t index = worker.index;
      while (worker.outputPipe >= 0 &&
             readSome(worker.outputPipe, worker.output))
        ;
      WorkerResult result = finish(worker);
      workers.erase(workers.begin() + i);
      return {index, std::move(result)};
    }
  }
}

void swage::runWorkers(size_t count, const WorkerOptions &options,
                       function_ref<std::string(size_t)> work,
                       function_ref<void(size_t, WorkerResult)> done,
                       function_ref<void(size_t)> running) {
  Workers workers(options, work);
  std::map<size_t, WorkerResult> ready; // ended before one that comes first
  size_t started = 0, ended = 0, reported = 0;
  while (reported < count) {
    while (started < count && started - ended < std::max(options.jobs, 1u))
      workers.start(started++);
    auto [index, result] = workers.wait();
    ready[index] = std::move(result);
    ++ended;
    for (auto next = ready.find(reported); next != ready.end();
         next = ready.find(reported)) {
      done(reported++, std::move(next->second));
      ready.erase(next);
    }
    running(ended);
  }
}
