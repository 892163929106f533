// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "codec/chunk/block.hpp"
#include "codec/chunk/scan_events.hpp"

namespace esieve::codec {

DecodeStatus decode_block(std::span<const std::byte> payload, Mode mode, const BlockLayout& layout,
                          BlockScratch& scratch, std::span<std::byte> elements) {
  switch (mode) {
    case Mode::zero:
      if (!payload.empty()) return DecodeStatus::trailing_bytes;
      std::fill(elements.begin(), elements.end(), std::byte{0});
      return DecodeStatus::okay;
    case Mode::raw:
      if (payload.size() < elements.size()) return DecodeStatus::truncated;
      if (payload.size() > elements.size()) return DecodeStatus::trailing_bytes;
      std::copy(payload.begin(), payload.end(), elements.begin());
      return DecodeStatus::okay;
    case Mode::packed: return unpack_items(payload, layout.item_bytes, scratch.pack, elements);
    case Mode::counts: break;
  }
  return DecodeStatus::unknown_version;
}

DecodeStatus decode_block_events(std::span<const std::byte> payload, Mode mode, const BlockLayout& layout,
                                 BlockScratch& scratch, ChunkEvents& events) {
  scratch.dense.resize(layout.n_bytes());
  const DecodeStatus status = decode_block(payload, mode, layout, scratch, scratch.dense);
  if (status == DecodeStatus::okay) scan_events(scratch.dense, layout, events);
  return status;
}

}  // namespace esieve::codec
