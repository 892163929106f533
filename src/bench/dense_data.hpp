// SPDX-License-Identifier: Apache-2.0
//
// The data of the experiment, in memory before any clock starts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "esieve/source.hpp"

namespace esieve::bench {

/// Also a source, so that a conversion can read from memory.
class DenseData final : public Source {
 public:
  /// \param bytes  frames of info.scan, C order
  DenseData(SourceInfo info, std::vector<std::byte> bytes);

  std::span<const std::byte> bytes() const { return bytes_; }
  std::uint64_t n_nonzero() const { return n_nonzero_; }  ///< Elements with a bit set.

  void read(FrameRange range, std::span<std::byte> out) const override;
  std::optional<std::span<const std::byte>> view(FrameRange range) const override;

 private:
  std::vector<std::byte> bytes_;
  std::uint64_t n_nonzero_ = 0;
};

/// All of the scan, or, where that has more than `max_bytes`, as many rows from its middle as fit; of a single row that is
/// too long, as many positions; at least one frame.
ScanRegion choose_part(ScanShape scan, std::uint64_t frame_bytes, std::uint64_t max_bytes);

/// Reads `part`. Calibration and metadata stay those of the whole.
DenseData load(const Source& source, const ScanRegion& part, int threads);

}  // namespace esieve::bench
