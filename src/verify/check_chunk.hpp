// SPDX-License-Identifier: Apache-2.0
//
// One chunk of an event file against itself: decoded both ways, hashed and counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "esieve/reader.hpp"
#include "verify/counted_frame.hpp"

namespace esieve {

/// Whether `events` are the non-zero elements of the frames in `dense`, no more and no fewer.
///
/// \param counted  of each frame in `dense`
/// \returns        what is wrong, or an empty string
std::string compare_events(const ChunkEvents& events, std::span<const std::byte> dense, DType dtype,
                           std::span<const CountedFrame> counted);

/// Checks chunks one after another. Holds scratch memory: one object a thread.
class ChunkChecker {
 public:
  /// \returns why the chunk could not be read, or an empty string; what follows is then of this chunk
  /// \throws IoError
  std::string check(const Reader& reader, std::uint64_t chunk);

  FrameRange frames() const { return frames_; }
  std::uint64_t stored_bytes() const { return stored_bytes_; }
  std::span<const std::byte> dense() const { return dense_; }  ///< The chunk's frames, those it really has.
  std::span<const CountedFrame> counted() const { return counted_; }
  std::span<const std::uint64_t> hashes() const { return hashes_; }  ///< As `dense_digest` wants them.

 private:
  std::string decode(const Reader& reader, std::uint64_t chunk);

  ChunkCodec codec_;
  FrameRange frames_;
  std::uint64_t stored_bytes_ = 0;
  std::vector<std::byte> buffer_;
  std::span<const std::byte> dense_;
  std::vector<CountedFrame> counted_;
  std::vector<std::uint64_t> hashes_;
  ChunkEvents events_;
};

}  // namespace esieve
