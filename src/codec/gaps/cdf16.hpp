// SPDX-License-Identifier: Apache-2.0
//
// Distributions over 16 symbols in cumulative form: fixed ones, and ones that learn.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>

#if defined(__SSE2__)
#include <emmintrin.h>  // part of every x86-64
#endif

namespace esieve::codec::gaps {

inline constexpr unsigned probability_bits = 15;
inline constexpr std::uint32_t probability_one = 1U << probability_bits;
inline constexpr unsigned n_symbols = 16;

/// Symbol s owns [start[s], start[s + 1]) of [0, probability_one); every interval is at least 1 wide.
struct Cdf16 {
  std::array<std::uint16_t, n_symbols + 1> start;

  [[nodiscard]] std::uint32_t width(unsigned symbol) const noexcept { return std::uint32_t{start[symbol + 1]} - start[symbol]; }

  /// The symbol that owns `slot`. \pre slot < probability_one
  [[nodiscard]] unsigned find(std::uint32_t slot) const noexcept;
};

/// What a symbol owns.
struct Share {
  unsigned symbol;
  std::uint32_t start, width;
};

/// The starts of all symbols where a processor compares and moves them at once.
class Starts {
 public:
  explicit Starts(const Cdf16& cdf) noexcept;
  void put_into(Cdf16& cdf) const noexcept;

  /// Which symbols begin above a slot: all after the one that owns it.
  class Above {
   public:
    [[nodiscard]] unsigned symbol() const noexcept;

   private:
    friend class Starts;
#if defined(__SSE2__)
    __m128i low_, high_;
#else
    unsigned symbol_;
#endif
  };
  [[nodiscard]] Above above(std::uint32_t slot) const noexcept;
  /// All symbols from this one on.
  [[nodiscard]] static Above above_symbol(unsigned symbol) noexcept;
  /// Boundary i moves by a 2^rate-th towards i where the symbol lies at or above it, towards one - 16 + i where it lies below.
  /// Both targets increase with i, so no interval ever closes.
  void move(const Above& above, unsigned rate) noexcept;

 private:
#if defined(__SSE2__)
  __m128i low_, high_;
#else
  std::array<std::uint16_t, n_symbols> starts_;
#endif
};

#if defined(__SSE2__)

inline Starts::Starts(const Cdf16& cdf) noexcept
    : low_(_mm_loadu_si128(reinterpret_cast<const __m128i*>(cdf.start.data()))),
      high_(_mm_loadu_si128(reinterpret_cast<const __m128i*>(cdf.start.data()) + 1)) {}

inline void Starts::put_into(Cdf16& cdf) const noexcept {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(cdf.start.data()), low_);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(cdf.start.data()) + 1, high_);
}

inline unsigned Starts::Above::symbol() const noexcept {
  const auto above = static_cast<unsigned>(_mm_movemask_epi8(_mm_packs_epi16(low_, high_)));
  return static_cast<unsigned>(std::countr_zero(above | 0x10000U)) - 1;
}

inline Starts::Above Starts::above(std::uint32_t slot) const noexcept {
  const __m128i wanted = _mm_set1_epi16(static_cast<short>(slot));
  Above above;
  above.low_ = _mm_cmpgt_epi16(low_, wanted);
  above.high_ = _mm_cmpgt_epi16(high_, wanted);
  return above;
}

inline Starts::Above Starts::above_symbol(unsigned symbol) noexcept {
  const __m128i chosen = _mm_set1_epi16(static_cast<short>(symbol));
  Above above;
  above.low_ = _mm_cmpgt_epi16(_mm_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7), chosen);
  above.high_ = _mm_cmpgt_epi16(_mm_setr_epi16(8, 9, 10, 11, 12, 13, 14, 15), chosen);
  return above;
}

inline void Starts::move(const Above& above, unsigned rate) noexcept {
  const __m128i shift = _mm_cvtsi32_si128(static_cast<int>(rate));
  const __m128i rise = _mm_set1_epi16(static_cast<short>(probability_one - n_symbols));
  const auto moved = [&](__m128i old, __m128i is_above, __m128i index) {
    const __m128i target = _mm_add_epi16(index, _mm_and_si128(is_above, rise));
    return _mm_add_epi16(old, _mm_sra_epi16(_mm_sub_epi16(target, old), shift));
  };
  low_ = moved(low_, above.low_, _mm_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7));
  high_ = moved(high_, above.high_, _mm_setr_epi16(8, 9, 10, 11, 12, 13, 14, 15));
}

#else

