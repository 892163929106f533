// SPDX-License-Identifier: Apache-2.0
#include "record/scheduling.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "parallel/semaphore.hpp"

namespace esieve {
namespace {

std::vector<int> allowed_cpus() {
  ::cpu_set_t set;
  EXPECT_EQ(::sched_getaffinity(0, sizeof set, &set), 0);
  std::vector<int> cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(static_cast<std::size_t>(cpu), &set)) cpus.push_back(cpu);
  return cpus;
}

void pin_to(int cpu) {
  ::cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(cpu), &set);
  ASSERT_EQ(::sched_setaffinity(0, sizeof set, &set), 0);
}

TEST(Scheduling, a_thread_leaves_a_processor_and_may_still_run_on_all) {
  const std::vector<int> cpus = allowed_cpus();
  if (cpus.size() < 2) GTEST_SKIP() << "there is one processor only";
  std::thread([&] {
    for (int i = 0; i < 1000; ++i) {
      const int cpu = ::sched_getcpu();
      leave_cpu(cpu);
      if (i % 100 == 0) {
        EXPECT_EQ(allowed_cpus(), cpus);
      }
    }
  }).join();
}

TEST(Scheduling, a_thread_that_may_run_on_one_processor_stays_there) {
  const int cpu = allowed_cpus().front();
  std::thread([&] {
    pin_to(cpu);
    leave_cpu(cpu);
    EXPECT_EQ(::sched_getcpu(), cpu);
    EXPECT_EQ(allowed_cpus(), std::vector<int>{cpu});
  }).join();
}

TEST(Scheduling, a_thread_elsewhere_is_left_alone) {
  const std::vector<int> cpus = allowed_cpus();
  std::thread([&] {
    pin_to(cpus.front());
    for (const int other : {cpus.front() + 1, -1, 1 << 20}) leave_cpu(other);
    EXPECT_EQ(allowed_cpus(), std::vector<int>{cpus.front()});
  }).join();
}

TEST(Scheduling, a_priority_is_of_the_thread_alone) {
  const auto nice = [] { return ::getpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid))); };
  const int before = nice();
  std::thread([&] {
    yield_to_others();
    EXPECT_EQ(nice(), std::max(before, 10));
  }).join();
  EXPECT_EQ(nice(), before);
}

TEST(Semaphore, lets_as_many_through_as_were_released) {
  constexpr int n_rounds = 20000, n_threads = 4;
  Semaphore work, done;
  EXPECT_FALSE(work.try_acquire());
  std::vector<std::thread> threads;
  for (int i = 0; i < n_threads; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < n_rounds; ++n) {
        if (!work.try_acquire()) work.acquire();
        done.release();
      }
    });
  for (int n = 0; n < n_rounds * n_threads; ++n) work.release();
  for (int n = 0; n < n_rounds * n_threads; ++n) done.acquire();
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(work.try_acquire());
  EXPECT_FALSE(done.try_acquire());
}

}  // namespace
}  // namespace esieve
