// SPDX-License-Identifier: Apache-2.0
//
// A diagram with two axes, curves, and points that carry their names.
#pragma once

#include <string>
#include <vector>

#include "esieve/drawing.hpp"

namespace esieve::bench {

struct Tick {
  double value = 0;
  std::string text;  ///< Empty: a short mark without a grid line.
};

/// Runs from `low` to `high`, logarithmic if so; `low` may be the larger of the two.
struct Axis {
  std::string title;
  double low = 0, high = 1;
  bool logarithmic = true;
  std::vector<Tick> ticks;

  double place(double value) const;  ///< 0 at `low`, 1 at `high`.
};

/// A logarithmic axis that has room for all `values` (> 0), with ticks of its own.
Axis logarithmic_axis(std::string title, const std::vector<double>& values);

struct Frame {
  double left = 0, top = 0, width = 0, height = 0;
};

struct Mark {
  double x = 0, y = 0;  ///< Values.
  std::string name;     ///< Written beside it; may be empty.
  Colour colour{};
  bool hollow = false;
  bool strong = false;  ///< Larger, its name in bold.
};

/// Draws into a drawing at once, but marks and names only in `finish`, so that names keep out of each other's way.
class Chart {
 public:
  Chart(Drawing& drawing, Frame frame, const std::string& title, Axis x, Axis y);

  /// Through the values; what lies outside the frame is left out.
  void curve(const std::vector<Point>& values, Colour colour, double width_px, double dash_px = 0);
  /// A remark at a place inside the frame, 0 to 1 from its left and from its bottom.
  void remark(double x, double y, const std::string& text, Colour colour, Label::Anchor anchor = Label::Anchor::start);
  void mark(Mark mark) { marks_.push_back(std::move(mark)); }
  void finish();

 private:
  struct Box;
  Point at(double x, double y) const;
  void draw_axes();
  Label place_name(const Mark& mark, std::vector<Box>& taken) const;

  Drawing& drawing_;
  Frame frame_;
  Axis x_, y_;
  std::vector<Mark> marks_;
};

}  // namespace esieve::bench
