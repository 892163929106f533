// SPDX-License-Identifier: Apache-2.0
//
// As PutPlain, by compressing vectors: 16 numbers are written at a time.
#pragma once

#include <immintrin.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "codec/gaps/put_lit.hpp"

namespace esieve::codec::gaps {
namespace {

struct PutAvx512 {
  static std::uint64_t lit(const std::uint8_t* at) {
    const __m512i bytes = _mm512_loadu_si512(at);
    return _mm512_test_epi8_mask(bytes, bytes);
  }

  static void numbers(std::uint64_t bits, std::uint32_t first, std::uint32_t* to) {
    const __m512i base = _mm512_set1_epi32(static_cast<int>(first));
    put_bytes(bits, _mm512_load_si512(counted.data()), to, [&](__m512i v) { return _mm512_add_epi32(base, v); });
  }

  static void values(std::uint64_t bits, const std::uint8_t* at, std::uint32_t* to) {
    put_bytes(bits, _mm512_loadu_si512(at), to, [](__m512i v) { return v; });
  }
  static void values(std::uint64_t bits, const std::uint16_t* at, std::uint32_t* to) {
    for (unsigned half = 0; half < 2; ++half, bits >>= 32, at += 32) {
      const auto in_half = static_cast<std::uint32_t>(bits);
      const __m512i packed = _mm512_maskz_compress_epi16(in_half, _mm512_loadu_si512(at));
      const auto n = static_cast<unsigned>(std::popcount(in_half));
      _mm512_storeu_si512(to, _mm512_cvtepu16_epi32(_mm512_castsi512_si256(packed)));
      if (n > 16) [[unlikely]]
        _mm512_storeu_si512(to + 16, _mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(packed, 1)));
      to += n;
    }
  }
  static void values(std::uint64_t bits, const std::uint32_t* at, std::uint32_t* to) {
    for (unsigned quarter = 0; quarter < 4; ++quarter, bits >>= 16, at += 16) {
      const auto in_quarter = static_cast<__mmask16>(bits);
      _mm512_storeu_si512(to, _mm512_maskz_compress_epi32(in_quarter, _mm512_loadu_si512(at)));
      to += std::popcount(in_quarter);
    }
  }

 private:
  alignas(64) static constexpr std::array<std::uint8_t, 64> counted = [] {
    std::array<std::uint8_t, 64> numbers{};
    for (unsigned i = 0; i < 64; ++i) numbers[i] = static_cast<std::uint8_t>(i);
    return numbers;
  }();

  template <class Finish>
  [[gnu::always_inline]] static void put_bytes(std::uint64_t bits, __m512i bytes, std::uint32_t* to, Finish finish) {
    const __m512i packed = _mm512_maskz_compress_epi8(bits, bytes);
    const auto put = [&](int quarter, __m128i some) {
      _mm512_storeu_si512(to + 16 * quarter, finish(_mm512_cvtepu8_epi32(some)));
    };
    put(0, _mm512_castsi512_si128(packed));
    const auto n = static_cast<unsigned>(std::popcount(bits));
    if (n <= 16) [[likely]]
      return;
    put(1, _mm512_extracti32x4_epi32(packed, 1));
    if (n <= 32) return;
    put(2, _mm512_extracti32x4_epi32(packed, 2));
    if (n > 48) put(3, _mm512_extracti32x4_epi32(packed, 3));
  }
};

}  // namespace
}  // namespace esieve::codec::gaps
