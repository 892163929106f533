// SPDX-License-Identifier: Apache-2.0
#include "esieve/scan_geometry.hpp"

#include <gtest/gtest.h>

#include <set>

#include "esieve/error.hpp"

namespace esieve {
namespace {

std::vector<std::int64_t> route(const ScanGeometry& geometry, std::uint64_t n) {
  std::vector<std::int64_t> indices;
  for (std::uint64_t i = 0; i < n; ++i) {
    const auto index = scan_index_of(geometry, i);
    indices.push_back(index ? static_cast<std::int64_t>(*index) : -1);
  }
  return indices;
}

using Route = std::vector<std::int64_t>;

TEST(ScanGeometry, frames_come_line_by_line) {
  EXPECT_EQ(route({.scan_y = 2, .scan_x = 3}, 8), (Route{0, 1, 2, 3, 4, 5, -1, -1}));
}

TEST(ScanGeometry, flyback_frames_belong_to_no_position) {
  EXPECT_EQ(route({.scan_y = 2, .scan_x = 2, .flyback_frames = 1}, 6), (Route{0, 1, -1, 2, 3, -1}));
  EXPECT_EQ(route({.scan_y = 2, .scan_x = 2, .flyback_lines = 1}, 8), (Route{0, 1, -1, -1, 2, 3, -1, -1}));
}

TEST(ScanGeometry, every_second_line_of_a_serpentine_runs_backwards) {
  EXPECT_EQ(route({.scan_y = 3, .scan_x = 2, .serpentine = true}, 6), (Route{0, 1, 3, 2, 4, 5}));
}

TEST(ScanGeometry, offset_leaves_out_frames_or_positions) {
  EXPECT_EQ(route({.scan_y = 1, .scan_x = 3, .offset = 2}, 5), (Route{-1, -1, 0, 1, 2}));
  EXPECT_EQ(route({.scan_y = 1, .scan_x = 3, .offset = -1}, 3), (Route{1, 2, -1}));
}

TEST(ScanGeometry, several_frames_share_a_position) {
  EXPECT_EQ(route({.scan_y = 1, .scan_x = 2, .frames_per_position = 2}, 4), (Route{0, 0, 1, 1}));
}

TEST(ScanGeometry, unknown_lengths_grow) {
  EXPECT_EQ(route({.scan_x = 2}, 5), (Route{0, 1, 2, 3, 4}));
  EXPECT_EQ(route({}, 3), (Route{0, 1, 2}));
}

TEST(ScanGeometry, a_list_of_positions_says_it_all) {
  EXPECT_EQ(route({.scan_y = 2, .scan_x = 2, .positions = {3, ScanGeometry::outside, 0}}, 4), (Route{3, -1, 0, -1}));
}

TEST(ScanGeometry, visits_every_position_as_often_as_it_should) {
  for (const std::uint64_t flyback : {0U, 3U})
    for (const std::uint64_t lines : {0U, 1U})
      for (bool serpentine : {false, true})
        for (const std::uint64_t repeats : {1U, 2U}) {
          const ScanGeometry geometry{.scan_y = 5,
                                      .scan_x = 7,
                                      .offset = 4,
                                      .flyback_frames = flyback,
                                      .flyback_lines = lines,
                                      .serpentine = serpentine,
                                      .frames_per_position = repeats};
          std::multiset<std::uint64_t> visited;
          for (std::uint64_t n = 0; n < *n_camera_frames(geometry); ++n)
            if (const auto index = scan_index_of(geometry, n)) visited.insert(*index);
          EXPECT_EQ(visited.size(), 35 * repeats);
          for (std::uint64_t index = 0; index < 35; ++index) EXPECT_EQ(visited.count(index), repeats);
        }
}

TEST(ScanGeometry, refuses_what_makes_no_sense) {
  EXPECT_THROW(check({.scan_y = 0, .scan_x = 4}), UsageError);
  EXPECT_THROW(check({.scan_y = 4, .scan_x = -2}), UsageError);
  EXPECT_THROW(check({.scan_y = 4, .scan_x = -1}), UsageError);
  EXPECT_THROW(check({.serpentine = true}), UsageError);
  EXPECT_THROW(check({.scan_y = 2, .scan_x = 2, .positions = {4}}), UsageError);
  EXPECT_THROW(check({.scan_y = 2, .scan_x = 2, .flyback_frames = 1, .positions = {1}}), UsageError);
  EXPECT_THROW(check({.scan_y = 2, .scan_x = 2, .frames_per_position = 0}), UsageError);
}

}  // namespace
}  // namespace esieve
