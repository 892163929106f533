// SPDX-License-Identifier: Apache-2.0
//
// Sums over the elements of a frame: the kernels of the totals.
#pragma once

#include <cstddef>
#include <cstdint>

namespace esieve::codec {

struct FrameSums {
  std::uint64_t n_lit = 0;      ///< Elements that are not zero.
  std::uint64_t n_top_bit = 0;  ///< Elements whose highest bit is set: negative ones, if they are signed.
  std::uint64_t sum = 0;        ///< As unsigned numbers.
};

/// One function for each width of unsigned elements, of up to 2^32 - 1 elements.
struct FrameSumKernels {
  FrameSums (*one_byte)(const std::uint8_t* elements, std::size_t n);
  FrameSums (*two_bytes)(const std::uint16_t* elements, std::size_t n);
  FrameSums (*four_bytes)(const std::uint32_t* elements, std::size_t n);
};

/// The fastest this processor has; all give the same sums.
const FrameSumKernels& frame_sum_kernels();

/// By them.
inline FrameSums frame_sums(const std::uint8_t* elements, std::size_t n) { return frame_sum_kernels().one_byte(elements, n); }
inline FrameSums frame_sums(const std::uint16_t* elements, std::size_t n) { return frame_sum_kernels().two_bytes(elements, n); }
inline FrameSums frame_sums(const std::uint32_t* elements, std::size_t n) { return frame_sum_kernels().four_bytes(elements, n); }

// One of each instruction set, for tests. Those of sets the processor lacks must not be called.
extern const FrameSumKernels frame_sums_baseline;
#if defined(__x86_64__)
extern const FrameSumKernels frame_sums_avx2;
extern const FrameSumKernels frame_sums_avx512;
#endif

}  // namespace esieve::codec
