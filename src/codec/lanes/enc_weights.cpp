// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "codec/lanes/enc_model.hpp"

namespace esieve::codec::lanes {
namespace {

constexpr float unit = 1.0F / static_cast<float>(one);

std::int16_t to_weight(double value) {
  const double scaled =
      std::clamp(value * one / weight_step, -double{most_weight} / weight_step, double{most_weight} / weight_step);
  return static_cast<std::int16_t>(static_cast<int>(std::lround(scaled)) * weight_step);
}

}  // namespace

WeightFit::WeightFit(const BlockModel& model, const Layout& layout, const Kernels& kernels)
    : model_(model),
      layout_(layout),
      kernels_(kernels),
      ratios_(model.rates, model.shrinkage),
      n_features_(profile_features[static_cast<std::size_t>(model.profile)]),
      n_neighbours_(profile_neighbours[static_cast<std::size_t>(model.profile)]),
      n_terms_(n_features_ + 2) {
  for (std::size_t c = 1; c < n_classes; ++c) scales_[c] = 1.0F / std::sqrt(static_cast<float>(model.rates[c]) * unit + 0.05F);
}

FitColumn WeightFit::column_of(const RowTask& task, const std::uint16_t* row, std::size_t group, std::size_t x,
                               const std::array<std::uint8_t, 1 + most_neighbours>& around) const {
  const std::array<const std::uint16_t*, 3> rows = {row, task.above, task.above2};
  const auto at = [&](Offset offset) {
    return rows[static_cast<std::size_t>(-offset.dy)] + group * group_lanes +
           (static_cast<std::ptrdiff_t>(x) + offset.dx) * static_cast<std::ptrdiff_t>(n_lanes);
  };
  const std::uint8_t own = around[0];
  FitColumn column;
  column.n_neighbours = n_neighbours_;
  column.n_features = n_features_;
  column.own = at({0, 0});
  column.rate = static_cast<float>(model_.rates[own]) * unit;
  column.scale = scales_[own];
  column.active = task.active[group];
  for (std::size_t k = 0; k < n_neighbours_; ++k) {
    const std::uint8_t other = around[1 + k];
    column.counts[k] = at(neighbours[k]);
    column.mean[k] = static_cast<float>(model_.rates[other]) * unit;
    column.ratio[k] = static_cast<float>(ratios_(own, other)) * unit * column.scale;
  }
  return column;
}

void WeightFit::add(const RowTask& task, const std::uint16_t* row, std::size_t y, std::size_t first, std::size_t stride) {
  const std::size_t width = layout_.shape.det_x;
  for (std::size_t g = 0; g < n_groups; ++g) {
    if (task.active[g] == 0) continue;
    for (std::size_t x = first; x < width; x += stride) {
      std::array<std::uint8_t, 1 + most_neighbours> around{};
      around[0] = model_.classes[task.first_model[g] + x];
      if (around[0] == 0) continue;
      for (std::size_t k = 0; k < n_neighbours_; ++k) {
        const std::size_t nx = x + static_cast<std::size_t>(neighbours[k].dx);
        const auto up = static_cast<std::size_t>(-neighbours[k].dy);
        if (up <= y && nx < width) around[1 + k] = model_.classes[task.first_model[g] + nx - up * width];
      }
      std::array<std::int32_t, most_terms*(most_terms + 1) / 2> products;
      kernels_.sum_products(column_of(task, row, g, x, around), products.data());
      ++n_columns_;
      Matrix& sums = sums_[octave_of(model_.rates[around[0]])];
      const std::int32_t* product = products.data();
      for (std::size_t i = 0; i < n_terms_; ++i)
        for (std::size_t j = i; j < n_terms_; ++j) sums[i][j] += *product++;
    }
  }
}

Weights WeightFit::solve() const {
  Weights weights;
  Matrix pooled{};
  for (const Matrix& sums : sums_)
    for (std::size_t i = 0; i < n_terms_; ++i)
      for (std::size_t j = i; j < n_terms_; ++j) pooled[i][j] += sums[i][j];
  const std::size_t n = n_terms_ - 1;
  // What all octaves together count for in each: a hundredth, and less where each has more of its own.
  const double pooled_share = 0.01 * std::sqrt(500.0 / static_cast<double>(std::max<std::size_t>(500, n_columns_)));
  for (std::size_t o = 0; o < n_octaves; ++o) {
    // An octave with few samples leans on all others.
    Matrix a = sums_[o];
    if (a[n][n] == 0) {
      if (o > 0) {
        weights.own[o] = weights.own[o - 1];
        weights.of[o] = weights.of[o - 1];
      }
      continue;
    }
    for (std::size_t i = 0; i < n_terms_; ++i)
      for (std::size_t j = i; j < n_terms_; ++j) a[i][j] += pooled_share * pooled[i][j];
    for (std::size_t i = 0; i < n; ++i) a[i][i] += 1e-5 * a[i][i] + 1e-9;
    // Gaussian elimination of the symmetric, positive definite system; the last column is the right-hand side.
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = i + 1; j < n; ++j) {
        const double factor = a[i][j] / a[i][i];
        for (std::size_t k = j; k <= n; ++k) a[j][k] -= factor * a[i][k];
      }
    std::array<double, most_terms> x{};
    for (std::size_t i = n; i-- > 0;) {
      x[i] = a[i][n];
      for (std::size_t k = i + 1; k < n; ++k) x[i] -= a[i][k] * x[k];
      x[i] /= a[i][i];
    }
    for (std::size_t k = 0; k < n_features_; ++k) weights.of[o][k] = to_weight(x[k]);
    weights.own[o] = to_weight(x[n_features_]);
  }
  return weights;
}

}  // namespace esieve::codec::lanes
