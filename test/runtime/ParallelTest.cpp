//===- ParallelTest.cpp - parallel loops, scratch memory, failing runs ----===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "FakeModel.h"
#include <atomic>
#include <cstring>
#include <gtest/gtest.h>
#include <thread>

using namespace swage::test;

namespace {

/// What the loops below do and count; one run uses one of these, through the
/// data of its only input.
struct Probe {
  int64_t count = 0;
  int64_t grain = 1;
  std::atomic<int64_t> *visits = nullptr;
  std::atomic<int64_t> slices{0};
  std::atomic<int64_t> shortSlices{0};
  std::atomic<int64_t> unalignedSlices{0};
  int64_t failAt = -1;
  bool failByMemory = false;
};

Probe &probeOf(swage_exec *exec) {
  return *static_cast<Probe *>(exec->inputs[0].data);
}

void visit(swage_exec *exec, void *data, int64_t begin, int64_t end) {
  auto &probe = *static_cast<Probe *>(data);
  probe.slices++;
  if (end - begin < probe.grain)
    probe.shortSlices++;
  if (begin % probe.grain)
    probe.unalignedSlices++;
  auto *scratch = static_cast<int64_t *>(
      swage_rt_alloc(exec, (end - begin) * int64_t(sizeof(int64_t))));
  for (int64_t i = begin; i < end; ++i) {
    if (i == probe.failAt) {
      if (probe.failByMemory)
        swage_rt_alloc(exec, INT64_MAX);
      swage_rt_fail(exec, "stopped here");
    }
    scratch[i - begin] = i;
  }
  for (int64_t i = begin; i < end; ++i)
    probe.visits[scratch[i - begin]]++;
  swage_rt_free(exec, scratch);
}

int32_t visitAll(swage_exec *exec) {
  Probe &probe = probeOf(exec);
  swage_rt_parallel_for(exec, visit, &probe, probe.count, probe.grain);
  return 0;
}

/// A loop in each slice of a loop.
int32_t visitNested(swage_exec *exec) {
  swage_rt_parallel_for(
      exec,
      [](swage_exec *exec, void *data, int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i)
          swage_rt_parallel_for(exec, visit, data,
                                static_cast<Probe *>(data)->count, 1);
      },
      &probeOf(exec), 8, 1);
  return 0;
}

const int64_t scalarDims[1] = {1};
const std::vector<swage_value_info> probeInput = {
    {"probe", SWAGE_U8, 1, scalarDims, nullptr}};

struct ProbeModel : FakeModel {
  explicit ProbeModel(int32_t (*entry)(swage_exec *)) : FakeModel(entry) {
    setInputs(probeInput);
  }
};

swage_status runProbe(Session &session, Probe &probe) {
  swage_tensor input = makeTensor(SWAGE_U8, &probe, {1});
  return session.run(&input, nullptr);
}

TEST(Parallel, VisitsEachIterationOnce) {
  ProbeModel model(visitAll);
  for (int threads : {1, 2, 3, 8}) {
    Session session(model, threads);
    ASSERT_EQ(session.status, SWAGE_OK) << session.error;
    for (int64_t count : {0, 1, 2, 7, 64, 1000, 12345})
      for (int64_t grain : {0, 1, 3, 64, 5000}) {
        std::vector<std::atomic<int64_t>> visits(count);
        Probe probe;
        probe.count = count;
        probe.grain = grain;
        probe.visits = visits.data();
        if (grain == 0) // taken as 1
          probe.grain = 1;
        ASSERT_EQ(runProbe(session, probe), SWAGE_OK) << session.error;
        for (auto &each : visits)
          ASSERT_EQ(each, 1);
        EXPECT_EQ(probe.unalignedSlices, 0);
        EXPECT_EQ(probe.shortSlices, 0 < count && count < grain ? 1 : 0);
      }
  }
}

TEST(Parallel, NestedLoopsRunInline) {
  ProbeModel model(visitNested);
  Session session(model, 4);
  std::vector<std::atomic<int64_t>> visits(100);
  Probe probe;
  probe.count = 100;
  probe.visits = visits.data();
  ASSERT_EQ(runProbe(session, probe), SWAGE_OK) << session.error;
  for (auto &each : visits)
    EXPECT_EQ(each, 8);
  EXPECT_EQ(probe.slices, 8);
}

