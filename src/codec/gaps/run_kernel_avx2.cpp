// SPDX-License-Identifier: Apache-2.0
//
// Runs for AVX2: 16 states are two registers.
#if defined(__x86_64__)
#include <immintrin.h>

#include <array>
#include <bit>
#include <cstring>

#include "codec/gaps/run_kernel.hpp"

namespace esieve::codec::gaps {
namespace {

/// Which lane each of eight takes, by the lanes in a mask.
struct LaneShuffles {
  std::array<std::array<std::uint8_t, 8>, 256> to_front;    ///< the lanes of the mask first
  std::array<std::array<std::uint8_t, 8>, 256> to_back;     ///< last
  std::array<std::array<std::uint8_t, 8>, 256> from_front;  ///< the first to the first in the mask, and so on
};

constexpr LaneShuffles make_lane_shuffles() {
  LaneShuffles tables{};
  for (unsigned mask = 0; mask < 256; ++mask) {
    const auto n_set = static_cast<unsigned>(std::popcount(mask));
    unsigned n = 0;
    for (unsigned lane = 0; lane < 8; ++lane) {
      tables.from_front[mask][lane] = static_cast<std::uint8_t>(n);
      if ((mask >> lane & 1U) == 0) continue;
      tables.to_front[mask][n] = static_cast<std::uint8_t>(lane);
      tables.to_back[mask][8 - n_set + n] = static_cast<std::uint8_t>(lane);
      ++n;
    }
  }
  return tables;
}

constexpr LaneShuffles lane_shuffles = make_lane_shuffles();

__m256i shuffle_of(const std::array<std::uint8_t, 8>& lanes) {
  return _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(lanes.data())));
}

unsigned bits_of(__m256i mask) { return static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(mask))); }

struct Simd {
  static constexpr std::size_t n_lanes = most_lanes;
  struct U32 {
    __m256i a, b;  // lanes 0 to 7, 8 to 15
  };
  using Mask = U32;  // 0 or all bits

  template <class Operation>
  static U32 both(const U32& x, Operation operation) {
    return {operation(x.a), operation(x.b)};
  }
  template <class Operation>
  static U32 both(const U32& x, const U32& y, Operation operation) {
    return {operation(x.a, y.a), operation(x.b, y.b)};
  }

