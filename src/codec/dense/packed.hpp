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
/// \returns false, and appends nothing, if a sample says that they take more than `bytes_to_beat`
bool pack_items(std::span<const std::byte> items, std::size_t item_bytes, const BlockShape& shape, Level level,
                PackScratch& scratch, std::vector<std::byte>& out, std::size_t bytes_to_beat = ~std::size_t{0});

/// Whether a sample of items repeats itself so much that zstd stores it in fewer than `most_bytes`.
bool repeats_itself(std::span<const std::byte> items, std::size_t most_bytes, PackScratch& scratch);

/// Whether `pack_items` seems to store a sample of items in fewer than `most_bytes`. Arrangements that do not promise to are
/// not tried: looking takes a fraction of the time of packing.
/// \pre is_predictable(item_bytes), item_bytes <= max_bits_item_bytes
bool packs_within(std::span<const std::byte> items, std::size_t item_bytes, const BlockShape& shape, std::size_t most_bytes,
                  PackScratch& scratch);

/// Fills `items` from what `pack_items` wrote for as many.
[[nodiscard]] DecodeStatus unpack_items(std::span<const std::byte> packed, std::size_t item_bytes, const BlockShape& shape,
                                        PackScratch& scratch, std::span<std::byte> items);

}  // namespace esieve::codec
