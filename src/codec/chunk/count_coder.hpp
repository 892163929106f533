// SPDX-License-Identifier: Apache-2.0
//
// The coders of counts behind one pair of functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/block_shape.hpp"
#include "codec/chunk/elements.hpp"
#include "codec/decode_status.hpp"
#include "codec/dense/packed.hpp"
#include "codec/event_sink.hpp"
#include "codec/scratch.hpp"
#include "esieve/codec.hpp"

namespace esieve::codec {

/// These values are stored in files: append, never renumber.
enum class CountCoder : std::uint8_t {
  none = 0,    ///< All counts are zero.
  packed = 1,  ///< As dense items.
  gaps = 2,    ///< For mostly empty blocks.
  lanes = 3,   ///< For lit blocks.
};

struct CoderScratch {
  Scratch coders;
  PackScratch pack;
  std::vector<std::byte> plane, trial, sample;
  std::span<std::uint64_t> pixel_sums;  ///< Of the counts encoded last, where a coder summed them over the frames.
};

/// Appends the counts in the coder that makes them smallest.
///
/// \param plane        shape.n_counts() counts, aligned
/// \param count_bytes  1, 2 or 4
/// \param n_events     counts that are not zero
CountCoder encode_counts(Elements& plane, std::uint8_t count_bytes, const BlockShape& shape, std::uint64_t n_events, Level level,
                         CoderScratch& scratch, std::vector<std::byte>& out);

/// Fills `plane`, shape.n_counts() counts long.
[[nodiscard]] DecodeStatus decode_counts(std::span<const std::byte> payload, CountCoder coder, std::uint8_t count_bytes,
                                         const BlockShape& shape, CoderScratch& scratch, std::span<std::byte> plane);

/// The same counts as events.
[[nodiscard]] DecodeStatus decode_count_events(std::span<const std::byte> payload, CountCoder coder, std::uint8_t count_bytes,
                                               const BlockShape& shape, CoderScratch& scratch, EventSink& sink);

}  // namespace esieve::codec
