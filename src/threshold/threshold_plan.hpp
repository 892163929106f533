// SPDX-License-Identifier: Apache-2.0
//
// Threshold options made ready for the kernels.
#pragma once

#include <cstddef>
#include <vector>

#include "threshold/kernels.hpp"

namespace esieve {

/// What a Threshold holds besides its options.
struct Threshold::Plan {
  const ThresholdKernels* kernels = nullptr;
  bool corrects = false;                        ///< There is a dark or a gain map.
  std::vector<double> dark, gain, least;        ///< If `corrects`: one a pixel.
  std::vector<std::byte> typed_least, allowed;  ///< Else: of the element type, one or one a pixel.
  bool per_pixel = false;

  DroppedFrame apply(DType dtype, const std::byte* raw, std::byte* out, std::size_t n_pixels) const;
};

}  // namespace esieve
