// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "codec/chunk/block.hpp"

namespace esieve::codec {
namespace {

bool all_zero(std::span<const std::byte> bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte byte) { return byte == std::byte{0}; });
}

}  // namespace

Mode encode_block(std::span<const std::byte> elements, const BlockLayout& layout, Level level, BlockScratch& scratch,
                  std::vector<std::byte>& out) {
  if (all_zero(elements)) return Mode::zero;
  const std::size_t start = out.size();
  pack_items(elements, layout.item_bytes, level, scratch.pack, out);
  if (out.size() - start < elements.size()) return Mode::packed;
  out.resize(start);
  out.insert(out.end(), elements.begin(), elements.end());
  return Mode::raw;
}

}  // namespace esieve::codec
