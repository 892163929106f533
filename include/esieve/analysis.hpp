// SPDX-License-Identifier: Apache-2.0
//
// Virtual detectors, mean pattern and centre of mass, computed on events: no dense frame is made.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "esieve/export.hpp"
#include "esieve/progress.hpp"
#include "esieve/reader.hpp"
#include "esieve/shape.hpp"

namespace esieve {

struct AnalysisOptions {
  std::optional<ScanRegion> region{};  ///< Default: the whole scan.
  int threads = 0;                     ///< 0: all.
  ProgressCallback progress{};
};

// For all of them: chunks are decoded in parallel and let go again, so memory is bounded whatever the size of the scan. Results
// do not depend on the number of threads. Sums are exact while their terms and they are whole multiples of one power of two,
// below 2^53 of it (counts, with weights that are whole numbers). NaN elements are left out. Frames the file says are missing are
// no data: NaN in maps of the scan, left out of a mean.
//
// All throw UsageError (region outside the scan, weights of another size), DataError, IoError, Interrupted.

/// Sum of every frame weighted by pixel, for one virtual detector or several at once.
///
/// \param weights  (detector, det_y, det_x), C order, a multiple of n_pixels. Pixels of weight 0 are left out, whatever they hold
/// \returns (detector, scan_y, scan_x)
ESIEVE_API std::vector<double> virtual_image(const Reader& events, std::span<const double> weights,
                                             const AnalysisOptions& options = {});

/// Sum of every frame, (scan_y, scan_x). Taken from the index where the file has one.
ESIEVE_API std::vector<double> scan_image(const Reader& events, const AnalysisOptions& options = {});

/// Mean of all frames, (det_y, det_x). NaN where there is no frame at all.
ESIEVE_API std::vector<double> mean_pattern(const Reader& events, const AnalysisOptions& options = {});

/// Centre of mass of every frame, weighted by pixel.
///
/// \param weights  (det_y, det_x), or empty: 1 everywhere
/// \returns (scan_y, scan_x) × (y, x) in pixels from the centre of pixel (0, 0); NaN where the weighted sum is 0
ESIEVE_API std::vector<std::array<double, 2>> center_of_mass(const Reader& events, std::span<const double> weights = {},
                                                             const AnalysisOptions& options = {});

}  // namespace esieve
