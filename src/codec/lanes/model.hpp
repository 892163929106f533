// SPDX-License-Identifier: Apache-2.0
//
// What both sides know before the first count is coded: rate of each pixel, weights of its neighbours, symbol tables.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/lanes/layout.hpp"

namespace esieve::codec::lanes {

/// How much of the neighbourhood is looked at. Stored in files: append, never renumber. [§3.1]
enum class Profile : std::uint8_t { near = 0, wide = 1, full = 2 };
inline constexpr std::size_t n_profiles = 3;

/// Features of a profile: counts of neighbours, then minima of two (or three) of them. [§3.2]
inline constexpr std::array<std::size_t, n_profiles> profile_features = {6, 16, 22};
inline constexpr std::size_t most_features = 22;

/// Neighbours in the order of their features: (rows down, columns right). A profile has the first 6, 10 or 14.
struct Offset {
  int dy, dx;
};
inline constexpr std::array<std::size_t, n_profiles> profile_neighbours = {6, 10, 14};
inline constexpr std::size_t most_neighbours = 14;
inline constexpr std::array<Offset, most_neighbours> neighbours = {{{0, -2},
                                                                    {0, -1},
                                                                    {-1, -1},
                                                                    {-1, 0},
                                                                    {-1, 1},
                                                                    {-1, 2},
                                                                    {-2, -1},
                                                                    {-2, 0},
                                                                    {-2, 1},
                                                                    {-2, 2},
                                                                    {0, -4},
                                                                    {0, -3},
                                                                    {-1, -3},
                                                                    {-1, -2}}};
/// Minima: of the neighbours with these indices in `neighbours`. Profile wide has the first 6, full all.
struct Minimum {
  std::size_t a, b, c;
};
inline constexpr std::array<Minimum, 8> minima = {
    {{3, 2, 2}, {3, 4, 4}, {1, 3, 3}, {1, 2, 2}, {1, 4, 4}, {1, 0, 0}, {3, 7, 7}, {1, 3, 2}}};

/// Fixed point of rates, weights and predictions: 12 fractional bits.
inline constexpr unsigned fraction_bits = 12;
inline constexpr std::int32_t one = 1 << fraction_bits;

/// Largest count a lane holds; larger ones are escaped and stored apart. [§4.4]
inline constexpr std::uint32_t largest_lane_count = 32767;

/// Rate classes: 0 never lit (and not coded), c > 0 about 2^((c - 1) / 8) counts in the block's frames. [§3.3]
inline constexpr std::size_t n_classes = 256;
/// Mean count of each class in fixed point, for a pixel seen `n_frames` times.
std::array<std::int32_t, n_classes> class_rates(std::uint32_t n_frames);
/// Where units are strips there is no rate map: one class, in counts per this many pixels. [§3.3]
inline constexpr std::uint32_t rate_scale = 4096;
/// The class whose nominal number of counts is nearest (in ratio) to `counts`.
std::uint8_t nearest_class(std::uint64_t counts);
/// 2^(i / 8) with 16 fractional bits.
std::uint64_t exp2_eighths(unsigned i);
/// Nominal number of counts of a class, 8 fractional bits.
std::uint64_t nominal_counts(std::uint8_t rate_class);

/// Octave of a rate: which set of weights applies. [§3.4]
inline constexpr std::size_t n_octaves = 16;
std::size_t octave_of(std::int32_t rate);

struct Weights {
  std::array<std::int16_t, n_octaves> own{};  ///< Added to 1: the weight of the pixel's own rate.
  std::array<std::array<std::int16_t, most_features>, n_octaves> of{};
};

/// Prediction of one pixel in all lanes: base + sum of coefficient × feature; its level is looked up in a window.
template <std::size_t n_features>
struct PixelModel {
  std::int32_t base;
  std::uint32_t from;   ///< The window's first level plus the level of 1 as a float's bits, in both halves.
  std::uint8_t window;  ///< [§3.5]
  std::uint8_t plan;    ///< How many symbols the decoder compares before it looks whether it is done.
  std::uint8_t lit;     ///< 0: the pixel is zero throughout and not coded.
  std::uint8_t bright;  ///< Some level of the window has an offset or a shift.
  std::array<std::int16_t, n_features> coefficient;
};

/// Levels of a prediction: 4 or (profile full) 8 an octave. [§3.5]
[[nodiscard]] constexpr unsigned level_shift(Profile profile) { return profile == Profile::full ? 20 : 21; }
[[nodiscard]] constexpr std::size_t octave_levels(Profile profile) { return profile == Profile::full ? 8 : 4; }
/// A pixel's predictions are told apart over 8 octaves, from 2 below that of its own rate; window w begins with
/// octave w.
inline constexpr std::size_t window_octaves = 8;
[[nodiscard]] constexpr std::size_t window_levels(Profile profile) { return window_octaves * octave_levels(profile); }
inline constexpr std::size_t n_windows = 28;
inline constexpr std::size_t n_levels = (n_windows + window_octaves - 1) * 8;
std::uint8_t window_of(std::int32_t rate);

inline constexpr std::size_t n_symbols = 16;
inline constexpr std::size_t escape_symbol = n_symbols - 1;
inline constexpr unsigned probability_bits = 15;
inline constexpr std::uint32_t probability_one = 1U << probability_bits;

/// What the kernels look up by a level within a window. Kernels with `split_tables` want the low bytes of a row's
/// levels first, then the high bytes.
struct alignas(64) Window {
  using Row = std::array<std::uint16_t, 64>;
  std::array<Row, n_symbols> start;  ///< Sum of the frequencies below a symbol.
  Row offset, shift;
  Row limit;  ///< Symbols at least this have no frequency and are escaped.
};

/// Row of a window for the kernels.
/// \param by_level  of all levels of the window
void fill_row(Window::Row& row, std::span<const std::uint16_t> by_level, bool split);

struct SymbolTables {
  std::array<Window, n_windows> windows;
  /// PixelModel::bright and ::plan.
  std::array<std::uint8_t, n_windows> bright, plan;
  /// By absolute level, for encoding: start | frequency << 16.
  alignas(64) std::array<std::array<std::uint32_t, n_symbols>, n_levels> entry;
};

/// Everything the kernels need about a block.
struct BlockModel {
  Profile profile = Profile::near;
  std::vector<std::uint8_t> classes;  ///< Of each pixel that has a model.
  std::array<std::int32_t, n_classes> rates{};
  std::int32_t shrinkage = 0;  ///< Added to both rates of a ratio. [§3.4]
  Weights weights;
  SymbolTables tables;
  std::vector<std::byte> pixel_models;  ///< PixelModel<profile_features[profile]> of each pixel.

