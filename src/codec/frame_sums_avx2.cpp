// SPDX-License-Identifier: Apache-2.0
#include "codec/frame_sums.hpp"

#if defined(__x86_64__)
#include <immintrin.h>

#include "codec/frame_sums_plain.hpp"

namespace esieve::codec {
namespace {

__m256i load(const void* from) { return _mm256_loadu_si256(static_cast<const __m256i*>(from)); }

std::uint64_t n_set(__m256i comparison) {
  return static_cast<std::uint64_t>(_mm_popcnt_u32(static_cast<unsigned>(_mm256_movemask_epi8(comparison))));
}

std::uint64_t total(__m256i sums) {
  return static_cast<std::uint64_t>(_mm256_extract_epi64(sums, 0)) + static_cast<std::uint64_t>(_mm256_extract_epi64(sums, 1)) +
         static_cast<std::uint64_t>(_mm256_extract_epi64(sums, 2)) + static_cast<std::uint64_t>(_mm256_extract_epi64(sums, 3));
}

FrameSums one_byte(const std::uint8_t* elements, std::size_t n) {
  const __m256i zero = _mm256_setzero_si256();
  FrameSums sums;
  __m256i sum = zero;
  std::size_t i = 0;
  for (; i + 32 <= n; i += 32) {
    const __m256i v = load(elements + i);
    sum = _mm256_add_epi64(sum, _mm256_sad_epu8(v, zero));
    sums.n_lit += 32 - n_set(_mm256_cmpeq_epi8(v, zero));
    sums.n_top_bit += n_set(v);
  }
  sums.sum = total(sum);
  return plus_rest(sums, elements + i, n - i);
}

FrameSums two_bytes(const std::uint16_t* elements, std::size_t n) {
  const __m256i zero = _mm256_setzero_si256();
  FrameSums sums;
  __m256i all_bytes = zero, high_bytes = zero;  // an element is low + 256 high = (low + high) + 255 high
  std::size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    const __m256i v = load(elements + i);
    all_bytes = _mm256_add_epi64(all_bytes, _mm256_sad_epu8(v, zero));
    high_bytes = _mm256_add_epi64(high_bytes, _mm256_sad_epu8(_mm256_srli_epi16(v, 8), zero));
    sums.n_lit += 16 - n_set(_mm256_cmpeq_epi16(v, zero)) / 2;
    sums.n_top_bit += n_set(_mm256_srai_epi16(v, 15)) / 2;
  }
  sums.sum = total(all_bytes) + 255 * total(high_bytes);
  return plus_rest(sums, elements + i, n - i);
}

FrameSums four_bytes(const std::uint32_t* elements, std::size_t n) {
  const __m256i zero = _mm256_setzero_si256(), low = _mm256_set1_epi64x(0xffffffff);
  FrameSums sums;
  __m256i sum = zero;
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    const __m256i v = load(elements + i);
    sum = _mm256_add_epi64(sum, _mm256_add_epi64(_mm256_and_si256(v, low), _mm256_srli_epi64(v, 32)));
    sums.n_lit += 8 - n_set(_mm256_cmpeq_epi32(v, zero)) / 4;
    sums.n_top_bit += n_set(_mm256_srai_epi32(v, 31)) / 4;
  }
  sums.sum = total(sum);
  return plus_rest(sums, elements + i, n - i);
}

}  // namespace

const FrameSumKernels frame_sums_avx2 = {one_byte, two_bytes, four_bytes};

}  // namespace esieve::codec
#endif
