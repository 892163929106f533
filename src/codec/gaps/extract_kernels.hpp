// SPDX-License-Identifier: Apache-2.0
//
// The inner loop of extraction, for each instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/lit_mask.hpp"

namespace esieve::codec::gaps {

/// Writes pixels and values of the lit elements of a frame and returns their number.
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

/// \param mask_of  gives a bit for each of 64 elements that is not zero
template <class Count, class MaskOf>
std::size_t extract_with(const Count* frame, std::size_t n_pixels, std::uint32_t* pixels, std::uint32_t* counts,
                         MaskOf mask_of) {
  std::size_t n = 0;
  for_each_lit(frame, n_pixels, mask_of, [&](std::size_t pixel) {
    pixels[n] = static_cast<std::uint32_t>(pixel);
    counts[n++] = frame[pixel];
  });
  return n;
}

}  // namespace
}  // namespace esieve::codec::gaps
