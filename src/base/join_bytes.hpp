// SPDX-License-Identifier: Apache-2.0
//
// Items whose bytes were shuffled: all first bytes, then all second bytes, ...
#pragma once

#include <cstddef>
#include <cstdint>

namespace esieve {

/// Fixed widths so that the compiler can turn strided access into permutations.
template <std::size_t width>
void join_bytes(const std::uint8_t* planes, std::size_t stride, std::size_t n, std::uint8_t* items) {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t b = 0; b < width; ++b) items[width * i + b] = planes[b * stride + i];
}

/// Puts `n` items of `width` bytes together.
/// \param stride  bytes from one plane to the next
inline void join_bytes(const std::uint8_t* planes, std::size_t stride, std::size_t n, std::size_t width, std::uint8_t* items) {
  switch (width) {
    case 1: return join_bytes<1>(planes, stride, n, items);
    case 2: return join_bytes<2>(planes, stride, n, items);
    case 4: return join_bytes<4>(planes, stride, n, items);
    case 8: return join_bytes<8>(planes, stride, n, items);
    default:
      for (std::size_t b = 0; b < width; ++b)
        for (std::size_t i = 0; i < n; ++i) items[width * i + b] = planes[b * stride + i];
  }
}

}  // namespace esieve
