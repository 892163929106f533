// SPDX-License-Identifier: Apache-2.0
//
// Dense frames become a chunk and what a file keeps of them beside it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "esieve/codec.hpp"
#include "esieve/container.hpp"
#include "esieve/threshold.hpp"
#include "frames/frame_sums.hpp"

namespace esieve {

/// What ContainerWriter::write wants of a chunk.
struct EncodedChunk {
  std::vector<std::byte> bytes;
  std::vector<FrameTotals> totals;
  std::vector<std::uint64_t> hashes;
  PatternSum pattern;
  std::vector<DroppedFrame> dropped;
  std::vector<FrameStatus> status;  ///< Empty: all okay.

  ChunkAccount account() const {
    return {.totals = totals,
            .hashes = hashes,
            .pattern_sum = pattern.sums(),
            .dropped = dropped,
            .status = status,
            .pattern_values = pattern.values()};
  }
};

/// How many chunks may be under way: one a thread and one being written, but no more than the memory of a process shall hold,
/// and two at least.
/// \param dense_bytes  of a chunk
std::size_t chunks_under_way(std::uint64_t dense_bytes, int threads);

/// Fills `out` but for the chunk itself and what the caller knows (dropped, status).
/// \param dense  C order (frame, det_y, det_x), as stored
void account_frames(std::span<const std::byte> dense, const SourceInfo& info, EncodedChunk& out);

/// Holds scratch memory: one object a thread.
class ChunkEncoder {
 public:
  /// `threshold` may be null; all must outlive the object.
  ChunkEncoder(const SourceInfo& info, const ChunkParameters& parameters, const Threshold* threshold)
      : info_(info), parameters_(parameters), threshold_(threshold) {}

  /// Thresholds frames in place, if that is asked for, and makes those that are not data zero, as `out.status` says.
  void prepare(std::span<std::byte> dense, EncodedChunk& out) const;

  /// Fills `out` from frames that are as they shall be stored.
  /// \param dense  C order (frame, det_y, det_x), at most a chunk of frames
  void encode(std::span<const std::byte> dense, std::uint64_t first_frame, EncodedChunk& out);

  /// The same from events of the frames; but `out.hashes` are the caller's to fill.
  void encode_events(const ListedEvents& events, std::uint64_t first_frame, EncodedChunk& out);

  /// Events of the frames encoded last, where they were listed on the way.
  std::optional<ListedEvents> listed_events() const { return codec_.listed_events(); }

  /// Only the bytes.
  void encode_bytes(std::span<const std::byte> dense, std::uint64_t first_frame, std::vector<std::byte>& bytes) {
    codec_.encode(dense, parameters_, first_frame, bytes);
  }

 private:
  const SourceInfo& info_;
  const ChunkParameters& parameters_;
  const Threshold* threshold_;
  ChunkCodec codec_;
};

/// Frames that are not data become zero.
void clear_missing(std::span<std::byte> dense, std::span<const FrameStatus> status, std::size_t frame_bytes);

}  // namespace esieve
