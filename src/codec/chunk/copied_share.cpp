// SPDX-License-Identifier: Apache-2.0
#include "codec/chunk/copied_share.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "codec/spread.hpp"

namespace esieve::codec {

template <class Count>
double copied_share(const Elements& elements, const BlockShape& shape, std::size_t n_rows, std::vector<std::byte>& rows) {
  const std::size_t det_x = shape.det_x;
  const bool has_above = shape.det_y > 1, has_before = shape.n_frames > 1;
  std::uint64_t n_lit = 0;
  std::array<std::uint64_t, 4> n_equal{};  // to the left, above, before, to what two to the left lead to
  for (std::uint64_t place = 0; place < n_rows; ++place) {
    const std::size_t y = has_above ? 1 + spread(place, shape.det_y - 1) : 0;
    const std::size_t frame = has_before ? 1 + place * (shape.n_frames - 1) / n_rows : 0;
    const std::size_t row_bytes = det_x * sizeof(Count);
    rows.clear();
    elements.append_part(frame, y * row_bytes, row_bytes, rows);
    elements.append_part(frame, (has_above ? y - 1 : y) * row_bytes, row_bytes, rows);
    elements.append_part(has_before ? frame - 1 : frame, y * row_bytes, row_bytes, rows);
    const auto* row = reinterpret_cast<const Count*>(rows.data());
    const Count *above = row + det_x, *before = above + det_x;
    for (std::size_t x = 0; x < det_x; ++x) {
      if (row[x] == 0) continue;
      ++n_lit;
      n_equal[0] += x > 0 && row[x] == row[x - 1];
      n_equal[1] += has_above && row[x] == above[x];
      n_equal[2] += has_before && row[x] == before[x];
      n_equal[3] += x > 1 && row[x] == static_cast<Count>(2 * row[x - 1] - row[x - 2]);
    }
  }
  if (n_lit < least_copied_lit) return 0;
  return static_cast<double>(*std::max_element(n_equal.begin(), n_equal.end())) / static_cast<double>(n_lit);
}

double copied_share(const ListedEvents& events, const BlockShape& shape, std::size_t n_wanted) {
  /// The events of a frame.
  struct Frame {
    std::size_t first, n;
  };
  const auto count_of = [&](const Frame& frame, std::size_t pixel) -> std::uint32_t {
    const auto pixels = events.pixels.subspan(frame.first, frame.n);
    const auto at = std::lower_bound(pixels.begin(), pixels.end(), pixel);
    return at == pixels.end() || *at != pixel ? 0 : events.counts[frame.first + static_cast<std::size_t>(at - pixels.begin())];
  };
  const std::size_t det_x = shape.det_x;
  Frame before{0, 0}, frame{0, events.frame_events.front()};
  std::size_t f = 0;
  const std::size_t first = shape.n_frames > 1 ? frame.n : 0, n_events = events.pixels.size() - first;
  if (n_events < least_copied_lit) return 0;
  const std::size_t n = std::min(n_wanted, n_events);
  std::array<std::uint64_t, 4> n_equal{};
  for (std::size_t place = 0; place < n; ++place) {
    const std::size_t e = first + place * n_events / n;
    while (e >= frame.first + frame.n) {
      before = frame;
      frame = {frame.first + frame.n, events.frame_events[++f]};
    }
    const std::size_t pixel = events.pixels[e], x = pixel % det_x;
    const std::uint32_t count = events.counts[e];
    // Neighbours of the same row that are lit are next to each other in the list.
    const auto to_the_left = [&](std::size_t steps) {
      return x >= steps && e >= frame.first + steps && events.pixels[e - steps] == pixel - steps ? events.counts[e - steps] : 0;
    };
    const std::uint32_t left = to_the_left(1);
    n_equal[0] += count == left;
    n_equal[1] += pixel >= det_x && count == count_of(frame, pixel - det_x);
    n_equal[2] += f > 0 && count == count_of(before, pixel);
    n_equal[3] += left != 0 && count == 2 * left - to_the_left(2);
  }
  return static_cast<double>(*std::max_element(n_equal.begin(), n_equal.end())) / static_cast<double>(n);
}

template double copied_share<std::uint8_t>(const Elements&, const BlockShape&, std::size_t, std::vector<std::byte>&);
template double copied_share<std::uint16_t>(const Elements&, const BlockShape&, std::size_t, std::vector<std::byte>&);
template double copied_share<std::uint32_t>(const Elements&, const BlockShape&, std::size_t, std::vector<std::byte>&);

}  // namespace esieve::codec
