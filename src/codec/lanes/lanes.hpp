// SPDX-License-Identifier: Apache-2.0
//
// The lanes coder: counts of lit blocks <-> bytes. 128 frames, or as many strips of fewer frames, are coded side by side, one in
// each SIMD lane. Format: docs/format/codec_lanes.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "codec/block_shape.hpp"
#include "codec/decode_status.hpp"
#include "codec/level.hpp"
#include "codec/scratch.hpp"
#include "esieve/codec.hpp"

namespace esieve::codec {

/// The widest row: of all lanes it is 16 MiB, and both sides keep a few.
inline constexpr std::uint32_t most_lanes_width = 1U << 16;

/// Appends the payload of a block to `out`.
/// \param counts n_frames × det_y × det_x counts, C order; Count is uint8_t, uint16_t or uint32_t.
/// \param bytes_to_beat what another coder takes: nothing is coded if a sample says that this one will take more
/// \param events the counts' events, if somebody has listed them; or null
/// \returns false, leaving `out` as it was, if lanes cannot pay here: nothing lit, rows too wide, or counts that look like noise.
template <class Count>
bool encode_lanes(const Count* counts, const BlockShape& shape, Level level, Scratch& scratch, std::vector<std::byte>& out,
                  std::size_t bytes_to_beat = std::numeric_limits<std::size_t>::max(), const ListedEvents* events = nullptr);

/// Counts of each pixel over the frames of the block encoded last, where its encoder summed them; else empty. Valid until the next.
[[nodiscard]] std::span<std::uint64_t> lanes_pixel_sums(Scratch& scratch);

/// Gives back what an encoder keeps of the block.
void release_lanes(Scratch& scratch);

/// Writes every count of the block to `dense` (shape.n_counts() of them). After a failure their values are
/// unspecified. Takes time proportional to the block whatever the bytes say.
template <class Count>
[[nodiscard]] DecodeStatus decode_lanes(std::span<const std::byte> bytes, const BlockShape& shape, Scratch& scratch,
                                        Count* dense);

}  // namespace esieve::codec
