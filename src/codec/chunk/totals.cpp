// SPDX-License-Identifier: Apache-2.0
#include "codec/chunk/totals.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <type_traits>

#include "codec/frame_sums.hpp"

namespace esieve::codec {
namespace {

// Integers of up to four bytes: exact. A negative number counts 2^bits too much as an unsigned one.
template <class T>
FrameTotals integer_totals(const T* frame, std::size_t n_pixels) {
  const FrameSums sums = frame_sums(reinterpret_cast<const std::make_unsigned_t<T>*>(frame), n_pixels);
  auto electrons = static_cast<std::int64_t>(sums.sum);
  if constexpr (std::is_signed_v<T>) electrons -= static_cast<std::int64_t>(sums.n_top_bit << 8 * sizeof(T));
  return {static_cast<std::uint32_t>(sums.n_lit), static_cast<double>(electrons)};
}

// Eight interleaved sums, added up at the end: vector code and scalar code then round alike.
template <class T>
FrameTotals rounded_totals(const T* frame, std::size_t n_pixels) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  FrameTotals totals;
  std::array<double, 8> sums{};
  const auto add = [&](double& sum, T value) {
    const double wide = static_cast<double>(value);
    sum += wide == wide ? wide : 0.0;
    totals.n_events += std::bit_cast<Bits>(value) != 0;
  };
  std::size_t i = 0;
  for (; i + 8 <= n_pixels; i += 8)
    for (std::size_t k = 0; k < 8; ++k) add(sums[k], frame[i + k]);
  for (; i < n_pixels; ++i) add(sums[0], frame[i]);
  totals.electrons = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
  return totals;
}

template <class T>
FrameTotals totals_of(const T* frame, std::size_t n_pixels) {
  if constexpr (std::is_floating_point_v<T> || sizeof(T) == 8)
    return rounded_totals(frame, n_pixels);
  else
    return integer_totals(frame, n_pixels);
}

}  // namespace

void frame_totals(std::span<const std::byte> dense, DType dtype, std::size_t n_pixels, std::span<FrameTotals> totals) {
  visit_dtype(dtype, [&](auto zero) {
    using T = decltype(zero);
    const T* frame = reinterpret_cast<const T*>(dense.data());
    for (FrameTotals& one : totals) {
      one = totals_of(frame, n_pixels);
      frame += n_pixels;
    }
  });
}

void opaque_frame_totals(std::span<const std::byte> dense, std::size_t item_bytes, std::size_t n_pixels,
                         std::span<FrameTotals> totals) {
  const std::byte* item = dense.data();
  for (FrameTotals& one : totals) {
    one = {};
    for (std::size_t i = 0; i < n_pixels; ++i, item += item_bytes)
      one.n_events += std::any_of(item, item + item_bytes, [](std::byte byte) { return byte != std::byte{0}; });
  }
}

}  // namespace esieve::codec
