// SPDX-License-Identifier: Apache-2.0
//
// Floats that are whole multiples of one number: averages and scaled counts.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <span>

namespace esieve::codec {

/// How a float follows from a count. Computed in double precision, then rounded to the element type.
struct Quantum {
  double value = 1;
  bool divides = false;  ///< element = count / value instead of count * value

  template <class T>
  T element(double count) const {
    return static_cast<T>(divides ? count / value : count * value);
  }
  /// The count nearest to `element`; meaningless, but harmless, if that is not a multiple.
  double count(double element) const { return divides ? element * value : element / value; }

  friend bool operator==(const Quantum&, const Quantum&) = default;
};

/// Counts above it are not told apart by an element's mantissa, or not by our 32 bits.
template <class T>
inline constexpr double max_count = sizeof(T) == 4 ? 16777216.0 : 2147483647.0;

/// The largest quantum that gives back nearly all of `sample` exactly.
/// \param sample  finite, not zero, of either sign
template <class T>
std::optional<Quantum> find_quantum(std::span<const T> sample);

}  // namespace esieve::codec
