// SPDX-License-Identifier: Apache-2.0
//
// Sections of a lanes payload, in order. [§1]
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/block_shape.hpp"
#include "codec/decode_status.hpp"
#include "codec/lanes/kernel.hpp"

namespace esieve::codec::lanes {

/// Instead of a tile_shift: there is no rate map, however many frames there are.
inline constexpr unsigned no_map = 4;

/// Lengths and parameters before everything else. Numbers are LEB128, low 7 bits first.
struct Preamble {
  Profile profile = Profile::near;  ///< Low 4 bits of the first byte.
  unsigned tile_shift = 0;          ///< High 4 bits: at most most_tile_shift, or no_map.
  std::uint32_t shrinkage = 0;      ///< [§3.4], in fixed point; at most 2^20.
  std::uint32_t side_bytes = 0;
  std::array<std::uint32_t, n_groups> n_words{};
  std::uint32_t escape_bytes = 0;

  [[nodiscard]] bool has_map() const noexcept { return tile_shift != no_map; }
};

inline constexpr std::uint32_t most_shrinkage = 1U << 20;

void append_preamble(std::vector<std::byte>& out, const Preamble& preamble);

/// The sections of a payload, cut apart.
struct Sections {
  Preamble preamble;
  std::span<const std::byte> side, states, escapes;
  std::array<std::span<const std::byte>, n_groups> words;
};
[[nodiscard]] DecodeStatus cut_sections(std::span<const std::byte> bytes, const BlockShape& shape, Sections& sections);

}  // namespace esieve::codec::lanes
