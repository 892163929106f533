// SPDX-License-Identifier: Apache-2.0
//
// Row kernels for AVX-512 with VBMI2 (Ice Lake, Zen 4 and later): 32 lanes are one register.
#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "codec/lanes/kernel.hpp"

// Every processor with VBMI2 has VNNI.
#pragma GCC target("avx512vnni")

namespace esieve::codec::lanes {
namespace {

struct Simd {
  using U16 = __m512i;
  struct I32 {
    __m512i a, b;  // in the order of unpacklo and unpackhi, so that packus restores the lanes' own
  };
  using Mask = __mmask32;
  static constexpr bool split_tables = false;

  static U16 load(const std::uint16_t* from) { return _mm512_loadu_si512(from); }
  static void store(std::uint16_t* to, U16 a) { _mm512_storeu_si512(to, a); }
  static U16 zero() { return _mm512_setzero_si512(); }
  static U16 set1(std::size_t value) { return _mm512_set1_epi16(static_cast<short>(value)); }
  static I32 set1_32(std::int32_t value) { return {_mm512_set1_epi32(value), _mm512_set1_epi32(value)}; }

  static U16 add(U16 a, U16 b) { return _mm512_add_epi16(a, b); }
  static U16 sub(U16 a, U16 b) { return _mm512_sub_epi16(a, b); }
  static U16 min(U16 a, U16 b) { return _mm512_min_epu16(a, b); }
  static U16 max(U16 a, U16 b) { return _mm512_max_epu16(a, b); }
  static U16 bit_and(U16 a, U16 b) { return _mm512_and_si512(a, b); }
  static U16 sign(U16 a) { return _mm512_srli_epi16(a, 15); }
  static U16 shift_right(U16 a, U16 n) { return _mm512_srlv_epi16(a, n); }
  static U16 shift_left(U16 a, U16 n) { return _mm512_sllv_epi16(a, n); }
  static bool all_set(U16 a) { return _mm512_testn_epi16_mask(a, a) == 0; }
  /// A small number in all lanes, from memory: building it from a general register takes longer.
  static U16 small(std::size_t value) { return _mm512_set1_epi32(static_cast<int>(small_pairs[value])); }
  static constexpr std::array<std::uint32_t, 16> small_pairs = {0x00000, 0x10001, 0x20002, 0x30003, 0x40004, 0x50005,
                                                                0x60006, 0x70007, 0x80008, 0x90009, 0xA000A, 0xB000B,
                                                                0xC000C, 0xD000D, 0xE000E, 0xF000F};
  struct Constants {
    U16 slot_mask = hidden(probability_one - 1);
    U16 end = hidden(probability_one);
    /// A constant the compiler does not know, so that it keeps it rather than building it again and again.
    static U16 hidden(std::size_t value) {
      U16 result = set1(value);
      asm("" : "+v"(result));
      return result;
    }
  };

  static Mask mask_from_bits(std::uint32_t bits) { return bits; }
  static std::uint32_t bits(Mask mask) { return mask; }
  static Mask equal(U16 a, U16 b) { return _mm512_cmpeq_epi16_mask(a, b); }
  static Mask less(U16 a, U16 b) { return _mm512_cmplt_epu16_mask(a, b); }
  static Mask mask_and(Mask a, Mask b) { return a & b; }
  static U16 keep(Mask mask, U16 a) { return _mm512_maskz_mov_epi16(mask, a); }
  static U16 select(Mask mask, U16 a, U16 b) { return _mm512_mask_mov_epi16(b, mask, a); }

  static void multiply_add(I32& sum, U16 a, U16 b, std::int32_t weights) {
    sum.a = _mm512_dpwssd_epi32(sum.a, _mm512_unpacklo_epi16(a, b), _mm512_set1_epi32(weights));
    sum.b = _mm512_dpwssd_epi32(sum.b, _mm512_unpackhi_epi16(a, b), _mm512_set1_epi32(weights));
  }

