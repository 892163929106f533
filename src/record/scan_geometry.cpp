// SPDX-License-Identifier: Apache-2.0
#include "esieve/scan_geometry.hpp"

#include <string>

#include "esieve/error.hpp"

namespace esieve {
namespace {

constexpr std::uint64_t max_length = std::uint64_t{1} << 40;

void check_length(std::int64_t length, const char* name) {
  if (length == ScanGeometry::unknown || (length > 0 && static_cast<std::uint64_t>(length) <= max_length)) return;
  throw UsageError(std::string(name) + " is " + std::to_string(length) + " (a length, or -1 where it is not known)");
}

std::uint64_t line_frames(const ScanGeometry& geometry) {
  return static_cast<std::uint64_t>(geometry.scan_x) * geometry.frames_per_position + geometry.flyback_frames;
}

}  // namespace

void check(const ScanGeometry& geometry) {
  check_length(geometry.scan_y, "scan_y");
  check_length(geometry.scan_x, "scan_x");
  if (geometry.scan_x == ScanGeometry::unknown && geometry.scan_y > 1)
    throw UsageError("the length of a scan's lines must be known where it has several (scan shape " +
                     std::to_string(geometry.scan_y) + ", -1)");
  if (geometry.scan_x == ScanGeometry::unknown &&
      (geometry.flyback_frames > 0 || geometry.flyback_lines > 0 || geometry.serpentine))
    throw UsageError("flyback and serpentine need the length of a line (scan_x is -1)");
  if (geometry.frames_per_position == 0 || geometry.frames_per_position > 65535)
    throw UsageError("frames_per_position is " + std::to_string(geometry.frames_per_position) + " (1 to 65535)");
  if (geometry.scan_y > 0 && geometry.scan_x > 0 &&
      static_cast<std::uint64_t>(geometry.scan_y) > max_length / static_cast<std::uint64_t>(geometry.scan_x))
    throw UsageError("the scan has too many positions");
  if (geometry.positions.empty()) return;
  if (geometry.offset != 0 || geometry.flyback_frames > 0 || geometry.flyback_lines > 0 || geometry.serpentine)
    throw UsageError("a list of positions excludes offset, flyback and serpentine: it says all of that");
  if (geometry.is_unbounded()) return;
  const auto n = static_cast<std::uint64_t>(geometry.scan_y * geometry.scan_x);
  for (std::size_t i = 0; i < geometry.positions.size(); ++i)
    if (geometry.positions[i] >= n && geometry.positions[i] != ScanGeometry::outside)
      throw UsageError("position " + std::to_string(geometry.positions[i]) + " of frame " + std::to_string(i) +
                       " is outside the scan (" + std::to_string(geometry.scan_y) + ", " + std::to_string(geometry.scan_x) + ")");
}

std::optional<std::uint64_t> scan_index_of(const ScanGeometry& geometry, std::uint64_t n) {
  if (!geometry.positions.empty()) {
    if (n >= geometry.positions.size() || geometry.positions[n] == ScanGeometry::outside) return std::nullopt;
    return geometry.positions[n];
  }
  const std::int64_t shifted = static_cast<std::int64_t>(n) - geometry.offset;
  if (shifted < 0) return std::nullopt;
  n = static_cast<std::uint64_t>(shifted);
  if (geometry.scan_x == ScanGeometry::unknown) return n / geometry.frames_per_position;
  const std::uint64_t frames = line_frames(geometry);
  const std::uint64_t line = n / frames;
  const auto n_x = static_cast<std::uint64_t>(geometry.scan_x);
  std::uint64_t x = n % frames / geometry.frames_per_position;
  if (x >= n_x || line % (geometry.flyback_lines + 1) != 0) return std::nullopt;
  const std::uint64_t y = line / (geometry.flyback_lines + 1);
  if (geometry.scan_y != ScanGeometry::unknown && y >= static_cast<std::uint64_t>(geometry.scan_y)) return std::nullopt;
  if (geometry.serpentine && y % 2 == 1) x = n_x - 1 - x;
  return y * n_x + x;
}

std::optional<std::uint64_t> n_camera_frames(const ScanGeometry& geometry) {
  if (!geometry.positions.empty()) return geometry.positions.size();
  if (geometry.is_unbounded()) return std::nullopt;
  const std::uint64_t frames = static_cast<std::uint64_t>(geometry.scan_y) * (geometry.flyback_lines + 1) * line_frames(geometry);
  const std::int64_t total = static_cast<std::int64_t>(frames) + geometry.offset;
  return total > 0 ? static_cast<std::uint64_t>(total) : 0;
}

}  // namespace esieve
