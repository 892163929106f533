// SPDX-License-Identifier: Apache-2.0
//
// Events of one chunk after another, as values in double precision.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "esieve/codec.hpp"
#include "esieve/reader.hpp"

namespace esieve {

/// What one thread needs to decode chunks.
class ChunkValues {
 public:
  /// Replaces what it held. \throws DataError
  void decode(const Reader& reader, std::uint64_t chunk);

  std::span<const std::uint32_t> frame_events() const { return events_.frame_events; }

  /// Calls use(pixel, value) for events [first, first + n), NaN left out.
  template <class Use>
  void for_each(std::size_t first, std::size_t n, Use&& use) const {
    const std::uint32_t* pixels = events_.pixels.data() + first;
    if (values_.empty()) {
      const std::uint32_t* counts = events_.counts.data() + first;
      for (std::size_t i = 0; i < n; ++i) use(pixels[i], static_cast<double>(counts[i]));
    } else {
      const double* values = values_.data() + first;
      for (std::size_t i = 0; i < n; ++i)
        if (values[i] == values[i]) use(pixels[i], values[i]);
    }
  }

  /// Whether values are whole numbers of 0 to 2^32 - 1.
  bool are_counts() const { return values_.empty(); }

 private:
  ChunkCodec codec_;
  ChunkEvents events_;
  std::vector<double> values_;  ///< Empty: the counts are the values.
};

}  // namespace esieve