  static constexpr std::array<int, 2> last_level = {31 * 0x10001, 63 * 0x10001};

  /// Predictions of zero and less become level 0: as floats they are negative integers, which packing saturates.
  template <unsigned shift, std::size_t n_window>
  static U16 level(I32 sum, std::uint32_t window) {
    const auto one = [&](__m512i v) { return _mm512_srai_epi32(_mm512_castps_si512(_mm512_cvtepi32_ps(v)), shift); };
    const __m512i biased = _mm512_packus_epi32(one(sum.a), one(sum.b));
    const __m512i from = _mm512_set1_epi32(static_cast<int>(window));
    return _mm512_min_epu16(_mm512_subs_epu16(biased, from), _mm512_set1_epi32(last_level[n_window / 64]));
  }

  template <std::size_t n_window>
  static U16 lookup(const Window::Row& row, U16 level) {
    if constexpr (n_window == 32)
      return _mm512_permutexvar_epi16(level, _mm512_load_si512(row.data()));
    else
      return _mm512_permutex2var_epi16(_mm512_load_si512(row.data()), level, _mm512_load_si512(row.data() + 32));
  }

  /// Takes the low words of the lanes in `mask`, so that the decoder meets them in the order of lanes.
  static void put_words(U16& low, U16& high, Mask mask, std::uint16_t*& words) {
    const auto n = static_cast<unsigned>(std::popcount(mask));
    words -= n;
    // Compressing straight to memory is microcoded, and slow, on Zen 4.
    _mm512_mask_storeu_epi16(words, _bzhi_u32(~0U, n), _mm512_maskz_compress_epi16(mask, low));
    low = _mm512_mask_mov_epi16(low, mask, high);
    high = _mm512_maskz_mov_epi16(static_cast<Mask>(~mask), high);
  }
  static void get_words(U16& low, U16& high, Mask mask, const std::byte*& words) {
    high = _mm512_mask_mov_epi16(high, mask, low);
    __m512i next = _mm512_loadu_si512(words);
    asm("" : "+v"(next));  // as a load of its own: expanding from memory is microcoded on Zen
    low = _mm512_mask_expand_epi16(low, mask, next);
    words += 2 * std::popcount(mask);
  }

  static void encode_raw(U16& low, U16& high, U16 value, U16 shift, std::uint16_t*& words) {
    const U16 left = _mm512_sub_epi16(set1(16), shift);
    put_words(low, high, _mm512_test_epi16_mask(_mm512_srlv_epi16(high, left), set1(0xFFFF)), words);
    const U16 mask = _mm512_sub_epi16(_mm512_sllv_epi16(set1(1), shift), set1(1));
    high = _mm512_or_si512(_mm512_sllv_epi16(high, shift), _mm512_srlv_epi16(low, left));
    low = _mm512_or_si512(_mm512_sllv_epi16(low, shift), _mm512_and_si512(value, mask));
  }

  /// Starts and ends of symbols are picked from registers, those of larger ones only where there are any (or likely are,
  /// see PixelModel::plan): gathering takes several times as long.
  template <std::size_t n_window>
  static void look_up(const Window& window, const std::uint32_t*, std::size_t plan, U16 level, U16 symbol, U16& start,
                      U16& frequency) {
    start = zero();
    U16 end = lookup<n_window>(window.start[1], level);
    pick<n_window, 1, 3>(window, level, symbol, start, end);
    const auto any_from = [&](std::size_t k) { return _mm512_cmpge_epu16_mask(symbol, small(k)) != 0; };
    if (plan > 0 || any_from(4)) {
      pick<n_window, 4, 6>(window, level, symbol, start, end);
      if (plan > 1 || any_from(7)) {
        pick<n_window, 7, 10>(window, level, symbol, start, end);
        if (plan > 2 || any_from(11)) pick<n_window, 11, 15>(window, level, symbol, start, end);
      }
    }
    frequency = sub(end, start);
  }

