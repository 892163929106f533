// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>

#include "esieve/container.hpp"
#include "esieve/error.hpp"
#include "support/test_data.hpp"

namespace esieve {
namespace {

TEST(ChunkGrid, PartsOfARowAreEvenAndDoNotCrossRows) {
  // 4 MiB hold 8 frames of 512 KiB; 20 columns make three chunks of 7, 7 and 6 rather than 8, 8 and 4.
  const ChunkGrid grid = choose_chunk_grid({3, 20}, 512 << 10, {.level = Level::fast});
  EXPECT_EQ(grid.scan_rows, 1U);
  EXPECT_EQ(grid.scan_columns, 7U);
  EXPECT_EQ(grid.n_chunks(), 9U);
  EXPECT_EQ(grid.frames(2, {3, 20}), (FrameRange{14, 6}));
  EXPECT_EQ(grid.frames(3, {3, 20}), (FrameRange{20, 7}));
}

TEST(ChunkGrid, PartsOfALongRowFillTheLanesOfTheCoder) {
  // 128 frames of 32 KiB at most: 104 in five chunks would leave a fifth of the lanes empty.
  EXPECT_EQ(choose_chunk_grid({1, 516}, 32 << 10, {.level = Level::fast}).scan_columns, 128U);
  EXPECT_EQ(choose_chunk_grid({1, 516}, 32 << 10, {.level = Level::standard}).scan_columns, 256U);
  EXPECT_EQ(choose_chunk_grid({1, 516}, 32 << 10, {.level = Level::max}).scan_columns, 256U);
  // Nothing would be gained.
  EXPECT_EQ(choose_chunk_grid({4, 512}, 32 << 10, {.level = Level::fast}).scan_columns, 128U);
  EXPECT_EQ(choose_chunk_grid({4, 512}, 32 << 10, {.level = Level::fast, .lit_share = 0.1}).scan_columns, 256U);
  EXPECT_EQ(choose_chunk_grid({4, 512}, 32 << 10, {.level = Level::fast, .lit_share = 0.03}).scan_columns, 128U);
  EXPECT_EQ(choose_chunk_grid({4, 512}, 32 << 10, {.level = Level::fast, .lit_share = 0.002}).scan_columns, 256U);
  EXPECT_EQ(choose_chunk_grid({4, 120}, 32 << 10, {.level = Level::fast, .lit_share = 0.1}).scan_columns, 120U) << "below 16 MiB";
  EXPECT_EQ(choose_chunk_grid({4, 200}, 32 << 10, {.level = Level::fast}).scan_columns, 100U);
}

TEST(ChunkGrid, LevelDefaultCutsShortScansIntoTwoAtLeast) {
  const auto rows = [](std::uint64_t scan_y) {
    return choose_chunk_grid({scan_y, 32}, 8 << 10, {.level = Level::standard}).scan_rows;
  };
  EXPECT_EQ(rows(32), 16U);  // 4 MiB of 8
  EXPECT_EQ(rows(64), 32U);  // 8 MiB of 16
}

TEST(ChunkGrid, RowsThatWouldLeaveLanesIdleAreGathered) {
  const auto rows = [](ScanShape scan, std::uint64_t frame_bytes, Level level) {
    const ChunkGrid grid = choose_chunk_grid(scan, frame_bytes, {.level = level});
    EXPECT_EQ(grid.scan_columns, scan.scan_x);
    return grid.scan_rows;
  };
  for (const Level level : {Level::fast, Level::standard}) {
    EXPECT_EQ(rows({48, 48}, 64 << 10, level), 4U);  // 192 frames are three groups of lanes, twice; 48 leave a quarter idle
    EXPECT_EQ(rows({2, 48}, 64 << 10, level), 1U);   // nothing would be gained
  }
  EXPECT_EQ(rows({48, 48}, 64 << 10, Level::max), 5U);
  EXPECT_EQ(rows({64, 64}, 64 << 10, Level::fast), 1U);  // none idle
  EXPECT_EQ(rows({64, 64}, 64 << 10, Level::standard), 2U);
  EXPECT_EQ(rows({64, 64}, 32 << 10, Level::fast), 2U);
  EXPECT_EQ(rows({100, 40}, 100 << 10, Level::fast), 3U);  // 120 of 128
}

TEST(ChunkGrid, SmallFramesShareAChunkBySeveralWholeRows) {
  const ChunkGrid grid = choose_chunk_grid({7, 5}, 1024, {.frames_per_chunk = 17});
  EXPECT_EQ(grid.scan_rows, 3U);
  EXPECT_EQ(grid.scan_columns, 5U);
  EXPECT_EQ(grid.frames(2, {7, 5}), (FrameRange{30, 5}));
}

TEST(ChunkGrid, AFrameLargerThanTheTargetHasAChunkOfItsOwn) {
  const ChunkGrid grid = choose_chunk_grid({2, 3}, 64 << 20, {});
  EXPECT_EQ(grid.scan_rows * grid.scan_columns, 1U);
}

TEST(ChunkGrid, HigherLevelsGatherMoreFrames) {
  const auto frames = [](Level level) {
    const ChunkGrid grid = choose_chunk_grid({256, 256}, 128 << 10, {.level = level});
    return grid.scan_rows * grid.scan_columns;
  };
  EXPECT_LE(frames(Level::fast), frames(Level::standard));
  EXPECT_LT(frames(Level::standard), frames(Level::max));
}

TEST(ChunkGrid, RefusesWhatHdf5CannotHold) {
  EXPECT_THROW(choose_chunk_grid({1, 1}, std::uint64_t{1} << 32, {}), UsageError);
  EXPECT_THROW(choose_chunk_grid({1, 5000}, 1 << 20, {.frames_per_chunk = 5000}), UsageError);
  EXPECT_THROW(choose_chunk_grid({0, 5}, 1 << 20, {}), UsageError);
}

TEST(ChunkGrid, EveryFrameIsInExactlyOneChunkInScanOrder) {
  const std::uint64_t seed = test_seed(20250101);
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  for (int trial = 0; trial < 500; ++trial) {
    const ScanShape scan{1 + random() % 40, 1 + random() % 40};
    const ContainerOptions options{.level = static_cast<Level>(1 + random() % 3),
                                   .frames_per_chunk = static_cast<std::uint32_t>(random() % 60)};
    const ChunkGrid grid = choose_chunk_grid(scan, 1 + random() % 400'000, options);
    ASSERT_LE(grid.scan_rows, scan.scan_y);
    ASSERT_LE(grid.scan_columns, scan.scan_x);
    if (options.frames_per_chunk != 0) {
      ASSERT_LE(grid.scan_rows * grid.scan_columns, options.frames_per_chunk);
    }
    std::uint64_t next = 0;
    for (std::uint64_t i = 0; i < grid.n_chunks(); ++i) {
      const FrameRange frames = grid.frames(i, scan);
      ASSERT_EQ(frames.first, next);
      ASSERT_GE(frames.count, 1U);
      ASSERT_LE(frames.count, grid.scan_rows * grid.scan_columns);
      next = frames.end();
    }
    ASSERT_EQ(next, scan.n_frames());
  }
}

}  // namespace
}  // namespace esieve
