// SPDX-License-Identifier: Apache-2.0
//
// Dense frames in any order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "reader/chunk_store.hpp"
#include "reader/codec_pool.hpp"

namespace esieve {

inline constexpr std::uint64_t no_frame = ~std::uint64_t{0};

/// Copies `frames` of `store` into `out`, zeros for `no_frame`. Each chunk is decoded once; one thread.
/// \throws DataError, IoError
void gather_frames(const ChunkStore& store, CodecPool& pool, std::span<const std::uint64_t> frames, std::span<std::byte> out);

}  // namespace esieve
