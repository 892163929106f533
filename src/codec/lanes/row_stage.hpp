// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "base/copy_streaming.hpp"
#include "codec/lanes/kernel.hpp"
#include "codec/lanes/layout.hpp"

namespace esieve::codec::lanes {

/// Where rows of all lanes become rows of frames, a few at a time. The lanes' frames often lie a power of two apart, and of such
/// lines caches hold a few only: decoded straight to its place each line would be waited for. From here a frame's next rows are
/// copied in one go.
template <class Count>
class RowStage {
 public:
  /// \param memory       kept from one block to the next
  /// \param past_caches  see Scratch
  RowStage(std::vector<std::byte>& memory, std::size_t width, bool past_caches, Count* dense)
      : past_caches_(past_caches),
        width_(width),
        n_rows_(std::max<std::size_t>(1, run_bytes / sizeof(Count) / width)),
        dense_(dense) {
    constexpr std::size_t line = 64 / sizeof(Count);
    stride_ = ((n_rows_ * width + line - 1) / line | 1) * line;  // an odd number of lines: lanes lie in all sets of a cache
    memory.resize(std::max(memory.size(), (n_lanes * stride_ + line) * sizeof(Count)));
    const std::size_t address = reinterpret_cast<std::uintptr_t>(memory.data());
    rows_ = reinterpret_cast<Count*>(memory.data() + (64 - address % 64) % 64);
  }

  /// Row `y` of the lanes' units. `lanes` must stay until it is copied out.
  void put(const StepLanes::Lanes& lanes, std::size_t y, const std::uint16_t* row, const Kernels& kernels) {
    if (n_staged_ > 0 && &lanes != lanes_) copy_out();  // some units have ended
    if (n_staged_ == 0) {
      lanes_ = &lanes;
      first_row_ = y;
    }
    // Of idle lanes nothing is copied out.
    Count* const to = rows_ + n_staged_ * width_;
    if constexpr (sizeof(Count) == 1)
      kernels.scatter8(row, stride_, width_, to);
    else if constexpr (sizeof(Count) == 2)
      kernels.scatter16(row, stride_, width_, to);
    else
      scatter(row, to);
    ++n_staged_;
  }

  /// In the row put last.
  void correct(std::size_t lane, std::size_t column, Count count) {
    rows_[lane * stride_ + (n_staged_ - 1) * width_ + column] = count;
  }

  [[nodiscard]] bool full() const noexcept { return n_staged_ == n_rows_; }

  /// Rows put since the last time go to their places. Between two times all rows are of the same units.
  void copy_out() {
    for (std::size_t lane = 0; lane < n_lanes; ++lane) {
      const std::size_t start = lanes_->start[lane];
      if (start == Layout::none) continue;
      const auto from = std::as_bytes(std::span(rows_ + lane * stride_, n_staged_ * width_));
      auto* const to = reinterpret_cast<std::byte*>(dense_ + start + first_row_ * width_);
      if (past_caches_)
        copy_streaming(from, to);
      else
        std::memcpy(to, from.data(), from.size());
    }
    n_staged_ = 0;
  }

 private:
  /// Of a frame: enough for the processor to see a stream, and few enough that all lanes' stay in a cache.
  static constexpr std::size_t run_bytes = 1024;

  void scatter(const std::uint16_t* row, Count* to) {
    for (std::size_t lane = 0; lane < n_lanes; ++lane)
      for (std::size_t x = 0; x < width_; ++x) to[lane * stride_ + x] = row[x * n_lanes + lane];
  }

  bool past_caches_;
  std::size_t width_, n_rows_, stride_ = 0, n_staged_ = 0;
  Count* dense_;
  Count* rows_;
  const StepLanes::Lanes* lanes_ = nullptr;  ///< Of all rows that are staged.
  std::size_t first_row_ = 0;
};

}  // namespace esieve::codec::lanes
