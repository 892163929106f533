// SPDX-License-Identifier: Apache-2.0
#include "codec/dense/bit_planes.hpp"

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstring>

namespace esieve::codec {
namespace {

void split(const std::uint8_t* bytes, std::size_t n_groups, std::uint8_t* planes, std::size_t plane_bytes) {
  for (std::size_t g = 0; g < n_groups; ++g) {
    __m512i group = _mm512_loadu_si512(bytes + 64 * g);
    for (std::size_t k = 8; k-- > 0;) {
      const std::uint64_t plane = _mm512_movepi8_mask(group);
      std::memcpy(planes + k * plane_bytes + 8 * g, &plane, 8);
      group = _mm512_add_epi8(group, group);
    }
  }
}

void join(const std::uint8_t* planes, std::size_t plane_bytes, std::size_t n_groups, std::uint8_t* bytes) {
  for (std::size_t g = 0; g < n_groups; ++g) {
    __m512i group = _mm512_setzero_si512();
    for (std::size_t k = 8; k-- > 0;) {
      std::uint64_t plane;
      std::memcpy(&plane, planes + k * plane_bytes + 8 * g, 8);
      group = _mm512_add_epi8(group, group);
      group = _mm512_sub_epi8(group, _mm512_movm_epi8(plane));
    }
    _mm512_storeu_si512(bytes + 64 * g, group);
  }
}

}  // namespace

const BitPlaneKernels bit_planes_avx512 = {split, join};

}  // namespace esieve::codec
#endif
