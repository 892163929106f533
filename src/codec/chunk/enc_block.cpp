// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "codec/chunk/block.hpp"

namespace esieve::codec {
namespace {

// Events among the counts: those whose elements are not kept apart.
std::uint64_t n_counted(std::uint64_t n_events, const ValueMap& map, const BlockShape& shape) {
  return n_events - map.constants.size() * shape.n_frames - map.exceptions.size();
}

bool encode_as_counts(std::span<const std::byte> elements, const BlockLayout& layout, std::uint64_t n_events,
                      const gaps::ExtractedEvents* known, Level level, BlockScratch& scratch, std::vector<std::byte>& out) {
  std::span<const std::byte> plane;
  if (!map_values(elements, layout, scratch.values, plane)) return false;
  const ValueMap& map = scratch.values.map;
  scratch.coder.known = plane.data() == elements.data() ? known : nullptr;
  const std::size_t start = out.size();
  out.push_back(std::byte{0});
  append_value_map(map, layout.item_bytes, scratch.coder.pack.zstd, out);
  const CountCoder coder = encode_counts(plane, map.count_bytes, layout.shape,
                                         n_counted(n_events, map, layout.shape), level, scratch.coder, out);
  out[start] = static_cast<std::byte>(coder);
  return true;
}

}  // namespace

Mode encode_block(std::span<const std::byte> elements, const BlockLayout& layout, std::uint64_t n_events,
                  const gaps::ExtractedEvents* known, Level level, BlockScratch& scratch, std::vector<std::byte>& out) {
  if (n_events == 0) return Mode::zero;
  const std::size_t start = out.size();
  Mode mode = Mode::counts;
  if (!encode_as_counts(elements, layout, n_events, known, level, scratch, out)) {
    pack_items(elements, layout.item_bytes, layout.shape, level, scratch.coder.pack, out);
    mode = Mode::packed;
  }
  if (out.size() - start < elements.size()) return mode;
  out.resize(start);
  out.insert(out.end(), elements.begin(), elements.end());
  return Mode::raw;
}

}  // namespace esieve::codec