  template <std::size_t n_features>
  [[nodiscard]] const PixelModel<n_features>* pixels() const noexcept {
    return reinterpret_cast<const PixelModel<n_features>*>(pixel_models.data());
  }
};

/// Ratio in fixed point by which the rate of class `of` exceeds that of class `to`, shrunk towards 1, at most 8.
class RateRatios {
 public:
  RateRatios(const std::array<std::int32_t, n_classes>& rates, std::int32_t shrinkage);
  [[nodiscard]] std::int32_t operator()(std::uint8_t of, std::uint8_t to) const noexcept {
    return ratio(raised_[of], inverse_[to]);
  }
  static constexpr double unit = 1 << 16, most_product = 32767 * unit;
  // Factors are whole numbers below 2^29, so that products are exact up to where they do not matter any more.
  [[nodiscard]] double raised(std::uint8_t of) const noexcept { return raised_[of]; }
  [[nodiscard]] double inverse(std::uint8_t to) const noexcept { return inverse_[to]; }
  [[nodiscard]] static std::int32_t ratio(double raised, double inverse) noexcept {
    const double product = raised * inverse;
    return static_cast<std::int32_t>((product < most_product ? product : most_product) * (1 / unit));
  }

 private:
  std::array<double, n_classes> raised_{};  // both 0 for the class that is never lit
  std::array<double, n_classes> inverse_{};
};

/// The rate map may have one class per tile of 2^tile_shift × 2^tile_shift pixels. [§3.3]
inline constexpr unsigned most_tile_shift = 3;
[[nodiscard]] constexpr std::size_t tiles_across(std::size_t n, unsigned tile_shift) {
  return (n + (std::size_t{1} << tile_shift) - 1) >> tile_shift;
}
/// Class of every pixel from the classes of the tiles.
void expand_tiles(std::span<const std::uint8_t> tiles, const Layout& layout, unsigned tile_shift,
                  std::vector<std::uint8_t>& classes);

/// Sets what pixel_models know of the tables.
void note_tables(BlockModel& model);

}  // namespace esieve::codec::lanes
