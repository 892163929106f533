// SPDX-License-Identifier: Apache-2.0
#include "report/code_length.hpp"

#include <bit>
#include <cmath>
#include <numbers>

namespace esieve {
namespace {

double log2_gamma(double x) { return std::lgamma(x) * std::numbers::log2e; }
double log2_beta(double a, double b) { return log2_gamma(a) + log2_gamma(b) - log2_gamma(a + b); }
double x_log2_x(double x) { return x > 0 ? x * std::log2(x) : 0; }

}  // namespace

CodeLength poisson_length(double sum, double n_frames, double prior_rate, double strength) {
  const double shape = prior_rate * strength;
  const double bits =
      log2_gamma(shape) - log2_gamma(shape + sum) - shape * std::log2(strength) + (shape + sum) * std::log2(strength + n_frames);
  const double known_bits = sum > 0 ? sum * (std::numbers::log2e - std::log2(sum / n_frames)) : 0;
  return {.bits = bits, .learning_bits = bits - known_bits};
}

CodeLength occupancy_length(double n_events, double n_frames, double prior_occupancy, double strength) {
  const double hit = prior_occupancy * strength, missed = (1 - prior_occupancy) * strength;
  const double bits = log2_beta(hit, missed) - log2_beta(hit + n_events, missed + n_frames - n_events);
  const double known_bits = x_log2_x(n_frames) - x_log2_x(n_events) - x_log2_x(n_frames - n_events);
  return {.bits = bits, .learning_bits = bits - known_bits};
}

CodeLength histogram_length(const std::map<std::uint64_t, std::uint64_t>& frequencies) {
  // Krichevsky-Trofimov over the values that occur, and an Elias gamma code for each of them.
  const auto n_values = static_cast<double>(frequencies.size());
  double n = 0, known_bits = 0, bits = 0;
  for (const auto& [value, frequency] : frequencies) {
    const auto k = static_cast<double>(frequency);
    n += k;
    known_bits -= x_log2_x(k);
    bits += log2_gamma(0.5) - log2_gamma(k + 0.5) + 2 * static_cast<double>(std::bit_width(value | 1)) - 1;
  }
  if (n == 0) return {};
  known_bits += x_log2_x(n);
  bits += log2_gamma(n + n_values / 2) - log2_gamma(n_values / 2);
  return {.bits = bits, .learning_bits = bits - known_bits};
}

}  // namespace esieve
