// SPDX-License-Identifier: Apache-2.0
//
// Elements kept apart from the counts, as sorted (position, bit pattern) pairs: docs/format/codec.md, "Side lists".
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/byte_reader.hpp"
#include "codec/decode_status.hpp"
#include "codec/zstd_stage.hpp"

namespace esieve::codec {

struct SideEntry {
  std::uint64_t position = 0;
  std::uint64_t bits = 0;  ///< Of an element, zero-extended. Never 0.

  friend bool operator==(const SideEntry&, const SideEntry&) = default;
};

/// \param entries  positions ascending
void append_side_list(std::span<const SideEntry> entries, std::size_t item_bytes, Zstd& zstd, std::vector<std::byte>& out);

struct SideLimits {
  std::uint64_t n_entries = 0;    ///< At most so many; bounds the memory a hostile list can ask for.
  std::uint64_t n_positions = 0;  ///< Positions are below it.
};

/// Takes a list from the front of `reader`.
[[nodiscard]] DecodeStatus read_side_list(ByteReader& reader, std::size_t item_bytes, const SideLimits& limits, Zstd& zstd,
                                          std::vector<SideEntry>& entries);

}  // namespace esieve::codec