TEST(Parallel, ManyRunsAtOnceOnOneSession) {
  ProbeModel model(visitAll);
  Session session(model, 4);
  std::vector<std::thread> callers;
  std::atomic<int> wrong{0};
  for (int caller = 0; caller < 6; ++caller)
    callers.emplace_back([&, caller] {
      for (int round = 0; round < 300; ++round) {
        int64_t count = 1 + (round * 37 + caller) % 500;
        std::vector<std::atomic<int64_t>> visits(count);
        Probe probe;
        probe.count = count;
        probe.visits = visits.data();
        swage_tensor input = makeTensor(SWAGE_U8, &probe, {1});
        wrong += swage_session_run(session.session, &input, nullptr, nullptr,
                                   nullptr) != SWAGE_OK;
        for (auto &each : visits)
          wrong += each != 1;
      }
    });
  for (auto &caller : callers)
    caller.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Parallel, PoolsComeAndGo) {
  ProbeModel model(visitAll);
  for (int round = 0; round < 100; ++round) {
    Session one(model, 3), two(model, 2);
    std::vector<std::atomic<int64_t>> visits(64);
    Probe probe;
    probe.count = 64;
    probe.visits = visits.data();
    ASSERT_EQ(runProbe(round % 2 ? one : two, probe), SWAGE_OK);
  }
}

TEST(Parallel, AThreadThatSleptTakesPartAgain) {
  ProbeModel model(visitAll);
  Session session(model, 2);
  for (int round = 0; round < 20; ++round) {
    std::vector<std::atomic<int64_t>> visits(1000);
    Probe probe;
    probe.count = 1000;
    probe.visits = visits.data();
    ASSERT_EQ(runProbe(session, probe), SWAGE_OK);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

TEST(Parallel, AFailingSliceEndsTheRun) {
  ProbeModel model(visitAll), nested(visitNested);
  for (int threads : {1, 2, 4})
    for (const swage_model *each : {&model, &nested})
      for (bool byMemory : {false, true}) {
        Session session(*each, threads);
        for (int round = 0; round < 50; ++round) {
          std::vector<std::atomic<int64_t>> visits(1000);
          Probe probe;
          probe.count = 1000;
          probe.visits = visits.data();
          probe.failAt = (round * 131) % 1000;
          probe.failByMemory = byMemory;
          ASSERT_EQ(runProbe(session, probe), SWAGE_ERROR);
          EXPECT_NE(
              session.error.find(byMemory ? "no memory for" : "stopped here"),
              std::string::npos)
              << session.error;
          probe.failAt = -1;
          ASSERT_EQ(runProbe(session, probe), SWAGE_OK) << session.error;
        }
      }
}

/// Borrows in other order than it gives back, and leaves one block to the run.
int32_t borrow(swage_exec *exec) {
  void *blocks[64];
  for (int64_t i = 0; i < 64; ++i) {
    blocks[i] = swage_rt_alloc(exec, i * i * 1000);
    if (reinterpret_cast<uintptr_t>(blocks[i]) % 64)
      swage_rt_fail(exec, "not aligned");
    memset(blocks[i], int(i), size_t(i * i * 1000));
  }
  for (int64_t i = 1; i < 64; ++i) {
    auto *bytes = static_cast<unsigned char *>(blocks[i]);
    for (int64_t j = 0; j < i * i * 1000; j += 997)
      if (bytes[j] != i)
        swage_rt_fail(exec, "blocks overlap");
    swage_rt_free(exec, bytes);
  }
  swage_rt_free(exec, nullptr);
  return 0;
}

TEST(Scratch, BlocksAreDisjointAlignedAndReused) {
  FakeModel model(borrow);
  Session session(model, 1);
  for (int round = 0; round < 40; ++round)
    ASSERT_EQ(session.run(nullptr, nullptr), SWAGE_OK) << session.error;
}

TEST(Scratch, ARunFindsTheMemoryOfTheLastOne) {
  static void *last;
  last = nullptr;
  FakeModel model([](swage_exec *exec) -> int32_t {
    void *memory = swage_rt_alloc(exec, 1 << 20);
    if (last && memory != last)
      swage_rt_fail(exec, "other memory");
    last = memory;
    return 0; // the run takes it back
  });
  Session session(model, 1);
  for (int round = 0; round < 40; ++round)
    ASSERT_EQ(session.run(nullptr, nullptr), SWAGE_OK) << session.error;
}

TEST(Scratch, ImpossibleSizesFailTheRun) {
  FakeModel model([](swage_exec *exec) -> int32_t {
    swage_rt_alloc(exec, -1);
    return 0;
  });
  Session session(model, 1);
  EXPECT_EQ(session.run(nullptr, nullptr), SWAGE_ERROR);
  EXPECT_EQ(session.error, "no memory for -1 bytes of intermediate results");
}

} // namespace
