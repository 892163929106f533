// SPDX-License-Identifier: Apache-2.0
//
// Threads. The only file, with parallel.cpp, that knows oneTBB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace esieve {

/// Number of threads to use for a request of `threads` (0: as many as the machine has).
int resolve_threads(int threads);

/// While it lives no work of this process uses more than `threads` threads, whatever it asks for (0: no limit).
class ThreadLimit {
 public:
  explicit ThreadLimit(int threads);
  ~ThreadLimit();
  ThreadLimit(const ThreadLimit&) = delete;
  ThreadLimit& operator=(const ThreadLimit&) = delete;

 private:
  struct Control;
  std::unique_ptr<Control> control_;
};

/// Calls body(i) for i in [0, n), at most `threads` at a time. The first exception is rethrown after the others stop.
void parallel_for(std::size_t n, int threads, const std::function<void(std::size_t)>& body);

/// An ordered pipeline over items 0..n-1: `work(i, slot)` runs in parallel, `finish(i, slot)` in the order of i, one at
/// a time. `slot` in [0, n_slots) names scratch memory owned by item i from the start of its work to the end of its
/// finish; at most n_slots items are under way. The first exception stops everything and is rethrown.
void ordered_pipeline(std::uint64_t n, int threads, std::size_t n_slots,
                      const std::function<void(std::uint64_t, std::size_t)>& work,
                      const std::function<void(std::uint64_t, std::size_t)>& finish);

}  // namespace esieve
