// SPDX-License-Identifier: Apache-2.0
//
// A drawing as SVG 1.1.
#include <array>
#include <cmath>
#include <cstdio>

#include "esieve/drawing.hpp"

namespace esieve {
namespace {

/// At most two decimals, none where none are needed, whatever the locale.
std::string number(double value) {
  const auto hundredths = std::llround(value * 100);
  std::string text = (hundredths < 0 ? "-" : "") + std::to_string(std::llabs(hundredths) / 100);
  const long long rest = std::llabs(hundredths) % 100;
  if (rest != 0) text += rest % 10 == 0 ? "." + std::to_string(rest / 10) : (rest < 10 ? ".0" : ".") + std::to_string(rest);
  return text;
}

/// Control characters, which XML cannot hold, become blanks.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

std::string paint(const char* attribute, Colour colour) {
  std::array<char, 8> hex;
  std::snprintf(hex.data(), hex.size(), "#%02x%02x%02x", colour.red, colour.green, colour.blue);
  std::string text = std::string(" ") + attribute + "=\"" + hex.data() + "\"";
  if (colour.opacity < 1) text += std::string(" ") + attribute + "-opacity=\"" + number(colour.opacity) + "\"";
  return text;
}

struct ShapeWriter {
  std::string operator()(const Polyline& line) const {
    std::string text =
        "<polyline fill=\"none\"" + paint("stroke", line.colour) + " stroke-width=\"" + number(line.width_px) + "\"";
    if (line.dash_px > 0) text += " stroke-dasharray=\"" + number(line.dash_px) + "\"";
    text += " points=\"";
    for (const Point& point : line.points) text += number(point.x) + "," + number(point.y) + " ";
    if (!line.points.empty()) text.pop_back();
    return text + "\"/>";
  }

  std::string operator()(const Rectangle& box) const {
    return "<rect x=\"" + number(box.corner.x) + "\" y=\"" + number(box.corner.y) + "\" width=\"" + number(box.width_px) +
           "\" height=\"" + number(box.height_px) + "\"" + paint("fill", box.fill) + "/>";
  }

  std::string operator()(const Circle& circle) const {
    return "<circle cx=\"" + number(circle.centre.x) + "\" cy=\"" + number(circle.centre.y) + "\" r=\"" +
           number(circle.radius_px) + "\"" + paint("fill", circle.fill) + paint("stroke", circle.edge) +
           " stroke-width=\"1.5\"/>";
  }

  std::string operator()(const Label& label) const {
    static constexpr const char* anchors[] = {"start", "middle", "end"};
    const std::string x = number(label.at.x), y = number(label.at.y);
    std::string text = "<text x=\"" + x + "\" y=\"" + y + "\" font-size=\"" + number(label.size_px) + "\" text-anchor=\"" +
                       anchors[static_cast<std::size_t>(label.anchor)] + "\"" + paint("fill", label.colour);
    if (label.bold) text += " font-weight=\"bold\"";
    if (label.upwards) text += " transform=\"rotate(-90 " + x + " " + y + ")\"";
    return text + ">" + escaped(label.text) + "</text>";
  }
};

}  // namespace

std::string to_svg(const Drawing& drawing) {
  const std::string width = number(drawing.width_px), height = number(drawing.height_px);
  std::string svg = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + width +
                    "\" height=\"" + height + "\" viewBox=\"0 0 " + width + " " + height +
                    "\" font-family=\"DejaVu Sans, Helvetica, Arial, sans-serif\">\n<rect width=\"" + width + "\" height=\"" +
                    height + "\" fill=\"#ffffff\"/>\n";
  for (const Shape& shape : drawing.shapes) svg += std::visit(ShapeWriter(), shape) + "\n";
  return svg + "</svg>\n";
}

}  // namespace esieve
