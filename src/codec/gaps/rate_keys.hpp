// SPDX-License-Identifier: Apache-2.0
//
// How the number of events of a leaf is rounded before it is sent: to about its own uncertainty.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "codec/gaps/numbers.hpp"

namespace esieve::codec::gaps {

/// A rate key stands for a range of numbers of events: 0, then ranges that grow like the square
/// root, which is how far a count can be from what its rate makes likely, and quarter octaves
/// beyond. Exact numbers would cost more than they let the gaps gain.
inline constexpr std::array<std::uint32_t, 7> first_of_key{0, 1, 4, 10, 20, 32, 44};
inline constexpr std::uint16_t n_fine_keys = first_of_key.size();
inline constexpr std::uint32_t first_coarse = 56;
inline constexpr unsigned coarse_offset = quarter_octave(first_coarse);
inline constexpr std::uint16_t n_rate_keys = 128;

[[nodiscard]] constexpr std::uint16_t rate_key(std::uint32_t n_events) noexcept {
  if (n_events >= first_coarse) return static_cast<std::uint16_t>(n_fine_keys + quarter_octave(n_events) - coarse_offset);
  std::uint16_t key = 0;
  while (key + 1 < n_fine_keys && first_of_key[key + 1u] <= n_events) ++key;
  return key;
}

/// The lowest number of events of a key. \pre key < n_rate_keys
[[nodiscard]] constexpr std::uint32_t lowest_of_key(std::uint16_t key) noexcept {
  if (key < n_fine_keys) return first_of_key[key];
  const unsigned bucket = key - n_fine_keys + coarse_offset;
  const unsigned octave = std::min((bucket - 8) / 4, 27U), quarter = (bucket - 8) % 4;
  return (4 + quarter) << (octave + 1);
}

/// Twice the middle of a key's range.
[[nodiscard]] constexpr std::uint32_t twice_middle_of_key(std::uint16_t key) noexcept {
  if (key == 0) return 0;
  return lowest_of_key(key) + lowest_of_key(static_cast<std::uint16_t>(key + 1)) - 1;
}

static_assert(rate_key(43) == 5 && rate_key(44) == 6 && rate_key(55) == 6);
static_assert(lowest_of_key(n_fine_keys) == first_coarse && rate_key(first_coarse) == n_fine_keys);
static_assert(rate_key(1U << 26) < n_rate_keys);

}  // namespace esieve::codec::gaps
