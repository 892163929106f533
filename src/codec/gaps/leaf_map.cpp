// SPDX-License-Identifier: Apache-2.0
//
// Contexts of the leaf map, and what is expected in each before anything is learned.
#include "codec/gaps/leaf_map.hpp"

#include <array>

namespace esieve::codec::gaps {
namespace {

constexpr unsigned n_priors = 64;
constexpr unsigned learning_rate = 7;

// The lowest value with this quarter octave, and the width of that bucket, make its middle.
std::uint64_t twice_middle(unsigned bucket) noexcept {
  if (bucket < 8) return 2 * bucket;
  const unsigned octave = (bucket - 8) / 4, quarter = (bucket - 8) % 4;
  const std::uint64_t lowest = std::uint64_t{4 + quarter} << (octave + 1);
  return 2 * lowest + (std::uint64_t{2} << octave);
}

// Negative binomial with mean m and variance m + m^2 / shape: the neighbours know the mean roughly.
Cdf16 expected_counts(std::uint64_t mean_16ths) noexcept {
  constexpr std::uint64_t shape = 6;
  std::array<std::uint64_t, n_symbols> weights{};
  std::uint64_t weight = std::uint64_t{1} << 32, sum = 0;
  // Ratio of neighbours: w(k + 1) / w(k) = (k + shape) / (k + 1) * m / (m + shape). A bright leaf's
  // weights would overflow, but then symbol 15 has nearly all of it anyway.
  const std::uint64_t m = std::min<std::uint64_t>(mean_16ths + 1, 16 * 24);
  for (std::uint64_t k = 0; k < 300; ++k) {
    weights[std::min<std::uint64_t>(k, 15)] += weight >> 4;
    sum += weight;
    weight = weight * (k + shape) / (k + 1) * m / (m + 16 * shape);
  }
  return make_cdf(weights);
}

/// By quarter octave of the expected count, in eighths.
const std::array<Cdf16, n_priors>& priors() {
  static const auto all = [] {
    std::array<Cdf16, n_priors> result{};
    for (unsigned bucket = 0; bucket < n_priors; ++bucket) result[bucket] = expected_counts(twice_middle(bucket));
    return result;
  }();
  return all;
}

}  // namespace

LeafMapModel::LeafMapModel() : contexts_(n_near * n_wide), guess_contexts_(n_near * n_wide), priors_(&priors()) {}

void LeafMapModel::reset() {
  for (AdaptiveCdf& cdf : contexts_) cdf.n_seen = 0;
  for (AdaptiveCdf& cdf : guess_contexts_) cdf.n_seen = 0;
  large_.reset();
}

void LeafMapModel::start_context(AdaptiveCdf& cdf, std::uint64_t expected8) noexcept {
  cdf.reset((*priors_)[std::min(quarter_octave(expected8), n_priors - 1)], 4, learning_rate);
}

}  // namespace esieve::codec::gaps
