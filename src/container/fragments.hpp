// SPDX-License-Identifier: Apache-2.0
//
// Chunks that a recording has in parts, put together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "container/journal.hpp"

namespace esieve {

using FragmentsByChunk = std::map<std::uint64_t, std::vector<const Fragment*>>;

/// The fragments that make up each chunk: one an epoch, those put away in the journal before those of the tail.
/// \returns pointers into `state`
FragmentsByChunk fragments_by_chunk(const RecordingState& state);

/// Status of the frames of one chunk, as `merge_fragments` sets it if all are sound.
std::vector<FrameStatus> merge_status(std::span<const Fragment* const> fragments);

/// Dense frames of all fragments of one chunk, laid over each other (or added), and their status.
/// \param dense  parameters.dense_bytes(), set
/// \returns false if one of them is damaged; it is left out
bool merge_fragments(std::span<const Fragment* const> fragments, const ChunkParameters& parameters, ChunkCodec& codec,
                     std::span<std::byte> dense, std::vector<FrameStatus>& status);

/// Adds elements of `b` to `a`. \returns false if a sum does not fit; `a` is then unspecified
bool add_elements(std::span<std::byte> a, std::span<const std::byte> b, DType dtype);

}  // namespace esieve
