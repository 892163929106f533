// SPDX-License-Identifier: Apache-2.0
#include "report/chunked_frames.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace esieve {
namespace {

/// The part of a chunk that one frame fills: chunk[2] × chunk[3] pixels from (`row`, `column`) of the frame.
struct Window {
  std::uint64_t frame_at = 0;  ///< Byte offset of the frame in the file.
  std::uint64_t row = 0, column = 0;
};

/// Bytes [low, low + out.size()) of the window; `out` is zero.
void read_window(const TemporaryFile& frames, const ChunkedShape& shape, const Window& window, std::uint64_t low,
                 std::span<std::byte> out) {
  const std::uint64_t high = low + out.size();
  const std::uint64_t row_bytes = shape.chunk[3] * shape.item_bytes;
  const std::uint64_t frame_row_bytes = shape.dims[3] * shape.item_bytes;
  const std::uint64_t first_row = low / row_bytes;
  const std::uint64_t end_row = std::min((high + row_bytes - 1) / row_bytes, shape.dims[2] - window.row);
  if (first_row >= end_row) return;
  // Whole rows of the frame: fewer, longer reads.
  std::vector<std::byte> rows((end_row - first_row) * frame_row_bytes);
  frames.read(window.frame_at + (window.row + first_row) * frame_row_bytes, rows);
  const std::uint64_t filled_bytes = std::min(row_bytes, (shape.dims[3] - window.column) * shape.item_bytes);
  for (std::uint64_t row = first_row; row < end_row; ++row) {
    const std::uint64_t begin = std::max(low, row * row_bytes);
    const std::uint64_t end = std::min(high, row * row_bytes + filled_bytes);
    if (begin >= end) continue;
    const std::uint64_t at = (row - first_row) * frame_row_bytes + window.column * shape.item_bytes;
    std::memcpy(out.data() + (begin - low), rows.data() + at + (begin - row * row_bytes), end - begin);
  }
}

}  // namespace

std::uint64_t ChunkedShape::n_chunks() const {
  std::uint64_t n = 1;
  for (std::size_t axis = 0; axis < 4; ++axis) n *= (dims[axis] + chunk[axis] - 1) / chunk[axis];
  return n;
}

std::array<std::uint64_t, 4> ChunkedShape::origin(std::uint64_t i) const {
  std::array<std::uint64_t, 4> first{};
  for (std::size_t axis = 4; axis-- > 0;) {
    const std::uint64_t n = (dims[axis] + chunk[axis] - 1) / chunk[axis];
    first[axis] = i % n * chunk[axis];
    i /= n;
  }
  return first;
}

void read_chunk_bytes(const TemporaryFile& frames, const ChunkedShape& shape, std::uint64_t i, std::uint64_t first_byte,
                      std::span<std::byte> out) {
  std::fill(out.begin(), out.end(), std::byte{0});
  const std::array origin = shape.origin(i);
  const std::uint64_t window_bytes = shape.chunk[2] * shape.chunk[3] * shape.item_bytes;
  for (std::uint64_t done = 0; done < out.size();) {
    const std::uint64_t at = first_byte + done;
    const std::uint64_t n = std::min<std::uint64_t>(out.size() - done, window_bytes - at % window_bytes);
    const std::uint64_t y = origin[0] + at / window_bytes / shape.chunk[1];
    const std::uint64_t x = origin[1] + at / window_bytes % shape.chunk[1];
    if (y < shape.dims[0] && x < shape.dims[1])
      read_window(frames, shape,
                  {.frame_at = (y * shape.dims[1] + x) * shape.frame_bytes(), .row = origin[2], .column = origin[3]},
                  at % window_bytes, out.subspan(done, n));
    done += n;
  }
}

}  // namespace esieve
