// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cstdlib>

#include "codec/lanes/enc_model.hpp"

namespace esieve::codec::lanes {

double portable_log2(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const auto exponent = static_cast<double>(static_cast<std::int64_t>(bits >> 52) - 1023);
  const double m = std::bit_cast<double>((bits & 0xFFFFFFFFFFFFFU) | 0x3FF0000000000000U) - 1.0;
  // log2(1 + m) = 2 / ln 2 * artanh(m / (2 + m))
  const double t = m / (2.0 + m), t2 = t * t;
  return exponent + 2.8853900817779268 * t * (1 + t2 * (1.0 / 3 + t2 * (1.0 / 5 + t2 * (1.0 / 7 + t2 / 9))));
}

namespace {

/// Bits that a class this far from the guess costs, roughly.
constexpr std::array<double, 10> step_bits = {0.9, 2.4, 3.4, 4.2, 4.8, 5.2, 5.6, 6.0, 6.3, 6.6};

/// Bits lost per frame total by coding `counts` with the rate of a class: Poisson, times a factor because
/// neighbours repair part of it.
double mismatch_bits(double counts, double nominal) {
  const double difference = counts - nominal;
  return 0.6 * difference * difference / nominal;
}

std::int32_t guess_class(const std::vector<std::uint8_t>& classes, std::size_t width, std::size_t i) {
  const std::size_t x = i % width;
  const bool top = i < width;
  std::int32_t sum = 0, n = 0;
  const auto add = [&](bool there, std::size_t j) {
    if (!there || classes[j] == 0) return;
    sum += classes[j];
    ++n;
  };
  add(x > 0, i - 1);
  add(!top, i - width);
  add(!top && x > 0, i - width - 1);
  add(!top && x + 1 < width, i - width + 1);
  return n == 0 ? 0 : (2 * sum + n) / (2 * n);
}

}  // namespace

void choose_classes(std::span<const std::uint64_t> totals, std::span<const std::uint32_t> n_members, std::size_t width,
                    std::vector<std::uint8_t>& classes) {
  classes.assign(totals.size(), 0);
  std::array<double, n_classes> nominal{};
  for (std::size_t c = 1; c < n_classes; ++c)
    nominal[c] = static_cast<double>(nominal_counts(static_cast<std::uint8_t>(c))) / 256.0;
  for (std::size_t i = 0; i < totals.size(); ++i) {
    if (totals[i] == 0) continue;
    const std::int32_t exact = nearest_class(std::max<std::uint64_t>(1, totals[i] / n_members[i]));
    const double mean = static_cast<double>(totals[i]) / n_members[i];
    const std::int32_t guess = guess_class(classes, width, i);
    classes[i] = static_cast<std::uint8_t>(exact);
    if (guess == 0) continue;
    const std::int32_t towards = exact < guess ? -1 : 1;
    double least = 1e300;
    for (std::int32_t c = guess;; c += towards) {
      const auto distance = static_cast<std::size_t>(std::abs(c - guess));
      const double bits = step_bits[std::min(distance, step_bits.size() - 1)] +
                          n_members[i] * mismatch_bits(mean, nominal[static_cast<std::size_t>(c)]);
      if (bits < least) {
        least = bits;
        classes[i] = static_cast<std::uint8_t>(c);
      }
      if (c == exact) break;
    }
  }
}

}  // namespace esieve::codec::lanes
