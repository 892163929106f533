// SPDX-License-Identifier: Apache-2.0
//
// What is pushed becomes a dense frame of the recording: cropped, or filled from events.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "esieve/dtype.hpp"
#include "esieve/shape.hpp"
#include "esieve/writer.hpp"

namespace esieve {

class FrameInput {
 public:
  /// \throws UsageError  a crop outside the detector
  FrameInput(DetectorShape detector, const std::optional<DetectorRegion>& crop, DType dtype);

  DetectorShape kept() const { return kept_; }
  std::size_t pushed_bytes() const { return detector_.n_pixels() * item_bytes(dtype_); }
  std::size_t kept_bytes() const { return kept_.n_pixels() * item_bytes(dtype_); }
  bool crops() const { return kept_ != detector_; }

  void crop(std::span<const std::byte> frame, std::span<std::byte> out) const;

  /// \throws UsageError  a pixel outside the detector, a count the element type cannot hold, spans of different lengths
  void check(std::span<const std::uint32_t> pixels, std::span<const std::uint32_t> counts) const;

  /// \pre checked
  /// \returns false if a pixel is there twice
  bool fill(std::span<const std::uint32_t> pixels, std::span<const std::uint32_t> counts, std::span<std::byte> out) const;

 private:
  DetectorShape detector_, kept_;
  std::uint32_t first_y_ = 0, first_x_ = 0;
  DType dtype_;
};

}  // namespace esieve
