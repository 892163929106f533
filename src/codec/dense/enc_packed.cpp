// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <initializer_list>

#include "codec/dense/packed.hpp"
#include "codec/dense/prediction.hpp"
#include "codec/dense/shuffle.hpp"
#include "codec/scratch.hpp"

namespace esieve::codec {
namespace {

/// What a level of effort means here.
struct Effort {
  int zstd_level;
  std::size_t sample_bytes;  // on which the arrangement is chosen
  int sample_level;
};

Effort effort_of(Level level) {
  switch (level) {
    case Level::fast: return {1, 256 * 1024, 1};
    case Level::standard: return {5, 256 * 1024, 3};
    case Level::max: break;
  }
  return {15, 1024 * 1024, 5};
}

struct Arrangement {
  Prediction prediction = Prediction::none;
  Shuffle shuffle = Shuffle::none;
  double share = 2;  ///< What is left of the bytes of a sample.
};

/// Bytes of the items, shuffled and compressed.
std::size_t compressed_size(Shuffle shuffle, std::span<const std::byte> items, std::size_t item_bytes, int level,
                            PackScratch& scratch) {
  if (shuffle == Shuffle::none) return scratch.zstd.compressed_size(items, level);
  shuffle_items(shuffle, items, item_bytes, scratch.shuffled);
  return scratch.zstd.compressed_size(scratch.shuffled, level);
}

bool is_of_use(Shuffle shuffle, std::size_t item_bytes) {
  return shuffle == Shuffle::none || (shuffle == Shuffle::bytes ? item_bytes > 1 : item_bytes <= max_bits_item_bytes);
}

// Takes the place of `best` if one of the shuffles of `items` is smaller.
void try_shuffles(Prediction prediction, std::span<const std::byte> items, std::size_t item_bytes, int level,
                  PackScratch& scratch, Arrangement& best) {
  for (const Shuffle shuffle : {Shuffle::none, Shuffle::bytes, Shuffle::bits}) {
    if (!is_of_use(shuffle, item_bytes)) continue;
    const std::size_t n_bytes = compressed_size(shuffle, items, item_bytes, level, scratch);
    const double share = static_cast<double>(n_bytes) / static_cast<double>(items.size());
    if (share < best.share) best = {prediction, shuffle, share};
  }
}

// Tried on some frames in the middle, with little effort: which arrangement is best hardly depends on it.
Arrangement best_arrangement(std::span<const std::byte> items, std::size_t item_bytes, const BlockShape& shape,
                             std::size_t most_bytes, int level, PackScratch& scratch) {
  const std::size_t frame_bytes = shape.n_pixels() * item_bytes;
  const std::size_t n_frames = std::min<std::size_t>(shape.n_frames, (most_bytes - 1) / frame_bytes + 1);
  const std::size_t first = (shape.n_frames - n_frames) / 2;
  const std::size_t n_bytes = std::min(n_frames * frame_bytes, std::max<std::size_t>(most_bytes / item_bytes, 8) * item_bytes);
  const auto sample = items.subspan(first * frame_bytes, n_bytes);
  Arrangement best;
  try_shuffles(Prediction::none, sample, item_bytes, level, scratch, best);
  if (!is_predictable(item_bytes)) return best;
  const auto bits = prediction_bits(items, item_bytes, shape);
  for (const Prediction prediction : {Prediction::left, Prediction::plane, Prediction::frame}) {
    if (bits[static_cast<std::size_t>(prediction)] >= bits[0]) continue;
    predict_items(prediction, items, item_bytes, shape, first, n_frames, scratch.predicted);
    const auto predicted = std::span<const std::byte>(scratch.predicted).first(n_bytes);
    try_shuffles(prediction, predicted, item_bytes, level, scratch, best);
  }
  return best;
}

}  // namespace

bool pack_items(std::span<const std::byte> items, std::size_t item_bytes, const BlockShape& shape, Level level,
                PackScratch& scratch, std::vector<std::byte>& out, std::size_t bytes_to_beat) {
  const Effort effort = effort_of(level);
  const Arrangement how = best_arrangement(items, item_bytes, shape, effort.sample_bytes, effort.sample_level, scratch);
  constexpr double gained_by_effort = 0.92;  // what zstd finds in all of the items at its own level, and not in the sample
  if (gained_by_effort * how.share * static_cast<double>(items.size()) > static_cast<double>(bytes_to_beat)) return false;
  out.push_back(static_cast<std::byte>(static_cast<unsigned>(how.shuffle) | static_cast<unsigned>(how.prediction) << 4));
  if (how.prediction != Prediction::none) {
    predict_items(how.prediction, items, item_bytes, shape, 0, shape.n_frames, scratch.predicted);
    items = scratch.predicted;
  }
  if (how.shuffle == Shuffle::none) {
    scratch.zstd.compress(items, effort.zstd_level, out);
    return true;
  }
  shuffle_items(how.shuffle, items, item_bytes, scratch.shuffled);
  if (scratch.predicted.size() > most_kept_bytes) scratch.predicted = {};
  scratch.zstd.compress(scratch.shuffled, effort.zstd_level, out);
  return true;
}

bool repeats_itself(std::span<const std::byte> items, std::size_t most_bytes, PackScratch& scratch) {
  return scratch.zstd.compressed_size(items, 1) < most_bytes;
}

bool packs_within(std::span<const std::byte> items, std::size_t item_bytes, const BlockShape& shape, std::size_t most_bytes,
                  PackScratch& scratch) {
  const auto size = [&](Shuffle shuffle, std::span<const std::byte> sample) {
    return compressed_size(shuffle, sample, item_bytes, /*level=*/1, scratch);
  };
  const auto any_fits = [&](std::initializer_list<Shuffle> shuffles, std::span<const std::byte> sample) {
    return std::any_of(shuffles.begin(), shuffles.end(),
                       [&](Shuffle shuffle) { return is_of_use(shuffle, item_bytes) && size(shuffle, sample) < most_bytes; });
  };
  const std::size_t by_bits = size(Shuffle::bits, items);
  if (by_bits < most_bytes) return true;
  // The other shuffles hardly ever differ from this one by more.
  const bool is_near = static_cast<double>(by_bits) < 1.1 * static_cast<double>(most_bytes);
  if (is_near && any_fits({Shuffle::none, Shuffle::bytes}, items)) return true;
  const auto bits = prediction_bits(items, item_bytes, shape);
  for (const Prediction prediction : {Prediction::left, Prediction::plane, Prediction::frame}) {
    const double share = static_cast<double>(bits[static_cast<std::size_t>(prediction)]) / static_cast<double>(bits[0]);
    if (share * static_cast<double>(by_bits) >= static_cast<double>(most_bytes)) continue;
    predict_items(prediction, items, item_bytes, shape, 0, shape.n_frames, scratch.predicted);
    if (any_fits({Shuffle::none, Shuffle::bytes, Shuffle::bits}, scratch.predicted)) return true;
  }
  return false;
}

}  // namespace esieve::codec
