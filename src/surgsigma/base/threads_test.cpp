#include "surgsigma/base/threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

namespace surgsigma {
namespace {

TEST(ParallelFor, CallsEachIndexOnce) {
  for (const int jobs : {-1, 0, 1, 2, 7, 64}) {
    for (const std::size_t count : {0, 1, 2, 63, 10'000}) {
      std::vector<std::atomic<int>> calls(count);
      parallel_for(count, jobs, [&](std::size_t i) { ++calls[i]; });
      for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(calls[i], 1) << "jobs " << jobs << ", index " << i;
    }
  }
}

TEST(ParallelFor, OneJobRunsInOrderOnThisThread) {
  std::vector<std::size_t> order;
  const auto caller = std::this_thread::get_id();
  parallel_for(5, 1, [&](std::size_t i) {
    order.push_back(i);
    EXPECT_EQ(std::this_thread::get_id(), caller);
  });
  EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
}

TEST(ParallelFor, SeveralJobsRunAtOnce) {
  // Each of two pieces of work waits for the other; one thread alone would never end.
  std::atomic<int> arrived = 0;
  parallel_for(2, 2, [&](std::size_t) {
    ++arrived;
    while (arrived < 2) std::this_thread::yield();
  });
  EXPECT_EQ(arrived, 2);
}

TEST(ParallelFor, NoMoreThreadsThanJobs) {
  std::atomic<int> running = 0, most = 0;
  parallel_for(200, 3, [&](std::size_t) {
    const int now = ++running;
    int seen = most;
    while (now > seen && !most.compare_exchange_weak(seen, now)) {
    }
    std::this_thread::yield();
    --running;
  });
  EXPECT_LE(most, 3);
}

TEST(AvailableCores, IsAtLeastOne) { EXPECT_GE(available_cores(), 1); }

}  // namespace
}  // namespace surgsigma
