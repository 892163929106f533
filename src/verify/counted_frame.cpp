// SPDX-License-Identifier: Apache-2.0
#include "verify/counted_frame.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>

namespace esieve {
namespace {

template <class T>
std::uint64_t count_events(std::span<const T> values) {
  using Bits = std::conditional_t<
      sizeof(T) == 1, std::uint8_t,
      std::conditional_t<sizeof(T) == 2, std::uint16_t, std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>>;
  std::uint32_t n = 0;  // a frame has fewer elements than 2^32
  for (const T& value : values) n += std::bit_cast<Bits>(value) != 0;
  return n;
}

/// Sums of 32-bit halves: exact for any 64-bit values, as a frame has fewer than 2^32 elements.
template <class T>
double sum_of(std::span<const T> values) {
  if constexpr (std::is_floating_point_v<T>) {
    double sum = 0;
    for (const T value : values)
      if (!std::isnan(value)) sum += static_cast<double>(value);
    return sum;
  } else if constexpr (sizeof(T) < 8) {
    std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t> sum = 0;
    for (const T value : values) sum += value;
    return static_cast<double>(sum);
  } else {
    T high = 0;
    std::uint64_t low = 0;
    for (const T value : values) {
      high += value >> 32;
      low += static_cast<std::uint32_t>(value);
    }
    return std::ldexp(static_cast<double>(high), 32) + static_cast<double>(low);
  }
}

template <class T>
double magnitude_of(std::span<const T> values) {
  double sum = 0;
  for (const T value : values)
    if (const auto real = static_cast<double>(value); !std::isnan(real)) sum += std::abs(real);
  return sum;
}

}  // namespace

CountedFrame count_frame(std::span<const std::byte> frame, DType dtype) {
  return visit_dtype(dtype, [&]<class T>(T) {
    const std::span values(reinterpret_cast<const T*>(frame.data()), frame.size() / sizeof(T));
    CountedFrame counted{.n_events = count_events(values), .electrons = sum_of(values)};
    counted.magnitude = std::is_unsigned_v<T> ? counted.electrons : magnitude_of(values);
    return counted;
  });
}

CountedFrame& operator+=(CountedFrame& sum, const CountedFrame& frame) {
  sum.n_events += frame.n_events;
  sum.electrons += frame.electrons;
  sum.magnitude += frame.magnitude;
  return sum;
}

bool agrees(const CountedFrame& counted, std::uint64_t n_events, double electrons, DType dtype) {
  if (counted.n_events != n_events) return false;
  if (counted.electrons == electrons) return true;
  constexpr double exact_below = 9007199254740992.0;  // 2^53
  if (!is_float(dtype) && counted.magnitude < exact_below) return false;
  // Infinities, or a sum that overflows in one order and not in another: no order is the right one.
  if (!std::isfinite(counted.magnitude)) return !std::isfinite(electrons) || std::isfinite(counted.electrons);
  const double rounding = static_cast<double>(n_events) * std::numeric_limits<double>::epsilon() * counted.magnitude;
  return std::abs(counted.electrons - electrons) <= rounding;
}

}  // namespace esieve
