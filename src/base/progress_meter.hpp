// SPDX-License-Identifier: Apache-2.0
//
// Reports progress a few times a second at most, and turns a request to stop into `Interrupted`.
#pragma once

#include <chrono>
#include <cstdint>
#include <utility>

#include "esieve/error.hpp"
#include "esieve/progress.hpp"

namespace esieve {

/// Used by one thread at a time.
class ProgressMeter {
 public:
  ProgressMeter(ProgressCallback callback, std::uint64_t frames_total) : callback_(std::move(callback)) {
    progress_.frames_total = frames_total;
  }

  /// \throws Interrupted
  void add(std::uint64_t frames, std::uint64_t dense_bytes, std::uint64_t stored_bytes) {
    progress_.frames_done += frames;
    progress_.dense_bytes_done += dense_bytes;
    progress_.stored_bytes_done += stored_bytes;
    const auto now = std::chrono::steady_clock::now();
    if (now - reported_ < std::chrono::milliseconds(100) && progress_.frames_done < progress_.frames_total) return;
    reported_ = now;
    if (callback_ && callback_(progress_) == Continue::stop) throw Interrupted("interrupted");
  }

 private:
  ProgressCallback callback_;
  Progress progress_;
  std::chrono::steady_clock::time_point reported_;
};

}  // namespace esieve
