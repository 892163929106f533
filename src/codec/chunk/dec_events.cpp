// SPDX-License-Identifier: Apache-2.0
//
// A payload straight to events.
#include <algorithm>

#include "codec/chunk/block.hpp"
#include "codec/chunk/scan_events.hpp"
#include "codec/gaps/gaps.hpp"

namespace esieve::codec {
namespace {

// Merges the counts' events with the elements kept apart, frame by frame, pixels ascending.
class Merger {
 public:
  Merger(const ValueMap& map, const BlockLayout& layout, const EventSink& sink, ChunkEvents& events)
      : map_(map), layout_(layout), sink_(sink), events_(events) {
    use_bits_ = map.zigzag || (map.quantum && map.quantum->divides) || !all_counts(map.constants) || !all_counts(map.exceptions);
    events.quantum = use_bits_ ? 0 : map.quantum ? map.quantum->value : 1;
  }

  // False if an element is given twice.
  bool run() {
    for (std::uint64_t f = 0; f < layout_.shape.n_frames; ++f)
      if (!merge_frame(f * layout_.shape.n_pixels(), sink_.frame_events[f])) return false;
    return true;
  }

 private:
  static constexpr std::uint64_t none = ~std::uint64_t{0};

  bool all_counts(std::span<const SideEntry> entries) const {
    return std::all_of(entries.begin(), entries.end(),
                       [this](const SideEntry& entry) { return count_of_bits(map_, layout_.dtype, entry.bits) != 0; });
  }

  bool merge_frame(std::uint64_t first_position, std::uint32_t n_counted) {
    const std::size_t before = events_.pixels.size(), stop = next_counted_ + n_counted;
    const std::uint64_t n_pixels = layout_.shape.n_pixels();
    std::size_t next_constant = 0;
    for (std::uint64_t last = none;;) {
      const std::uint64_t counted = next_counted_ < stop ? sink_.pixels[next_counted_] : none;
      const std::uint64_t constant = next_constant < map_.constants.size() ? map_.constants[next_constant].position : none;
      std::uint64_t excepted =
          next_exception_ < map_.exceptions.size() ? map_.exceptions[next_exception_].position - first_position : none;
      if (excepted >= n_pixels) excepted = none;  // of a later frame
      const std::uint64_t pixel = std::min({counted, constant, excepted});
      if (pixel == none) break;
      if (pixel == last) return false;
      last = pixel;
      if (pixel == counted)
        put_count(pixel, sink_.counts[next_counted_++]);
      else if (pixel == constant)
        put_bits(pixel, map_.constants[next_constant++].bits);
      else
        put_bits(pixel, map_.exceptions[next_exception_++].bits);
    }
    events_.frame_events.push_back(static_cast<std::uint32_t>(events_.pixels.size() - before));
    return true;
  }

  void put_count(std::uint64_t pixel, std::uint32_t count) {
    events_.pixels.push_back(static_cast<std::uint32_t>(pixel));
    if (use_bits_)
      events_.bits.push_back(element_bits(map_, layout_.dtype, count));
    else
      events_.counts.push_back(count);
  }

  void put_bits(std::uint64_t pixel, std::uint64_t bits) {
    events_.pixels.push_back(static_cast<std::uint32_t>(pixel));
    if (use_bits_)
      events_.bits.push_back(bits);
    else
      events_.counts.push_back(count_of_bits(map_, layout_.dtype, bits));
  }

  const ValueMap& map_;
  const BlockLayout& layout_;
  const EventSink& sink_;
  ChunkEvents& events_;
  bool use_bits_ = false;
  std::size_t next_counted_ = 0, next_exception_ = 0;
};

/// Whether the counts are all there is to the events.
bool is_plain(const ValueMap& map) {
  return map.constants.empty() && map.exceptions.empty() && !map.zigzag && !(map.quantum && map.quantum->divides);
}

DecodeStatus decode_mapped_events(std::span<const std::byte> payload, const BlockLayout& layout, EventOrder order,
                                  BlockScratch& scratch, ChunkEvents& events) {
  MappedPayload mapped;
  ValueMap& map = scratch.values.map;
  EventSink& sink = scratch.sink;
  auto status = open_mapped(payload, layout, scratch.coder.pack.zstd, map, mapped);
  if (status == DecodeStatus::okay && order == EventOrder::any && mapped.coder == CountCoder::gaps && is_plain(map)) {
    events.clear();
    events.quantum = map.quantum ? map.quantum->value : 1;
    return decode_gaps_slots(mapped.counts, layout.shape, scratch.coder.coders, events.slots, events.counts);
  }
  if (status != DecodeStatus::okay) return status;

  events.clear();
  const bool plain = is_plain(map);
  // Plain counts go into the caller's memory: it is not needed twice.
  const auto swap_memory = [&] {
    if (!plain) return;
    events.frame_events.swap(sink.frame_events);
    events.pixels.swap(sink.pixels);
    events.counts.swap(sink.counts);
  };
  swap_memory();
  status = decode_count_events(mapped.counts, mapped.coder, map.count_bytes, layout.shape, scratch.coder, sink);
  swap_memory();
  if (status != DecodeStatus::okay) return status;
  Merger merger(map, layout, sink, events);
  if (!plain && !merger.run()) return DecodeStatus::corrupt;
  return DecodeStatus::okay;
}

}  // namespace

DecodeStatus decode_block_events(std::span<const std::byte> payload, Mode mode, const BlockLayout& layout, EventOrder order,
                                 BlockScratch& scratch, ChunkEvents& events) {
  if (mode == Mode::counts) return decode_mapped_events(payload, layout, order, scratch, events);
  scratch.dense.resize(layout.n_bytes());
  const DecodeStatus status = decode_block(payload, mode, layout, scratch, scratch.dense);
  if (status == DecodeStatus::okay) scan_events(scratch.dense, layout, events);
  return status;
}

}  // namespace esieve::codec
