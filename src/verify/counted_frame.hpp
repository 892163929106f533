// SPDX-License-Identifier: Apache-2.0
//
// Totals of dense frames, counted here and not by the codec, so that neither vouches for itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "esieve/dtype.hpp"

namespace esieve {

struct CountedFrame {
  std::uint64_t n_events = 0;  ///< Elements that are not zero, bit for bit.
  double electrons = 0;        ///< Sum of the values, NaN left out.
  double magnitude = 0;        ///< Sum of the absolute values, NaN left out: how far rounding can reach.
};

/// \param frame  a whole number of elements of `dtype`
CountedFrame count_frame(std::span<const std::byte> frame, DType dtype);

/// Adds up frames.
CountedFrame& operator+=(CountedFrame& sum, const CountedFrame& frame);

/// Whether `n_events` and `electrons` can be the totals of what was counted. Integer sums below 2^53 must be equal; others
/// may differ by what adding in another order can change.
bool agrees(const CountedFrame& counted, std::uint64_t n_events, double electrons, DType dtype);

}  // namespace esieve
