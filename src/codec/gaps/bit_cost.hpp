// SPDX-License-Identifier: Apache-2.0
//
// How many bits something would take, in whole numbers, so that encoders choose alike everywhere.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>

#include "codec/gaps/cdf16.hpp"

namespace esieve::codec::gaps {

/// Bits in 65536ths.
using BitCost = std::uint64_t;

namespace detail {

// log2(1 + i / 256) * 65536 by repeated squaring: each square gives one binary digit.
constexpr std::array<std::uint32_t, 257> fractions = [] {
  std::array<std::uint32_t, 257> table{};
  for (std::uint64_t i = 0; i < 256; ++i) {
    std::uint64_t x = (256 + i) << 22;  // 1 is 2^30
    std::uint32_t digits = 0;
    for (int d = 0; d < 16; ++d) {
      x = x * x >> 30;
      digits = digits << 1 | static_cast<std::uint32_t>(x >> 31);
      if ((x >> 31) != 0) x >>= 1;
    }
    table[i] = digits;
  }
  table[256] = 65536;
  return table;
}();

}  // namespace detail

/// log2(value) in 65536ths, to about a thousandth of a bit. \pre value != 0
[[nodiscard]] constexpr BitCost log2_cost(std::uint64_t value) noexcept {
  const auto whole = static_cast<unsigned>(std::bit_width(value)) - 1;
  const std::uint64_t scaled = whole >= 16 ? value >> (whole - 16) : value << (16 - whole);
  const std::uint64_t at = (scaled >> 8) & 0xff, rest = scaled & 0xff;
  const std::uint64_t low = detail::fractions[at], high = detail::fractions[at + 1];
  return (BitCost{whole} << 16) + low + ((high - low) * rest >> 8);
}

/// What the positions of n_events among n_slots take when every arrangement is as likely.
[[nodiscard]] constexpr BitCost arrangement_cost(std::uint64_t n_events, std::uint64_t n_slots) noexcept {
  if (n_events == 0 || n_events >= n_slots) return 0;
  // n log2(1 / q) + (N - n) log2(1 / (1 - q)); the second by its series n (1 - q/2 - q^2/6 - q^3/12)
  // / ln 2, as the difference of large logarithms would be lost in rounding.
  const std::uint64_t q = (n_events << 16) / n_slots;
  const std::uint64_t q2 = q * q >> 16, q3 = q2 * q >> 16;
  const std::uint64_t series = 65536 - q / 2 - q2 / 6 - q3 / 12;
  constexpr std::uint64_t one_over_ln2 = 94548;
  return n_events * (log2_cost(n_slots) - log2_cost(n_events) + (series * one_over_ln2 >> 16));
}

/// What a list of tokens takes in the stream.
[[nodiscard]] inline BitCost token_cost(std::span<const std::uint64_t> tokens) noexcept {
  BitCost cost = 0;
  for (const std::uint64_t token : tokens)
    cost += (BitCost{probability_bits + (token >> 31 & 0x1f)} << 16) - log2_cost(token >> 15 & 0xffff);
  return cost;
}

static_assert(log2_cost(1) == 0 && log2_cost(1024) == 10 << 16 && log2_cost(3) / 66 == 103872 / 66);

}  // namespace esieve::codec::gaps
