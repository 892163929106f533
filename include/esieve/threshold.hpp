// SPDX-License-Identifier: Apache-2.0
//
// The thresholding stage: frames in, frames of kept counts out, with an account of what was dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "esieve/dtype.hpp"
#include "esieve/export.hpp"
#include "esieve/shape.hpp"

namespace esieve {

/// One value per detector pixel, C order (det_y, det_x).
struct PixelMap {
  std::vector<double> values;
  std::string origin;  ///< File it came from, for the record; empty if made in memory.
};

/// Parameters of the stage. Without any of them nothing happens and the conversion is lossless.
///
/// corrected = (raw - dark) * gain, in double precision. A pixel is kept if it is not masked and
/// corrected >= threshold (without a threshold: corrected > 0). A kept value is stored in the source's
/// element type: rounded half to even and clamped to its range for integers, narrowed for floats. NaN is never kept.
/// Without dark and gain nothing is computed: values are compared and kept exactly, 64-bit integers included.
struct ThresholdOptions {
  std::optional<double> threshold;        ///< One number for every pixel, or
  std::optional<PixelMap> threshold_map;  ///< a number for each.
  std::optional<PixelMap> dark;
  std::optional<PixelMap> gain;
  std::optional<PixelMap> mask;  ///< Non-zero: the pixel is dropped (as in NeXus pixel_mask).

  bool active() const { return threshold || threshold_map || dark || gain || mask; }
};

/// What the stage removed from one frame. Sums are of corrected values.
struct DroppedFrame {
  std::uint64_t n_pixels = 0;  ///< Non-zero raw pixels whose stored value is zero.
  double intensity = 0;        ///< Sum of their corrected values; NaN is left out.
  double maximum = 0;          ///< Largest of them; 0 if none.
};

/// Applies the stage. Immutable after construction; any number of threads may call `apply`.
class ESIEVE_API Threshold {
 public:
  /// \throws UsageError  a map whose size is not the detector's, or that holds NaN; a threshold of both kinds, or NaN
  Threshold(ThresholdOptions options, DetectorShape detector, DType dtype);

  /// Frames in and out are C order (frame, det_y, det_x) of the source's element type; `out` may be `raw`.
  /// \param dropped  one entry a frame
  void apply(std::span<const std::byte> raw, std::span<std::byte> out, std::span<DroppedFrame> dropped) const;

  const ThresholdOptions& options() const { return options_; }

 private:
  struct Plan;
  ThresholdOptions options_;
  DetectorShape detector_;
  DType dtype_;
  std::shared_ptr<const Plan> plan_;
};

/// Reads a map of `detector`'s shape from .npy or HDF5 ("FILE" or "FILE::/path/of/dataset").
/// \throws UsageError, DataError, IoError
ESIEVE_API PixelMap read_pixel_map(const std::string& spec, DetectorShape detector);

}  // namespace esieve