inline Starts::Starts(const Cdf16& cdf) noexcept { std::copy_n(cdf.start.begin(), n_symbols, starts_.begin()); }

inline void Starts::put_into(Cdf16& cdf) const noexcept { std::copy_n(starts_.begin(), n_symbols, cdf.start.begin()); }

inline unsigned Starts::Above::symbol() const noexcept { return symbol_; }

inline Starts::Above Starts::above(std::uint32_t slot) const noexcept {
  Above above{};
  for (unsigned s = 1; s < n_symbols; ++s) above.symbol_ += starts_[s] <= slot;
  return above;
}

inline Starts::Above Starts::above_symbol(unsigned symbol) noexcept {
  Above above;
  above.symbol_ = symbol;
  return above;
}

inline void Starts::move(const Above& above, unsigned rate) noexcept {
  for (unsigned i = 0; i < n_symbols; ++i) {
    const int target = static_cast<int>(i > above.symbol_ ? probability_one - n_symbols + i : i);
    starts_[i] = static_cast<std::uint16_t>(starts_[i] + ((target - starts_[i]) >> rate));
  }
}

#endif

inline unsigned Cdf16::find(std::uint32_t slot) const noexcept { return Starts(*this).above(slot).symbol(); }

/// Half of each. Intervals stay 1 wide at least.
[[nodiscard]] inline Cdf16 mean(const Cdf16& a, const Cdf16& b) noexcept {
  Cdf16 result;
  for (unsigned i = 0; i <= n_symbols; ++i) result.start[i] = static_cast<std::uint16_t>((a.start[i] + b.start[i] + 1) >> 1);
  return result;
}

/// The distribution that gives each symbol a share of `weights`, as nearly as whole numbers allow.
/// \param weights  n_symbols values, each below 2^40; all zero counts as uniform
Cdf16 make_cdf(std::span<const std::uint64_t, n_symbols> weights) noexcept;

/// A distribution that moves towards the symbols it has seen: fast at first, slower later.
struct AdaptiveCdf : Cdf16 {
  std::uint8_t n_seen;      ///< Saturates; sets the speed of learning.
  std::uint8_t final_rate;  ///< Each symbol finally moves the distribution by 2^-final_rate.

  /// Uniform, nothing seen.
  void reset(unsigned rate) noexcept;
  /// `prior`, as firm as if `n_prior` symbols had been seen.
  void reset(const Cdf16& prior, unsigned n_prior, unsigned rate) noexcept;
  void learn(unsigned symbol) noexcept;
  /// The symbol that owns `slot`, which is learned. \pre slot < probability_one
  Share find_and_learn(std::uint32_t slot) noexcept;
  /// The shift to learn the next symbol with, which counts as seen.
  unsigned next_rate() noexcept;
};

/// 1 / (n + 1.5), rounded to a power of two: the shift to use after n symbols.
inline constexpr std::array<std::uint8_t, 256> learning_rates = [] {
  std::array<std::uint8_t, 256> rates{};
  for (unsigned n = 0; n < rates.size(); ++n) rates[n] = static_cast<std::uint8_t>(std::bit_width((2 * n + 3) * 3 / 4) - 1);
  return rates;
}();

inline void AdaptiveCdf::reset(unsigned rate) noexcept {
  for (unsigned s = 0; s <= n_symbols; ++s) start[s] = static_cast<std::uint16_t>(s * (probability_one / n_symbols));
  n_seen = 0;
  final_rate = static_cast<std::uint8_t>(rate);
}

inline void AdaptiveCdf::reset(const Cdf16& prior, unsigned n_prior, unsigned rate) noexcept {
  start = prior.start;
  n_seen = static_cast<std::uint8_t>(n_prior);
  final_rate = static_cast<std::uint8_t>(rate);
}

inline unsigned AdaptiveCdf::next_rate() noexcept {
  const unsigned rate = learning_rates[n_seen] < final_rate ? learning_rates[n_seen] : final_rate;
  n_seen = static_cast<std::uint8_t>(n_seen + (n_seen < 255));
  return rate;
}

inline void AdaptiveCdf::learn(unsigned symbol) noexcept {
  Starts starts(*this);
  starts.move(Starts::above_symbol(symbol), next_rate());
  starts.put_into(*this);
}

inline Share AdaptiveCdf::find_and_learn(std::uint32_t slot) noexcept {
  Starts starts(*this);
  const Starts::Above above = starts.above(slot);
  const unsigned symbol = above.symbol();
  const Share share{symbol, start[symbol], width(symbol)};
  starts.move(above, next_rate());
  starts.put_into(*this);
  return share;
}

}  // namespace esieve::codec::gaps
