// SPDX-License-Identifier: Apache-2.0
#include "report/dense_sample.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "support/test_data.hpp"

namespace esieve {
namespace {

TEST(DenseSample, is_the_whole_scan_if_there_is_room) {
  const DenseSample sample = choose_sample({48, 40}, 1000, 48 * 40 * 1000);
  ASSERT_EQ(sample.tiles.size(), 1U);
  EXPECT_EQ(sample.shape(), (ScanShape{48, 40}));
}

TEST(DenseSample, is_tiles_of_32_by_32_spread_over_rows_and_columns) {
  const DenseSample sample = choose_sample({256, 256}, 131072, std::uint64_t{1} << 30);
  ASSERT_EQ(sample.tiles.size(), 8U);
  EXPECT_EQ(sample.tile_shape(), (ScanShape{32, 32}));
  std::set<std::uint64_t> rows, columns;
  for (const ScanRegion& tile : sample.tiles) {
    rows.insert(tile.first_y);
    columns.insert(tile.first_x);
  }
  EXPECT_GE(rows.size(), 2U);
  EXPECT_GE(columns.size(), 2U);
}

TEST(DenseSample, is_smaller_tiles_of_larger_frames_and_at_least_one_frame) {
  EXPECT_EQ(choose_sample({100, 100}, std::uint64_t{8} << 20, std::uint64_t{64} << 20).tile_shape().n_frames(), 8U);
  EXPECT_EQ(choose_sample({100, 100}, std::uint64_t{8} << 30, std::uint64_t{1} << 30).shape().n_frames(), 1U);
}

TEST(DenseSample, takes_parts_of_a_single_scan_row) {
  const DenseSample sample = choose_sample({1, 100000}, 1000, 10 * 32 * 1000);
  EXPECT_EQ(sample.tile_shape(), (ScanShape{1, 32}));
  EXPECT_EQ(sample.tiles.size(), 10U);
}

TEST(DenseSample, stays_inside_the_scan_and_the_bound_and_takes_no_frame_twice) {
  const std::uint64_t seed = test_seed(31);
  SCOPED_TRACE("ESIEVE_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int trial = 0; trial < 500; ++trial) {
    const ScanShape scan{1 + random() % 300, 1 + random() % 300};
    const std::uint64_t max_frames = 1 + random() % (2 * scan.n_frames());
    const DenseSample sample = choose_sample(scan, 10, max_frames * 10);
    EXPECT_LE(sample.shape().n_frames(), std::min(max_frames, scan.n_frames()));
    std::set<std::uint64_t> seen;
    for (const ScanRegion& tile : sample.tiles) {
      EXPECT_EQ(tile.n_y, sample.tile_shape().scan_y);
      EXPECT_EQ(tile.n_x, sample.tile_shape().scan_x);
      EXPECT_LE(tile.first_y + tile.n_y, scan.scan_y);
      EXPECT_LE(tile.first_x + tile.n_x, scan.scan_x);
      EXPECT_TRUE(seen.insert(tile.first_y * scan.scan_x + tile.first_x).second);
    }
  }
}

}  // namespace
}  // namespace esieve
