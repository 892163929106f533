// SPDX-License-Identifier: Apache-2.0
//
// Which frames of which chunks make up a range or a region.
#pragma once

#include <cstdint>
#include <vector>

#include "esieve/container.hpp"
#include "esieve/shape.hpp"

namespace esieve {

/// Frames [first, first + count) of a chunk, counted from its first, which become frames [out, out + count) of a result.
struct Piece {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  std::uint64_t out = 0;
};

/// All that is wanted of one chunk.
struct ChunkPieces {
  std::uint64_t chunk = 0;
  std::vector<Piece> pieces;
};

struct Selection {
  std::vector<std::uint64_t> scan_indices;
  std::vector<ChunkPieces> chunks;  ///< Ordered by what they contribute to.
};

/// \throws UsageError  outside the scan
Selection select(const ChunkGrid& grid, ScanShape scan, FrameRange range);
Selection select(const ChunkGrid& grid, ScanShape scan, const ScanRegion& region);

}  // namespace esieve
