// SPDX-License-Identifier: Apache-2.0
//
// Elements of any type as counts of the type the caller asked for, exactly or not at all.
#pragma once

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "esieve/codec.hpp"
#include "esieve/dtype.hpp"

namespace esieve {

/// Whether `value`, not zero, is a value of Count too.
template <class Count, class T>
bool can_hold(T value) {
  if constexpr (std::is_integral_v<T> && std::is_integral_v<Count>) {
    return std::in_range<Count>(value);
  } else if constexpr (std::is_integral_v<T>) {
    const auto magnitude = value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    return static_cast<int>(std::bit_width(magnitude)) - std::countr_zero(magnitude) <= std::numeric_limits<Count>::digits;
  } else if constexpr (std::is_integral_v<Count>) {
    // Also refuses negative zero, which is an event but not a count.
    const T limit = std::ldexp(T{1}, std::numeric_limits<Count>::digits);
    const T lowest = std::is_signed_v<Count> ? -limit : T{0};
    return value != 0 && value >= lowest && value < limit && std::trunc(value) == value;
  } else {
    return sizeof(Count) >= sizeof(T) || std::isnan(value) || static_cast<T>(static_cast<Count>(value)) == value;
  }
}

/// Appends the values of events [first, end). \returns false if Count cannot hold one of them exactly
template <class Count>
bool append_counts(const ChunkEvents& events, DType dtype, std::size_t first, std::size_t end, std::vector<Count>& out) {
  out.reserve(out.size() + (end - first));
  return visit_dtype(dtype, [&]<class T>(T) {
    for (std::size_t i = first; i < end; ++i) {
      T value;
      if (!events.bits.empty())
        std::memcpy(&value, &events.bits[i], sizeof value);
      else
        value = static_cast<T>(events.quantum == 1 ? static_cast<double>(events.counts[i])
                                                   : events.counts[i] * events.quantum);
      if (!can_hold<Count>(value)) return false;
      out.push_back(static_cast<Count>(value));
    }
    return true;
  });
}

}  // namespace esieve
