// SPDX-License-Identifier: Apache-2.0
//
// The counts of a class's events: mostly ones with gap-coded exceptions, or one symbol each.
#pragma once

#include <cstdint>

#include "codec/gaps/cdf16.hpp"
#include "codec/gaps/laws.hpp"
#include "codec/gaps/leaf_classes.hpp"
#include "codec/gaps/numbers.hpp"

namespace esieve::codec::gaps {

/// Rare counts outside every class's range; shared by the classes of a block.
using OutlierModel = NumberModel;

/// The counts of one class, in the order of its events.
class ValueModel {
 public:
  /// \param n_above_one  events of the class whose count is at least 2
  void reset(const LeafClass& of, std::uint32_t n_above_one);

  /// Whether each event has a symbol. If not, only those have that count at least 2.
  [[nodiscard]] bool each() const noexcept { return each_; }

  /// Law of the number of ones before the next larger count. \pre !each()
  [[nodiscard]] const GapLaw& ones_law() const noexcept { return ones_; }

  /// Codes a count: at least 1 if each(), at least 2 otherwise.
  template <class Coder>
  std::uint32_t code(Coder& coder, OutlierModel& outliers, std::uint32_t value) {
    const std::uint32_t offset = value - range_.first;  // wraps below the range
    const std::uint32_t coded = coder.interval(cdf_, range_.n_low_bits, offset);
    if (coded >> range_.n_low_bits < 15) return range_.first + coded;
    return code_outlier(coder, outliers, value);
  }

 private:
  // Below the range as it is, above it less the range's width.
  template <class Coder>
  std::uint32_t code_outlier(Coder& coder, OutlierModel& outliers, std::uint32_t value) {
    const std::uint32_t width = 15U << range_.n_low_bits;
    const std::uint32_t number = outliers.code(coder, value < range_.first ? value : value - width);
    return number < range_.first ? number : number + width;
  }

  AdaptiveCdf cdf_;
  ValueRange range_;
  GapLaw ones_;
  bool each_;
};

}  // namespace esieve::codec::gaps
