// SPDX-License-Identifier: Apache-2.0
#include "codec/dense/packed.hpp"
#include "codec/dense/prediction.hpp"
#include "codec/dense/shuffle.hpp"

namespace esieve::codec {

DecodeStatus unpack_items(std::span<const std::byte> packed, std::size_t item_bytes, const BlockShape& shape,
                          PackScratch& scratch, std::span<std::byte> items) {
  if (packed.empty()) return DecodeStatus::truncated;
  const auto code = static_cast<std::uint8_t>(packed[0]);
  if ((code & 15U) >= n_shuffles || code >> 4 >= n_predictions) return DecodeStatus::unknown_version;
  const auto shuffle = static_cast<Shuffle>(code & 15U);
  const auto prediction = static_cast<Prediction>(code >> 4);
  if (shuffle == Shuffle::bits && item_bytes > max_bits_item_bytes) return DecodeStatus::out_of_range;
  if (prediction != Prediction::none && !is_predictable(item_bytes)) return DecodeStatus::out_of_range;
  const auto frame = packed.subspan(1);
  if (shuffle == Shuffle::none) {
    if (!scratch.zstd.decompress(frame, items)) return DecodeStatus::corrupt;
  } else {
    scratch.shuffled.resize(shuffled_bytes(shuffle, items.size() / item_bytes, item_bytes));
    if (!scratch.zstd.decompress(frame, scratch.shuffled)) return DecodeStatus::corrupt;
    unshuffle_items(shuffle, scratch.shuffled, item_bytes, items);
  }
  if (prediction != Prediction::none) restore_items(prediction, item_bytes, shape, items);
  return DecodeStatus::okay;
}

}  // namespace esieve::codec
