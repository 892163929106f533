// SPDX-License-Identifier: Apache-2.0
//
// The encoder's choices: rate map, weights and symbol tables that suit a block. Nothing here is part of the format;
// arithmetic is integer or plain IEEE, so that every machine chooses alike.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/lanes/kernel.hpp"
#include "codec/lanes/side_info.hpp"
#include "codec/lanes/workspace.hpp"

namespace esieve::codec::lanes {

/// Rate classes from the counts of each tile over all frames: near the truth where that pays, near the neighbours
/// where it does not. A class is that of the mean of a tile's members.
void choose_classes(std::span<const std::uint64_t> totals, std::span<const std::uint32_t> n_members, std::size_t width,
                    std::vector<std::uint8_t>& classes);

/// Least squares for the weights, octave by octave, from sampled rows.
class WeightFit {
 public:
  WeightFit(const BlockModel& model, const Layout& layout, const Kernels& kernels);

  /// Takes columns first, first + stride, ... of row y.
  void add(const RowTask& task, const std::uint16_t* row, std::size_t y, std::size_t first, std::size_t stride);
  [[nodiscard]] Weights solve() const;

 private:
  static constexpr std::size_t most_terms = FitColumn::most_terms;
  using Matrix = std::array<std::array<double, most_terms>, most_terms>;

  /// `around` has the classes of the pixel and its neighbours (0: none there).
  [[nodiscard]] FitColumn column_of(const RowTask& task, const std::uint16_t* row, std::size_t group, std::size_t x,
                                    const std::array<std::uint8_t, 1 + most_neighbours>& around) const;

  const BlockModel& model_;
  const Layout& layout_;
  const Kernels& kernels_;
  RateRatios ratios_;
  std::size_t n_features_, n_neighbours_, n_terms_, n_columns_ = 0;
  std::array<Matrix, n_octaves> sums_{};
  std::array<float, n_classes> scales_{};  // of the terms of a class
};

/// Counts by level, from which the symbol tables follow.
class LevelStatistics {
 public:
  static constexpr std::size_t n_bins = n_level_bins;
  struct Bins {
    std::uint16_t base = 0;
    std::uint8_t shift = 0;
  };

  /// \param histograms  memory, whatever it holds
  LevelStatistics(Profile profile, const Kernels& kernels, std::vector<LevelHistogram>& histograms);

  void add(const RowTask& task, const std::uint16_t* row, const std::uint16_t* levels);
  struct Expected {
    double bits = 0, n_counts = 0;
  };
  /// \param expected  what the counts that were added cost with the tables returned
  [[nodiscard]] LevelTables choose(Expected& expected) const;

 private:
  struct Choice {
    std::uint32_t n = 0;
    double bits = 0;
    std::size_t offset = 0, limit = 0;
    unsigned shift = 0;
    std::array<std::uint32_t, n_symbols> counts{};
  };

  void expect(std::size_t window);
  [[nodiscard]] static Choice choose_level(const LevelHistogram& histogram, Bins bins);
  static void consider(const std::array<std::uint32_t, n_bins + 1>& below, Bins bins, unsigned extra, std::size_t from,
                       Choice& best);
  static LevelTable table_of(const Choice& choice);

  const Bins* bins_;  // of each level
  const BinWindow* windows_;
  decltype(Kernels::find_bins)::value_type find_bins_;
  std::vector<LevelHistogram>& histograms_;
  std::size_t octave_levels_;
  std::array<bool, n_windows> expected_{};
  std::array<bool, n_windows + window_octaves - 1> in_use_{};  // octaves whose histograms have been cleared
};

}  // namespace esieve::codec::lanes
