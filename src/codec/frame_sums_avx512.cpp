// SPDX-License-Identifier: Apache-2.0
#include "codec/frame_sums.hpp"

#if defined(__x86_64__)
#include <immintrin.h>

#include "codec/frame_sums_plain.hpp"

namespace esieve::codec {
namespace {

std::uint64_t n_set(std::uint64_t mask) { return static_cast<std::uint64_t>(_mm_popcnt_u64(mask)); }

std::uint64_t total(__m512i sums) {
  std::uint64_t lanes[8];
  _mm512_storeu_si512(lanes, sums);
  std::uint64_t all = 0;
  for (const std::uint64_t lane : lanes) all += lane;
  return all;
}

FrameSums one_byte(const std::uint8_t* elements, std::size_t n) {
  const __m512i zero = _mm512_setzero_si512();
  FrameSums sums;
  __m512i sum = zero;
  std::size_t i = 0;
  for (; i + 64 <= n; i += 64) {
    const __m512i v = _mm512_loadu_si512(elements + i);
    sum = _mm512_add_epi64(sum, _mm512_sad_epu8(v, zero));
    sums.n_lit += n_set(_mm512_test_epi8_mask(v, v));
    sums.n_top_bit += n_set(_mm512_movepi8_mask(v));
  }
  sums.sum = total(sum);
  return plus_rest(sums, elements + i, n - i);
}

FrameSums two_bytes(const std::uint16_t* elements, std::size_t n) {
  const __m512i zero = _mm512_setzero_si512();
  FrameSums sums;
  __m512i all_bytes = zero, high_bytes = zero;  // an element is low + 256 high = (low + high) + 255 high
  std::size_t i = 0;
  for (; i + 32 <= n; i += 32) {
    const __m512i v = _mm512_loadu_si512(elements + i);
    all_bytes = _mm512_add_epi64(all_bytes, _mm512_sad_epu8(v, zero));
    high_bytes = _mm512_add_epi64(high_bytes, _mm512_sad_epu8(_mm512_srli_epi16(v, 8), zero));
    sums.n_lit += n_set(_mm512_test_epi16_mask(v, v));
    sums.n_top_bit += n_set(_mm512_movepi16_mask(v));
  }
  sums.sum = total(all_bytes) + 255 * total(high_bytes);
  return plus_rest(sums, elements + i, n - i);
}

FrameSums four_bytes(const std::uint32_t* elements, std::size_t n) {
  const __m512i low = _mm512_set1_epi64(0xffffffff);
  FrameSums sums;
  __m512i sum = _mm512_setzero_si512();
  std::size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    const __m512i v = _mm512_loadu_si512(elements + i);
    sum = _mm512_add_epi64(sum, _mm512_add_epi64(_mm512_and_si512(v, low), _mm512_srli_epi64(v, 32)));
    sums.n_lit += n_set(_mm512_test_epi32_mask(v, v));
    sums.n_top_bit += n_set(_mm512_movepi32_mask(v));
  }
  sums.sum = total(sum);
  return plus_rest(sums, elements + i, n - i);
}

}  // namespace

const FrameSumKernels frame_sums_avx512 = {one_byte, two_bytes, four_bytes};

}  // namespace esieve::codec
#endif
