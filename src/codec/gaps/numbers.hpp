// SPDX-License-Identifier: Apache-2.0
//
// Whole numbers of unknown size: an adaptive bit length, the three bits below the leading
// one adaptive too, the rest plain.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "codec/gaps/cdf16.hpp"
#include "codec/gaps/rans.hpp"

namespace esieve::codec::gaps {

/// How large a bucket of numbers is: exact below 8, then four buckets an octave.
[[nodiscard]] constexpr unsigned quarter_octave(std::uint64_t value) noexcept {
  if (value < 8) return static_cast<unsigned>(value);
  const unsigned length = static_cast<unsigned>(std::bit_width(value));
  return 8 + 4 * (length - 4) + static_cast<unsigned>(value >> (length - 3) & 3);
}
static_assert(quarter_octave(7) == 7 && quarter_octave(8) == 8 && quarter_octave(16) == 12);

/// A number below 2^32.
class NumberModel {
 public:
  NumberModel() noexcept { reset(); }

  void reset() noexcept {
    for (AdaptiveCdf& cdf : lengths_) cdf.reset(rate);
    for (AdaptiveCdf& cdf : leading_) cdf.reset(rate);
  }

  template <class Coder>
  std::uint32_t code(Coder& coder, std::uint32_t value) {
    unsigned length = code_length(coder, static_cast<unsigned>(std::bit_width(value)));
    if (length < 2) return length;
    const unsigned n_below = length - 1;
    const unsigned n_leading = n_below < 3 ? n_below : 3;
    unsigned n_raw = n_below - n_leading;
    const unsigned mask = (1U << n_leading) - 1;
    std::uint32_t result = 1U << n_leading | (coder.symbol(leading_[length], value >> n_raw & mask) & mask);
    while (n_raw != 0) {
      const unsigned n = n_raw < max_raw_bits ? n_raw : max_raw_bits;
      n_raw -= n;
      result = result << n | coder.bits(n, value >> n_raw & ((1U << n) - 1));
    }
    return result;
  }

 private:
  static constexpr unsigned rate = 6;

  template <class Coder>
  unsigned code_length(Coder& coder, unsigned length) {
    unsigned whole = 0;
    for (unsigned part = 0; part < 2; ++part) {
      const unsigned symbol = coder.symbol(lengths_[part], length - whole < 15 ? length - whole : 15);
      whole += symbol;
      if (symbol < 15) return whole;
    }
    whole += coder.bits(2, length - whole) & 3;
    return whole < 32 ? whole : 32;
  }

  std::array<AdaptiveCdf, 2> lengths_;
  std::array<AdaptiveCdf, 33> leading_;
};

}  // namespace esieve::codec::gaps
