// SPDX-License-Identifier: Apache-2.0
#include "record/frame_slot.hpp"

#include <algorithm>

#include "codec/gaps/extract.hpp"
#include "codec/visit_counts.hpp"

namespace esieve {
namespace {

// Pixels are in the first half of a slot, counts in the other.
std::size_t capacity(std::size_t slot_bytes) { return slot_bytes / (2 * sizeof(std::uint32_t)); }

/// At most one pixel in so many: a block has brighter frames and darker ones.
constexpr std::size_t pixels_per_event = codec::gaps::pixels_per_listed_event * 3 / 4;

/// Pixels looked at before the number of events is: no more than there is room for beyond so many.
constexpr std::size_t part_pixels(std::size_t n_pixels) {
  const std::size_t room = n_pixels / (2 * pixels_per_event), whole_groups = room / 64 * 64;
  return whole_groups == 0 ? room : std::min<std::size_t>(4096, whole_groups);
}

template <class Count>
std::uint32_t list(const Count* frame, std::size_t n_pixels, std::uint32_t* pixels, std::uint32_t* counts) {
  const std::size_t most = n_pixels / pixels_per_event, part = part_pixels(n_pixels);
  std::size_t n = 0;
  for (std::size_t first = 0; first < n_pixels; first += part) {
    const std::size_t n_part = std::min(part, n_pixels - first);
    const std::size_t found = codec::gaps::extract_frame(frame + first, n_part, pixels + n, counts + n);
    for (std::size_t i = n; i < n + found; ++i) pixels[i] += static_cast<std::uint32_t>(first);
    n += found;
    if (n > most) return dense_frame;
  }
  return static_cast<std::uint32_t>(n);
}

}  // namespace

bool can_list(DType dtype, std::size_t frame_bytes) {
  return frame_bytes % sizeof(std::uint32_t) == 0 && part_pixels(frame_bytes / item_bytes(dtype)) > 0 &&
         codec::visit_counts(dtype, [](auto) {});
}

std::uint32_t list_frame(std::span<const std::byte> frame, DType dtype, std::span<std::byte> slot) {
  auto* const pixels = reinterpret_cast<std::uint32_t*>(slot.data());
  std::uint32_t n = dense_frame;
  codec::visit_counts(dtype, [&]<class Count>(Count) {
    if (reinterpret_cast<std::uintptr_t>(frame.data()) % alignof(Count) != 0) return;
    n = list(reinterpret_cast<const Count*>(frame.data()), frame.size() / sizeof(Count), pixels, pixels + capacity(slot.size()));
  });
  return n;
}

SlotEvents events_in(std::span<const std::byte> slot, std::uint32_t n_events) {
  const auto* const pixels = reinterpret_cast<const std::uint32_t*>(slot.data());
  return {{pixels, n_events}, {pixels + capacity(slot.size()), n_events}};
}

void add_events(const SlotEvents& events, DType dtype, std::span<std::byte> frame) {
  codec::visit_counts(dtype, [&]<class Count>(Count) {
    auto* const elements = reinterpret_cast<Count*>(frame.data());
    for (std::size_t e = 0; e < events.pixels.size(); ++e) elements[events.pixels[e]] = static_cast<Count>(events.counts[e]);
  });
}

}  // namespace esieve
