// SPDX-License-Identifier: Apache-2.0
#include "bench/dense_data.hpp"

#include <gtest/gtest.h>

#include "bench_data.hpp"

namespace esieve::bench {
namespace {

void expect_region(const ScanRegion& region, std::uint64_t first_y, std::uint64_t n_y, std::uint64_t first_x, std::uint64_t n_x) {
  EXPECT_EQ(region.first_y, first_y);
  EXPECT_EQ(region.n_y, n_y);
  EXPECT_EQ(region.first_x, first_x);
  EXPECT_EQ(region.n_x, n_x);
}

TEST(ChoosePart, takes_everything_that_fits) { expect_region(choose_part({10, 20}, 100, 20'000), 0, 10, 0, 20); }

TEST(ChoosePart, takes_rows_from_the_middle_of_a_scan_that_is_too_large) {
  expect_region(choose_part({10, 20}, 100, 19'999), 0, 9, 0, 20);
  expect_region(choose_part({10, 20}, 100, 8'100), 3, 4, 0, 20);
}

TEST(ChoosePart, takes_part_of_a_row_that_is_too_long) {
  expect_region(choose_part({1, 1000}, 100, 10'000), 0, 1, 450, 100);
  expect_region(choose_part({3, 1000}, 100, 10'000), 1, 1, 450, 100);
}

TEST(ChoosePart, takes_one_frame_however_large) { expect_region(choose_part({3, 3}, 100, 1), 1, 1, 1, 1); }

TEST(Load, reads_the_part_and_no_more) {
  const DenseData whole = random_data(DType::u16, {5, 7}, {3, 2}, 0.5, 1);
  const DenseData part = load(whole, {.first_y = 1, .n_y = 3, .first_x = 2, .n_x = 4}, 1);
  EXPECT_EQ(part.info().scan, (ScanShape{3, 4}));
  const std::size_t frame = whole.info().frame_bytes();
  for (std::size_t y = 0; y < 3; ++y)
    for (std::size_t x = 0; x < 4; ++x) {
      const auto expected = whole.bytes().subspan(((y + 1) * 7 + x + 2) * frame, frame);
      const auto got = part.bytes().subspan((y * 4 + x) * frame, frame);
      EXPECT_TRUE(std::equal(expected.begin(), expected.end(), got.begin())) << y << " " << x;
    }
}

TEST(Load, forgets_the_floor_of_the_whole_when_it_takes_a_part) {
  SourceInfo info;
  info.scan = {2, 2};
  info.detector = {1, 1};
  info.dtype = DType::u8;
  info.floor_bits = 12.5;
  const DenseData whole(info, std::vector<std::byte>(4));
  EXPECT_EQ(load(whole, {.first_y = 0, .n_y = 2, .first_x = 0, .n_x = 2}, 1).info().floor_bits, 12.5);
  EXPECT_FALSE(load(whole, {.first_y = 0, .n_y = 1, .first_x = 0, .n_x = 2}, 1).info().floor_bits);
}

TEST(DenseData, counts_elements_that_are_not_zero_bit_for_bit) {
  SourceInfo info;
  info.scan = {1, 1};
  info.detector = {1, 4};
  info.dtype = DType::f32;
  const std::vector<float> values = {0.0F, -0.0F, 1.5F, std::numeric_limits<float>::quiet_NaN()};
  const auto bytes = std::as_bytes(std::span(values));
  EXPECT_EQ(DenseData(info, {bytes.begin(), bytes.end()}).n_nonzero(), 3U);
}

}  // namespace
}  // namespace esieve::bench
