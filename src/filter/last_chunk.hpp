// SPDX-License-Identifier: Apache-2.0
//
// The chunk decoded last, kept for whoever asks for it again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "esieve/codec.hpp"

namespace esieve::filter {

/// HDF5 keeps decoded chunks of up to 1 MiB unless told otherwise, and has larger ones decoded again for every frame that is
/// read from them. A chunk that is asked for twice running is kept decoded until that happens to another; chunks read once
/// each cost nothing. It is told by all of its bytes: by its checksum alone a forged chunk could pass for it.
///
/// Any thread may call; one that finds another at work goes without.
class LastChunk {
 public:
  /// Whether `dense`, of parameters.dense_bytes(), was filled.
  bool copy(const ChunkParameters& parameters, std::span<const std::byte> chunk, std::span<std::byte> dense);

  /// What `chunk` was decoded to. Without memory for it nothing is kept.
  void remember(const ChunkParameters& parameters, std::span<const std::byte> chunk, std::span<const std::byte> dense) noexcept;

 private:
  std::mutex mutex_;
  std::uint64_t seen_ = 0;  // checksum of the one asked for last
  ChunkParameters parameters_;
  std::vector<std::byte> chunk_, dense_;
};

}  // namespace esieve::filter
