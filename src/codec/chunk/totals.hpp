// SPDX-License-Identifier: Apache-2.0
//
// Events and electrons of each frame, from dense elements.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "esieve/codec.hpp"

namespace esieve::codec {

/// Counts the non-zero elements of each frame and sums their values. Sums of floats add in a fixed order, so they are
/// the same on every machine.
///
/// \param dense   native byte order, totals.size() frames of n_pixels elements
void frame_totals(std::span<const std::byte> dense, DType dtype, std::size_t n_pixels, std::span<FrameTotals> totals);

/// The same for elements that are not numbers: an event is an item with a byte that is not zero; no electrons.
void opaque_frame_totals(std::span<const std::byte> dense, std::size_t item_bytes, std::size_t n_pixels,
                         std::span<FrameTotals> totals);

}  // namespace esieve::codec
