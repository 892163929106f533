// SPDX-License-Identifier: Apache-2.0
//
// Which frames share a chunk.
#include <algorithm>

#include "codec/lanes/layout.hpp"
#include "esieve/container.hpp"
#include "esieve/error.hpp"

namespace esieve {
namespace {

/// Dense bytes of a chunk. More frames together make smaller files and cost less each, as much of an encoder's work is done
/// once a chunk. But threads, as what changes from one end of a scan to the other, want more than one chunk. Who reads frame by
/// frame through HDF5, which keeps chunks of 1 MiB by itself, has the filter copy one of these for every frame (see
/// filter/last_chunk.hpp), and decode it for every frame in random order. And events that level fast lists should not leave the
/// caches before they are sorted, if there are many; more still, and they are not listed.
constexpr std::uint64_t target_bytes(Level level, std::optional<double> lit_share, std::uint64_t dense_bytes) {
  constexpr std::uint64_t mib = std::uint64_t{1} << 20;
  constexpr double many = 0.01, too_many = 1.0 / 16;
  if (level == Level::max) return 16 * mib;
  const bool keeps_in_caches = level == Level::fast && (!lit_share || (*lit_share >= many && *lit_share < too_many));
  return dense_bytes < 16 * mib || keeps_in_caches ? 4 * mib : 8 * mib;
}

/// Where smaller ones leave the coder idle.
constexpr std::uint64_t most_bytes(Level level) { return std::uint64_t{level == Level::max ? 16U : 12U} << 20; }

/// HDF5's limit, and ours.
constexpr std::uint64_t max_chunk_dense_bytes = (std::uint64_t{1} << 32) - 2048;

constexpr std::uint64_t divide_up(std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; }

/// Rows of a scan, or columns of a row, that are cut into chunks of so many. Says how well each choice fills the lanes of the
/// coder of dense counts: all frames for which the chunks have room in the time that they take.
struct Cut {
  std::uint64_t length;      ///< Rows or columns.
  std::uint64_t n_each = 1;  ///< Frames of one of them.

