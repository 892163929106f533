// SPDX-License-Identifier: Apache-2.0
//
// The memory of the queue. It is there at once; its pages come beside, a little ahead of what is used, so that opening a
// recording takes no time, few pushes meet a page that is not there yet, and a queue that stays short stays small.
#pragma once

#include <atomic>
#include <cstddef>
#include <span>
#include <thread>

#include "parallel/semaphore.hpp"

namespace esieve {

class QueueMemory {
 public:
  /// \throws std::bad_alloc
  explicit QueueMemory(std::size_t n_bytes);
  ~QueueMemory();
  QueueMemory(const QueueMemory&) = delete;
  QueueMemory& operator=(const QueueMemory&) = delete;

  /// Zeros at first, from the beginning of a page on.
  std::span<std::byte> bytes() const { return bytes_; }
  /// The first `n_bytes` are or will soon be in use. Does not wait. One thread at a time.
  void will_use(std::size_t n_bytes);
  /// No more pages are needed than are there.
  void stop();

 private:
  void bring_in();
  void bring_in_wanted();

  std::span<std::byte> bytes_;
  std::atomic<std::size_t> n_wanted_ = 0;
  std::atomic<int> user_cpu_ = -1;  ///< Where more was wanted last.
  std::size_t n_there_ = 0;         ///< Of the thread, once it runs.
  std::atomic<bool> stopping_ = false;
  Semaphore more_;  ///< For each time that more was wanted, and to stop.
  std::thread thread_;
};

}  // namespace esieve
