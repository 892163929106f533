// SPDX-License-Identifier: Apache-2.0
#include "esieve/drawing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace esieve {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string svg_of(Shape shape) { return to_svg({.width_px = 100, .height_px = 50, .shapes = {std::move(shape)}}); }

TEST(Svg, has_the_size_of_the_drawing) {
  EXPECT_THAT(to_svg({.width_px = 640.5, .height_px = 480, .shapes = {}}), HasSubstr("viewBox=\"0 0 640.5 480\""));
}

TEST(Svg, writes_lines_with_their_colour_and_dashes) {
  const std::string svg =
      svg_of(Polyline{.points = {{1, 2}, {3.25, -4.5}}, .colour = {255, 0, 16, 0.5}, .width_px = 2, .dash_px = 3});
  EXPECT_THAT(svg, HasSubstr("points=\"1,2 3.25,-4.5\""));
  EXPECT_THAT(svg, HasSubstr("stroke=\"#ff0010\" stroke-opacity=\"0.5\""));
  EXPECT_THAT(svg, HasSubstr("stroke-dasharray=\"3\""));
}

TEST(Svg, writes_numbers_without_needless_digits) {
  const std::string svg = svg_of(Circle{.centre = {0.1, 0.05}, .radius_px = 4});
  EXPECT_THAT(svg, HasSubstr("cx=\"0.1\" cy=\"0.05\" r=\"4\""));
}

TEST(Svg, escapes_what_xml_would_take_for_markup) {
  const std::string svg = svg_of(Label{.at = {0, 0}, .text = "<a & \"b\">\x01"});
  EXPECT_THAT(svg, HasSubstr("&lt;a &amp; &quot;b&quot;&gt; <"));
  EXPECT_THAT(svg, Not(HasSubstr("\x01")));
}

TEST(Svg, turns_labels_about_their_anchor) {
  const std::string svg = svg_of(Label{.at = {10, 20}, .text = "up", .anchor = Label::Anchor::middle, .upwards = true});
  EXPECT_THAT(svg, HasSubstr("text-anchor=\"middle\""));
  EXPECT_THAT(svg, HasSubstr("rotate(-90 10 20)"));
}

}  // namespace
}  // namespace esieve
