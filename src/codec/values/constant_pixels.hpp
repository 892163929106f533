// SPDX-License-Identifier: Apache-2.0
//
// Pixels that hold the same element in every frame: masked, dead and stuck ones.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "codec/chunk/block_layout.hpp"
#include "codec/chunk/elements.hpp"
#include "codec/values/side_list.hpp"

namespace esieve::codec {

/// Finds the pixels whose element is not zero, the same in all frames, and not so by chance.
void find_constant_pixels(Elements& elements, const BlockLayout& layout, std::vector<SideEntry>& constants);

/// Sets the pixels' items to zero in every frame of `plane`.
void clear_pixels(std::span<const SideEntry> pixels, const BlockShape& shape, std::size_t item_bytes, std::span<std::byte> plane);

/// Sets the pixels' items in every frame of `elements`.
void fill_pixels(std::span<const SideEntry> pixels, const BlockShape& shape, std::size_t item_bytes,
                 std::span<std::byte> elements);

}  // namespace esieve::codec
