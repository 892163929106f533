// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "codec/dense/packed.hpp"
#include "codec/dense/shuffle.hpp"

namespace esieve::codec {
namespace {

int zstd_level(Level level) {
  switch (level) {
    case Level::fast: return 1;
    case Level::standard: return 5;
    case Level::max: break;
  }
  return 15;
}

constexpr std::size_t sample_bytes = 256 * 1024;

struct Arrangement {
  Shuffle shuffle = Shuffle::none;
  std::size_t n_bytes = 0;  // compressed
};

Arrangement best_arrangement(std::span<const std::byte> items, std::size_t item_bytes, int level,
                             PackScratch& scratch) {
  Arrangement best{Shuffle::none, scratch.zstd.compressed_size(items, level)};
  for (const Shuffle shuffle : {Shuffle::bytes, Shuffle::bits}) {
    if (shuffle == Shuffle::bytes && item_bytes == 1) continue;
    if (shuffle == Shuffle::bits && item_bytes > max_bits_item_bytes) continue;
    shuffle_items(shuffle, items, item_bytes, scratch.shuffled);
    const std::size_t n_bytes = scratch.zstd.compressed_size(scratch.shuffled, level);
    if (n_bytes < best.n_bytes) best = {shuffle, n_bytes};
  }
  return best;
}

// Tried on the middle of the items, with little effort: which arrangement is best hardly depends on it.
Shuffle best_shuffle(std::span<const std::byte> items, std::size_t item_bytes, PackScratch& scratch) {
  const std::size_t n_items = items.size() / item_bytes;
  const std::size_t n_sample = std::min(n_items, std::max<std::size_t>(sample_bytes / item_bytes, 8));
  const auto sample = items.subspan((n_items - n_sample) / 2 * item_bytes, n_sample * item_bytes);
  return best_arrangement(sample, item_bytes, 3, scratch).shuffle;
}

}  // namespace

void pack_items(std::span<const std::byte> items, std::size_t item_bytes, Level level, PackScratch& scratch,
                std::vector<std::byte>& out) {
  const Shuffle shuffle = best_shuffle(items, item_bytes, scratch);
  out.push_back(static_cast<std::byte>(shuffle));
  if (shuffle == Shuffle::none) return scratch.zstd.compress(items, zstd_level(level), out);
  shuffle_items(shuffle, items, item_bytes, scratch.shuffled);
  scratch.zstd.compress(scratch.shuffled, zstd_level(level), out);
}

std::size_t packed_size_estimate(std::span<const std::byte> items, std::size_t item_bytes, bool shuffled,
                                 PackScratch& scratch) {
  if (!shuffled) return scratch.zstd.compressed_size(items, 1);
  return best_arrangement(items, item_bytes, 1, scratch).n_bytes;
}

}  // namespace esieve::codec
