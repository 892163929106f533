// SPDX-License-Identifier: Apache-2.0
//
// The memory of the queue. It is there at once; its pages come while nothing else is to be done, so that opening a recording takes
// no time and few pushes meet a page that is not there yet.
#pragma once

#include <atomic>
#include <cstddef>
#include <span>
#include <thread>

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
  /// No more pages are needed than are there.
  void stop() { stopping_ = true; }

 private:
  void bring_in();

  std::span<std::byte> bytes_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace esieve
