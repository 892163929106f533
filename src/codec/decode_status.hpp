// SPDX-License-Identifier: Apache-2.0
//
// Why a payload could not be decoded.
#pragma once

#include <cstdint>

namespace esieve::codec {

/// Written into reports: append, never renumber.
enum class DecodeStatus : std::uint8_t {
  okay = 0,
  truncated = 1,        ///< The bytes end inside a field.
  bad_checksum = 2,     ///< Stored and computed checksum differ.
  unknown_version = 3,  ///< Written by a later codec; the data may be sound.
  out_of_range = 4,     ///< A value that the block's shape or type does not allow.
  corrupt = 5,          ///< The bytes contradict themselves.
  trailing_bytes = 6,   ///< The payload is longer than what it describes.
};

}  // namespace esieve::codec
