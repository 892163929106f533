// SPDX-License-Identifier: Apache-2.0
//
// Events and electrons of every frame, gathered while writing.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "esieve/codec.hpp"
#include "esieve/shape.hpp"
#include "h5/compact.hpp"

namespace esieve {

/// 8 bytes a frame in memory while electrons are integers below 2^32, else 12.
class FrameIndex {
 public:
  explicit FrameIndex(ScanShape scan);

  /// Beyond the scan's end the scan grows.
  void add(FrameRange frames, std::span<const FrameTotals> totals);

  /// Gives the scan its final length.
  void resize(std::uint64_t n_frames);

  std::uint64_t n_events() const { return n_events_; }
  double n_electrons() const { return n_electrons_; }

  /// Datasets over the scan, of `dims`, without a name yet: u32 events; electrons as u32, u64 or f64, the first that holds them
  /// exactly.
  h5::Id make_events(hid_t file, std::span<const hsize_t> dims) const;
  h5::Id make_electrons(hid_t file, std::span<const hsize_t> dims, const h5::Attributes& attributes) const;

  /// Whether every frame has as many electrons as events: all counts are 1.
  bool all_equal() const { return wide_.empty() && events_ == electrons_; }

 private:
  std::vector<std::uint32_t> events_;
  std::vector<std::uint32_t> electrons_;  ///< Empty once `wide_` is needed.
  std::vector<double> wide_;
  bool integral_ = true;  ///< All in `wide_` are integers from 0 to 2^53.
  std::uint64_t n_events_ = 0;
  double n_electrons_ = 0;
};

}  // namespace esieve
