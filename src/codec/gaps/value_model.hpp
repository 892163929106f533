// SPDX-License-Identifier: Apache-2.0
//
// The counts of a class's events: mostly ones with gap-coded exceptions, or one symbol each.
#pragma once

#include <array>
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

  /// Chooses between the Poisson law of the class's mean and weights of its own, for the counts to be coded, which an encoder has;
  /// if there are none nothing is done.
  void fit(std::span<const std::uint32_t> counts);
  /// Says which, and the weights.
  template <class Coder>
  void code_law(Coder& coder);

  /// Writes counts: at least 1 if each(), at least 2 otherwise.
  void write(RunWriter& runs, TokenList& side, OutlierModel& outliers, std::span<const std::uint32_t> values) const {
    write_values(runs, side, cdf_, range_, outliers, values);
  }
  [[nodiscard]] bool read(RunReader& runs, StreamReader& side, OutlierModel& outliers, std::size_t n,
                          std::uint32_t* values) const {
    return read_values(runs, side, cdf_, range_, outliers, n, values);
  }

 private:
  static constexpr unsigned weight_bits = 10;
  using Weights = std::array<std::uint64_t, n_symbols>;

  Cdf16 cdf_;
  Weights weights_;  ///< if has_weights_
  unsigned last_;    ///< the last symbol but 15 that has one
  bool has_weights_;
  ValueRange range_;
  GapLaw ones_;
  bool each_;
};

template <class Coder>
void ValueModel::code_law(Coder& coder) {
  has_weights_ = coder.bits(1, has_weights_ ? 1 : 0) != 0;
  if (!has_weights_) return;
  last_ = coder.bits(4, last_);
  if (last_ == n_symbols - 1) last_ = n_symbols - 2;  // of a damaged stream
  for (unsigned s = 0; s < n_symbols; ++s) {
    if (s > last_ && s != n_symbols - 1)
      weights_[s] = 0;
    else
      weights_[s] = coder.bits(weight_bits, static_cast<std::uint32_t>(weights_[s]));
  }
  cdf_ = make_cdf(weights_);
}

}  // namespace esieve::codec::gaps
