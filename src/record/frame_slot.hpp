// SPDX-License-Identifier: Apache-2.0
//
// How a frame lies in its slot of a block: dense, or as the list of its events where they are few. A list is made while the frame
// is in the caches of the thread that pushes, so that nobody has to bring the zeros back from memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "esieve/dtype.hpp"

namespace esieve {

/// In place of a number of events.
inline constexpr std::uint32_t dense_frame = ~std::uint32_t{0};

/// Whether frames of this kind can be listed at all.
bool can_list(DType dtype, std::size_t frame_bytes);

/// Puts the events of `frame` into `slot`, as long as that.
/// \pre can_list
/// \returns how many there are; `dense_frame` if they are not few or the frame is not aligned: `slot` is then unspecified
std::uint32_t list_frame(std::span<const std::byte> frame, DType dtype, std::span<std::byte> slot);

struct SlotEvents {
  std::span<const std::uint32_t> pixels, counts;
};
SlotEvents events_in(std::span<const std::byte> slot, std::uint32_t n_events);

/// Puts listed events into a frame of zeros.
void add_events(const SlotEvents& events, DType dtype, std::span<std::byte> frame);

}  // namespace esieve
