// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "codec/chunk/block.hpp"

namespace esieve::codec {
namespace {

// Events among the counts: those whose elements are not kept apart.
std::uint64_t n_counted(std::uint64_t n_events, const ValueMap& map, const BlockShape& shape) {
  return n_events - map.constants.size() * shape.n_frames - map.exceptions.size();
}

// Sums of counts become sums of elements where counts are no others, or nothing.
void complete_sums(const ValueMap& map, const BlockLayout& layout, std::span<std::uint64_t>& sums) {
  if (sums.empty()) return;
  if (!counts_are_elements(map, layout) || is_signed(layout.dtype) || !map.exceptions.empty()) {
    sums = {};
    return;
  }
  for (const SideEntry& pixel : map.constants) sums[pixel.position] = pixel.bits * layout.shape.n_frames;
}

bool encode_as_counts(const Elements& elements, const BlockLayout& layout, std::uint64_t n_events, Level level,
                      BlockScratch& scratch, std::vector<std::byte>& out) {
  std::optional<Elements> plane = map_values(elements, layout, scratch.values);
  if (!plane) return false;
  const ValueMap& map = scratch.values.map;
  const std::size_t start = out.size();
  out.push_back(std::byte{0});
  append_value_map(map, layout.item_bytes, scratch.coder.pack.zstd, out);
  const CountCoder coder =
      encode_counts(*plane, map.count_bytes, layout.shape, n_counted(n_events, map, layout.shape), level, scratch.coder, out);
  out[start] = static_cast<std::byte>(coder);
  complete_sums(map, layout, scratch.coder.pixel_sums);
  return true;
}

}  // namespace

Mode encode_block(Elements& elements, const BlockLayout& layout, std::uint64_t n_events, Level level, BlockScratch& scratch,
                  std::vector<std::byte>& out) {
  scratch.coder.pixel_sums = {};
  if (n_events == 0) return Mode::zero;
  const std::size_t start = out.size();
  Mode mode = Mode::counts;
  if (!encode_as_counts(elements, layout, n_events, level, scratch, out)) {
    pack_items(elements.dense(), layout.item_bytes, layout.shape, level, scratch.coder.pack, out);
    mode = Mode::packed;
  }
  if (out.size() - start < layout.n_bytes()) return mode;
  const auto dense = elements.dense();
  out.resize(start);
  out.insert(out.end(), dense.begin(), dense.end());
  return Mode::raw;
}

}  // namespace esieve::codec
