// SPDX-License-Identifier: Apache-2.0
//
// Which scan position the n-th frame of a camera belongs to.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "esieve/export.hpp"
#include "esieve/shape.hpp"

namespace esieve {

/// How the beam goes over the sample, in frames of the camera.
///
/// A line is `scan_x` positions of `frames_per_position` frames each, then `flyback_frames` frames that belong to none. After
/// every line come `flyback_lines` lines of the same length that belong to none.
struct ScanGeometry {
  static constexpr std::int64_t unknown = -1;

  std::int64_t scan_y = unknown;  ///< Lines; unknown: as many as come.
  std::int64_t scan_x = unknown;  ///< Positions a line; unknown: one line as long as it gets.
  std::int64_t offset = 0;        ///< Frames before the first position; negative: positions before the first frame.
  std::uint64_t flyback_frames = 0;
  std::uint64_t flyback_lines = 0;
  bool serpentine = false;  ///< Every second line runs backwards.
  std::uint64_t frames_per_position = 1;
  std::vector<std::uint64_t> positions{};  ///< If given: scan index of frame n, instead of all the above but the shape.
                                           ///< `outside` for frames that belong to none.
  static constexpr std::uint64_t outside = ~std::uint64_t{0};

  bool is_unbounded() const { return scan_y == unknown || scan_x == unknown; }

  friend bool operator==(const ScanGeometry&, const ScanGeometry&) = default;
};

/// Scan index of camera frame `n`; nothing for flyback and for frames beyond the scan.
ESIEVE_API std::optional<std::uint64_t> scan_index_of(const ScanGeometry& geometry, std::uint64_t n);

/// Number of camera frames from the first to the last position, flyback included; nothing where the scan is unbounded.
ESIEVE_API std::optional<std::uint64_t> n_camera_frames(const ScanGeometry& geometry);

/// \throws UsageError  lengths of 0 or below -1, positions outside the scan, options that exclude each other
ESIEVE_API void check(const ScanGeometry& geometry);

}  // namespace esieve
