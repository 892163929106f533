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

namespace esieve::codec::lanes {

/// Base-2 logarithm to 1e-6, the same on every machine. \pre x > 0
double portable_log2(double x);

/// Rate classes from the counts of each tile over all frames: near the truth where that pays, near the neighbours
/// where it does not. A class is that of the mean of a tile's members.
void choose_classes(std::span<const std::uint64_t> totals, std::span<const std::uint32_t> n_members, std::size_t width,
                    std::vector<std::uint8_t>& classes);

/// Least squares for the weights, octave by octave, from sampled rows.
class WeightFit {
 public:
  WeightFit(const BlockModel& model, const Layout& layout);

  /// Takes columns first, first + stride, ... of row y.
  void add(const RowTask& task, const std::uint16_t* row, std::size_t y, std::size_t first, std::size_t stride);
  [[nodiscard]] Weights solve() const;

 private:
  // Features, then the pixel's own rate, then what is to be explained (count minus rate).
  static constexpr std::size_t most_terms = most_features + 2;
  using Matrix = std::array<std::array<double, most_terms>, most_terms>;

  /// Terms of all lanes of a group; `around` has the classes of the pixel and its neighbours (0: none there).
  void collect(const RowTask& task, const std::uint16_t* row, std::size_t group, std::size_t x,
               const std::array<std::uint8_t, 1 + most_neighbours>& around);

  const BlockModel& model_;
  const Layout& layout_;
  RateRatios ratios_;
  std::size_t n_features_, n_neighbours_, n_terms_;
  std::array<Matrix, n_octaves> sums_{};
  std::array<std::array<std::int16_t, group_lanes>, most_terms> terms_{};
};

/// Counts by level, from which the symbol tables follow.
class LevelStatistics {
 public:
  explicit LevelStatistics(Profile profile);

  void add(const RowTask& task, const std::uint16_t* row, const std::uint16_t* levels);
  /// \param bits_per_count what a count is expected to cost with the tables returned.
  [[nodiscard]] LevelTables choose(double& bits_per_count) const;

 private:
  static constexpr std::size_t n_bins = 256;  // 0: below the first; 255: above the last
  struct Bins {
    std::uint16_t base = 0;
    std::uint8_t shift = 0;
  };
  struct Choice {
    LevelTable table;
    double bits = 0;
  };
  using Histogram = std::array<std::uint32_t, n_bins>;

  [[nodiscard]] Choice choose_level(const Histogram& histogram, Bins bins) const;

  std::array<Bins, n_levels> bins_;
  std::vector<Histogram> histograms_;
};

}  // namespace esieve::codec::lanes
