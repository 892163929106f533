// SPDX-License-Identifier: Apache-2.0
#include "codec/chunk/scan_events.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "codec/chunk/list_events.hpp"

namespace esieve::codec {
namespace {

template <class T>
std::uint64_t bits_of(T value) {
  if constexpr (std::is_same_v<T, float>)
    return std::bit_cast<std::uint32_t>(value);
  else if constexpr (std::is_same_v<T, double>)
    return std::bit_cast<std::uint64_t>(value);
  else
    return static_cast<std::make_unsigned_t<T>>(value);
}

// 0 if the value is not a count.
template <class T>
std::uint32_t count_of(T value) {
  constexpr std::uint32_t most = std::numeric_limits<std::uint32_t>::max();
  if constexpr (std::is_floating_point_v<T>) {
    if (!(value >= 1 && value <= static_cast<T>(4294967040.0))) return 0;
    const auto count = static_cast<std::uint32_t>(value);
    return static_cast<T>(count) == value ? count : 0;
  } else if constexpr (std::is_signed_v<T>) {
    return value > 0 && static_cast<std::uint64_t>(value) <= most ? static_cast<std::uint32_t>(value) : 0;
  } else {
    return value <= most ? static_cast<std::uint32_t>(value) : 0;
  }
}

void use_bits(ChunkEvents& events) {
  events.counts.clear();
  events.quantum = 0;
}

/// Whether every value but zero is a count.
template <class T>
constexpr bool all_are_counts = std::is_unsigned_v<T> && sizeof(T) <= sizeof(std::uint32_t);

template <class Count>
void list_counts(const Count* frames, const BlockShape& shape, ChunkEvents& events) {
  EventSink sink{std::move(events.frame_events), std::move(events.pixels), std::move(events.counts)};
  list_events(frames, shape, sink);
  events.frame_events = std::move(sink.frame_events);
  events.pixels = std::move(sink.pixels);
  events.counts = std::move(sink.counts);
}

template <class T>
void scan(const T* frame, const BlockShape& shape, ChunkEvents& events) {
  const auto n_events =
      static_cast<std::size_t>(std::count_if(frame, frame + shape.n_counts(), [](T value) { return bits_of(value) != 0; }));
  events.pixels.reserve(n_events);
  events.bits.reserve(n_events);
  events.counts.reserve(n_events);
  bool all_counts = true;
  for (std::uint32_t f = 0; f < shape.n_frames; ++f, frame += shape.n_pixels()) {
    const std::size_t before = events.pixels.size();
    for (std::uint32_t pixel = 0; pixel < shape.n_pixels(); ++pixel) {
      const std::uint64_t bits = bits_of(frame[pixel]);
      if (bits == 0) continue;
      events.pixels.push_back(pixel);
      events.bits.push_back(bits);
      const std::uint32_t count = count_of(frame[pixel]);
      all_counts &= count != 0;
      if (all_counts) events.counts.push_back(count);
    }
    events.frame_events.push_back(static_cast<std::uint32_t>(events.pixels.size() - before));
  }
  if (all_counts)
    events.bits.clear();
  else
    use_bits(events);
}

// Items that are not numbers, at most 8 bytes wide, become bit patterns.
void scan_opaque(const std::byte* item, const BlockLayout& layout, ChunkEvents& events) {
  use_bits(events);
  for (std::uint32_t f = 0; f < layout.shape.n_frames; ++f) {
    const std::size_t before = events.pixels.size();
    for (std::uint32_t pixel = 0; pixel < layout.shape.n_pixels(); ++pixel, item += layout.item_bytes) {
      std::uint64_t bits = 0;
      std::memcpy(&bits, item, layout.item_bytes);
      if (bits == 0) continue;
      events.pixels.push_back(pixel);
      events.bits.push_back(bits);
    }
    events.frame_events.push_back(static_cast<std::uint32_t>(events.pixels.size() - before));
  }
}

}  // namespace

void scan_events(std::span<const std::byte> elements, const BlockLayout& layout, ChunkEvents& events) {
  events.clear();
  if (layout.opaque) return scan_opaque(elements.data(), layout, events);
  visit_dtype(layout.dtype, [&]<class T>(T) {
    const T* const frames = reinterpret_cast<const T*>(elements.data());
    if constexpr (all_are_counts<T>)
      list_counts(frames, layout.shape, events);
    else
      scan(frames, layout.shape, events);
  });
}

}  // namespace esieve::codec
