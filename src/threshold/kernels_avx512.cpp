// SPDX-License-Identifier: Apache-2.0
//
// Thresholding kernels for AVX-512 F/BW/DQ/VL: Skylake-X, Zen 4 and later.
#include <cstddef>

namespace esieve {
namespace {
constexpr std::size_t vector_bytes = 64;
}  // namespace
}  // namespace esieve

#include "threshold/threshold_kernel.inc"

namespace esieve {

const ThresholdKernels threshold_kernels_avx512 = {"avx512", &cut_frame, &correct_frame};

}  // namespace esieve
