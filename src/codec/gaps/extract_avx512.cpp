// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)
#include <immintrin.h>

#include "codec/gaps/extract_kernels.hpp"
#include "codec/gaps/put_lit_avx512.hpp"

namespace esieve::codec::gaps {
namespace {

std::uint64_t lit(const std::uint8_t* at) {
  const __m512i v = _mm512_loadu_si512(at);
  return _mm512_test_epi8_mask(v, v);
}
std::uint64_t lit(const std::uint16_t* at) {
  const __m512i a = _mm512_loadu_si512(at), b = _mm512_loadu_si512(at + 32);
  return std::uint64_t{_mm512_test_epi16_mask(b, b)} << 32 | _mm512_test_epi16_mask(a, a);
}
std::uint64_t lit(const std::uint32_t* at) {
  std::uint64_t mask = 0;
  for (unsigned i = 0; i < 4; ++i) {
    const __m512i v = _mm512_loadu_si512(at + 16 * i);
    mask |= std::uint64_t{_mm512_test_epi32_mask(v, v)} << 16 * i;
  }
  return mask;
}

template <class Count>
std::size_t extract(const Count* frame, std::size_t n_pixels, std::uint32_t* pixels, std::uint32_t* counts) {
  return extract_with<PutAvx512>(frame, n_pixels, pixels, counts, [](const Count* at) { return lit(at); });
}

}  // namespace

const ExtractKernels extract_avx512 = {extract<std::uint8_t>, extract<std::uint16_t>, extract<std::uint32_t>};

}  // namespace esieve::codec::gaps
#endif
