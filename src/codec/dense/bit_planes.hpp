// SPDX-License-Identifier: Apache-2.0
//
// Bytes to bit planes and back, 64 bytes at a time: the kernel of the bit shuffle.
#pragma once

#include <cstddef>
#include <cstdint>

namespace esieve::codec {

/// Bit k of bytes[i] <-> bit i % 8 of planes[k * plane_bytes + i / 8], for i in [0, 64 * n_groups).
struct BitPlaneKernels {
  void (*split)(const std::uint8_t* bytes, std::size_t n_groups, std::uint8_t* planes, std::size_t plane_bytes);
  void (*join)(const std::uint8_t* planes, std::size_t plane_bytes, std::size_t n_groups, std::uint8_t* bytes);
};

/// The fastest this processor has; all give the same bytes.
const BitPlaneKernels& bit_plane_kernels();

// One of each instruction set, for tests. Those of sets the processor lacks must not be called.
extern const BitPlaneKernels bit_planes_baseline;
#if defined(__x86_64__)
extern const BitPlaneKernels bit_planes_avx2;
extern const BitPlaneKernels bit_planes_avx512;
#endif

}  // namespace esieve::codec
