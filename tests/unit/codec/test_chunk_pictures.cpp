// SPDX-License-Identifier: Apache-2.0
//
// Pictures, test patterns and frames that come again: no detector's counts, but any dense codec makes them small.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "codec/chunk/copied_share.hpp"
#include "codec/gaps/extract.hpp"
#include "esieve/codec.hpp"
#include "support/test_data.hpp"

namespace esieve::codec {
namespace {

constexpr BlockShape shape{8, 96, 128, 8};

/// Filled boxes of one count each, the same in every frame but for a pixel here and there.
std::vector<std::uint16_t> picture(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::uint16_t> counts(shape.n_counts());
  for (int box = 0; box < 12; ++box) {
    const std::size_t y = random() % 80, x = random() % 100, height = 1 + random() % 16, width = 1 + random() % 28;
    const auto count = static_cast<std::uint16_t>(1 + random() % 4000);
    for (std::size_t f = 0; f < shape.n_frames; ++f)
      for (std::size_t dy = 0; dy < height; ++dy)
        std::fill_n(&counts[f * shape.n_pixels() + (y + dy) * shape.det_x + x], width, count);
  }
  for (int i = 0; i < 40; ++i) counts[random() % counts.size()] ^= 1;
  return counts;
}

/// The same boxes, filled with counts by chance.
std::vector<std::uint16_t> noise_like(std::vector<std::uint16_t> counts, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  for (std::uint16_t& count : counts)
    if (count != 0) count = static_cast<std::uint16_t>(std::poisson_distribution<int>(2.5)(random));
  return counts;
}

std::vector<std::byte> chunk_of(const std::vector<std::uint16_t>& counts, Level level) {
  const ChunkParameters parameters{.n_frames = shape.n_frames,
                                   .det_y = shape.det_y,
                                   .det_x = shape.det_x,
                                   .scan_row_frames = shape.n_frames,
                                   .dtype = DType::u16,
                                   .level = level};
  std::vector<std::byte> chunk;
  ChunkCodec codec;
  codec.encode(std::as_bytes(std::span(counts)), parameters, 0, chunk);
  std::vector<std::uint16_t> back(counts.size());
  EXPECT_EQ(codec.decode(chunk, parameters, std::as_writable_bytes(std::span(back))), ChunkStatus::okay);
  EXPECT_EQ(back, counts);
  return chunk;
}

TEST(ChunkOfPictures, is_worked_on_as_hard_at_every_level) {
  for (std::uint64_t i = 0; i < 5; ++i) {
    SCOPED_TRACE("seed " + std::to_string(test_seed(7) + i));
    const auto counts = picture(test_seed(7) + i);
    const auto hardest = chunk_of(counts, Level::max);
    EXPECT_LT(hardest.size(), 2000U);
    for (const Level level : {Level::fast, Level::standard}) EXPECT_LE(chunk_of(counts, level).size(), hardest.size());
  }
}

TEST(ChunkOfPictures, is_told_from_counts) {
  const auto counts = picture(test_seed(7)), noise = noise_like(counts, test_seed(7));
  std::vector<std::byte> rows;
  const auto share = [&](const std::vector<std::uint16_t>& of) {
    return copied_share<std::uint16_t>(Elements(std::as_bytes(std::span(of)), shape, sizeof(std::uint16_t)), shape, copied_rows,
                                       rows);
  };
  EXPECT_GT(share(counts), 0.9);
  EXPECT_LT(share(noise), 0.4);
  EXPECT_GT(share(noise), 0.0);
  EXPECT_EQ(share(std::vector<std::uint16_t>(counts.size())), 0.0);
  EXPECT_EQ(share(std::vector<std::uint16_t>(counts.size(), 7)), 1.0);
  EXPECT_GT(chunk_of(noise, Level::fast).size(), chunk_of(noise, Level::max).size()) << "so little time is spent on noise";
}

TEST(ChunkOfPictures, is_told_from_counts_by_their_list_as_well) {
  const auto share = [&](const std::vector<std::uint16_t>& of) {
    gaps::ExtractedEvents events;
    gaps::extract_events(of.data(), shape, of.size(), events);
    return copied_share(events.list(), shape, 1000);
  };
  const auto counts = picture(test_seed(7));
  EXPECT_GT(share(counts), 0.9) << "as in the frame before";
  EXPECT_LT(share(noise_like(counts, test_seed(7))), 0.4);
  EXPECT_GT(share(noise_like(counts, test_seed(7))), 0.0);
  EXPECT_EQ(share(std::vector<std::uint16_t>(counts.size())), 0.0);
  EXPECT_EQ(share(std::vector<std::uint16_t>(counts.size(), 7)), 1.0);
  std::vector<std::uint16_t> columns(counts.size()), rows(counts.size()), slopes(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::size_t f = i / shape.n_pixels(), y = i % shape.n_pixels() / shape.det_x, x = i % shape.det_x;
    columns[i] = static_cast<std::uint16_t>(1 + x * x + 1000 * f);
    rows[i] = static_cast<std::uint16_t>(1 + y * y + 1000 * f);
    slopes[i] = static_cast<std::uint16_t>(1 + (f + 2) * x + y * y);
  }
  for (const auto& of : {columns, rows, slopes}) EXPECT_GT(share(of), 0.95);  // above, left, two to the left
}

TEST(ChunkOfPictures, may_be_slopes_or_lines_in_the_dark) {
  std::mt19937_64 random(test_seed(8));
  std::vector<std::uint16_t> slopes(shape.n_counts()), lines(shape.n_counts());
  const auto at = [](std::size_t f, std::size_t y, std::size_t x) { return (f * shape.det_y + y) * shape.det_x + x; };
  for (std::size_t f = 0; f < shape.n_frames; ++f) {
    for (std::size_t y = 20; y < 44; ++y)
      for (std::size_t x = 30 + f; x < 56 + f; ++x) slopes[at(f, y, x)] = static_cast<std::uint16_t>(x * y + f);
    for (int line = 0; line < 4; ++line) {
      const std::size_t y = random() % shape.det_y;
      std::fill_n(&lines[at(f, y, 0)], shape.det_x, static_cast<std::uint16_t>(1 + random() % 60'000));
    }
  }
  for (const auto& counts : {slopes, lines}) {
    const std::size_t n_lit = counts.size() - static_cast<std::size_t>(std::count(counts.begin(), counts.end(), 0));
    for (const Level level : {Level::fast, Level::standard, Level::max}) EXPECT_LT(chunk_of(counts, level).size(), n_lit / 4);
  }
}

TEST(ChunkOfPictures, looks_at_blocks_of_any_shape) {
  std::vector<std::byte> rows;
  for (const BlockShape block : {BlockShape{1, 1, 1, 1}, BlockShape{1, 1, 4000, 1}, BlockShape{100, 1, 1, 100},
                                 BlockShape{1, 500, 1, 1}, BlockShape{2, 2, 2, 1}, BlockShape{3, 50, 70, 3}}) {
    const std::vector<std::uint32_t> counts(block.n_counts(), 5);
    const double share = copied_share<std::uint32_t>(Elements(std::as_bytes(std::span(counts)), block, sizeof(std::uint32_t)),
                                                     block, copied_rows, rows);
    EXPECT_TRUE(share == 0 || share > 0.97) << share;  // the first of a row has none to its left
  }
}

}  // namespace
}  // namespace esieve::codec
