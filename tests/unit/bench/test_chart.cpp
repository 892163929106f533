// SPDX-License-Identifier: Apache-2.0
#include "bench/chart.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace esieve::bench {
namespace {

TEST(Axis, puts_values_in_proportion_to_their_logarithms) {
  const Axis axis{"", 1, 100, true, {}};
  EXPECT_DOUBLE_EQ(axis.place(1), 0);
  EXPECT_DOUBLE_EQ(axis.place(10), 0.5);
  EXPECT_DOUBLE_EQ(axis.place(100), 1);
}

TEST(Axis, may_run_backwards) {
  const Axis axis{"", 1, 0.01, true, {}};
  EXPECT_DOUBLE_EQ(axis.place(0.1), 0.5);
}

TEST(Axis, has_room_for_its_values_and_names_some_ticks) {
  for (const std::vector<double>& values : {std::vector<double>{5}, {0.013, 4.1}, {1, 1e6}, {3, 3.1}}) {
    const Axis axis = logarithmic_axis("", values);
    for (const double value : values) {
      EXPECT_GT(axis.place(value), 0);
      EXPECT_LT(axis.place(value), 1);
    }
    const auto named = std::count_if(axis.ticks.begin(), axis.ticks.end(), [](const Tick& tick) { return !tick.text.empty(); });
    EXPECT_GE(named, 1) << values.front();
    EXPECT_LE(named, 12) << values.front();
  }
}

/// Where the labels of a finished chart are, in a frame of 400 × 300 at the origin.
std::vector<Label> labels_of(const std::vector<Mark>& marks) {
  Drawing drawing;
  Chart chart(drawing, {0, 0, 400, 300}, "title", {"", 1, 100, true, {}}, {"", 1, 100, true, {}});
  for (const Mark& mark : marks) chart.mark(mark);
  chart.finish();
  std::vector<Label> labels;
  for (const Shape& shape : drawing.shapes)
    if (const auto* label = std::get_if<Label>(&shape))
      for (const Mark& mark : marks)
        if (mark.name == label->text) labels.push_back(*label);
  return labels;
}

TEST(Chart, writes_every_name_once) {
  const auto labels =
      labels_of({{.x = 10, .y = 10, .name = "one", .colour = {}}, {.x = 20, .y = 50, .name = "two", .colour = {}}});
  EXPECT_EQ(labels.size(), 2U);
}

TEST(Chart, keeps_names_of_near_points_apart) {
  const auto labels = labels_of(
      {{.x = 10, .y = 10, .name = "first name", .colour = {}}, {.x = 10.2, .y = 10.1, .name = "second name", .colour = {}}});
  ASSERT_EQ(labels.size(), 2U);
  EXPECT_TRUE(labels[0].anchor != labels[1].anchor || std::abs(labels[0].at.y - labels[1].at.y) > 10);
}

TEST(Chart, turns_names_inwards_at_the_edge) {
  const auto labels = labels_of({{.x = 99, .y = 10, .name = "at the right edge", .colour = {}}});
  ASSERT_EQ(labels.size(), 1U);
  EXPECT_NE(labels[0].anchor, Label::Anchor::start);
}

TEST(Chart, leaves_out_what_lies_outside_the_frame) {
  Drawing drawing;
  Chart chart(drawing, {0, 0, 400, 300}, "", {"", 1, 100, true, {}}, {"", 1, 100, true, {}});
  const std::size_t before = drawing.shapes.size();
  chart.curve({{0.1, 10}, {2, 10}, {50, 20}, {50, 2000}}, {}, 1);
  ASSERT_EQ(drawing.shapes.size(), before + 1);
  EXPECT_EQ(std::get<Polyline>(drawing.shapes.back()).points.size(), 2U);
}

}  // namespace
}  // namespace esieve::bench
