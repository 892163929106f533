// SPDX-License-Identifier: Apache-2.0
//
// Blosc as HDF5 files have it: the filter 32001, and its chunks made piece by piece. The only file, with blosc.cpp, that
// knows Blosc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace esieve {

inline constexpr int blosc_filter_id = 32001;

enum class BloscCompressor : std::uint8_t { blosclz = 0, lz4 = 1, lz4hc = 2, zlib = 4, zstd = 5 };  ///< The filter's codes.
enum class BloscShuffle : std::uint8_t { none = 0, bytes = 1, bits = 2 };                           ///< The filter's codes.

struct BloscMethod {
  BloscCompressor compressor = BloscCompressor::zstd;
  int clevel = 3;
  BloscShuffle shuffle = BloscShuffle::bytes;
};

/// Makes filter 32001 known to HDF5 in this process, in place of any plugin. May be called again.
/// \throws IoError
void register_blosc_filter();

/// The seven values of the filter as they are written for chunks of `chunk_bytes`.
std::vector<unsigned> blosc_filter_values(const BloscMethod& method, std::size_t item_bytes, std::size_t chunk_bytes);

/// Largest chunk that Blosc can compress.
inline constexpr std::uint64_t blosc_max_bytes = 0x7fffffff - 16;

/// A chunk is compressed in pieces of this size, the last one up to twice as long. A multiple of Blosc's own blocks.
inline constexpr std::size_t blosc_piece_bytes = std::size_t{4} << 20;

/// Compresses what is a whole chunk. Empty if that would not make it smaller: the filter then stores it as it is.
/// May be called from several threads.
std::vector<std::byte> blosc_compress_chunk(std::span<const std::byte> dense, const BloscMethod& method, std::size_t item_bytes);

/// The chunk that Blosc makes of several pieces, byte for byte, without having them all in memory at once.
///
/// Blosc compresses blocks independently and lists where each begins, so pieces of whole blocks can be joined. Of data
/// that cannot be compressed the joined chunk is a few bytes longer than they are, where the filter would give up.
class BloscJoin {
 public:
  /// \param chunk_bytes  dense size of the whole chunk
  explicit BloscJoin(std::uint64_t chunk_bytes) : chunk_bytes_(chunk_bytes) {}

  /// Compresses one piece, for `add`. May be called from several threads.
  static std::vector<std::byte> compress(std::span<const std::byte> piece, const BloscMethod& method, std::size_t item_bytes);

  /// Pieces come in order.
  void add(std::span<const std::byte> compressed_piece);

  /// What was joined so far; the chunk, once all pieces are in.
  std::span<const std::byte> chunk() const { return chunk_; }

 private:
  std::uint64_t chunk_bytes_;
  std::uint64_t n_dense_bytes_ = 0;  ///< Of the pieces that are in.
  std::vector<std::byte> chunk_;
};

}  // namespace esieve
