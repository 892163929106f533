// SPDX-License-Identifier: Apache-2.0
//
// Events of dense elements.
#pragma once

#include <cstddef>
#include <span>

#include "codec/chunk/block.hpp"

namespace esieve::codec {

/// Replaces `events` by the non-zero elements, as counts if every one of them is an integer from 1 to 2^32 - 1.
void scan_events(std::span<const std::byte> elements, const BlockLayout& layout, ChunkEvents& events);

}  // namespace esieve::codec
