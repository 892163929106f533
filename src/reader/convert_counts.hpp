// SPDX-License-Identifier: Apache-2.0
//
// Elements of any type as counts of the type the caller asked for, exactly or not at all.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <utility>

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

/// Whether every count is a value of Count, at a glance.
template <class Count>
bool surely_holds(std::span<const std::uint32_t> counts) {
  if constexpr (!std::is_same_v<Count, float>) return true;
  constexpr std::uint32_t largest = 1U << std::numeric_limits<float>::digits;
  std::uint32_t all = 0;  // the vectoriser likes this better than a maximum
  for (const std::uint32_t count : counts) all |= count;
  return all < largest;
}

/// Writes the values of events [first, first + out.size()). \returns false if Count cannot hold one of them exactly
template <class Count>
bool convert_counts(const ChunkEvents& events, DType dtype, std::size_t first, std::span<Count> out) {
  if (events.bits.empty() && events.quantum == 1) {
    const std::span counts = std::span(events.counts).subspan(first, out.size());
    if (surely_holds<Count>(counts)) {
      std::copy(counts.begin(), counts.end(), out.begin());
      return true;
    }
  }
  return visit_dtype(dtype, [&]<class T>(T) {
    for (std::size_t i = 0; i < out.size(); ++i) {
      T value;
      if (!events.bits.empty())
        std::memcpy(&value, &events.bits[first + i], sizeof value);
      else
        value = static_cast<T>(events.counts[first + i] * events.quantum);
      if (!can_hold<Count>(value)) return false;
      out[i] = static_cast<Count>(value);
    }
    return true;
  });
}

}  // namespace esieve
