// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "codec/lanes/enc_model.hpp"

namespace esieve::codec::lanes {
namespace {

constexpr float unit = 1.0F / static_cast<float>(one);

/// Terms are whitened (divided by the scatter of the pixel's count) and kept with 6 fractional bits. That is enough,
/// sums are exact in any order, and a few wild counts do not decide.
constexpr float term_unit = 64.0F;
constexpr float largest_term = 2047.0F;

std::int16_t to_term(float value) {
  return static_cast<std::int16_t>(std::clamp(value * term_unit, -largest_term, largest_term));
}

using Lanes = std::array<std::int16_t, group_lanes>;

std::int32_t dot(const Lanes& a, const Lanes& b) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < group_lanes; ++i) sum += a[i] * b[i];
  return sum;
}

std::int16_t to_weight(double value) {
  const double scaled = std::clamp(value * one / weight_step, -double{most_weight} / weight_step,
                                   double{most_weight} / weight_step);
  return static_cast<std::int16_t>(static_cast<int>(std::lround(scaled)) * weight_step);
}

}  // namespace

WeightFit::WeightFit(const BlockModel& model, const Layout& layout)
    : model_(model),
      layout_(layout),
      ratios_(model.rates, model.shrinkage),
      n_features_(profile_features[static_cast<std::size_t>(model.profile)]),
      n_neighbours_(profile_neighbours[static_cast<std::size_t>(model.profile)]),
      n_terms_(n_features_ + 2) {}

void WeightFit::collect(const RowTask& task, const std::uint16_t* row, std::size_t group, std::size_t x,
                        const std::array<std::uint8_t, 1 + most_neighbours>& around) {
  const std::array<const std::uint16_t*, 3> rows = {row, task.above, task.above2};
  const auto at = [&](Offset offset) {
    return rows[static_cast<std::size_t>(-offset.dy)] + group * group_lanes +
           (static_cast<std::ptrdiff_t>(x) + offset.dx) * static_cast<std::ptrdiff_t>(n_lanes);
  };
  const std::uint8_t own = around[0];
  const float rate = static_cast<float>(model_.rates[own]) * unit;
  const float scale = 1.0F / std::sqrt(rate + 0.05F);
  for (std::size_t k = 0; k < n_neighbours_; ++k) {
    const std::uint8_t other = around[1 + k];
    const float mean = static_cast<float>(model_.rates[other]) * unit;
    const float ratio = static_cast<float>(ratios_(own, other)) * unit * scale;
    const std::uint16_t* counts = at(neighbours[k]);
    for (std::size_t l = 0; l < group_lanes; ++l) terms_[k][l] = to_term((static_cast<float>(counts[l]) - mean) * ratio);
  }
  for (std::size_t k = n_neighbours_; k < n_features_; ++k) {
    const Minimum& of = minima[k - n_neighbours_];
    const std::uint16_t *a = at(neighbours[of.a]), *b = at(neighbours[of.b]), *c = at(neighbours[of.c]);
    for (std::size_t l = 0; l < group_lanes; ++l)
      terms_[k][l] = to_term(static_cast<float>(std::min(std::min(a[l], b[l]), c[l])) * scale);
  }
  const std::uint16_t* counts = at({0, 0});
  terms_[n_features_].fill(to_term(rate * scale));
  for (std::size_t l = 0; l < group_lanes; ++l)
    terms_[n_features_ + 1][l] = to_term((static_cast<float>(counts[l]) - rate) * scale);
  for (std::size_t l = 0; l < group_lanes; ++l)
    if ((task.active[group] >> l & 1U) == 0)
      for (std::size_t k = 0; k < n_terms_; ++k) terms_[k][l] = 0;
}

void WeightFit::add(const RowTask& task, const std::uint16_t* row, std::size_t y, std::size_t first,
                    std::size_t stride) {
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
      collect(task, row, g, x, around);
      Matrix& sums = sums_[octave_of(model_.rates[around[0]])];
      for (std::size_t i = 0; i < n_terms_; ++i)
        for (std::size_t j = i; j < n_terms_; ++j) sums[i][j] += dot(terms_[i], terms_[j]);
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
  for (std::size_t o = 0; o < n_octaves; ++o) {
    // An octave with few samples leans on all others: they count as a hundredth of themselves.
    Matrix a = sums_[o];
    if (a[n][n] == 0) {
      if (o > 0) {
        weights.own[o] = weights.own[o - 1];
        weights.of[o] = weights.of[o - 1];
      }
      continue;
    }
    for (std::size_t i = 0; i < n_terms_; ++i)
      for (std::size_t j = i; j < n_terms_; ++j) a[i][j] += 0.01 * pooled[i][j];
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
