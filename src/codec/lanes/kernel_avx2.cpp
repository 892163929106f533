// SPDX-License-Identifier: Apache-2.0
//
// Row kernels for AVX2: 32 lanes are two registers.
#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <vector>

#include "codec/lanes/kernel.hpp"

namespace esieve::codec::lanes {
namespace {

/// Byte shuffles that move the words of the lanes in a mask of 8 to the front, or there from the front.
struct WordShuffles {
  alignas(16) std::uint8_t compress[256][16];
  alignas(16) std::uint8_t expand[256][16];
};

constexpr WordShuffles make_word_shuffles() {
  WordShuffles tables{};
  for (unsigned mask = 0; mask < 256; ++mask) {
    unsigned n = 0;
    for (unsigned lane = 0; lane < 8; ++lane) {
      const bool in = (mask >> lane & 1U) != 0;
      for (unsigned byte = 0; byte < 2; ++byte) {
        if (in) tables.compress[mask][2 * n + byte] = static_cast<std::uint8_t>(2 * lane + byte);
        tables.expand[mask][2 * lane + byte] = in ? static_cast<std::uint8_t>(2 * n + byte) : std::uint8_t{0x80};
      }
      n += in ? 1 : 0;
    }
  }
  return tables;
}

constexpr WordShuffles word_shuffles = make_word_shuffles();

struct Simd {
  struct U16 {
    __m256i a, b;  // lanes 0 to 15, 16 to 31
  };
  struct I32 {
    __m256i a_low, a_high, b_low, b_high;  // in the order of unpacklo and unpackhi; packus restores the lanes' own
  };
  using Mask = U16;  // 0 or 0xFFFF
  static constexpr bool split_tables = true;

  template <class Operation>
  static U16 both(const U16& x, Operation operation) {
    return {operation(x.a), operation(x.b)};
  }
  template <class Operation>
  static U16 both(const U16& x, const U16& y, Operation operation) {
    return {operation(x.a, y.a), operation(x.b, y.b)};
  }

