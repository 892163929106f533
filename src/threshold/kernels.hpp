// SPDX-License-Identifier: Apache-2.0
//
// The inner loops of thresholding, one frame at a time, once for each instruction set.
#pragma once

#include <cstddef>
#include <span>

#include "esieve/dtype.hpp"
#include "esieve/threshold.hpp"

namespace esieve {

/// Keeps values that reach a limit of their own type, as they are.
struct CutMaps {
  const std::byte* least = nullptr;    ///< Limits, of the frames' element type: n_pixels of them, or one if `!per_pixel`.
  const std::byte* allowed = nullptr;  ///< As many: all bits set where values may be kept, else none.
  bool per_pixel = false;
};

/// Keeps (raw - dark) * gain where it reaches `least`, which NaN never does nor lets anything do.
struct CorrectMaps {
  const double* dark = nullptr;
  const double* gain = nullptr;
  const double* least = nullptr;
};

/// All give the same results, to the last bit. `raw` and `out` hold `n_pixels` values of `dtype` at any
/// alignment, and may be the same.
struct ThresholdKernels {
  using CutFrame = DroppedFrame (*)(DType dtype, const std::byte* raw, std::byte* out, std::size_t n_pixels, const CutMaps& maps);
  using CorrectFrame = DroppedFrame (*)(DType dtype, const std::byte* raw, std::byte* out, std::size_t n_pixels,
                                        const CorrectMaps& maps);
  const char* name;
  CutFrame cut_frame;
  CorrectFrame correct_frame;
};

extern const ThresholdKernels threshold_kernels_baseline;
#if defined(__x86_64__)
extern const ThresholdKernels threshold_kernels_avx2;
extern const ThresholdKernels threshold_kernels_avx512;
#endif

/// The kernels this processor can run, best first, less those named in the environment variable
/// ESIEVE_DISABLE_CPU.
std::span<const ThresholdKernels* const> usable_threshold_kernels();

}  // namespace esieve
