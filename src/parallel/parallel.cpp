// SPDX-License-Identifier: Apache-2.0
#include "parallel/parallel.hpp"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/concurrent_queue.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_pipeline.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <vector>

#include "parallel/order_for_sanitizer.hpp"

namespace esieve {

int resolve_threads(int threads) { return threads > 0 ? threads : std::max(1, tbb::info::default_concurrency()); }

struct ThreadLimit::Control {
  explicit Control(std::size_t threads) : control(tbb::global_control::max_allowed_parallelism, threads) {}
  tbb::global_control control;
};

ThreadLimit::ThreadLimit(int threads) {
  if (threads > 0) control_ = std::make_unique<Control>(static_cast<std::size_t>(threads));
}

ThreadLimit::~ThreadLimit() = default;

namespace {

/// An arena for the threads asked for, more than the machine has processors included, within the process's limit.
class Arena {
 public:
  explicit Arena(int threads)
      : allowed_(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(resolve_threads(threads))),
        arena_(static_cast<int>(tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism))) {}

  template <class Work>
  void execute(Work work) {
    arena_.execute(work);
  }

 private:
  tbb::global_control allowed_;  // oneTBB warns of arenas beyond what is allowed
  tbb::task_arena arena_;
};

}  // namespace

void parallel_for(std::size_t n, int threads, const std::function<void(std::size_t)>& body) {
  Arena arena(threads);
  const ForkJoin tasks;
  arena.execute([&] {
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, n, 1),
        [&](const tbb::blocked_range<std::size_t>& range) {
          ForkJoin::enter();
          const ForkJoin::Task task(tasks);
          for (std::size_t i = range.begin(); i != range.end(); ++i) body(i);
        },
        tbb::simple_partitioner());
  });
}

void ordered_pipeline(std::uint64_t n, int threads, std::size_t n_slots,
                      const std::function<void(std::uint64_t, std::size_t)>& work,
                      const std::function<void(std::uint64_t, std::size_t)>& finish) {
  struct Item {
    std::uint64_t index;
    std::size_t slot;
  };
  tbb::concurrent_bounded_queue<std::size_t> free_slots;
  for (std::size_t slot = 0; slot < n_slots; ++slot) free_slots.push(slot);

  std::uint64_t next = 0;
  // More threads would only take turns, and each that ever allocated keeps memory.
  Arena arena(static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(resolve_threads(threads)), n_slots)));
  std::vector<Turns> slots(n_slots);
  Turns starts, finishes;
  const ForkJoin tasks;
  arena.execute([&] {
    tbb::parallel_pipeline(
        n_slots,  // tokens: a slot is always free when an item starts
        tbb::make_filter<void, Item>(tbb::filter_mode::serial_in_order, [&](tbb::flow_control& control) -> Item {
          ForkJoin::enter();
          const ForkJoin::Task task(tasks);
          const Turns::Turn turn(starts);
          if (next == n) {
            control.stop();
            return {};
          }
          std::size_t slot = 0;
          free_slots.pop(slot);
          return {next++, slot};
        }) & tbb::make_filter<Item, Item>(tbb::filter_mode::parallel, [&](Item item) {
          ForkJoin::enter();
          const ForkJoin::Task task(tasks);
          const Turns::Turn turn(slots[item.slot]);
          work(item.index, item.slot);
          return item;
        }) & tbb::make_filter<Item, void>(tbb::filter_mode::serial_in_order, [&](Item item) {
          ForkJoin::enter();
          const ForkJoin::Task task(tasks);
          const Turns::Turn in_order(finishes), of_slot(slots[item.slot]);
          finish(item.index, item.slot);
          free_slots.push(item.slot);
        }));
  });
}

}  // namespace esieve
