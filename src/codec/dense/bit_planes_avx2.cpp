// SPDX-License-Identifier: Apache-2.0
#include "codec/dense/bit_planes.hpp"

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstring>

namespace esieve::codec {
namespace {

void split(const std::uint8_t* bytes, std::size_t n_groups, std::uint8_t* planes, std::size_t plane_bytes) {
  for (std::size_t i = 0; i < 2 * n_groups; ++i) {
    __m256i half = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes + 32 * i));
    for (std::size_t k = 8; k-- > 0;) {
      const int plane = _mm256_movemask_epi8(half);
      std::memcpy(planes + k * plane_bytes + 4 * i, &plane, 4);
      half = _mm256_add_epi8(half, half);
    }
  }
}

void join(const std::uint8_t* planes, std::size_t plane_bytes, std::size_t n_groups, std::uint8_t* bytes) {
  // Byte i of a half is to see bit i of the plane's 32 bits: bring byte i / 8 there, then select bit i % 8.
  const __m256i spread = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1,  //
                                          2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
  const __m256i select = _mm256_set1_epi64x(static_cast<long long>(0x8040201008040201ULL));
  for (std::size_t i = 0; i < 2 * n_groups; ++i) {
    __m256i half = _mm256_setzero_si256();
    for (std::size_t k = 8; k-- > 0;) {
      int plane;
      std::memcpy(&plane, planes + k * plane_bytes + 4 * i, 4);
      const __m256i bits = _mm256_and_si256(_mm256_shuffle_epi8(_mm256_set1_epi32(plane), spread), select);
      half = _mm256_add_epi8(half, half);
      half = _mm256_sub_epi8(half, _mm256_cmpeq_epi8(bits, select));
    }
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(bytes + 32 * i), half);
  }
}

}  // namespace

const BitPlaneKernels bit_planes_avx2 = {split, join};

}  // namespace esieve::codec
#endif
