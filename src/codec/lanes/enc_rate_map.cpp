// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cstdlib>

#include "codec/lanes/class_context.hpp"
#include "codec/lanes/enc_model.hpp"

namespace esieve::codec::lanes {

namespace {

/// Bits that a class this far from the guess costs, roughly.
constexpr std::array<double, 10> step_bits = {0.9, 2.4, 3.4, 4.2, 4.8, 5.2, 5.6, 6.0, 6.3, 6.6};

/// Classes by their number of counts.
struct Classes {
  std::array<double, n_classes> nominal{}, mismatch{};
};

const Classes& classes_by_counts() {
  static const Classes all = [] {
    Classes result;
    for (std::size_t c = 1; c < n_classes; ++c) {
      result.nominal[c] = static_cast<double>(nominal_counts(static_cast<std::uint8_t>(c))) / 256.0;
      // Poisson, times a factor because neighbours repair part of it
      result.mismatch[c] = 0.6 / result.nominal[c];
    }
    return result;
  }();
  return all;
}

}  // namespace

void choose_classes(std::span<const std::uint64_t> totals, std::span<const std::uint32_t> n_members, std::size_t width,
                    std::vector<std::uint8_t>& classes) {
  classes.assign(totals.size(), 0);
  const Classes& known = classes_by_counts();
  walk_classes(totals.size(), width, [&](std::size_t i, const ClassContext& context) -> std::uint8_t {
    if (totals[i] == 0) return 0;
    const std::uint32_t n = n_members[i];
    const std::uint64_t whole = std::has_single_bit(n) ? totals[i] >> std::countr_zero(n) : totals[i] / n;
    const std::int32_t exact = nearest_class(std::max<std::uint64_t>(1, whole));
    const double mean = static_cast<double>(totals[i]) / n;
    const std::int32_t guess = context.guess();
    std::int32_t best = exact;
    if (guess != 0 && guess != exact) {
      const std::int32_t back = exact < guess ? 1 : -1;
      double least = 1e300;
      for (std::int32_t c = exact; c != guess + back; c += back) {
        const auto distance = static_cast<std::size_t>(std::abs(c - guess)), at = static_cast<std::size_t>(c);
        // Bits lost by coding the counts with the rate of a class: more with every step away from the truth.
        const double difference = mean - known.nominal[at];
        const double lost = n * (known.mismatch[at] * difference * difference);
        if (lost + step_bits[0] > least) break;
        const double bits = step_bits[std::min(distance, step_bits.size() - 1)] + lost;
        if (bits <= least) {
          least = bits;
          best = c;
        }
      }
    }
    classes[i] = static_cast<std::uint8_t>(best);
    return classes[i];
  });
}

}  // namespace esieve::codec::lanes
