// SPDX-License-Identifier: Apache-2.0
//
// Runs for AVX-512: 16 states are one register.
#if defined(__x86_64__)
#include <immintrin.h>

#include <bit>
#include <cstring>

#include "codec/gaps/run_kernel.hpp"

namespace esieve::codec::gaps {
namespace {

struct Simd {
  static constexpr std::size_t n_lanes = most_lanes;
  using U32 = __m512i;
  using Mask = __mmask16;

  static U32 load(const std::uint32_t* from) { return _mm512_loadu_si512(from); }
  static U32 load_bytes(const std::uint8_t* from) {
    return _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
  }
  static U32 load_words(const std::uint16_t* from) {
    return _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
  }
  static void store(std::uint32_t* to, U32 a) { _mm512_storeu_si512(to, a); }
  static U32 zero() { return _mm512_setzero_si512(); }
  static U32 set1(std::uint32_t value) { return _mm512_set1_epi32(static_cast<int>(value)); }
  static U32 add(U32 a, U32 b) { return _mm512_add_epi32(a, b); }
  static U32 sub(U32 a, U32 b) { return _mm512_sub_epi32(a, b); }
  static U32 multiply(U32 a, U32 b) { return _mm512_mullo_epi32(a, b); }
  static U32 high_product(U32 a, U32 b) {
    const U32 even = _mm512_mul_epu32(a, b), odd = _mm512_mul_epu32(_mm512_srli_epi64(a, 32), _mm512_srli_epi64(b, 32));
    return _mm512_mask_mov_epi32(_mm512_srli_epi64(even, 32), 0xAAAA, odd);
  }
  static U32 bit_and(U32 a, U32 b) { return _mm512_and_si512(a, b); }
  static U32 shift_right(U32 a, unsigned n_bits) { return _mm512_srl_epi32(a, _mm_cvtsi32_si128(static_cast<int>(n_bits))); }
  static U32 shift_left(U32 a, unsigned n_bits) { return _mm512_sll_epi32(a, _mm_cvtsi32_si128(static_cast<int>(n_bits))); }
  static U32 shift_right_by(U32 a, U32 n_bits) { return _mm512_srlv_epi32(a, n_bits); }
  static U32 shift_left_by(U32 a, U32 n_bits) { return _mm512_sllv_epi32(a, n_bits); }

  static Mask all_lanes() { return 0xFFFF; }
  static Mask mask_from_bits(std::uint32_t bits) { return static_cast<Mask>(bits); }
  static std::uint32_t bits(Mask mask) { return mask; }
  static Mask less(U32 a, U32 b) { return _mm512_cmplt_epu32_mask(a, b); }
  static Mask not_less(U32 a, U32 b) { return _mm512_cmpge_epu32_mask(a, b); }
  static Mask mask_and(Mask a, Mask b) { return a & b; }
  static U32 keep(Mask mask, U32 a) { return _mm512_maskz_mov_epi32(mask, a); }
  static U32 select(Mask mask, U32 a, U32 b) { return _mm512_mask_mov_epi32(b, mask, a); }

  class Table {
   public:
    explicit Table(const std::uint32_t* values) : values_(load(values)) {}
    [[nodiscard]] U32 pick(U32 at) const { return _mm512_permutexvar_epi32(at, values_); }

   private:
    U32 values_;
  };

  /// How many starts are above a slot, two at a time: a slot and a start in each half of a lane.
  class Search {
   public:
    explicit Search(const Cdf16& cdf) {
      for (std::size_t i = 0; i < n_symbols / 2; ++i) {
        std::uint32_t pair;
        std::memcpy(&pair, cdf.start.data() + 2 * i, sizeof pair);
        pairs_[i] = set1(pair);
      }
    }
    [[nodiscard]] U32 symbol(U32 slot) const {
      const U32 twice = _mm512_or_si512(slot, _mm512_slli_epi32(slot, 16));
      const auto is_above = [&](std::size_t i) { return _mm512_srli_epi16(_mm512_sub_epi16(twice, pairs_[i]), 15); };
      const auto two = [&](std::size_t i) { return _mm512_add_epi16(is_above(i), is_above(i + 1)); };
      const U32 n_above = _mm512_add_epi16(_mm512_add_epi16(two(0), two(2)), _mm512_add_epi16(two(4), two(6)));
      const U32 n = _mm512_add_epi32(n_above, _mm512_srli_epi32(n_above, 16));
      return _mm512_andnot_si512(n, set1(n_symbols - 1));  // 15 - n, as n is at most 15 in the low half's four bits
    }

   private:
    U32 pairs_[n_symbols / 2];
  };

  static void get_words(U32& state, Mask mask, const std::byte*& next) {
    const U32 words = _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(next)));
    const U32 longer = _mm512_or_si512(_mm512_slli_epi32(state, 16), _mm512_maskz_expand_epi32(mask, words));
    state = _mm512_mask_mov_epi32(state, mask, longer);
    next += lane_word_bytes * static_cast<unsigned>(std::popcount(mask));
  }
  static void put_words(U32& state, Mask mask, std::uint16_t*& top) {
    const auto n = static_cast<unsigned>(std::popcount(mask));
    top -= n;
    _mm256_mask_storeu_epi16(top, static_cast<__mmask16>(_bzhi_u32(0xFFFF, n)),
                             _mm512_cvtepi32_epi16(_mm512_maskz_compress_epi32(mask, state)));
    state = _mm512_mask_srli_epi32(state, mask, state, 16);
  }

  static U32 prefix_sums(U32 a) {
    const U32 none = zero();
    a = _mm512_add_epi32(a, _mm512_alignr_epi32(a, none, 15));
    a = _mm512_add_epi32(a, _mm512_alignr_epi32(a, none, 14));
    a = _mm512_add_epi32(a, _mm512_alignr_epi32(a, none, 12));
    return _mm512_add_epi32(a, _mm512_alignr_epi32(a, none, 8));
  }
  static std::uint32_t last(U32 a) { return static_cast<std::uint32_t>(_mm_extract_epi32(_mm512_extracti32x4_epi32(a, 3), 3)); }
  /// Compressing straight to memory is microcoded, and slow, on Zen 4.
  static void store_some(std::uint32_t* to, U32 a, Mask mask) { _mm512_storeu_si512(to, _mm512_maskz_compress_epi32(mask, a)); }
};

#include "codec/gaps/run_kernel.inc"

}  // namespace

const RunKernels run_kernels_avx512 = {Runs::read_positions, Runs::read_values, Runs::write};

}  // namespace esieve::codec::gaps
#endif
