// SPDX-License-Identifier: Apache-2.0
//
// The first byte of a payload.
#pragma once

#include <cstdint>

namespace esieve::codec::gaps {

// Stored in files: append, never renumber.
inline constexpr unsigned leaf_size_mask = 0x07;
inline constexpr unsigned has_tracks_flag = 0x08;
inline constexpr unsigned many_contexts_flag = 0x10;
inline constexpr unsigned has_groups_flag = 0x20;
inline constexpr unsigned known_flags = 0x3f;

}  // namespace esieve::codec::gaps
