// SPDX-License-Identifier: Apache-2.0
#include "source/flat_source.hpp"

#include <utility>

#include "base/bytes.hpp"

namespace esieve {

FlatSource::FlatSource(SourceInfo info, InputFile file, FlatLayout layout)
    : Source(std::move(info)), file_(std::move(file)), layout_(layout) {}

void FlatSource::read(FrameRange range, std::span<std::byte> out) const {
  const std::uint64_t frame_bytes = info_.frame_bytes();
  const std::uint64_t first = layout_.first_bytes + range.first * layout_.stride_bytes;
  if (layout_.stride_bytes == frame_bytes) {
    file_.read(first, out);
  } else {
    for (std::uint64_t i = 0; i < range.count; ++i)
      file_.read(first + i * layout_.stride_bytes, out.subspan(i * frame_bytes, frame_bytes));
  }
  if (layout_.order == ByteOrder::big) swap_bytes(out, item_bytes(info_.dtype));
}

}  // namespace esieve
