// SPDX-License-Identifier: Apache-2.0
//
// A block of elements <-> the payload of a chunk, without header, byte order and checksum.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "codec/chunk/block_layout.hpp"
#include "codec/chunk/count_coder.hpp"
#include "codec/chunk/header.hpp"
#include "codec/decode_status.hpp"
#include "codec/values/value_map.hpp"
#include "esieve/codec.hpp"

namespace esieve::codec {

/// Memory kept from call to call; never changes a result.
struct BlockScratch {
  CoderScratch coder;
  ValueScratch values;
  EventSink sink;
  std::vector<std::byte> dense;  ///< Of events.
};

/// Appends the payload and says how to read it. `scratch.coder.pixel_sums` then are those of the elements, or empty.
/// \param n_events  elements that are not zero
Mode encode_block(Elements& elements, const BlockLayout& layout, std::uint64_t n_events, Level level, BlockScratch& scratch,
                  std::vector<std::byte>& out);

/// A payload of Mode::counts taken apart.
struct MappedPayload {
  CountCoder coder{};
  std::span<const std::byte> counts;
};
[[nodiscard]] DecodeStatus open_mapped(std::span<const std::byte> payload, const BlockLayout& layout, Zstd& zstd, ValueMap& map,
                                       MappedPayload& mapped);

/// Fills `elements`, layout.n_bytes() long.
[[nodiscard]] DecodeStatus decode_block(std::span<const std::byte> payload, Mode mode, const BlockLayout& layout,
                                        BlockScratch& scratch, std::span<std::byte> elements);

/// \param layout  items of at most 8 bytes
[[nodiscard]] DecodeStatus decode_block_events(std::span<const std::byte> payload, Mode mode, const BlockLayout& layout,
                                               EventOrder order, BlockScratch& scratch, ChunkEvents& events);

}  // namespace esieve::codec
