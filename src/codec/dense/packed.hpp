// SPDX-License-Identifier: Apache-2.0
//
// Items of any width, predicted, shuffled and compressed: docs/format/codec.md, "Packed items".
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "codec/block_shape.hpp"
#include "codec/decode_status.hpp"
#include "codec/zstd_stage.hpp"
#include "esieve/codec.hpp"

namespace esieve::codec {

/// Memory and contexts that packing keeps from call to call.
struct PackScratch {
  Zstd zstd;
  std::vector<std::byte> predicted, shuffled;
};

/// Appends `items`, one for each count of `shape`, in the arrangement that compresses best.
void pack_items(std::span<const std::byte> items, std::size_t item_bytes, const BlockShape& shape, Level level,
                PackScratch& scratch, std::vector<std::byte>& out);

/// About what `pack_items` would append, a little more as less effort goes into it.
/// \param arranged  whether predictions and shuffles are tried: without, repeats are found but not regularities within
///                  items and between them
std::size_t packed_size_estimate(std::span<const std::byte> items, std::size_t item_bytes, const BlockShape& shape,
                                 bool arranged, PackScratch& scratch);

/// Fills `items` from what `pack_items` wrote for as many.
[[nodiscard]] DecodeStatus unpack_items(std::span<const std::byte> packed, std::size_t item_bytes, const BlockShape& shape,
                                        PackScratch& scratch, std::span<std::byte> items);

}  // namespace esieve::codec
