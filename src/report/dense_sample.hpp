// SPDX-License-Identifier: Apache-2.0
//
// Which frames the dense yardstick is measured on: all, or scan tiles spread evenly.
#pragma once

#include <cstdint>
#include <vector>

#include "esieve/shape.hpp"

namespace esieve {

/// Regions of equal shape, in scan order.
struct DenseSample {
  std::vector<ScanRegion> tiles;

  ScanShape tile_shape() const { return {tiles.front().n_y, tiles.front().n_x}; }
  /// The tiles one under the other, as they are stored.
  ScanShape shape() const { return {tiles.size() * tiles.front().n_y, tiles.front().n_x}; }
};

/// The whole scan if it has at most `max_bytes`; otherwise tiles of 32 × 32 positions, or as many as there is room for.
/// At least one position, however large its frame.
DenseSample choose_sample(ScanShape scan, std::uint64_t frame_bytes, std::uint64_t max_bytes);

}  // namespace esieve
