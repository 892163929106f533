// SPDX-License-Identifier: Apache-2.0
#include "codec/lanes/model.hpp"

#include <algorithm>
#include <bit>

namespace esieve::codec::lanes {
namespace {

// 2^(i / 8) with 16 fractional bits.
constexpr std::array<std::uint64_t, 8> eighths = {65536, 71468, 77936, 84990, 92682, 101070, 110218, 120194};

/// nominal_counts() of a class above 0.
constexpr std::uint64_t nominal(std::size_t rate_class) { return eighths[(rate_class - 1) % 8] << ((rate_class - 1) / 8) >> 8; }

constexpr std::int32_t largest_rate = 32767 * one;

template <std::size_t n_features>
void note_all(BlockModel& model) {
  auto* pixel = reinterpret_cast<PixelModel<n_features>*>(model.pixel_models.data());
  const auto* end = pixel + model.pixel_models.size() / sizeof(PixelModel<n_features>);
  for (; pixel != end; ++pixel) {
    if (pixel->lit == 0) continue;
    pixel->bright = model.tables.bright[pixel->window];
    pixel->plan = model.tables.plan[pixel->window];
  }
}

}  // namespace

std::uint64_t exp2_eighths(unsigned i) { return eighths[i % 8] << (i / 8); }

std::uint64_t nominal_counts(std::uint8_t rate_class) { return rate_class == 0 ? 0 : nominal(rate_class); }

std::array<std::int32_t, n_classes> class_rates(std::uint32_t n_frames) {
  std::array<std::int32_t, n_classes> rates{};
  for (std::size_t c = 1; c < n_classes; ++c) {
    const std::uint64_t rate = (nominal_counts(static_cast<std::uint8_t>(c)) << (fraction_bits - 8)) / n_frames;
    rates[c] = static_cast<std::int32_t>(std::clamp<std::uint64_t>(rate, 1, largest_rate));
  }
  return rates;
}

std::uint8_t nearest_class(std::uint64_t counts) {
  constexpr std::size_t octave = eighths.size();
  static constexpr auto upper = [] {  // counts up to which a class is the nearest, 8 fractional bits; the last has no such
    std::array<std::uint64_t, n_classes + octave> limits{};
    for (std::size_t c = 1; c < limits.size(); ++c)
      limits[c] = c + 1 < n_classes ? (nominal(c) + nominal(c + 1)) / 2 : ~std::uint64_t{0};
    return limits;
  }();
  if (counts == 0) return 0;
  const std::size_t first =
      std::min<std::size_t>(n_classes - 1, 1 + octave * (static_cast<std::size_t>(std::bit_width(counts)) - 1));
  std::size_t n_passed = 0;
  for (std::size_t i = 0; i < octave; ++i) n_passed += counts << 8 > upper[first + i] ? 1U : 0U;
  return static_cast<std::uint8_t>(first + n_passed);
}

std::size_t octave_of(std::int32_t rate) {
  const int octave = static_cast<int>(std::bit_width(static_cast<std::uint32_t>(rate))) - 7;
  return static_cast<std::size_t>(std::clamp(octave, 0, static_cast<int>(n_octaves) - 1));
}

std::uint8_t window_of(std::int32_t rate) {
  const int octave = static_cast<int>(std::bit_width(static_cast<std::uint32_t>(rate))) - 1;
  return static_cast<std::uint8_t>(std::clamp(octave - 2, 0, static_cast<int>(n_windows) - 1));
}

RateRatios::RateRatios(const std::array<std::int32_t, n_classes>& rates, std::int32_t shrinkage) {
  for (std::size_t c = 1; c < n_classes; ++c) {
    const auto raised = static_cast<std::uint32_t>(rates[c] + shrinkage);
    raised_[c] = raised;
    inverse_[c] = static_cast<double>((std::uint64_t{1} << 28) / std::max<std::uint32_t>(raised, 1));
  }
}

void expand_tiles(std::span<const std::uint8_t> tiles, const Layout& layout, unsigned tile_shift,
                  std::vector<std::uint8_t>& classes) {
  const std::size_t width = layout.shape.det_x, n_across = tiles_across(width, tile_shift);
  classes.assign(layout.n_models(), 0);
  for (std::size_t y = 0; y < layout.shape.det_y; ++y)
    for (std::size_t x = 0; x < width; ++x) classes[y * width + x] = tiles[(y >> tile_shift) * n_across + (x >> tile_shift)];
}

void fill_row(Window::Row& row, std::span<const std::uint16_t> by_level, bool split) {
  auto* bytes = reinterpret_cast<std::uint8_t*>(row.data());
  for (std::size_t i = 0; i < by_level.size(); ++i) {
    if (split) {
      bytes[i] = static_cast<std::uint8_t>(by_level[i]);
      bytes[by_level.size() + i] = static_cast<std::uint8_t>(by_level[i] >> 8);
    } else {
      row[i] = by_level[i];
    }
  }
}

void note_tables(BlockModel& model) {
  switch (model.profile) {
    case Profile::near: return note_all<6>(model);
    case Profile::wide: return note_all<16>(model);
    case Profile::full: return note_all<22>(model);
  }
}

}  // namespace esieve::codec::lanes
