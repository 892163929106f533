// SPDX-License-Identifier: Apache-2.0
#include "source/frame_layout.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "esieve/error.hpp"

namespace esieve {
namespace {

std::string scan_text(ScanShape scan) { return std::to_string(scan.scan_y) + "," + std::to_string(scan.scan_x); }

/// Scan shapes of `n` frames that somebody who asked for `wanted` may have meant, best guess first.
std::vector<ScanShape> fitting_shapes(std::uint64_t n, ScanShape wanted) {
  std::vector<ScanShape> shapes;
  const auto add = [&](ScanShape shape) {
    if (std::find(shapes.begin(), shapes.end(), shape) == shapes.end()) shapes.push_back(shape);
  };
  if (wanted.scan_x > 1 && n % wanted.scan_x == 0) add({n / wanted.scan_x, wanted.scan_x});
  if (wanted.scan_y > 1 && n % wanted.scan_y == 0) add({wanted.scan_y, n / wanted.scan_y});
  std::uint64_t side = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(n)));
  while (side > 1 && n % side != 0) --side;
  side = std::max<std::uint64_t>(side, 1);
  if (wanted.scan_y > wanted.scan_x)
    add({n / side, side});
  else
    add({side, n / side});
  return shapes;
}

bool fits(ScanShape scan, std::uint64_t n_frames) {
  return scan.scan_y > 0 && scan.scan_x > 0 && n_frames % scan.scan_y == 0 && n_frames / scan.scan_y == scan.scan_x;
}

void check_scan(const SourceInfo& info, ScanShape wanted, std::uint64_t n_frames) {
  if (fits(wanted, n_frames)) return;
  std::string would_fit;
  for (const ScanShape shape : fitting_shapes(n_frames, wanted))
    would_fit += (would_fit.empty() ? "" : " or ") + scan_text(shape);
  throw UsageError(info.path.string() + ": " + std::to_string(n_frames) + (n_frames == 1 ? " frame does" : " frames do") +
                   " not fill a scan of " + scan_text(wanted) + "; --scan-shape " + would_fit + " would fit");
}

}  // namespace

std::string shape_text(std::span<const std::uint64_t> shape) {
  std::string text;
  for (const std::uint64_t n : shape) text += (text.empty() ? "" : " x ") + std::to_string(n);
  return text.empty() ? "a scalar" : text;
}

std::optional<std::uint64_t> array_bytes(std::span<const std::uint64_t> shape, std::uint64_t item_bytes) {
  constexpr std::uint64_t limit = std::numeric_limits<std::int64_t>::max();
  if (std::find(shape.begin(), shape.end(), 0U) != shape.end()) return 0;
  std::uint64_t bytes = item_bytes;
  for (const std::uint64_t n : shape) {
    if (bytes > limit / n) return std::nullopt;
    bytes *= n;
  }
  return bytes;
}

void set_frame_layout(SourceInfo& info, const std::optional<ScanShape>& scan_shape) {
  const std::vector<std::uint64_t>& shape = info.shape;
  const std::string name = info.path.string() + (info.dataset.empty() ? "" : ":" + info.dataset);
  if (shape.size() < 2)
    throw UsageError(name + " has " + std::to_string(shape.size()) + " dimension" + (shape.size() == 1 ? "" : "s") + " (" +
                     shape_text(shape) + "), not frames; 2 to 4 are needed");
  if (shape.size() > 4)
    throw UsageError(name + " has " + std::to_string(shape.size()) + " dimensions (" + shape_text(shape) +
                     "); 2 to 4 are read: save one 4-D part of it, or all of it reshaped to (scan_y, scan_x, "
                     "det_y, det_x)");
  const std::optional<std::uint64_t> bytes = array_bytes(shape, item_bytes(info.dtype));
  if (bytes == 0U) throw DataError(name + " holds no frames (its shape is " + shape_text(shape) + ")");
  const std::uint64_t det_y = shape[shape.size() - 2], det_x = shape.back();
  constexpr std::uint64_t max_side = std::numeric_limits<std::uint32_t>::max();
  if (!bytes || det_y > max_side || det_x > max_side)
    throw DataError(name + " has an impossible shape (" + shape_text(shape) + ")");
  info.detector = {static_cast<std::uint32_t>(det_y), static_cast<std::uint32_t>(det_x)};
  info.scan = {shape.size() == 4 ? shape[0] : 1, shape.size() >= 3 ? shape[shape.size() - 3] : 1};
  if (scan_shape) {
    check_scan(info, *scan_shape, info.scan.n_frames());
    info.scan = *scan_shape;
  }
  constexpr const char* names[] = {"scan_y", "scan_x", "det_y", "det_x"};
  for (std::size_t i = 0; i < 4; ++i)
    if (info.axes[i].name.empty()) info.axes[i].name = names[i];
}

}  // namespace esieve
