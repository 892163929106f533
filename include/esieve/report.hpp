// SPDX-License-Identifier: Apache-2.0
//
// What was stored, what was proved, and what dense storage would have cost: JSON by schema and a page to read.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "esieve/export.hpp"
#include "esieve/progress.hpp"
#include "esieve/reader.hpp"
#include "esieve/verify.hpp"

namespace esieve {

/// The same data in dense Blosc storage (zstd, clevel 3, byte shuffle), written through HDF5 for real.
struct DenseBaseline {
  std::uint64_t stored_bytes = 0;              ///< Size of the smallest of the three HDF5 files, scaled up if sampled.
  std::string chunking;                        ///< "real space", "balanced" or "single frame" (arXiv 2604.06221).
  std::array<std::uint64_t, 4> chunk_shape{};  ///< (scan_y, scan_x, det_y, det_x), clipped to the dataset.
  std::uint64_t frames_measured = 0;           ///< Fewer than the scan's frames: a sample, spread over the scan.
  std::uint64_t frames_total = 0;
};

struct BaselineOptions {
  std::uint64_t max_dense_bytes = std::uint64_t{1} << 30;  ///< Beyond this a sample is measured.
  int threads = 0;
  ProgressCallback progress;
};

/// Measures on the frames rebuilt from `events`.
ESIEVE_API DenseBaseline measure_dense_baseline(const Reader& events, const BaselineOptions& options = {});

/// What a model would need that knows the mean rate of each pixel and nothing else: how small a file can be made without
/// using that neighbouring pixels or frames are alike. A file may be smaller than that.
struct EntropyEstimate {
  double bits = 0;           ///< Of all frames, the cost of learning the rates included.
  double learning_bits = 0;  ///< That cost.
  std::string model;         ///< The better one: "Poisson", or "occupancy" (hit or not, and a histogram of values).
};

struct EntropyOptions {
  int threads = 0;
  ProgressCallback progress;
};

/// Reads all events twice; time grows with events and detector pixels.
/// \throws UnsupportedError  floats that are not multiples of a quantum
/// \throws DataError, IoError, Interrupted
ESIEVE_API EntropyEstimate estimate_entropy(const Reader& events, const EntropyOptions& options = {});

struct Report {
  FileInfo file;
  std::optional<VerifyResult> verification;
  std::optional<DenseBaseline> baseline;
  std::optional<EntropyEstimate> entropy;
  std::optional<double> convert_seconds;  ///< Wall time of the conversion, verification not included.
};

/// One JSON object, schemas/report-v1.schema.json.
ESIEVE_API std::string to_json(const Report& report);

/// A page for a terminal, at most 80 columns.
ESIEVE_API std::string to_text(const Report& report);

}  // namespace esieve
