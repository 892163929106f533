// SPDX-License-Identifier: Apache-2.0
//
// Dense frames in a temporary file, cut into the chunks of an HDF5 dataset.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "esieve/shape.hpp"
#include "report/temporary_file.hpp"

namespace esieve {

/// A dense dataset (scan_y, scan_x, det_y, det_x) and its chunks, in C order.
struct ChunkedShape {
  std::array<std::uint64_t, 4> dims{};
  std::array<std::uint64_t, 4> chunk{};
  std::uint64_t item_bytes = 1;

  std::uint64_t n_chunks() const;
  std::uint64_t chunk_bytes() const { return chunk[0] * chunk[1] * chunk[2] * chunk[3] * item_bytes; }
  std::uint64_t frame_bytes() const { return dims[2] * dims[3] * item_bytes; }
  /// First element of chunk `i`.
  std::array<std::uint64_t, 4> origin(std::uint64_t i) const;
};

/// Reads bytes [first_byte, first_byte + out.size()) of chunk `i` as HDF5 hands it to a filter: what lies beyond the
/// dataset is zero.
/// \param frames  the dataset's frames in scan order
/// \throws IoError
void read_chunk_bytes(const TemporaryFile& frames, const ChunkedShape& shape, std::uint64_t i, std::uint64_t first_byte,
                      std::span<std::byte> out);

}  // namespace esieve
