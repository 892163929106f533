// SPDX-License-Identifier: Apache-2.0
#include "codec/lanes/model.hpp"

#include <bit>

namespace esieve::codec::lanes {
namespace {

// 2^(i / 8) with 16 fractional bits.
constexpr std::array<std::uint64_t, 8> eighths = {65536, 71468, 77936, 84990, 92682, 101070, 110218, 120194};

constexpr std::int32_t largest_rate = 32767 * one;

template <class T>
constexpr T clamp_to_int16(T value) {
  return std::clamp<T>(value, -32767, 32767);
}

/// Coefficients of one pixel: weights scaled by the ratio of its rate to its neighbour's.
template <std::size_t n_features>
void make_pixel_model(const BlockModel& model, const RateRatios& ratios, std::size_t n_neighbours, std::size_t y,
                      std::size_t x, const Layout& layout, PixelModel<n_features>& pixel) {
  const std::size_t width = layout.shape.det_x;
  const std::uint8_t own = model.classes[y * width + x];
  pixel = {};
  if (own == 0) return;
  const std::int32_t rate = model.rates[own];
  const std::size_t octave = octave_of(rate);
  std::int64_t base = rate + (std::int64_t{rate} * model.weights.own[octave] >> fraction_bits);
  for (std::size_t k = 0; k < n_neighbours; ++k) {
    const std::size_t ny = y + static_cast<std::size_t>(neighbours[k].dy);
    const std::size_t nx = x + static_cast<std::size_t>(neighbours[k].dx);
    if (ny >= layout.n_rows || nx >= width) continue;
    const std::uint8_t other = model.classes[ny * width + nx];
    if (other == 0) continue;
    const std::int32_t weight = model.weights.of[octave][k];
    const std::int32_t coefficient = clamp_to_int16((weight * ratios(own, other)) >> fraction_bits);
    pixel.coefficient[k] = static_cast<std::int16_t>(coefficient);
    base -= std::int64_t{coefficient} * model.rates[other] >> fraction_bits;
  }
  for (std::size_t k = n_neighbours; k < n_features; ++k) pixel.coefficient[k] = model.weights.of[octave][k];
  pixel.base = static_cast<std::int32_t>(std::clamp<std::int64_t>(base, -(1 << 30), 1 << 30));
  pixel.floor = (rate >> 5) + 1;
  pixel.window = window_of(rate, model.profile);
  pixel.lit = 1;
}

template <std::size_t n_features>
void make_all(const Layout& layout, BlockModel& model) {
  const RateRatios ratios(model.rates, model.shrinkage);
  model.pixel_models.resize(layout.n_pixels() * sizeof(PixelModel<n_features>));
  auto* pixels = reinterpret_cast<PixelModel<n_features>*>(model.pixel_models.data());
  const std::size_t n_neighbours = profile_neighbours[static_cast<std::size_t>(model.profile)];
  for (std::size_t y = 0; y < layout.n_rows; ++y)
    for (std::size_t x = 0; x < layout.shape.det_x; ++x)
      make_pixel_model(model, ratios, n_neighbours, y, x, layout, pixels[y * layout.shape.det_x + x]);
}

}  // namespace

std::uint64_t exp2_eighths(unsigned i) { return eighths[i % 8] << (i / 8); }

std::uint64_t nominal_counts(std::uint8_t rate_class) {
  if (rate_class == 0) return 0;
  return exp2_eighths(rate_class - 1U) >> 8;
}

std::array<std::int32_t, n_classes> class_rates(std::uint32_t n_frames) {
  std::array<std::int32_t, n_classes> rates{};
  for (std::size_t c = 1; c < n_classes; ++c) {
    const std::uint64_t rate = (nominal_counts(static_cast<std::uint8_t>(c)) << (fraction_bits - 8)) / n_frames;
    rates[c] = static_cast<std::int32_t>(std::clamp<std::uint64_t>(rate, 1, largest_rate));
  }
  return rates;
}

std::uint8_t nearest_class(std::uint64_t counts) {
  if (counts == 0) return 0;
  const std::uint64_t scaled = counts << 8;
  auto c = static_cast<std::uint8_t>(std::min<int>(255, 1 + 8 * (static_cast<int>(std::bit_width(counts)) - 1)));
  while (c < 255 && scaled > (nominal_counts(c) + nominal_counts(static_cast<std::uint8_t>(c + 1))) / 2) ++c;
  return c;
}

std::size_t octave_of(std::int32_t rate) {
  const int octave = static_cast<int>(std::bit_width(static_cast<std::uint32_t>(rate))) - 7;
  return static_cast<std::size_t>(std::clamp(octave, 0, static_cast<int>(n_octaves) - 1));
}

std::uint32_t level_of(std::int32_t prediction, unsigned shift) {
  const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(prediction));
  return (bits >> shift) - (0x3F800000U >> shift);
}

std::uint16_t window_of(std::int32_t rate, Profile profile) {
  const std::uint32_t below = profile == Profile::full ? 16 : 8;  // two octaves
  const std::uint32_t level = level_of(rate, level_shift(profile));
  return static_cast<std::uint16_t>(level > below ? level - below : 0);
}

RateRatios::RateRatios(const std::array<std::int32_t, n_classes>& rates, std::int32_t shrinkage) {
  for (std::size_t c = 0; c < n_classes; ++c) {
    raised_[c] = static_cast<std::uint32_t>(rates[c] + shrinkage);
    inverse_[c] = static_cast<std::uint32_t>((std::uint64_t{1} << 28) / std::max<std::uint32_t>(raised_[c], 1));
  }
}

void make_pixel_models(const Layout& layout, BlockModel& model) {
  switch (model.profile) {
    case Profile::near: return make_all<4>(layout, model);
    case Profile::wide: return make_all<14>(layout, model);
    case Profile::full: return make_all<20>(layout, model);
  }
}

}  // namespace esieve::codec::lanes
