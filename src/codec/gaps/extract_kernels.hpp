// SPDX-License-Identifier: Apache-2.0
//
// The inner loop of extraction, for each instruction set.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "codec/gaps/put_lit.hpp"

namespace esieve::codec::gaps {

/// Writes pixels and values of the lit elements of a frame and returns their number. Up to 64 behind the last event may be
/// overwritten, but none beyond as many as there are pixels.
struct ExtractKernels {
  std::size_t (*one_byte)(const std::uint8_t* frame, std::size_t n_pixels, std::uint32_t* pixels, std::uint32_t* counts);
  std::size_t (*two_bytes)(const std::uint16_t* frame, std::size_t n_pixels, std::uint32_t* pixels, std::uint32_t* counts);
  std::size_t (*four_bytes)(const std::uint32_t* frame, std::size_t n_pixels, std::uint32_t* pixels, std::uint32_t* counts);
};

/// The fastest this processor has; all give the same events.
const ExtractKernels& extract_kernels();

// One of each instruction set, for tests. Those of sets the processor lacks must not be called.
extern const ExtractKernels extract_baseline;
#if defined(__x86_64__)
extern const ExtractKernels extract_avx2;
extern const ExtractKernels extract_avx512;
#endif

namespace {  // compiled once an instruction set

/// Looks at a stretch of frame first and takes the events of its lit groups then: which groups are lit no processor guesses.
/// \param mask_of  gives a bit for each of a group's elements that is not zero
template <class Put, class Count, class MaskOf>
std::size_t extract_with(const Count* frame, std::size_t n_pixels, std::uint32_t* pixels, std::uint32_t* counts, MaskOf mask_of) {
  constexpr std::size_t group = 64, stretch = 16 * group;
  std::size_t n = 0;
  struct Lit {
    std::size_t first;
    std::uint64_t mask;
  } lit[stretch / group];
  std::size_t first = 0;
  while (n_pixels - first >= group) {
    const std::size_t end = first + std::min(stretch, (n_pixels - first) / group * group);
    std::size_t n_lit = 0;
    for (; first < end; first += group) {
      lit[n_lit] = {first, mask_of(frame + first)};
      n_lit += lit[n_lit].mask != 0 ? 1U : 0U;
    }
    for (std::size_t i = 0; i < n_lit; ++i) {
      Put::numbers(lit[i].mask, static_cast<std::uint32_t>(lit[i].first), pixels + n);
      Put::values(lit[i].mask, frame + lit[i].first, counts + n);
      n += static_cast<unsigned>(std::popcount(lit[i].mask));
    }
  }
  for (; first < n_pixels; ++first) {
    if (frame[first] == 0) continue;
    pixels[n] = static_cast<std::uint32_t>(first);
    counts[n++] = frame[first];
  }
  return n;
}

}  // namespace
}  // namespace esieve::codec::gaps