  static __m256i load256(const void* from) { return _mm256_loadu_si256(static_cast<const __m256i*>(from)); }
  static __m128i load128(const void* from) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); }
  static U32 load(const std::uint32_t* from) { return {load256(from), load256(from + 8)}; }
  static U32 load_bytes(const std::uint8_t* from) {
    const __m128i bytes = load128(from);
    return {_mm256_cvtepu8_epi32(bytes), _mm256_cvtepu8_epi32(_mm_srli_si128(bytes, 8))};
  }
  static U32 load_words(const std::uint16_t* from) {
    return {_mm256_cvtepu16_epi32(load128(from)), _mm256_cvtepu16_epi32(load128(from + 8))};
  }
  static void store256(void* to, __m256i a) { _mm256_storeu_si256(static_cast<__m256i*>(to), a); }
  static void store(std::uint32_t* to, const U32& a) {
    store256(to, a.a);
    store256(to + 8, a.b);
  }
  static U32 zero() { return {_mm256_setzero_si256(), _mm256_setzero_si256()}; }
  static U32 set1(std::uint32_t value) {
    const __m256i v = _mm256_set1_epi32(static_cast<int>(value));
    return {v, v};
  }
  static U32 add(const U32& x, const U32& y) {
    return both(x, y, [](__m256i p, __m256i q) { return _mm256_add_epi32(p, q); });
  }
  static U32 sub(const U32& x, const U32& y) {
    return both(x, y, [](__m256i p, __m256i q) { return _mm256_sub_epi32(p, q); });
  }
  static U32 multiply(const U32& x, const U32& y) {
    return both(x, y, [](__m256i p, __m256i q) { return _mm256_mullo_epi32(p, q); });
  }
  static U32 high_product(const U32& x, const U32& y) {
    return both(x, y, [](__m256i p, __m256i q) {
      const __m256i even = _mm256_mul_epu32(p, q), odd = _mm256_mul_epu32(_mm256_srli_epi64(p, 32), _mm256_srli_epi64(q, 32));
      return _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xAA);
    });
  }
  static U32 bit_and(const U32& x, const U32& y) {
    return both(x, y, [](__m256i p, __m256i q) { return _mm256_and_si256(p, q); });
  }
  static U32 shift_right(const U32& x, unsigned n_bits) {
    const __m128i n = _mm_cvtsi32_si128(static_cast<int>(n_bits));
    return both(x, [&](__m256i p) { return _mm256_srl_epi32(p, n); });
  }
  static U32 shift_left(const U32& x, unsigned n_bits) {
    const __m128i n = _mm_cvtsi32_si128(static_cast<int>(n_bits));
    return both(x, [&](__m256i p) { return _mm256_sll_epi32(p, n); });
  }
  static U32 shift_right_by(const U32& x, const U32& n_bits) {
    return both(x, n_bits, [](__m256i p, __m256i q) { return _mm256_srlv_epi32(p, q); });
  }
  static U32 shift_left_by(const U32& x, const U32& n_bits) {
    return both(x, n_bits, [](__m256i p, __m256i q) { return _mm256_sllv_epi32(p, q); });
  }

  static Mask all_lanes() { return set1(0xFFFFFFFF); }
  static Mask mask_from_bits(std::uint32_t bits) {
    const __m256i of_lane = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    const auto half = [&](std::uint32_t of) {
      return _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32(static_cast<int>(of)), of_lane), of_lane);
    };
    return {half(bits & 0xFF), half(bits >> 8 & 0xFF)};
  }
  static std::uint32_t bits(const Mask& mask) { return bits_of(mask.a) | bits_of(mask.b) << 8; }
  static Mask not_less(const U32& x, const U32& y) {
    return both(x, y, [](__m256i p, __m256i q) { return _mm256_cmpeq_epi32(_mm256_max_epu32(p, q), p); });
  }
  static Mask less(const U32& x, const U32& y) {
    return both(not_less(x, y), [](__m256i p) { return _mm256_xor_si256(p, _mm256_set1_epi32(-1)); });
  }
  static Mask mask_and(const Mask& x, const Mask& y) { return bit_and(x, y); }
  static U32 keep(const Mask& mask, const U32& x) { return bit_and(mask, x); }
  static U32 select(const Mask& mask, const U32& x, const U32& y) {
    return {_mm256_blendv_epi8(y.a, x.a, mask.a), _mm256_blendv_epi8(y.b, x.b, mask.b)};
  }

  class Table {
   public:
    explicit Table(const std::uint32_t* values) : low_(load256(values)), high_(load256(values + 8)) {}
    [[nodiscard]] U32 pick(const U32& at) const {
      return both(at, [&](__m256i i) {
        const __m256 low = _mm256_castsi256_ps(_mm256_permutevar8x32_epi32(low_, i));
        const __m256 high = _mm256_castsi256_ps(_mm256_permutevar8x32_epi32(high_, i));
        return _mm256_castps_si256(_mm256_blendv_ps(low, high, _mm256_castsi256_ps(_mm256_slli_epi32(i, 28))));
      });
    }

   private:
    __m256i low_, high_;
  };

  /// How many starts are above a slot, two at a time: a slot and a start in each half of a lane.
  class Search {
   public:
    explicit Search(const Cdf16& cdf) {
      for (std::size_t i = 0; i < n_symbols / 2; ++i) {
        int pair;
        std::memcpy(&pair, cdf.start.data() + 2 * i, sizeof pair);
        pairs_[i] = _mm256_set1_epi32(pair);
      }
    }
    [[nodiscard]] U32 symbol(const U32& slot) const {
      return both(slot, [&](__m256i s) {
        const __m256i twice = _mm256_or_si256(s, _mm256_slli_epi32(s, 16));
        const auto is_above = [&](std::size_t i) { return _mm256_cmpgt_epi16(pairs_[i], twice); };  // -1 if it is
        const auto two = [&](std::size_t i) { return _mm256_add_epi16(is_above(i), is_above(i + 1)); };
        const __m256i sum = _mm256_add_epi16(_mm256_add_epi16(two(0), two(2)), _mm256_add_epi16(two(4), two(6)));
        const __m256i both_halves = _mm256_add_epi16(sum, _mm256_srli_epi32(sum, 16));
        return _mm256_and_si256(_mm256_add_epi32(both_halves, _mm256_set1_epi32(15)), _mm256_set1_epi32(15));
      });
    }

   private:
    __m256i pairs_[n_symbols / 2];
  };

  static void get_words(U32& state, const Mask& mask, const std::byte*& next) {
    const auto get = [&](__m256i of, __m256i in) {
      const unsigned set = bits_of(in);
      const __m256i words = _mm256_cvtepu16_epi32(load128(next));
      const __m256i placed = _mm256_permutevar8x32_epi32(words, shuffle_of(lane_shuffles.from_front[set]));
      next += lane_word_bytes * static_cast<unsigned>(std::popcount(set));
      return _mm256_blendv_epi8(of, _mm256_or_si256(_mm256_slli_epi32(of, 16), placed), in);
    };
    state.a = get(state.a, mask.a);
    state.b = get(state.b, mask.b);
  }
  /// Whole vectors that end where the words end: what lies before is not yet written.
  static void put_words(U32& state, const Mask& mask, std::uint16_t*& top) {
    const auto put = [&](__m256i of, __m256i in) {
      const unsigned set = bits_of(in);
      const __m256i words =
          _mm256_permutevar8x32_epi32(_mm256_and_si256(of, _mm256_set1_epi32(0xFFFF)), shuffle_of(lane_shuffles.to_back[set]));
      const __m256i packed = _mm256_permute4x64_epi64(_mm256_packus_epi32(words, words), _MM_SHUFFLE(3, 1, 2, 0));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(top - 8), _mm256_castsi256_si128(packed));
      top -= static_cast<unsigned>(std::popcount(set));
      return _mm256_srlv_epi32(of, _mm256_and_si256(in, _mm256_set1_epi32(16)));
    };
    state.b = put(state.b, mask.b);
    state.a = put(state.a, mask.a);
  }

  static U32 prefix_sums(const U32& x) {
    const auto of_eight = [](__m256i p) {
      p = _mm256_add_epi32(p, _mm256_slli_si256(p, 4));
      p = _mm256_add_epi32(p, _mm256_slli_si256(p, 8));
      const __m256i low_sum = _mm256_permutevar8x32_epi32(p, _mm256_set1_epi32(3));
      return _mm256_add_epi32(p, _mm256_blend_epi32(_mm256_setzero_si256(), low_sum, 0xF0));
    };
    const __m256i a = of_eight(x.a), b = of_eight(x.b);
    return {a, _mm256_add_epi32(b, _mm256_permutevar8x32_epi32(a, _mm256_set1_epi32(7)))};
  }
  static std::uint32_t last(const U32& x) { return static_cast<std::uint32_t>(_mm256_extract_epi32(x.b, 7)); }
  static void store_some(std::uint32_t* to, const U32& x, const Mask& mask) {
    const auto put = [&](__m256i of, __m256i in) {
      const unsigned set = bits_of(in);
      store256(to, _mm256_permutevar8x32_epi32(of, shuffle_of(lane_shuffles.to_front[set])));
      to += std::popcount(set);
    };
    put(x.a, mask.a);
    put(x.b, mask.b);
  }
};

#include "codec/gaps/run_kernel.inc"

}  // namespace

const RunKernels run_kernels_avx2 = {Runs::read_positions, Runs::read_values, Runs::write};

}  // namespace esieve::codec::gaps
#endif
