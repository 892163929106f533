// SPDX-License-Identifier: Apache-2.0
//
// Frames that found no room, raw in a file, first in first out.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

namespace esieve {

class Spill {
 public:
  struct Entry {
    std::uint64_t scan_index = 0;
    bool partial = false;
    std::uint64_t offset = 0;
  };
  /// \param drain  puts one frame where it belongs, waiting for room as long as it takes; called by a thread of the spill's own
  Spill(std::filesystem::path path, std::size_t frame_bytes, std::uint64_t max_bytes,
        std::function<void(const Entry&, std::span<const std::byte>)> drain);
  ~Spill();

  /// \returns false if the file has its size
  bool add(std::uint64_t scan_index, bool partial, std::span<const std::byte> frame);

  std::uint64_t n_waiting() const;
  /// Returns when nothing waits.
  void drain();
  /// Nothing is put any more.
  void finish();

 private:
  void run();

  std::filesystem::path path_;
  const std::size_t frame_bytes_;
  const std::uint64_t max_bytes_;
  const std::function<void(const Entry&, std::span<const std::byte>)> put_;
  int descriptor_ = -1;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Entry> entries_;
  std::uint64_t next_offset_ = 0;
  bool finished_ = false;
  std::thread thread_;
};

}  // namespace esieve
