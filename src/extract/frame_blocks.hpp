// SPDX-License-Identifier: Apache-2.0
//
// Walks a range of frames in blocks that end where chunks end, with progress and cancellation.
#pragma once

#include <algorithm>
#include <cstdint>

#include "esieve/error.hpp"
#include "esieve/extract.hpp"

namespace esieve {

/// The range asked for, checked. \throws UsageError
inline FrameRange resolve_range(const Reader& events, const ExtractOptions& options) {
  const std::uint64_t n_frames = events.info().scan.n_frames();
  const FrameRange range = options.frames.value_or(FrameRange{0, n_frames});
  if (range.first > n_frames || range.count > n_frames - range.first)
    throw UsageError("frames " + std::to_string(range.first) + ":" + std::to_string(range.first + range.count) +
                     " are not all in the file (it has frames 0:" + std::to_string(n_frames) + ")");
  return range;
}

/// Calls `take(block)` for consecutive blocks of about `block_bytes` dense bytes that cover `range`.
template <class Take>
void for_each_block(const Reader& events, FrameRange range, const ExtractOptions& options, Take take) {
  constexpr std::uint64_t block_bytes = std::uint64_t{64} << 20;
  const std::uint64_t frame_bytes = std::max<std::uint64_t>(1, events.info().frame_bytes());
  const std::uint64_t chunk_frames = std::max<std::uint64_t>(1, events.info().chunk_parameters.n_frames);
  // Whole chunks, so that none is decoded twice.
  const std::uint64_t step = std::max<std::uint64_t>(1, block_bytes / frame_bytes / chunk_frames) * chunk_frames;
  Progress progress{.frames_total = range.count};
  for (std::uint64_t first = range.first; first < range.end();) {
    const std::uint64_t end = std::min(range.end(), (first / step + 1) * step);
    take(FrameRange{first, end - first});
    progress.frames_done += end - first;
    progress.dense_bytes_done += (end - first) * frame_bytes;
    if (options.progress && options.progress(progress) == Continue::stop) throw Interrupted("interrupted");
    first = end;
  }
}

}  // namespace esieve
