// SPDX-License-Identifier: Apache-2.0
//
// Proves that an event file holds what it should: against itself, and against its dense source.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "esieve/export.hpp"
#include "esieve/progress.hpp"
#include "esieve/reader.hpp"
#include "esieve/source.hpp"

namespace esieve {

/// The first element that differs, in scan order.
struct Difference {
  std::uint64_t frame = 0;  ///< Scan index.
  std::uint32_t pixel = 0;  ///< det_y * n_det_x + det_x
  std::string expected;     ///< Value in the source (after thresholding, where the file is thresholded).
  std::string stored;       ///< Value rebuilt from the events.
};

struct VerifyOptions {
  int threads = 0;  ///< 0: all.
  ProgressCallback progress;
};

struct VerifyResult {
  // Without a source.
  std::uint64_t n_chunks = 0;
  std::vector<Damage> damaged_chunks;  ///< Checksum or decoding failed.
  std::string index_damage;            ///< Non-empty: why the frame index cannot be read. The frames may be sound all the same.
  std::uint64_t n_wrong_totals = 0;    ///< Frames whose events or electrons differ from the index.
  bool sums_equal = true;              ///< The file's own sums over all frames hold; not checked if damaged.
  bool digest_checked = false;         ///< The file has a digest and every chunk could be decoded.
  bool digest_equal = false;
  std::string digest;  ///< Of the rebuilt frames.
  std::uint64_t n_frames = 0, n_events = 0;
  double n_electrons = 0;

  // With a source.
  bool source_compared = false;
  Fidelity fidelity = Fidelity::lossless;  ///< What equality was proved, or refuted, with.
  std::string shape_mismatch;              ///< Non-empty: source and file do not even have the same shape or type.
  std::uint64_t n_different = 0;           ///< Elements.
  std::optional<Difference> first_difference;
  bool dropped_equal = true;  ///< What the file says was dropped is what thresholding drops.

  /// Everything that was checked holds.
  ESIEVE_API bool okay() const;
};

/// Rebuilds every frame from the events, in parallel and streaming (memory bounded by a few chunks per thread), checks
/// checksums, totals and digest, and compares with `source` unless null. Where the file is thresholded, the source's
/// frames are thresholded with the recorded parameters first.
///
/// \throws Interrupted, IoError; DataError if the source is damaged. A damaged event file is a result.
ESIEVE_API VerifyResult verify(const Reader& events, const Source* source, const VerifyOptions& options = {});

}  // namespace esieve