  [[nodiscard]] std::uint64_t room(std::uint64_t chunk) const {
    return length / chunk * codec::lanes::room_for_frames(chunk * n_each) +
           codec::lanes::room_for_frames(length % chunk * n_each);
  }
  /// As even as possible, so that little of the last chunk is padding.
  [[nodiscard]] std::uint64_t evenly(std::uint64_t most) const { return divide_up(length, divide_up(length, most)); }
};

/// Columns of the chunks of a row longer than `wanted`; or, where the coder of dense counts then leaves fewer of its lanes
/// idle, fewer.
std::uint64_t columns_of(std::uint64_t scan_x, std::uint64_t wanted) {
  constexpr std::uint64_t together = codec::lanes::group_lanes;
  const Cut row{scan_x};
  const std::uint64_t even = row.evenly(wanted);
  std::uint64_t best = even;
  for (const std::uint64_t columns :
       {even / together * together, divide_up(even, together) * together, wanted / together * together})
    if (columns > 0 && columns <= wanted && 20 * row.room(columns) < 19 * row.room(best)) best = columns;
  return best;
}

/// Rows of the chunks of a scan of whose rows `wanted` frames hold at least one; or up to `most` of them, where the coder of
/// dense counts then leaves fewer of its lanes idle. Cryo ptychography at level fast: four rows of 48 frames are written half as
/// fast again as one, and read a third faster.
std::uint64_t rows_of(ScanShape scan, std::uint64_t wanted, std::uint64_t most) {
  const Cut cut{scan.scan_y, scan.scan_x};
  std::uint64_t best = cut.evenly(wanted / scan.scan_x);
  for (std::uint64_t rows = best + 1; rows <= std::min(scan.scan_y, most / scan.scan_x); ++rows)
    if (8 * cut.room(rows) < 7 * cut.room(best)) best = rows;
  return best;
}

std::uint64_t frames_wanted(ScanShape scan, std::uint64_t frame_bytes, const ContainerOptions& options) {
  const std::uint64_t most = std::min<std::uint64_t>(max_chunk_dense_bytes / frame_bytes, 0xffffffff);
  if (options.frames_per_chunk > most)
    throw UsageError(std::to_string(options.frames_per_chunk) + " frames per chunk are too many (chunks must stay below 4 GiB: " +
                     std::to_string(most) + " frames at most)");
  if (options.frames_per_chunk != 0) return options.frames_per_chunk;
  // Of a scan that grows nobody knows how far: as of a long one.
  const std::uint64_t dense_bytes = std::min<std::uint64_t>(scan.n_frames(), most) * frame_bytes;
  return std::clamp<std::uint64_t>(target_bytes(options.level, options.lit_share, dense_bytes) / frame_bytes, 1, most);
}

}  // namespace

FrameRange ChunkGrid::frames(std::uint64_t i, ScanShape scan) const {
  const std::uint64_t y = i / n_chunks_x * scan_rows, x = i % n_chunks_x * scan_columns;
  if (n_chunks_x == 1) return {y * scan.scan_x, std::min(scan_rows, scan.scan_y - y) * scan.scan_x};
  return {y * scan.scan_x + x, std::min(scan_columns, scan.scan_x - x)};
}

std::uint64_t ChunkGrid::chunk_of(std::uint64_t frame, ScanShape scan) const {
  return frame / scan.scan_x / scan_rows * n_chunks_x + frame % scan.scan_x / scan_columns;
}

ChunkGrid ChunkGrid::covering(ScanShape scan) const {
  return {scan_rows, scan_columns, divide_up(scan.scan_y, scan_rows), divide_up(scan.scan_x, scan_columns)};
}

ScanShape longest(ScanShape scan, Growing growing) {
  constexpr std::uint64_t most_frames = std::uint64_t{1} << 40;
  if (growing == Growing::scan_y) return {most_frames / std::max<std::uint64_t>(1, scan.scan_x), scan.scan_x};
  if (growing == Growing::scan_x) return {1, most_frames};
  return scan;
}

ChunkGrid choose_chunk_grid(ScanShape scan, std::uint64_t frame_bytes, const ContainerOptions& options,
                            std::uint64_t frames_per_position) {
  if (frames_per_position > 1) {  // HDF5's chunks hold all frames of a position
    ContainerOptions by_position = options;
    if (options.frames_per_chunk != 0)
      by_position.frames_per_chunk = std::max(1U, static_cast<std::uint32_t>(options.frames_per_chunk / frames_per_position));
    ChunkGrid grid =
        choose_chunk_grid({scan.scan_y, scan.scan_x / frames_per_position}, frame_bytes * frames_per_position, by_position);
    grid.scan_columns *= frames_per_position;
    return grid;
  }
  if (scan.n_frames() == 0 || frame_bytes == 0) throw UsageError("there are no frames (an axis has length 0)");
  if (frame_bytes > max_chunk_dense_bytes)
    throw UsageError("frames of 4 GiB or more cannot be stored (" + std::to_string(frame_bytes) + " bytes each)");
  const std::uint64_t wanted = frames_wanted(scan, frame_bytes, options);
  ChunkGrid grid;
  if (options.frames_per_chunk != 0) {
    grid.scan_rows = std::clamp<std::uint64_t>(wanted / scan.scan_x, 1, scan.scan_y);
    grid.scan_columns = std::min(scan.scan_x, wanted);
  } else if (wanted >= scan.scan_x) {
    grid.scan_rows = rows_of(scan, wanted, most_bytes(options.level) / frame_bytes);
    grid.scan_columns = scan.scan_x;
  } else {
    grid.scan_columns = columns_of(scan.scan_x, std::min(scan.scan_x, wanted));
  }
  return grid.covering(scan);
}

}  // namespace esieve