  /// \param end  where symbol `first` begins, in all lanes with no smaller one
  template <std::size_t n_window, std::size_t first, std::size_t last>
  static void pick(const Window& window, U16 level, U16 symbol, U16& start, U16& end) {
#pragma GCC unroll 8
    for (std::size_t k = first; k <= last; ++k) {
      const Mask at_least = _mm512_cmpge_epu16_mask(symbol, small(k));
      start = select(at_least, end, start);
      end = select(at_least, k + 1 < n_symbols ? lookup<n_window>(window.start[k + 1], level) : set1(probability_one), end);
    }
  }

  /// The state after a symbol. The quotient (below 2^17) by a reciprocal a little too small: it may be 1 too small,
  /// never too large, whatever the processor's first estimate (2^-14) is.
  static __m512i next_state(__m512i state, __m512i start, __m512i frequency) {
    const __m512 divisor = _mm512_cvtepi32_ps(frequency);
    const __m512 estimate = _mm512_rcp14_ps(divisor);
    const __m512 inverse = _mm512_mul_ps(estimate, _mm512_fnmadd_ps(divisor, estimate, _mm512_set1_ps(2.0F - 1.0F / (1 << 20))));
    const __m512i quotient = _mm512_cvttps_epi32(_mm512_mul_ps(_mm512_cvtepu32_ps(state), inverse));
    const __m512i rest = _mm512_sub_epi32(state, _mm512_mullo_epi32(quotient, frequency));
    // quotient * 2^15 + rest + start; if the quotient is 1 too small, rest is frequency too large
    const __m512i sum = _mm512_add_epi32(_mm512_slli_epi32(quotient, probability_bits), _mm512_add_epi32(rest, start));
    const __mmask16 short_by_one = _mm512_cmpge_epi32_mask(rest, frequency);
    return _mm512_mask_add_epi32(sum, short_by_one, sum, _mm512_sub_epi32(_mm512_set1_epi32(1 << probability_bits), frequency));
  }

  static void encode_symbol(U16& low, U16& high, U16 start, U16 frequency, Mask active, std::uint16_t*& words) {
    put_words(low, high, _mm512_mask_cmpge_epu16_mask(active, _mm512_srli_epi16(high, 1), frequency), words);
    const __m512i a = next_state(_mm512_unpacklo_epi16(low, high), _mm512_unpacklo_epi16(start, zero()),
                                 _mm512_unpacklo_epi16(frequency, zero()));
    const __m512i b = next_state(_mm512_unpackhi_epi16(low, high), _mm512_unpackhi_epi16(start, zero()),
                                 _mm512_unpackhi_epi16(frequency, zero()));
    const __m512i half = _mm512_set1_epi32(0xFFFF);
    low = _mm512_mask_mov_epi16(low, active, _mm512_packus_epi32(_mm512_and_si512(a, half), _mm512_and_si512(b, half)));
    high = _mm512_mask_mov_epi16(high, active, _mm512_packus_epi32(_mm512_srli_epi32(a, 16), _mm512_srli_epi32(b, 16)));
  }

  static void decode_advance(U16& low, U16& high, U16 frequency, U16 place, Mask active, const std::byte*& words) {
    // frequency * (state >> 15) = 2 * frequency * high + frequency * (top bit of low)
    const __m512i product_low = _mm512_mullo_epi16(frequency, high);
    const __m512i product_high = _mm512_mulhi_epu16(frequency, high);
    const __m512i addend = _mm512_mask_add_epi16(place, _mm512_movepi16_mask(low), place, frequency);
    const __m512i doubled = _mm512_add_epi16(product_low, product_low);
    low = _mm512_add_epi16(doubled, addend);
    // Carry out of the sum: both top bits set, or one of them and not the sum's. By masks it takes longer.
    const __m512i carry = _mm512_srli_epi16(_mm512_ternarylogic_epi64(doubled, addend, low, 0xD4), 15);
    high = _mm512_add_epi16(_mm512_shldi_epi16(product_high, product_low, 1), carry);
    get_words(low, high, _mm512_mask_testn_epi16_mask(active, high, high), words);
  }

