// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace esieve {

/// Copies what is not read again soon: past the caches, which would have to fetch the old content first. To be followed by
/// `finish_streaming` before anybody else may read it.
inline void copy_streaming(std::span<const std::byte> from, std::byte* to) {
#if defined(__x86_64__)
  constexpr std::size_t line = 64;
  const std::size_t head = -reinterpret_cast<std::uintptr_t>(to) % line;
  if (from.size() >= 4 * line) {
    std::memcpy(to, from.data(), head);
    std::size_t at = head;
    for (; at + line <= from.size(); at += line) {
      const auto* source = reinterpret_cast<const __m128i*>(from.data() + at);
      auto* target = reinterpret_cast<__m128i*>(to + at);
      const __m128i a = _mm_loadu_si128(source), b = _mm_loadu_si128(source + 1), c = _mm_loadu_si128(source + 2),
                    d = _mm_loadu_si128(source + 3);
      _mm_stream_si128(target, a);
      _mm_stream_si128(target + 1, b);
      _mm_stream_si128(target + 2, c);
      _mm_stream_si128(target + 3, d);
    }
    std::memcpy(to + at, from.data() + at, from.size() - at);
    return;
  }
#endif
  std::memcpy(to, from.data(), from.size());
}

inline void finish_streaming() {
#if defined(__x86_64__)
  _mm_sfence();
#endif
}

}  // namespace esieve
