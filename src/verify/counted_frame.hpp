// SPDX-License-Identifier: Apache-2.0
//
// Totals of a dense frame, counted here and not by the codec, so that neither vouches for itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "esieve/codec.hpp"
#include "esieve/dtype.hpp"

namespace esieve {

struct CountedFrame {
  std::uint32_t n_events = 0;  ///< Elements that are not zero, bit for bit.
  double electrons = 0;        ///< Sum of the values, NaN left out.
  double magnitude = 0;        ///< Sum of the absolute values, NaN left out: how far rounding can reach.
};

/// \param frame  a whole number of elements of `dtype`
CountedFrame count_frame(std::span<const std::byte> frame, DType dtype);

/// Whether `stored` can be the totals of that frame. Integer sums below 2^53 must be equal; others may differ by what
/// adding in another order can change.
bool agrees(const CountedFrame& counted, const FrameTotals& stored, DType dtype);

}  // namespace esieve
