// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "esieve/error.hpp"
#include "reader/selection.hpp"
#include "support/test_data.hpp"

namespace esieve {
namespace {

TEST(Selection, ARegionInsideAChunkOfSeveralRowsTouchesItOnce) {
  const ScanShape scan{6, 4};
  const ChunkGrid grid = choose_chunk_grid(scan, 8, {.frames_per_chunk = 12});
  const Selection selection = select(grid, scan, ScanRegion{1, 3, 1, 2});
  EXPECT_THAT(selection.scan_indices, testing::ElementsAre(5, 6, 9, 10, 13, 14));
  ASSERT_EQ(selection.chunks.size(), 2U);
  EXPECT_EQ(selection.chunks[0].pieces.size(), 2U);
  EXPECT_EQ(selection.chunks[1].pieces.size(), 1U);
}

TEST(Selection, RefusesWhatIsOutsideTheScanAndSaysItsSize) {
  const ScanShape scan{6, 4};
  const ChunkGrid grid = choose_chunk_grid(scan, 8, {});
  const auto message = [&](auto what) -> std::string {
    try {
      select(grid, scan, what);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(message(FrameRange{20, 5}), testing::HasSubstr("24 frames"));
  EXPECT_THAT(message(FrameRange{~std::uint64_t{0}, 2}), testing::HasSubstr("24 frames"));
  EXPECT_THAT(message(ScanRegion{0, 7, 0, 1}), testing::HasSubstr("6 rows of 4"));
  EXPECT_THAT(message(ScanRegion{0, 1, 3, ~std::uint64_t{0}}), testing::HasSubstr("6 rows of 4"));
  EXPECT_EQ(message(FrameRange{24, 0}), "");
}

TEST(Selection, PiecesCoverExactlyTheFramesAskedFor) {
  const std::uint64_t seed = test_seed(11);
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  for (int trial = 0; trial < 300; ++trial) {
    const ScanShape scan{1 + random() % 12, 1 + random() % 12};
    const ChunkGrid grid = choose_chunk_grid(scan, 8, {.frames_per_chunk = static_cast<std::uint32_t>(1 + random() % 30)});
    const std::uint64_t y = random() % scan.scan_y, x = random() % scan.scan_x;
    const ScanRegion region{y, random() % (scan.scan_y - y + 1), x, random() % (scan.scan_x - x + 1)};
    const Selection selection = select(grid, scan, region);
    std::uint64_t out = 0;
    for (const ChunkPieces& chunk : selection.chunks) {
      const FrameRange frames = grid.frames(chunk.chunk, scan);
      for (const Piece& piece : chunk.pieces) {
        ASSERT_EQ(piece.out, out);
        ASSERT_LE(piece.first + piece.count, frames.count);
        for (std::uint64_t k = 0; k < piece.count; ++k, ++out)
          ASSERT_EQ(selection.scan_indices[out], frames.first + piece.first + k);
      }
    }
    ASSERT_EQ(out, region.n_frames());
    ASSERT_EQ(selection.scan_indices.size(), out);
  }
}

}  // namespace
}  // namespace esieve
