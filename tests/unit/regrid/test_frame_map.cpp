// SPDX-License-Identifier: Apache-2.0
#include "regrid/frame_map.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "esieve/error.hpp"
#include "reader/gather_frames.hpp"
#include "support/test_data.hpp"

namespace esieve {
namespace {

/// The map that runs say, each of its blocks inside its rows and none over another.
std::vector<std::uint64_t> expand(std::span<const MapRun> runs, ScanShape scan, ScanShape original) {
  std::vector<std::uint64_t> map(scan.n_frames(), no_frame);
  for (const MapRun& run : runs)
    for (std::uint64_t k = 0; k < run.count; ++k)
      for (std::uint64_t i = 0; i < run.length; ++i) {
        const std::uint64_t to_x = run.to_x + i, from_x = run.from_x + k * run.from_step_x + i;
        EXPECT_TRUE(to_x < scan.scan_x && from_x < original.scan_x);
        std::uint64_t& frame = map[(run.to_y + k * run.step) * scan.scan_x + to_x];
        EXPECT_EQ(frame, no_frame);
        frame = (run.from_y + k * run.from_step_y) * original.scan_x + from_x;
      }
  return map;
}

std::size_t n_runs(const ScanGeometry& geometry, ScanShape original) {
  const ScanShape scan{static_cast<std::uint64_t>(geometry.scan_y), static_cast<std::uint64_t>(geometry.scan_x)};
  const auto map = map_frames(geometry, original.n_frames());
  const auto runs = runs_of(map, scan, original);
  EXPECT_EQ(expand(runs, scan, original), map);
  return runs.size();
}

TEST(FrameMap, regular_geometries_take_few_runs) {
  EXPECT_EQ(n_runs({.scan_y = 64, .scan_x = 63, .flyback_frames = 1}, {1, 4096}), 1U);
  EXPECT_EQ(n_runs({.scan_y = 64, .scan_x = 63, .flyback_frames = 1}, {64, 64}), 1U);
  EXPECT_EQ(n_runs({.scan_y = 32, .scan_x = 64, .flyback_lines = 1}, {64, 64}), 1U);
  EXPECT_EQ(n_runs({.scan_y = 64, .scan_x = 64, .serpentine = true}, {64, 64}), 1U + 64U);
  EXPECT_EQ(n_runs({.scan_y = 64, .scan_x = 64, .serpentine = true}, {1, 4096}), 1U + 64U);
  EXPECT_LE(n_runs({.scan_y = 63, .scan_x = 64, .flyback_frames = 1}, {64, 64}), 2 * 63U);
  EXPECT_LE(n_runs({.scan_y = 64, .scan_x = 64, .offset = 3}, {64, 64}), 3U);
}

TEST(FrameMap, any_geometry_is_covered_once) {
  const std::uint64_t seed = test_seed(4);
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int trial = 0; trial < 2000; ++trial) {
    const auto below = [&](std::uint64_t n) { return random() % n; };
    ScanGeometry geometry{.scan_y = static_cast<std::int64_t>(1 + below(9)),
                          .scan_x = static_cast<std::int64_t>(1 + below(9)),
                          .offset = static_cast<std::int64_t>(below(21)) - 10,
                          .flyback_frames = below(3),
                          .flyback_lines = below(2),
                          .serpentine = below(2) == 1};
    const ScanShape original{1 + below(9), 1 + below(20)};
    if (trial % 4 == 0) {
      std::vector<std::uint64_t> positions(static_cast<std::size_t>(geometry.scan_y * geometry.scan_x));
      std::iota(positions.begin(), positions.end(), 0U);
      std::shuffle(positions.begin(), positions.end(), random);
      for (auto& position : positions)
        if (below(5) == 0) position = ScanGeometry::outside;
      geometry = {.scan_y = geometry.scan_y, .scan_x = geometry.scan_x, .positions = positions};
    }
    n_runs(geometry, original);
    ASSERT_FALSE(HasFailure()) << "trial " << trial;
  }
}

TEST(FrameMap, two_frames_at_a_position_are_refused) {
  EXPECT_THROW(map_frames({.scan_y = 1, .scan_x = 3, .positions = {0, 1, 0}}, 3), UsageError);
}

}  // namespace
}  // namespace esieve
