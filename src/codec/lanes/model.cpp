// SPDX-License-Identifier: Apache-2.0
#include "codec/lanes/model.hpp"

#include <algorithm>
#include <bit>

namespace esieve::codec::lanes {
namespace {

// 2^(i / 8) with 16 fractional bits.
constexpr std::array<std::uint64_t, 8> eighths = {65536, 71468, 77936, 84990, 92682, 101070, 110218, 120194};

constexpr std::int32_t largest_rate = 32767 * one;

constexpr std::int32_t clamp_to_int16(std::int32_t value) { return std::clamp(value, -32767, 32767); }

/// What a pixel's class alone decides.
struct ClassFacts {
  std::int64_t base;
  std::uint8_t window;
  std::size_t octave;
};

std::array<ClassFacts, n_classes> class_facts(const BlockModel& model) {
  std::array<ClassFacts, n_classes> facts{};
  for (std::size_t c = 1; c < n_classes; ++c) {
    const std::int32_t rate = model.rates[c];
    const std::size_t octave = octave_of(rate);
    facts[c] = {rate + (std::int64_t{rate} * model.weights.own[octave] >> fraction_bits),
                window_of(rate), octave};
  }
  return facts;
}

template <std::size_t n_features, std::size_t n_neighbours>
void make_all(const Layout& layout, BlockModel& model) {
  const RateRatios ratios(model.rates, model.shrinkage);
  const auto facts = class_facts(model);
  const std::size_t width = layout.shape.det_x;
  model.pixel_models.resize(layout.n_models() * sizeof(PixelModel<n_features>));
  auto* pixel = reinterpret_cast<PixelModel<n_features>*>(model.pixel_models.data());
  // Classes with a margin of dark pixels, whose ratio and rate are zero.
  constexpr std::size_t margin = 4;
  const std::size_t pitch = width + 2 * margin;
  const std::size_t strip_pitch = pitch * (layout.n_rows + 2);
  std::vector<std::uint8_t> padded(strip_pitch * layout.n_strips);
  for (std::size_t y = 0; y < layout.model_rows(); ++y)
    std::copy_n(model.classes.begin() + static_cast<std::ptrdiff_t>(y * width), width,
                padded.begin() + static_cast<std::ptrdiff_t>(y / layout.n_rows * strip_pitch +
                                                             (y % layout.n_rows + 2) * pitch + margin));
  std::array<std::ptrdiff_t, n_neighbours> steps;
  for (std::size_t k = 0; k < n_neighbours; ++k)
    steps[k] = neighbours[k].dy * static_cast<std::ptrdiff_t>(pitch) + neighbours[k].dx;
  std::array<std::uint8_t, n_neighbours> around{}, others{};
  std::uint8_t before = 0;
  const PixelModel<n_features>* done = nullptr;  // that of `before` and `around`
  for (std::size_t y = 0; y < layout.model_rows(); ++y) {
    const std::uint8_t* classes =
        padded.data() + y / layout.n_rows * strip_pitch + (y % layout.n_rows + 2) * pitch + margin;
    for (std::size_t x = 0; x < width; ++x, ++pixel) {
      const std::uint8_t own = classes[x];
      if (own == 0) {
        *pixel = {};
        continue;
      }
      for (std::size_t k = 0; k < n_neighbours; ++k) others[k] = classes[static_cast<std::ptrdiff_t>(x) + steps[k]];
      if (done != nullptr && own == before && others == around) {  // without a map nearly everywhere
        *pixel = *done;
        continue;
      }
      before = own;
      around = others;
      done = pixel;
      const ClassFacts& fact = facts[own];
      const auto& weights = model.weights.of[fact.octave];
      std::int64_t base = fact.base;
      for (std::size_t k = 0; k < n_neighbours; ++k) {
        const std::uint8_t other = others[k];
        const std::int32_t coefficient = clamp_to_int16((weights[k] * ratios(own, other)) >> fraction_bits);
        pixel->coefficient[k] = static_cast<std::int16_t>(coefficient);
        base -= std::int64_t{coefficient} * model.rates[other] >> fraction_bits;
      }
      for (std::size_t k = n_neighbours; k < n_features; ++k) pixel->coefficient[k] = weights[k];
      pixel->base = static_cast<std::int32_t>(std::clamp<std::int64_t>(base, -(1 << 30), 1 << 30));
      pixel->from = (fact.window * static_cast<std::uint32_t>(octave_levels(model.profile)) +
                     (0x3F800000U >> level_shift(model.profile))) * 0x10001U;
      pixel->window = fact.window;
      pixel->lit = 1;
    }
  }
}

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

std::uint8_t window_of(std::int32_t rate) {
  const int octave = static_cast<int>(std::bit_width(static_cast<std::uint32_t>(rate))) - 1;
  return static_cast<std::uint8_t>(std::clamp(octave - 2, 0, static_cast<int>(n_windows) - 1));
}

RateRatios::RateRatios(const std::array<std::int32_t, n_classes>& rates, std::int32_t shrinkage) {
  for (std::size_t c = 1; c < n_classes; ++c) {
    raised_[c] = static_cast<std::uint32_t>(rates[c] + shrinkage);
    inverse_[c] = static_cast<std::uint32_t>((std::uint64_t{1} << 28) / std::max<std::uint32_t>(raised_[c], 1));
  }
}

void expand_tiles(std::span<const std::uint8_t> tiles, const Layout& layout, unsigned tile_shift,
                  std::vector<std::uint8_t>& classes) {
  const std::size_t width = layout.shape.det_x, n_across = tiles_across(width, tile_shift);
  classes.assign(layout.n_models(), 0);
  for (std::size_t y = 0; y < layout.shape.det_y; ++y)
    for (std::size_t x = 0; x < width; ++x)
      classes[y * width + x] = tiles[(y >> tile_shift) * n_across + (x >> tile_shift)];
}

void make_pixel_models(const Layout& layout, BlockModel& model) {
  switch (model.profile) {
    case Profile::near: return make_all<6, 6>(layout, model);
    case Profile::wide: return make_all<16, 10>(layout, model);
    case Profile::full: return make_all<22, 14>(layout, model);
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
