// SPDX-License-Identifier: Apache-2.0
//
// The first byte of a payload.
#pragma once

#include <cstdint>

namespace esieve::codec::gaps {

// Stored in files: append, never renumber.
inline constexpr unsigned leaf_size_mask = 0x07;
inline constexpr unsigned long_runs_flag = 0x08;
inline constexpr unsigned has_groups_flag = 0x20;
inline constexpr unsigned has_tracks_flag = 0x40;
inline constexpr unsigned learned_tracks_flag = 0x80;
inline constexpr unsigned known_flags = leaf_size_mask | long_runs_flag | has_groups_flag | has_tracks_flag | learned_tracks_flag;

}  // namespace esieve::codec::gaps
