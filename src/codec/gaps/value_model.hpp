// SPDX-License-Identifier: Apache-2.0
//
// The counts of a class's events: mostly ones with gap-coded exceptions, or one symbol each.
#pragma once

#include <cstdint>
#include <span>

#include "codec/gaps/cdf16.hpp"
#include "codec/gaps/laws.hpp"
#include "codec/gaps/leaf_classes.hpp"
#include "codec/gaps/runs.hpp"

namespace esieve::codec::gaps {

/// The counts of one class, in the order of its events.
class ValueModel {
 public:
  /// \param n_above_one  events of the class whose count is at least 2
  void reset(const LeafClass& of, std::uint32_t n_above_one);
  /// Whether each event has a symbol. If not, only those have that count at least 2.
  [[nodiscard]] bool each() const noexcept { return each_; }

  /// Law of the number of ones before the next larger count. \pre !each()
  [[nodiscard]] const GapLaw& ones_law() const noexcept { return ones_; }

  /// Writes counts: at least 1 if each(), at least 2 otherwise.
  void write(TokenList& tokens, OutlierModel& outliers, std::span<const std::uint32_t> values) {
    write_values(tokens, cdf_, range_, outliers, values);
  }
  void read(StreamReader& stream, OutlierModel& outliers, std::size_t n, std::uint32_t* values) {
    read_values(stream, cdf_, range_, outliers, n, values);
  }

 private:
  AdaptiveCdf cdf_;
  ValueRange range_;
  GapLaw ones_;
  bool each_;
};

}  // namespace esieve::codec::gaps
