// SPDX-License-Identifier: Apache-2.0
#include "simulate/poisson.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace esieve::simulate {
namespace {

constexpr double rejection_from = 10;

std::uint64_t draw_by_inversion(Random& random, double mean) {
  const double u = random.uniform();
  if (u < 1 - mean) return 0;  // exp(-mean) >= 1 - mean: nearly always, and without an exponential
  double probability = std::exp(-mean), cumulative = probability;
  std::uint64_t count = 0;
  // Rounding may leave the cumulative sum below the largest u; terms have vanished long before 200.
  while (u >= cumulative && count < 200) {
    ++count;
    probability *= mean / static_cast<double>(count);
    cumulative += probability;
  }
  return count;
}

std::uint64_t draw_by_rejection(Random& random, double mean) {
  const double log_mean = std::log(mean);
  const double b = 0.931 + 2.53 * std::sqrt(mean), a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4), quick = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const double u = random.uniform() - 0.5, v = random.uniform();
    const double us = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= quick) return static_cast<std::uint64_t>(k);
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const auto count = static_cast<std::uint64_t>(k);
    if (std::log(v * inverse_alpha / (a / (us * us) + b)) <= k * log_mean - mean - log_factorial(count)) return count;
  }
}

}  // namespace

double log_factorial(std::uint64_t k) {
  static const std::array<double, 256> table = [] {
    std::array<double, 256> t{};
    for (std::size_t i = 2; i < t.size(); ++i) t[i] = t[i - 1] + std::log(static_cast<double>(i));
    return t;
  }();
  if (k < table.size()) return table[k];
  // Stirling's series for ln Gamma(x); std::lgamma is not safe in threads. Error below 1e-15 relative here.
  const double x = static_cast<double>(k) + 1;
  return (x - 0.5) * std::log(x) - x + 0.5 * std::log(2 * std::numbers::pi) + 1 / (12 * x) - 1 / (360 * x * x * x);
}

std::uint64_t draw_poisson(Random& random, double mean) {
  return mean < rejection_from ? draw_by_inversion(random, mean) : draw_by_rejection(random, mean);
}

double poisson_bits(std::uint64_t count, double mean) {
  double nats = mean;
  if (count > 0) nats += log_factorial(count) - static_cast<double>(count) * std::log(mean);
  return nats / std::numbers::ln2;
}

}  // namespace esieve::simulate
