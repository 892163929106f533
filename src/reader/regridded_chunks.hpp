// SPDX-License-Identifier: Apache-2.0
//
// Chunks of a file that shows the frames of another on another scan (docs/format/regridded.md).
#pragma once

#include <memory>
#include <vector>

#include "reader/codec_pool.hpp"
#include "reader/hdf5_chunks.hpp"

namespace esieve {

/// What the file says of itself is taken from it, frames from the original.
class RegriddedChunks : public Hdf5Chunks {
 public:
  RegriddedChunks(EventFile file, std::unique_ptr<ChunkStore> original, std::vector<std::uint64_t> frames);

  void fetch(std::uint64_t i, std::vector<std::byte>& bytes) const override;

 private:
  const std::unique_ptr<ChunkStore> original_;
  const std::vector<std::uint64_t> frames_;  ///< Of the original, one a position; `no_frame`.
  mutable CodecPool pool_;
};

/// \param file  with `regridded` set
/// \throws DataError  the original is not there, or not what it was
std::unique_ptr<ChunkStore> open_regridded(EventFile file);

}  // namespace esieve
