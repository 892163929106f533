// SPDX-License-Identifier: Apache-2.0
//
// One record of a journal: docs/format/recording.md, "Records".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "esieve/threshold.hpp"

namespace esieve::journal {

// A record: magic, kind, length of the payload, XXH3-64 of these three and the payload; then the payload, filled up with
// zeros to a multiple of 8 bytes.
inline constexpr std::uint32_t record_magic = 0x314a5345;  // "ESJ1"
inline constexpr std::size_t at_kind = 4, at_payload_bytes = 8, at_checksum = 16, head_bytes = 24;
inline constexpr std::uint64_t max_payload_bytes = std::uint64_t{1} << 33;

enum Kind : std::uint32_t { description = 1, note = 2, place = 3, fragment = 4, map = 5, tail = 6 };

inline constexpr std::array<std::optional<PixelMap> ThresholdOptions::*, 4> map_members = {
    &ThresholdOptions::threshold_map, &ThresholdOptions::dark, &ThresholdOptions::gain, &ThresholdOptions::mask};

/// Of a record without its padding.
inline std::uint64_t record_hash(std::span<const std::byte> record) {
  std::vector<std::byte> hashed(record.begin(), record.begin() + at_checksum);
  append_le(hashed, hash64(record.subspan(head_bytes)));
  return hash64(hashed);
}

}  // namespace esieve::journal