  static __m256i load256(const void* from) { return _mm256_loadu_si256(static_cast<const __m256i*>(from)); }
  static U16 load(const std::uint16_t* from) { return {load256(from), load256(from + 16)}; }
  static void store(std::uint16_t* to, const U16& x) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), x.a);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + 16), x.b);
  }
  static U16 zero() { return {_mm256_setzero_si256(), _mm256_setzero_si256()}; }
  static U16 set1(std::size_t value) {
    const __m256i v = _mm256_set1_epi16(static_cast<short>(value));
    return {v, v};
  }
  static U16 small(std::size_t value) { return set1(value); }
  static I32 set1_32(std::int32_t value) {
    const __m256i v = _mm256_set1_epi32(value);
    return {v, v, v, v};
  }
  struct Constants {
    U16 slot_mask = set1(probability_one - 1);
    U16 end = set1(probability_one);
  };

  static U16 add(const U16& x, const U16& y) {
    return both(x, y, [](__m256i p, __m256i q) { return _mm256_add_epi16(p, q); });
  }
  static U16 sub(const U16& x, const U16& y) {
    return both(x, y, [](__m256i p, __m256i q) { return _mm256_sub_epi16(p, q); });
  }
  static U16 min(const U16& x, const U16& y) {
    return both(x, y, [](__m256i p, __m256i q) { return _mm256_min_epu16(p, q); });
  }
  static U16 max(const U16& x, const U16& y) {
    return both(x, y, [](__m256i p, __m256i q) { return _mm256_max_epu16(p, q); });
  }
  static U16 bit_and(const U16& x, const U16& y) {
    return both(x, y, [](__m256i p, __m256i q) { return _mm256_and_si256(p, q); });
  }
  static U16 bit_or(const U16& x, const U16& y) {
    return both(x, y, [](__m256i p, __m256i q) { return _mm256_or_si256(p, q); });
  }
  static U16 and_not(const U16& not_this, const U16& y) {
    return both(not_this, y, [](__m256i p, __m256i q) { return _mm256_andnot_si256(p, q); });
  }
  static U16 sign(const U16& x) {
    return both(x, [](__m256i p) { return _mm256_srli_epi16(p, 15); });
  }
  static U16 shift_right(const U16& x, const U16& n) {
    return both(x, n, [](__m256i p, __m256i q) {
      const __m256i half = _mm256_set1_epi32(0xFFFF);
      const __m256i low = _mm256_srlv_epi32(_mm256_and_si256(p, half), _mm256_and_si256(q, half));
      const __m256i high = _mm256_srlv_epi32(_mm256_srli_epi32(p, 16), _mm256_srli_epi32(q, 16));
      return _mm256_or_si256(low, _mm256_slli_epi32(high, 16));
    });
  }
  static U16 shift_left(const U16& x, const U16& n) {
    return both(x, n, [](__m256i p, __m256i q) {
      const __m256i half = _mm256_set1_epi32(0xFFFF);
      const __m256i low = _mm256_sllv_epi32(p, _mm256_and_si256(q, half));
      const __m256i high = _mm256_sllv_epi32(_mm256_andnot_si256(half, p), _mm256_srli_epi32(q, 16));
      return _mm256_or_si256(_mm256_and_si256(low, half), high);
    });
  }
  static bool all_set(const U16& x) {
    const U16 none = equal(x, zero());
    return _mm256_testz_si256(_mm256_or_si256(none.a, none.b), _mm256_set1_epi16(-1)) != 0;
  }

  static Mask mask_from_bits(std::uint32_t bits) {
    const __m256i bit = _mm256_setr_epi16(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384,
                                          std::numeric_limits<short>::min());
    const auto half = [&](std::uint32_t from) {
      const __m256i all = _mm256_set1_epi16(static_cast<short>(from));
      return _mm256_cmpeq_epi16(_mm256_and_si256(all, bit), bit);
    };
    return {half(bits & 0xFFFFU), half(bits >> 16)};
  }
  static std::uint32_t bits(const Mask& mask) {
    const __m256i bytes = _mm256_permute4x64_epi64(_mm256_packs_epi16(mask.a, mask.b), 0xD8);
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes));
  }
  static Mask equal(const U16& x, const U16& y) {
    return both(x, y, [](__m256i p, __m256i q) { return _mm256_cmpeq_epi16(p, q); });
  }
  static Mask at_least(const U16& x, const U16& y) { return equal(max(x, y), x); }
  static Mask less(const U16& x, const U16& y) { return and_not(at_least(x, y), set1(0xFFFF)); }
  static Mask mask_and(const Mask& x, const Mask& y) { return bit_and(x, y); }
  static U16 keep(const Mask& mask, const U16& x) { return bit_and(mask, x); }
  static U16 select(const Mask& mask, const U16& x, const U16& y) {
    return {_mm256_blendv_epi8(y.a, x.a, mask.a), _mm256_blendv_epi8(y.b, x.b, mask.b)};
  }

  static void multiply_add(I32& sum, const U16& x, const U16& y, std::int32_t weights) {
    const __m256i w = _mm256_set1_epi32(weights);
    const auto one = [&](__m256i& to, __m256i pairs) { to = _mm256_add_epi32(to, _mm256_madd_epi16(pairs, w)); };
    one(sum.a_low, _mm256_unpacklo_epi16(x.a, y.a));
    one(sum.a_high, _mm256_unpackhi_epi16(x.a, y.a));
    one(sum.b_low, _mm256_unpacklo_epi16(x.b, y.b));
    one(sum.b_high, _mm256_unpackhi_epi16(x.b, y.b));
  }

  /// Predictions of zero and less become level 0: as floats they are negative integers, which packing saturates.
  template <unsigned shift, std::size_t n_window>
  static U16 level(const I32& sum, std::uint32_t window) {
    const auto one = [&](__m256i v) { return _mm256_srai_epi32(_mm256_castps_si256(_mm256_cvtepi32_ps(v)), shift); };
    const __m256i from = _mm256_set1_epi32(static_cast<int>(window));
    const __m256i last = _mm256_set1_epi16(n_window - 1);
    const auto pack = [&](__m256i low, __m256i high) {
      return _mm256_min_epu16(_mm256_subs_epu16(_mm256_packus_epi32(one(low), one(high)), from), last);
    };
    return {pack(sum.a_low, sum.a_high), pack(sum.b_low, sum.b_high)};
  }

  /// One byte of a row by bytes of level.
  template <std::size_t n_window>
  static __m256i lookup_bytes(const std::uint8_t* row, __m256i level) {
    const auto sixteen = [&](std::size_t i) {
      const __m128i part = _mm_load_si128(reinterpret_cast<const __m128i*>(row + 16 * i));
      return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(part), level);
    };
    const __m256i bit4 = _mm256_slli_epi16(level, 3);
    const __m256i low = _mm256_blendv_epi8(sixteen(0), sixteen(1), bit4);
    if constexpr (n_window == 32) {
      return low;
    } else {
      const __m256i high = _mm256_blendv_epi8(sixteen(2), sixteen(3), bit4);
      return _mm256_blendv_epi8(low, high, _mm256_slli_epi16(level, 2));
    }
  }

  template <std::size_t n_window>
  static U16 lookup(const Window::Row& row, const U16& level) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(row.data());
    const __m256i index = _mm256_packus_epi16(level.a, level.b);  // unpacking undoes its order
    const __m256i low = lookup_bytes<n_window>(bytes, index);
    const __m256i high = lookup_bytes<n_window>(bytes + n_window, index);
    return {_mm256_unpacklo_epi8(low, high), _mm256_unpackhi_epi8(low, high)};
  }

  /// Takes the low words of the lanes in `mask`, so that the decoder meets them in the order of lanes.
  static void put_words(U16& low, U16& high, const Mask& mask, std::uint16_t*& words) {
    const std::uint32_t lanes = bits(mask);
    if (lanes == 0) return;
    std::array<std::uint16_t, group_lanes> from;
    std::array<std::uint16_t, group_lanes + 8> to;
    store(from.data(), low);
    std::size_t n = 0;
    for (unsigned i = 0; i < 4; ++i) {
      const std::uint32_t eight = lanes >> (8 * i) & 255U;
      const __m128i shuffle = _mm_load_si128(reinterpret_cast<const __m128i*>(word_shuffles.compress[eight]));
      const __m128i found = _mm_loadu_si128(reinterpret_cast<const __m128i*>(&from[8 * i]));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(&to[n]), _mm_shuffle_epi8(found, shuffle));
      n += static_cast<std::size_t>(std::popcount(eight));
    }
    words -= n;
    std::memcpy(words, to.data(), 2 * n);
    low = select(mask, high, low);
    high = and_not(mask, high);
  }

  static void get_words(U16& low, U16& high, const Mask& mask, const std::byte*& words) {
    high = select(mask, low, high);
    const std::uint32_t lanes = bits(mask);
    const auto eight = [&](unsigned i) {
      const std::uint32_t these = lanes >> (8 * i) & 255U;
      const __m128i shuffle = _mm_load_si128(reinterpret_cast<const __m128i*>(word_shuffles.expand[these]));
      const __m128i next = _mm_loadu_si128(reinterpret_cast<const __m128i*>(words));
      words += 2 * std::popcount(these);
      return _mm_shuffle_epi8(next, shuffle);
    };
    const __m128i a0 = eight(0), a1 = eight(1), b0 = eight(2), b1 = eight(3);
    low = select(mask, {_mm256_set_m128i(a1, a0), _mm256_set_m128i(b1, b0)}, low);
  }

  static U16 low_bits(const U16& n) { return sub(shift_left(set1(1), n), set1(1)); }

  static void encode_raw(U16& low, U16& high, const U16& value, const U16& shift, std::uint16_t*& words) {
    const U16 left = sub(set1(16), shift);
    const U16 too_large = shift_right(high, left);
    put_words(low, high, and_not(equal(too_large, zero()), set1(0xFFFF)), words);
    high = bit_or(shift_left(high, shift), shift_right(low, left));
    low = bit_or(shift_left(low, shift), bit_and(value, low_bits(shift)));
  }

  template <std::size_t>
  static void look_up(const Window&, const std::uint32_t* entries, std::size_t, const U16& level, const U16& symbol, U16& start,
                      U16& frequency) {
    const __m256i half = _mm256_set1_epi32(0xFFFF);
    const auto find = [&](__m256i index, __m256i& to_start, __m256i& to_frequency) {
      const auto gather = [&](__m256i i) { return _mm256_i32gather_epi32(reinterpret_cast<const int*>(entries), i, 4); };
      const __m256i p = gather(_mm256_unpacklo_epi16(index, _mm256_setzero_si256()));
      const __m256i q = gather(_mm256_unpackhi_epi16(index, _mm256_setzero_si256()));
      to_start = _mm256_packus_epi32(_mm256_and_si256(p, half), _mm256_and_si256(q, half));
      to_frequency = _mm256_packus_epi32(_mm256_srli_epi32(p, 16), _mm256_srli_epi32(q, 16));
    };
    const U16 index = add(both(level, [](__m256i v) { return _mm256_slli_epi16(v, 4); }), symbol);
    find(index.a, start.a, frequency.a);
    find(index.b, start.b, frequency.b);
  }

  /// The state after a symbol. The quotient (below 2^17) by a reciprocal a little too small: it may be 1 too small,
  /// never too large.
  static __m256i next_state(__m256i low, __m256i high, __m256i start, __m256i frequency) {
    const __m256 inverse = _mm256_div_ps(_mm256_set1_ps(1.0F - 1.0F / (1 << 20)), _mm256_cvtepi32_ps(frequency));
    const __m256 real = _mm256_add_ps(_mm256_mul_ps(_mm256_cvtepi32_ps(high), _mm256_set1_ps(65536.0F)), _mm256_cvtepi32_ps(low));
    const __m256i quotient = _mm256_cvttps_epi32(_mm256_mul_ps(real, inverse));
    const __m256i state = _mm256_or_si256(_mm256_slli_epi32(high, 16), low);
    const __m256i rest = _mm256_sub_epi32(state, _mm256_mullo_epi32(quotient, frequency));
    const __m256i sum = _mm256_add_epi32(_mm256_slli_epi32(quotient, probability_bits), _mm256_add_epi32(rest, start));
    const __m256i exact = _mm256_cmpgt_epi32(frequency, rest);
    const __m256i missing = _mm256_sub_epi32(_mm256_set1_epi32(1 << probability_bits), frequency);
    return _mm256_add_epi32(sum, _mm256_andnot_si256(exact, missing));
  }

  static void encode_symbol(U16& low, U16& high, const U16& start, const U16& frequency, const Mask& active,
                            std::uint16_t*& words) {
    const U16 halved = both(high, [](__m256i v) { return _mm256_srli_epi16(v, 1); });
    put_words(low, high, mask_and(at_least(halved, frequency), active), words);
    const __m256i none = _mm256_setzero_si256(), half = _mm256_set1_epi32(0xFFFF);
    const auto one = [&](__m256i& l, __m256i& h, __m256i s, __m256i f, __m256i mask) {
      const __m256i p = next_state(_mm256_unpacklo_epi16(l, none), _mm256_unpacklo_epi16(h, none), _mm256_unpacklo_epi16(s, none),
                                   _mm256_unpacklo_epi16(f, none));
      const __m256i q = next_state(_mm256_unpackhi_epi16(l, none), _mm256_unpackhi_epi16(h, none), _mm256_unpackhi_epi16(s, none),
                                   _mm256_unpackhi_epi16(f, none));
      l = _mm256_blendv_epi8(l, _mm256_packus_epi32(_mm256_and_si256(p, half), _mm256_and_si256(q, half)), mask);
      h = _mm256_blendv_epi8(h, _mm256_packus_epi32(_mm256_srli_epi32(p, 16), _mm256_srli_epi32(q, 16)), mask);
    };
    one(low.a, high.a, start.a, frequency.a, active.a);
    one(low.b, high.b, start.b, frequency.b, active.b);
  }

  static void decode_advance(U16& low, U16& high, const U16& frequency, const U16& place, const Mask& active,
                             const std::byte*& words) {
    // frequency * (state >> 15) = 2 * frequency * high + frequency * (top bit of low)
    const auto one = [](__m256i& l, __m256i& h, __m256i f, __m256i p) {
      const __m256i product_low = _mm256_mullo_epi16(f, h), product_high = _mm256_mulhi_epu16(f, h);
      const __m256i addend = _mm256_add_epi16(p, _mm256_and_si256(_mm256_srai_epi16(l, 15), f));
      const __m256i doubled = _mm256_add_epi16(product_low, product_low);
      l = _mm256_add_epi16(doubled, addend);
      // Carry out of the sum: both top bits set, or one of them and not the sum's.
      const __m256i carry =
          _mm256_or_si256(_mm256_and_si256(doubled, addend), _mm256_andnot_si256(l, _mm256_or_si256(doubled, addend)));
      h = _mm256_or_si256(_mm256_add_epi16(product_high, product_high), _mm256_srli_epi16(product_low, 15));
      h = _mm256_add_epi16(h, _mm256_srli_epi16(carry, 15));
    };
    one(low.a, high.a, frequency.a, place.a);
    one(low.b, high.b, frequency.b, place.b);
    get_words(low, high, mask_and(equal(high, zero()), active), words);
  }

  static U16 decode_raw(U16& low, U16& high, const U16& shift, const std::byte*& words) {
    const U16 value = bit_and(low, low_bits(shift));
    low = bit_or(shift_right(low, shift), shift_left(high, sub(set1(16), shift)));
    high = shift_right(high, shift);
    get_words(low, high, and_not(equal(shift, zero()), equal(high, zero())), words);
    return value;
  }
};

#include "codec/lanes/transpose.inc"
#include "codec/lanes/plain_loops.inc"
#include "codec/lanes/kernel.inc"

}  // namespace

const Kernels kernels_avx2 = make_kernels();

}  // namespace esieve::codec::lanes
#endif
