// SPDX-License-Identifier: Apache-2.0
//
// A picture as a list of shapes, drawn in order. SVG is made of it here; the program makes PNG.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "esieve/export.hpp"

namespace esieve {

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
  double opacity = 1;
};

/// In pixels from the upper left corner, y downwards.
struct Point {
  double x = 0, y = 0;
};

struct Polyline {
  std::vector<Point> points;
  Colour colour{};
  double width_px = 1;
  double dash_px = 0;  ///< Length of dashes and gaps; 0: unbroken.
};

struct Rectangle {
  Point corner{};  ///< Upper left.
  double width_px = 0, height_px = 0;
  Colour fill{};
};

struct Circle {
  Point centre{};
  double radius_px = 0;
  Colour fill{};
  Colour edge{};
};

struct Label {
  enum class Anchor : std::uint8_t { start, middle, end };

  Point at{};        ///< On the baseline, at the anchor.
  std::string text;  ///< UTF-8, one line.
  double size_px = 12;
  Colour colour{};
  Anchor anchor = Anchor::start;
  bool bold = false;
  bool upwards = false;  ///< Turned by 90° to read from bottom to top.
};

using Shape = std::variant<Polyline, Rectangle, Circle, Label>;

struct Drawing {
  double width_px = 0, height_px = 0;
  std::vector<Shape> shapes;
};

/// A whole SVG 1.1 document with a white ground, fonts left to the viewer's sans-serif.
ESIEVE_API std::string to_svg(const Drawing& drawing);

}  // namespace esieve
