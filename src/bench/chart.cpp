// SPDX-License-Identifier: Apache-2.0
#include "bench/chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "report/words.hpp"

namespace esieve::bench {
namespace {

constexpr Colour ink{40, 40, 40, 1};
constexpr Colour grid{225, 225, 225, 1};
constexpr double name_px = 11, tick_px = 11, title_px = 14;

double radius(const Mark& mark) { return mark.strong ? 6 : 4; }

/// Sans-serif letters are a little over half as wide as high.
double width_of(const Label& label) {
  return static_cast<double>(n_columns(label.text)) * label.size_px * (label.bold ? 0.63 : 0.57);
}

std::string plain(double value) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%g", value);
  return text.data();
}

}  // namespace

/// Where a name or a mark is.
struct Chart::Box {
  double left, top, right, bottom;

  double overlap(const Box& other) const {
    const double width = std::min(right, other.right) - std::max(left, other.left);
    const double height = std::min(bottom, other.bottom) - std::max(top, other.top);
    return width > 0 && height > 0 ? width * height : 0;
  }
};

double Axis::place(double value) const {
  if (logarithmic) return std::log(value / low) / std::log(high / low);
  return (value - low) / (high - low);
}

Axis logarithmic_axis(std::string title, const std::vector<double>& values) {
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const double room = std::pow(std::max(*most / *least, 3.0), 0.12);
  Axis axis{std::move(title), *least / room, *most * room, true, {}};
  const double decades = std::log10(axis.high / axis.low);
  for (int exponent = static_cast<int>(std::floor(std::log10(axis.low))); std::pow(10, exponent) <= axis.high; ++exponent)
    for (int digit = 1; digit <= 9; ++digit) {
      const double value = digit * std::pow(10, exponent);
      if (value < axis.low || value > axis.high) continue;
      const bool named = digit == 1 || (decades < 2.2 && (digit == 2 || digit == 5)) || decades < 0.7;
      axis.ticks.push_back({value, named ? plain(value) : ""});
    }
  return axis;
}

Chart::Chart(Drawing& drawing, Frame frame, const std::string& title, Axis x, Axis y)
    : drawing_(drawing), frame_(frame), x_(std::move(x)), y_(std::move(y)) {
  drawing_.shapes.push_back(
      Label{.at = {frame_.left, frame_.top - 14}, .text = title, .size_px = title_px, .colour = ink, .bold = true});
  draw_axes();
}

Point Chart::at(double x, double y) const {
  return {frame_.left + x_.place(x) * frame_.width, frame_.top + (1 - y_.place(y)) * frame_.height};
}

void Chart::draw_axes() {
  const double right = frame_.left + frame_.width, bottom = frame_.top + frame_.height;
  const auto line = [&](Point from, Point to, Colour colour) {
    drawing_.shapes.push_back(Polyline{.points = {from, to}, .colour = colour, .width_px = 1});
  };
  for (const Tick& tick : x_.ticks) {
    const double x = frame_.left + x_.place(tick.value) * frame_.width;
    if (!tick.text.empty()) line({x, frame_.top}, {x, bottom}, grid);
    line({x, bottom}, {x, bottom + (tick.text.empty() ? 3 : 6)}, ink);
    if (!tick.text.empty())
      drawing_.shapes.push_back(
          Label{.at = {x, bottom + 20}, .text = tick.text, .size_px = tick_px, .colour = ink, .anchor = Label::Anchor::middle});
  }
  for (const Tick& tick : y_.ticks) {
    const double y = frame_.top + (1 - y_.place(tick.value)) * frame_.height;
    if (!tick.text.empty()) line({frame_.left, y}, {right, y}, grid);
    line({frame_.left - (tick.text.empty() ? 3 : 6), y}, {frame_.left, y}, ink);
    if (!tick.text.empty())
      drawing_.shapes.push_back(Label{
          .at = {frame_.left - 9, y + 4}, .text = tick.text, .size_px = tick_px, .colour = ink, .anchor = Label::Anchor::end});
  }
  drawing_.shapes.push_back(Polyline{
      .points =
          {{frame_.left, frame_.top}, {right, frame_.top}, {right, bottom}, {frame_.left, bottom}, {frame_.left, frame_.top}},
      .colour = ink});
  drawing_.shapes.push_back(Label{
      .at = {frame_.left + frame_.width / 2, bottom + 42}, .text = x_.title, .colour = ink, .anchor = Label::Anchor::middle});
  drawing_.shapes.push_back(Label{.at = {frame_.left - 46, frame_.top + frame_.height / 2},
                                  .text = y_.title,
                                  .colour = ink,
                                  .anchor = Label::Anchor::middle,
                                  .upwards = true});
}