  static U16 decode_raw(U16& low, U16& high, U16 shift, const std::byte*& words) {
    const U16 mask = _mm512_sub_epi16(_mm512_sllv_epi16(set1(1), shift), set1(1));
    const U16 value = _mm512_and_si512(low, mask);
    low = _mm512_or_si512(_mm512_srlv_epi16(low, shift), _mm512_sllv_epi16(high, _mm512_sub_epi16(set1(16), shift)));
    high = _mm512_srlv_epi16(high, shift);
    get_words(low, high, _mm512_mask_testn_epi16_mask(_mm512_test_epi16_mask(shift, shift), high, high), words);
    return value;
  }
};

#include "codec/lanes/transpose_avx512.inc"
#include "codec/lanes/plain_loops.inc"

/// All neighbours of a pixel at once, those of the row above first.
template <>
void PixelModels<Profile::near>::make_some(const ClassFacts& facts, const std::uint8_t* classes, std::size_t n, std::size_t x,
                                           const std::array<const Row*, 3>& rows, Pixel* pixels) {
  const std::size_t left = x + margin - 2, above = x + margin - 1;
  const double *inverse_left = rows[0]->inverse.data() + left, *inverse_above = rows[1]->inverse.data() + above;
  const std::int32_t *rate_left = rows[0]->rate.data() + left, *rate_above = rows[1]->rate.data() + above;
  const __m512d most = _mm512_set1_pd(RateRatios::most_product), unit = _mm512_set1_pd(1 / RateRatios::unit);
  const __m256i bound = _mm256_set1_epi32(32767);
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint8_t own = classes[i];
    Pixel& pixel = pixels[i];
    if (own == 0) {
      pixel = {};
      continue;
    }
    const __m512d inverse =
        _mm512_insertf64x2(_mm512_zextpd256_pd512(_mm256_loadu_pd(inverse_above + i)), _mm_loadu_pd(inverse_left + i), 2);
    const __m512d product = _mm512_min_pd(_mm512_mul_pd(inverse, _mm512_set1_pd(facts.ratios.raised(own))), most);
    const __m256i ratio = _mm512_cvttpd_epi32(_mm512_mul_pd(product, unit));
    const __m256i weights = _mm256_load_si256(reinterpret_cast<const __m256i*>(facts.near_weights[own].data()));
    const __m256i weighted = _mm256_srai_epi32(_mm256_mullo_epi32(weights, ratio), fraction_bits);
    const __m256i coefficients =
        _mm256_max_epi32(_mm256_min_epi32(weighted, bound), _mm256_sub_epi32(_mm256_setzero_si256(), bound));
    const __m256i rate =
        _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(rate_above + i))),
                                _mm_loadl_epi64(reinterpret_cast<const __m128i*>(rate_left + i)), 1);
    const __m512i means =
        _mm512_srai_epi64(_mm512_mul_epi32(_mm512_cvtepi32_epi64(coefficients), _mm512_cvtepi32_epi64(rate)), fraction_bits);
    const std::int64_t base = facts.base[own] - _mm512_reduce_add_epi64(means);
    pixel.base = static_cast<std::int32_t>(std::clamp<std::int64_t>(base, -(1 << 30), 1 << 30));
    set_window(facts.window[own], pixel);
    const __m128i in_order = _mm_shuffle_epi32(_mm256_cvtepi32_epi16(coefficients), _MM_SHUFFLE(3, 1, 0, 2));
    std::memcpy(pixel.coefficient.data(), &in_order, sizeof pixel.coefficient);
  }
}

#include "codec/lanes/kernel.inc"

}  // namespace

const Kernels kernels_avx512 = make_kernels();

}  // namespace esieve::codec::lanes
#endif
