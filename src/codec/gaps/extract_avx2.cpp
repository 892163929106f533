// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)
#include <immintrin.h>

#include "codec/gaps/extract_kernels.hpp"

namespace esieve::codec::gaps {
namespace {

__m256i load(const void* from) { return _mm256_loadu_si256(static_cast<const __m256i*>(from)); }

// A bit for each of 32 elements that is zero.
std::uint32_t zeros(const std::uint8_t* at) {
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(load(at), _mm256_setzero_si256())));
}
std::uint32_t zeros(const std::uint16_t* at) {
  const __m256i none = _mm256_setzero_si256();
  const __m256i both = _mm256_packs_epi16(_mm256_cmpeq_epi16(load(at), none), _mm256_cmpeq_epi16(load(at + 16), none));
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_permute4x64_epi64(both, 0xD8)));
}
std::uint32_t zeros(const std::uint32_t* at) {
  std::uint32_t mask = 0;
  for (int i = 0; i < 4; ++i) {
    const __m256i is_zero = _mm256_cmpeq_epi32(load(at + 8 * i), _mm256_setzero_si256());
    mask |= static_cast<std::uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(is_zero))) << 8 * i;
  }
  return mask;
}

template <class Count>
std::size_t extract(const Count* frame, std::size_t n_pixels, std::uint32_t* pixels, std::uint32_t* counts) {
  return extract_with<PutPlain>(frame, n_pixels, pixels, counts,
                                [](const Count* at) { return ~(std::uint64_t{zeros(at + 32)} << 32 | zeros(at)); });
}

}  // namespace

const ExtractKernels extract_avx2 = {extract<std::uint8_t>, extract<std::uint16_t>, extract<std::uint32_t>};

}  // namespace esieve::codec::gaps
#endif
