// SPDX-License-Identifier: Apache-2.0
//
// The inner loops of lanes: one row of all lanes at a time. One text (kernel.inc), compiled per instruction set;
// all give the same results.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "codec/lanes/model.hpp"

namespace esieve::codec::lanes {

/// Rows are kept lane-major: the counts of all lanes at column 0, then at column 1, ... with zero columns around.
inline constexpr std::size_t row_margin = 4;

/// Where a row lies in the unit, and what surrounds it. Row pointers point at column 0.
struct RowTask {
  const BlockModel* model = nullptr;
  std::size_t width = 0;
  std::array<std::size_t, n_groups> first_model{};  ///< Of each group's row.
  const std::uint16_t* above = nullptr;
  const std::uint16_t* above2 = nullptr;
  std::array<std::uint32_t, n_groups> active{};
};

/// A count that did not fit its table (or a lane): kept apart.
struct Escape {
  std::uint32_t column;
  std::uint32_t lane;
  std::uint32_t value;
};

/// State of a rANS coder, 32 lanes: low and high halves of states in [2^16, 2^32). [§4.1]
struct alignas(64) GroupState {
  std::array<std::uint16_t, group_lanes> low;
  std::array<std::uint16_t, group_lanes> high;
};

struct DecodeState {
  std::array<GroupState, n_groups> groups;
  /// Next word of each group, at any address. The caller sees to it that a row's worth (most_row_words) may be read.
  std::array<const std::byte*, n_groups> words{};
  const std::uint8_t* escapes = nullptr;
  const std::uint8_t* escapes_end = nullptr;
  bool corrupt = false;
  std::vector<Escape> wide;  ///< Counts above largest_lane_count, appended.
};

struct EncodeState {
  std::array<GroupState, n_groups> groups;
  /// Words are written downwards from here; the caller sees to it that a row's worth fits.
  std::array<std::uint16_t*, n_groups> words{};
  std::uint16_t* levels = nullptr;  ///< Room for the levels of a row.
  std::vector<Escape> escapes;      ///< Appended in the order of encoding: last column first, last lane first.
};

/// Words that one row of one group may take or give, and that may be touched beyond them.
[[nodiscard]] constexpr std::size_t most_row_words(std::size_t width) { return (2 * width + 2) * group_lanes; }

/// One column of a group, as a sample for the fit of weights. Its terms are the features, the pixel's own rate, and what is to
/// be explained (count minus rate); they are whitened (divided by the scatter of the pixel's count) and kept with 6 fractional
/// bits. That is enough, sums are exact in any order, and a few wild counts do not decide.
struct FitColumn {
  static constexpr float term_unit = 64.0F;
  static constexpr std::int32_t largest_term = 2047;
  static constexpr std::size_t most_terms = most_features + 2;
  std::size_t n_neighbours, n_features;
  std::array<const std::uint16_t*, most_neighbours> counts;  ///< Of the group's lanes, for each neighbour.
  std::array<float, most_neighbours> mean, ratio;            ///< Of each neighbour.
  const std::uint16_t* own;
  float rate, scale;
  std::uint32_t active;
};

/// How often a level met counts of each bin. A little longer, or low bins of all levels would lie in the same few sets of a
/// cache.
inline constexpr std::size_t n_level_bins = 256;  // 0: below the first; 255: above the last
using LevelHistogram = std::array<std::uint32_t, n_level_bins + 16>;

/// What tells, by a level within a window, where in the window's histograms a count belongs.
struct alignas(64) BinWindow {
  Window::Row base, shift;  ///< The first bin's least count; counts of a bin, as a power of two.
  Window::Row first;        ///< That bin's place, counted from the first histogram's begin.
};

struct Kernels {
  bool split_tables;  ///< See Window.
  void (*gather8)(const std::uint8_t* counts, const std::size_t* starts, std::size_t width, std::uint16_t* row);
  void (*gather16)(const std::uint16_t* counts, const std::size_t* starts, std::size_t width, std::uint16_t* row);
  /// To rows of single lanes, `stride` apart.
  void (*scatter8)(const std::uint16_t* row, std::size_t stride, std::size_t width, std::uint8_t* counts);
  void (*scatter16)(const std::uint16_t* row, std::size_t stride, std::size_t width, std::uint16_t* counts);
  /// Adds `n` pixels of frames `n_pixels` apart to their sums, which stay below 2^32.
  void (*add8)(const std::uint8_t* counts, std::size_t n_frames, std::size_t n_pixels, std::size_t n, std::uint32_t* sums);
  void (*add16)(const std::uint16_t* counts, std::size_t n_frames, std::size_t n_pixels, std::size_t n, std::uint32_t* sums);
  /// Sums over the lanes of the products of terms i and j, for j = i, i + 1, ... of i = 0, 1, ...
  void (*sum_products)(const FitColumn&, std::int32_t* products);
  /// By profile. Fills pixel_models from classes, rates and weights. [§3.3]
  std::array<void (*)(const Layout&, BlockModel&), n_profiles> make_pixel_models;
  /// By profile. The level, within the pixel's window, of every lane and column; lane-major without margins. Dark
  /// pixels have none.
  std::array<void (*)(const RowTask&, const std::uint16_t* row, std::uint16_t* levels), n_profiles> find_levels;
  /// By profile. Places, among the histograms of a window, of a group's counts in one column. Levels as `find_levels` finds them.
  std::array<void (*)(const BinWindow&, const std::uint16_t* counts, const std::uint16_t* levels, std::uint16_t* places),
             n_profiles>
      find_bins;
  std::array<void (*)(const RowTask&, const std::uint16_t* row, EncodeState&), n_profiles> encode_row;
  std::array<void (*)(const RowTask&, DecodeState&, std::uint16_t* row), n_profiles> decode_row;
};

extern const Kernels kernels_baseline;
extern const Kernels kernels_avx2;
extern const Kernels kernels_avx512;

/// The best of this machine.
const Kernels& kernels();

}  // namespace esieve::codec::lanes
