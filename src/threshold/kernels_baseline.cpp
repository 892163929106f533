// SPDX-License-Identifier: Apache-2.0
//
// Thresholding kernels for any processor.
#include <cstddef>

namespace esieve {
namespace {
constexpr std::size_t vector_bytes = 16;
}  // namespace
}  // namespace esieve

#include "threshold/threshold_kernel.inc"

namespace esieve {

const ThresholdKernels threshold_kernels_baseline = {"baseline", &cut_frame, &correct_frame};

}  // namespace esieve
