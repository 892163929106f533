// SPDX-License-Identifier: Apache-2.0
#include "codec/values/constant_pixels.hpp"

#include <algorithm>
#include <array>

#include "codec/visit_width.hpp"

namespace esieve::codec {
namespace {

// With fewer frames than this a count may well be the same in all of them by chance...
constexpr std::uint32_t frames_beyond_chance = 32;

// ...but not one of the values that stand for "no count here": the largest, a negative one, NaN. They are those from here on,
// as numbers without sign.
template <class Bits>
constexpr Bits least_mask(DType dtype) {
  constexpr Bits top_bit = static_cast<Bits>(Bits{1} << (8 * sizeof(Bits) - 1));
  if (is_float(dtype)) return sizeof(Bits) == 4 ? static_cast<Bits>(0x7f800000) : static_cast<Bits>(0x7ff0000000000000);
  return is_signed(dtype) ? static_cast<Bits>(top_bit - 1) : top_bit;
}

constexpr std::size_t run = 64;  // pixels that are passed over together, as most frames are mostly empty

/// Whether some of the pixels is the same, and at least that, in the first `n_frames` (up to 4) frames.
template <class Bits>
bool any_repeats(const Bits* elements, std::size_t n_pixels, std::size_t n_frames, std::size_t first, std::size_t stop,
                 Bits least) {
  const std::array<const Bits*, 4> frames = {elements, elements + n_pixels, elements + (n_frames > 2 ? 2 : 0) * n_pixels,
                                             elements + (n_frames > 3 ? 3 : 0) * n_pixels};
  Bits repeats = 0;
  for (std::size_t i = first; i < stop; ++i) {
    const auto differs =
        static_cast<Bits>((frames[1][i] ^ frames[0][i]) | (frames[2][i] ^ frames[0][i]) | (frames[3][i] ^ frames[0][i]));
    const Bits bits = differs == 0 ? frames[0][i] : Bits{0};
    repeats = std::max(repeats, bits);
  }
  return repeats >= least;
}

template <class Bits>
void find(const Bits* elements, const BlockLayout& layout, std::vector<SideEntry>& constants) {
  const std::size_t n_pixels = layout.shape.n_pixels(), n_frames = layout.shape.n_frames;
  const Bits least = n_frames >= frames_beyond_chance ? Bits{1} : least_mask<Bits>(layout.dtype);
  for (std::size_t first = 0; first < n_pixels; first += run) {
    const std::size_t stop = std::min(n_pixels, first + run);
    if (!any_repeats(elements, n_pixels, n_frames, first, stop, least)) continue;
    for (std::size_t pixel = first; pixel < stop; ++pixel) {
      const Bits bits = elements[pixel];
      if (bits >= least && elements[n_pixels + pixel] == bits) constants.push_back({pixel, bits});
    }
  }
  // Frame by frame: where few candidates survive each, the whole costs little more than the first two.
  for (std::size_t f = 2; f < layout.shape.n_frames && !constants.empty(); ++f)
    std::erase_if(constants, [frame = elements + f * n_pixels](const SideEntry& candidate) {
      return frame[candidate.position] != candidate.bits;
    });
}

/// Pixels and counts that two frames have in common, without branches that no processor could guess.
void find_common(const ListedEvents& events, std::vector<SideEntry>& constants) {
  const std::size_t n_first = events.frame_events[0], end = n_first + events.frame_events[1];
  for (std::size_t one = 0, other = n_first; one < n_first && other < end;) {
    const std::uint32_t pixel = events.pixels[one], other_pixel = events.pixels[other];
    if (pixel == other_pixel && events.counts[one] == events.counts[other]) constants.push_back({pixel, events.counts[one]});
    one += pixel <= other_pixel ? 1U : 0U;
    other += other_pixel <= pixel ? 1U : 0U;
  }
}

/// Pixels of the first frame whose counts look like a mask.
void find_masked(const ListedEvents& events, const BlockLayout& layout, std::vector<SideEntry>& constants) {
  visit_width(layout.item_bytes, [&](auto bits) {
    for (std::size_t e = 0; e < events.frame_events[0]; ++e)
      if (static_cast<decltype(bits)>(events.counts[e]) >= least_mask<decltype(bits)>(layout.dtype))
        constants.push_back({events.pixels[e], events.counts[e]});
  });
}

// The same from events: a pixel that is not among a frame's is zero there.
void find_in_events(const ListedEvents& events, const BlockLayout& layout, std::vector<SideEntry>& constants) {
  if (layout.shape.n_frames >= frames_beyond_chance)
    find_common(events, constants);
  else
    find_masked(events, layout, constants);
  std::size_t end = events.frame_events[0];
  for (std::size_t f = 1; f < layout.shape.n_frames && !constants.empty(); ++f) {
    std::size_t e = end;
    end += events.frame_events[f];
    std::erase_if(constants, [&](const SideEntry& candidate) {
      while (e < end && events.pixels[e] < candidate.position) ++e;
      return e == end || events.pixels[e] != candidate.position || events.counts[e] != candidate.bits;
    });
  }
}

template <class Bits>
void set(std::span<const SideEntry> pixels, const BlockShape& shape, bool zero, std::byte* items) {
  Bits* frame = reinterpret_cast<Bits*>(items);
  for (std::uint32_t f = 0; f < shape.n_frames; ++f, frame += shape.n_pixels())
    for (const SideEntry& pixel : pixels) frame[pixel.position] = zero ? Bits{0} : static_cast<Bits>(pixel.bits);
}

}  // namespace

void find_constant_pixels(Elements& elements, const BlockLayout& layout, std::vector<SideEntry>& constants) {
  constants.clear();
  if (layout.shape.n_frames < 2) return;
  if (elements.events() != nullptr) return find_in_events(*elements.events(), layout, constants);
  visit_width(layout.item_bytes,
              [&](auto bits) { find(reinterpret_cast<const decltype(bits)*>(elements.dense().data()), layout, constants); });
}

void clear_pixels(std::span<const SideEntry> pixels, const BlockShape& shape, std::size_t item_bytes,
                  std::span<std::byte> plane) {
  visit_width(item_bytes, [&](auto bits) { set<decltype(bits)>(pixels, shape, true, plane.data()); });
}

void fill_pixels(std::span<const SideEntry> pixels, const BlockShape& shape, std::size_t item_bytes,
                 std::span<std::byte> elements) {
  visit_width(item_bytes, [&](auto bits) { set<decltype(bits)>(pixels, shape, false, elements.data()); });
}

}  // namespace esieve::codec
