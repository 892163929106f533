// SPDX-License-Identifier: Apache-2.0
//
// A block of elements <-> the payload of a chunk, without header, byte order and checksum.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "codec/block_shape.hpp"
#include "codec/chunk/header.hpp"
#include "codec/decode_status.hpp"
#include "codec/dense/packed.hpp"
#include "esieve/codec.hpp"

namespace esieve::codec {

/// What the payload alone does not say. Elements are in native byte order and aligned.
struct BlockLayout {
  BlockShape shape;
  DType dtype = DType::u16;
  std::size_t item_bytes = 0;
  bool opaque = false;

  [[nodiscard]] std::size_t n_bytes() const { return shape.n_counts() * item_bytes; }
};

/// Memory kept from call to call; never changes a result.
struct BlockScratch {
  PackScratch pack;
  std::vector<std::byte> dense;
};

/// Appends the payload and says how to read it.
Mode encode_block(std::span<const std::byte> elements, const BlockLayout& layout, Level level, BlockScratch& scratch,
                  std::vector<std::byte>& out);

/// Fills `elements`, layout.n_bytes() long.
[[nodiscard]] DecodeStatus decode_block(std::span<const std::byte> payload, Mode mode, const BlockLayout& layout,
                                        BlockScratch& scratch, std::span<std::byte> elements);

/// \param layout  items of at most 8 bytes
[[nodiscard]] DecodeStatus decode_block_events(std::span<const std::byte> payload, Mode mode,
                                               const BlockLayout& layout, BlockScratch& scratch, ChunkEvents& events);

}  // namespace esieve::codec
