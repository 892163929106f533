// SPDX-License-Identifier: Apache-2.0
//
// Which of 64 elements are lit: the first look at mostly empty frames.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>  // part of every x86-64
#endif

namespace esieve {

#if defined(__SSE2__)
namespace detail {

inline __m128i is_zero(const std::uint8_t* at) {
  return _mm_cmpeq_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)), _mm_setzero_si128());
}
inline __m128i is_zero(const std::uint16_t* at) {
  const auto part = [at](int i) {
    return _mm_cmpeq_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at) + i), _mm_setzero_si128());
  };
  return _mm_packs_epi16(part(0), part(1));
}
inline __m128i is_zero(const std::uint32_t* at) {
  const auto part = [at](int i) {
    return _mm_cmpeq_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at) + i), _mm_setzero_si128());
  };
  return _mm_packs_epi16(_mm_packs_epi32(part(0), part(1)), _mm_packs_epi32(part(2), part(3)));
}

}  // namespace detail

/// A bit for each of 64 elements that is not zero, the first the lowest.
template <class Bits>
std::uint64_t lit_mask(const Bits* elements) {
  std::uint64_t zeros = 0;
  for (unsigned i = 0; i < 4; ++i)
    zeros |= std::uint64_t{static_cast<unsigned>(_mm_movemask_epi8(detail::is_zero(elements + 16 * i)))} << 16 * i;
  return ~zeros;
}
#else
template <class Bits>
std::uint64_t lit_mask(const Bits* elements) {
  std::uint64_t mask = 0;
  for (unsigned i = 0; i < 64; ++i) mask |= std::uint64_t{elements[i] != 0} << i;
  return mask;
}
#endif

/// Calls visit(i) for every element i that is not zero, in order.
/// \param mask_of  lit_mask, or one of more instructions
template <class Bits, class MaskOf, class Visit>
void for_each_lit(const Bits* elements, std::size_t n, MaskOf mask_of, Visit visit) {
  std::size_t first = 0;
  for (; first + 64 <= n; first += 64)
    for (std::uint64_t lit = mask_of(elements + first); lit != 0; lit &= lit - 1)
      visit(first + static_cast<unsigned>(std::countr_zero(lit)));
  for (; first < n; ++first)
    if (elements[first] != 0) visit(first);
}

}  // namespace esieve