void Chart::curve(const std::vector<Point>& values, Colour colour, double width_px, double dash_px) {
  Polyline line{.points = {}, .colour = colour, .width_px = width_px, .dash_px = dash_px};
  const auto inside = [](double place) { return place >= 0 && place <= 1; };
  for (const Point& value : values)
    if (inside(x_.place(value.x)) && inside(y_.place(value.y))) line.points.push_back(at(value.x, value.y));
  if (line.points.size() > 1) drawing_.shapes.push_back(std::move(line));
}

void Chart::remark(double x, double y, const std::string& text, Colour colour, Label::Anchor anchor) {
  drawing_.shapes.push_back(Label{.at = {frame_.left + x * frame_.width, frame_.top + (1 - y) * frame_.height},
                                  .text = text,
                                  .size_px = name_px,
                                  .colour = colour,
                                  .anchor = anchor});
}

Label Chart::place_name(const Mark& mark, std::vector<Box>& taken) const {
  const Point centre = at(mark.x, mark.y);
  const double gap = radius(mark) + 4;
  struct Candidate {
    double dx, dy;
    Label::Anchor anchor;
  };
  using enum Label::Anchor;
  const std::array<Candidate, 12> candidates = {{{gap, 4, start},
                                                 {-gap, 4, end},
                                                 {0, -gap, middle},
                                                 {0, gap + 8, middle},
                                                 {gap, -gap, start},
                                                 {gap, gap + 8, start},
                                                 {-gap, -gap, end},
                                                 {-gap, gap + 8, end},
                                                 {gap, -gap - 12, start},
                                                 {gap, gap + 20, start},
                                                 {-gap, -gap - 12, end},
                                                 {-gap, gap + 20, end}}};
  Label best;
  Box best_box{};
  double least = -1;
  for (const Candidate& candidate : candidates) {
    Label label{.at = {centre.x + candidate.dx, centre.y + candidate.dy},
                .text = mark.name,
                .size_px = name_px,
                .colour = mark.colour,
                .anchor = candidate.anchor,
                .bold = mark.strong};
    const double width = width_of(label);
    const double left = label.at.x - (candidate.anchor == start ? 0 : candidate.anchor == end ? width : width / 2);
    const Box box{left, label.at.y - name_px, left + width, label.at.y + 3};
    const Box inside{frame_.left, frame_.top, frame_.left + frame_.width, frame_.top + frame_.height};
    double covered = (box.right - box.left) * (box.bottom - box.top) - box.overlap(inside);
    for (const Box& other : taken) covered += box.overlap(other);
    if (least >= 0 && covered >= least) continue;
    least = covered;
    best = std::move(label);
    best_box = box;
  }
  taken.push_back(best_box);
  return best;
}

void Chart::finish() {
  std::vector<Box> taken;
  for (const Mark& mark : marks_) {
    const Point centre = at(mark.x, mark.y);
    const double r = radius(mark);
    taken.push_back({centre.x - r, centre.y - r, centre.x + r, centre.y + r});
    drawing_.shapes.push_back(Circle{
        .centre = centre, .radius_px = r, .fill = mark.hollow ? Colour{255, 255, 255, 1} : mark.colour, .edge = mark.colour});
  }
  // Our own names choose their places first.
  std::stable_sort(marks_.begin(), marks_.end(), [](const Mark& a, const Mark& b) { return a.strong > b.strong; });
  for (const Mark& mark : marks_)
    if (!mark.name.empty()) drawing_.shapes.push_back(place_name(mark, taken));
}

}  // namespace esieve::bench
