// SPDX-License-Identifier: Apache-2.0
//
// Thresholding kernels for AVX2: Haswell, Zen and later.
#include <cstddef>

namespace esieve {
namespace {
constexpr std::size_t vector_bytes = 32;
}  // namespace
}  // namespace esieve

#include "threshold/threshold_kernel.inc"

namespace esieve {

const ThresholdKernels threshold_kernels_avx2 = {"avx2", &cut_frame, &correct_frame};

}  // namespace esieve
