// SPDX-License-Identifier: Apache-2.0
#include "picture.hpp"

#include <algorithm>
#include <cmath>

namespace esieve::tools {
namespace {

std::pair<double, double> limits(std::vector<double> values, Contrast contrast) {
  if (values.empty()) return {0, 1};
  std::sort(values.begin(), values.end());
  const double last = static_cast<double>(values.size() - 1);
  const auto at = [&](double share) { return values[static_cast<std::size_t>(std::lround(share * last))]; };
  std::pair<double, double> result = {at(0.01), at(0.99)};
  if (contrast == Contrast::square_root) result = {0, values.back()};
  if (result.first == result.second) result = {values.front(), values.back()};
  return result;
}

Picture enlarged(const Picture& picture, std::size_t factor) {
  Picture result{picture.width * factor, picture.height * factor, {}};
  result.pixels.reserve(result.width * result.height);
  for (std::size_t y = 0; y < result.height; ++y)
    for (std::size_t x = 0; x < result.width; ++x)
      result.pixels.push_back(picture.pixels[y / factor * picture.width + x / factor]);
  return result;
}

/// Means of the pixels that fall together.
Picture reduced(const Picture& picture, std::size_t height, std::size_t width) {
  Picture result{width, height, std::vector<Picture::Pixel>(width * height)};
  std::vector<std::uint64_t> sums(width * height), counts(width * height);
  for (std::size_t y = 0; y < picture.height; ++y)
    for (std::size_t x = 0; x < picture.width; ++x) {
      const Picture::Pixel pixel = picture.pixels[y * picture.width + x];
      const std::size_t to = y * height / picture.height * width + x * width / picture.width;
      sums[to] += pixel.is_data ? pixel.grey : 0;
      counts[to] += pixel.is_data ? 1 : 0;
    }
  for (std::size_t i = 0; i < sums.size(); ++i)
    if (counts[i] > 0) result.pixels[i] = {static_cast<std::uint8_t>(sums[i] / counts[i]), true};
  return result;
}

Picture fitted(const Picture& picture, std::size_t width, std::size_t height) {
  constexpr std::size_t most = 4;  // larger, pixels look like something they are not
  const std::size_t factor = std::min({width / picture.width, height / picture.height, most});
  if (factor > 0) return enlarged(picture, factor);
  const double scale = std::min(static_cast<double>(width) / static_cast<double>(picture.width),
                                static_cast<double>(height) / static_cast<double>(picture.height));
  const auto part = [&](std::size_t n) {
    return std::max<std::size_t>(1, static_cast<std::size_t>(scale * static_cast<double>(n)));
  };
  return reduced(picture, part(picture.height), part(picture.width));
}

std::string colour(std::uint8_t grey, bool background, Colours colours) {
  const std::string start = background ? "\x1b[48;" : "\x1b[38;";
  const std::string g = std::to_string(grey);
  if (colours == Colours::c24bit) return start + "2;" + g + ";" + g + ";" + g + "m";
  return start + "5;" + std::to_string(232 + grey * 23 / 255) + "m";  // the 24 greys
}

std::string cell(Picture::Pixel top, Picture::Pixel bottom, Colours colours) {
  if (top.is_data && bottom.is_data) return colour(top.grey, false, colours) + colour(bottom.grey, true, colours) + "▀";
  if (top.is_data) return "\x1b[49m" + colour(top.grey, false, colours) + "▀";
  if (bottom.is_data) return "\x1b[49m" + colour(bottom.grey, false, colours) + "▄";
  return "\x1b[49m ";
}

}  // namespace

Picture make_picture(std::span<const double> values, std::size_t height, std::size_t width, Contrast contrast) {
  std::vector<double> data;
  std::copy_if(values.begin(), values.end(), std::back_inserter(data), [](double value) { return std::isfinite(value); });
  const auto [low, high] = limits(std::move(data), contrast);
  Picture result{width, height, {}};
  result.pixels.reserve(values.size());
  for (const double value : values) {
    double share = high > low ? std::clamp((value - low) / (high - low), 0.0, 1.0) : 0.5;
    if (contrast == Contrast::square_root) share = std::sqrt(share);
    if (std::isfinite(value))
      result.pixels.push_back({static_cast<std::uint8_t>(std::lround(255 * share)), true});
    else
      result.pixels.push_back({});
  }
  return result;
}

Picture beside(const Picture& left, const Picture& right) {
  constexpr std::size_t gap = 4;
  const std::size_t height = std::max({left.height, right.height, std::size_t{256}});
  const auto grown = [&](const Picture& of) {
    return enlarged(of, std::max<std::size_t>(1, height / std::max<std::size_t>(1, of.height)));
  };
  const Picture a = grown(left), b = grown(right);
  Picture result{a.width + gap + b.width, std::max(a.height, b.height), {}};
  result.pixels.resize(result.width * result.height);
  const auto place = [&](const Picture& of, std::size_t x) {
    for (std::size_t y = 0; y < of.height; ++y)
      std::copy_n(of.pixels.begin() + static_cast<std::ptrdiff_t>(y * of.width), of.width,
                  result.pixels.begin() + static_cast<std::ptrdiff_t>(y * result.width + x));
  };
  place(a, 0);
  place(b, a.width + gap);
  return result;
}

std::string to_terminal(const Picture& picture, std::size_t columns, std::size_t lines, Colours colours) {
  if (picture.width == 0 || picture.height == 0 || columns == 0 || lines == 0) return "";
  const Picture shown = fitted(picture, columns, 2 * lines);
  std::string text;
  for (std::size_t y = 0; y < shown.height; y += 2) {
    for (std::size_t x = 0; x < shown.width; ++x) {
      const Picture::Pixel below = y + 1 < shown.height ? shown.pixels[(y + 1) * shown.width + x] : Picture::Pixel{};
      text += cell(shown.pixels[y * shown.width + x], below, colours);
    }
    text += "\x1b[0m\n";
  }
  return text;
}

}  // namespace esieve::tools
