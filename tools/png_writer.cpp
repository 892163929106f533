// SPDX-License-Identifier: Apache-2.0
#include "png_writer.hpp"

#include <cairo.h>

#include <cstring>
#include <memory>
#include <numbers>

#include "esieve/error.hpp"

namespace esieve::tools {
namespace {

constexpr double scale = 2;

struct Destroy {
  void operator()(cairo_t* context) const { cairo_destroy(context); }
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};

class Painter {
 public:
  explicit Painter(cairo_t* context) : context_(context) {}

  void operator()(const Polyline& line) const {
    if (line.points.empty()) return;
    set_colour(line.colour);
    cairo_set_line_width(context_, line.width_px);
    cairo_set_dash(context_, &line.dash_px, line.dash_px > 0 ? 1 : 0, 0);
    cairo_new_path(context_);  // text leaves its end as a point to start from
    for (const Point& point : line.points) cairo_line_to(context_, point.x, point.y);
    cairo_stroke(context_);
    cairo_set_dash(context_, nullptr, 0, 0);
  }

  void operator()(const Rectangle& box) const {
    set_colour(box.fill);
    cairo_new_path(context_);
    cairo_rectangle(context_, box.corner.x, box.corner.y, box.width_px, box.height_px);
    cairo_fill(context_);
  }

  void operator()(const Circle& circle) const {
    cairo_new_path(context_);
    cairo_arc(context_, circle.centre.x, circle.centre.y, circle.radius_px, 0, 2 * std::numbers::pi);
    set_colour(circle.fill);
    cairo_fill_preserve(context_);
    set_colour(circle.edge);
    cairo_set_line_width(context_, 1.5);
    cairo_stroke(context_);
  }

  void operator()(const Label& label) const {
    cairo_select_font_face(context_, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           label.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(context_, label.size_px);
    cairo_text_extents_t extents;
    cairo_text_extents(context_, label.text.c_str(), &extents);
    const double before = label.anchor == Label::Anchor::start ? 0 : label.anchor == Label::Anchor::end ? 1 : 0.5;
    cairo_save(context_);
    cairo_translate(context_, label.at.x, label.at.y);
    if (label.upwards) cairo_rotate(context_, -std::numbers::pi / 2);
    cairo_move_to(context_, -before * extents.x_advance, 0);
    set_colour(label.colour);
    cairo_show_text(context_, label.text.c_str());
    cairo_restore(context_);
  }

 private:
  void set_colour(Colour colour) const {
    cairo_set_source_rgba(context_, colour.red / 255.0, colour.green / 255.0, colour.blue / 255.0, colour.opacity);
  }

  cairo_t* context_;
};

cairo_status_t append(void* text, const unsigned char* bytes, unsigned n_bytes) {
  static_cast<std::string*>(text)->append(reinterpret_cast<const char*>(bytes), n_bytes);
  return CAIRO_STATUS_SUCCESS;
}

void write(cairo_surface_t* surface, std::string& png) {
  const cairo_status_t status = cairo_surface_write_to_png_stream(surface, &append, &png);
  if (status != CAIRO_STATUS_SUCCESS) throw IoError(std::string("cannot make a PNG (") + cairo_status_to_string(status) + ")");
}

}  // namespace

std::string to_png(const Drawing& drawing) {
  const std::unique_ptr<cairo_surface_t, Destroy> surface(cairo_image_surface_create(
      CAIRO_FORMAT_RGB24, static_cast<int>(drawing.width_px * scale), static_cast<int>(drawing.height_px * scale)));
  std::string png;
  {
    const std::unique_ptr<cairo_t, Destroy> context(cairo_create(surface.get()));
    cairo_scale(context.get(), scale, scale);
    const Painter paint(context.get());
    paint(Rectangle{{0, 0}, drawing.width_px, drawing.height_px, {255, 255, 255, 1}});
    for (const Shape& shape : drawing.shapes) std::visit(paint, shape);
  }
  write(surface.get(), png);
  return png;
}

std::string to_png(const Picture& picture) {
  constexpr std::size_t largest = 32767;  // cairo's
  if (picture.width > largest || picture.height > largest)
    throw UsageError("the picture has " + std::to_string(picture.width) + " x " + std::to_string(picture.height) +
                     " pixels; a PNG may have 32767 along a side");
  const std::unique_ptr<cairo_surface_t, Destroy> surface(
      cairo_image_surface_create(CAIRO_FORMAT_ARGB32, static_cast<int>(picture.width), static_cast<int>(picture.height)));
  unsigned char* const bytes = cairo_image_surface_get_data(surface.get());
  const auto stride = static_cast<std::size_t>(cairo_image_surface_get_stride(surface.get()));
  cairo_surface_flush(surface.get());
  for (std::size_t y = 0; bytes != nullptr && y < picture.height; ++y)
    for (std::size_t x = 0; x < picture.width; ++x) {
      const Picture::Pixel pixel = picture.pixels[y * picture.width + x];
      const std::uint32_t argb = pixel.is_data ? 0xff000000U | pixel.grey * 0x10101U : 0U;
      std::memcpy(bytes + y * stride + 4 * x, &argb, sizeof argb);
    }
  cairo_surface_mark_dirty(surface.get());
  std::string png;
  write(surface.get(), png);
  return png;
}

}  // namespace esieve::tools
