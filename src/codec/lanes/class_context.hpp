// SPDX-License-Identifier: Apache-2.0
//
// What the classes coded before tell of the next one in a rate map. [§5]
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace esieve::codec::lanes {

/// Of the neighbours left, above-left, above and above-right; 0 is one that is never lit, or beyond the detector.
class ClassContext {
 public:
  ClassContext(std::uint8_t left, std::uint8_t above_left, std::uint8_t above, std::uint8_t above_right) noexcept
      : around_{left, above_left, above, above_right} {
    for (const std::uint8_t c : around_) n_lit_ += c != 0 ? 1U : 0U;
  }

  [[nodiscard]] std::size_t n_dark() const noexcept { return around_.size() - n_lit_; }

  /// Mean of those lit, rounded up from a half; 0 if none is.
  [[nodiscard]] std::int32_t guess() const noexcept {
    std::uint32_t sum = 0;
    for (const std::uint8_t c : around_) sum += c;
    // (2 sum + n) / 2n by a factor: dividing takes longer than all the rest
    constexpr std::array<std::uint32_t, 5> factors = {0, 32768, 16384, 10923, 8192};
    return static_cast<std::int32_t>(((2 * sum + n_lit_) * factors[n_lit_]) >> 16);
  }

  /// How much they differ: which model the difference from the guess has.
  [[nodiscard]] std::size_t spread() const noexcept {
    if (n_lit_ == 0) return 0;
    std::uint8_t least = 255, most = 0;  // less 1, so that 0 is never the least
    for (const std::uint8_t c : around_) {
      least = std::min(least, static_cast<std::uint8_t>(c - 1));
      most = std::max(most, c);
    }
    const int range = most - 1 - least;
    return 1U + (range > 0 ? 1U : 0U) + (range > 2 ? 1U : 0U) + (range > 5 ? 1U : 0U) + (range > 11 ? 1U : 0U);
  }
  static constexpr std::size_t n_spreads = 6;

 private:
  std::array<std::uint8_t, 4> around_;
  std::uint32_t n_lit_ = 0;
};

/// Calls visit(i, context) for each of n classes, rows of `width` first, which returns the class.
template <class Visit>
void walk_classes(std::size_t n, std::size_t width, Visit visit) {
  std::vector<std::uint8_t> rows(2 * (width + 2));  // with a dark one at both ends
  std::uint8_t *above = rows.data(), *row = above + width + 2;
  for (std::size_t i = 0; i < n;) {
    std::uint8_t left = 0;
    for (std::size_t x = 1; x <= width; ++x, ++i) {
      left = visit(i, ClassContext(left, above[x - 1], above[x], above[x + 1]));
      row[x] = left;
    }
    std::swap(above, row);
  }
}

}  // namespace esieve::codec::lanes
