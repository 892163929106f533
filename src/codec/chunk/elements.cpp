// SPDX-License-Identifier: Apache-2.0
#include "codec/chunk/elements.hpp"

#include <algorithm>
#include <numeric>

#include "codec/visit_width.hpp"

namespace esieve::codec {
namespace {

template <class Bits>
void fill(const ListedEvents& events, std::size_t n_pixels, Bits* frame) {
  std::size_t e = 0;
  for (const std::uint32_t n : events.frame_events) {
    for (const std::size_t end = e + n; e < end; ++e) frame[events.pixels[e]] = static_cast<Bits>(events.counts[e]);
    frame += n_pixels;
  }
}

template <class Bits>
void fill_part(const ListedEvents& events, std::size_t frame, std::size_t first, std::span<Bits> part) {
  const auto before = events.frame_events.first(frame);
  const std::size_t n_before = std::accumulate(before.begin(), before.end(), std::size_t{0});
  const auto pixels = events.pixels.subspan(n_before, events.frame_events[frame]);
  auto at = static_cast<std::size_t>(std::lower_bound(pixels.begin(), pixels.end(), first) - pixels.begin());
  for (; at < pixels.size() && pixels[at] < first + part.size(); ++at)
    part[pixels[at] - first] = static_cast<Bits>(events.counts[n_before + at]);
}

}  // namespace

void Elements::append_part(std::size_t frame, std::size_t offset, std::size_t n_bytes, std::vector<std::byte>& out) const {
  if (events_ == nullptr) {
    const auto part = dense_.subspan(frame * shape_.n_pixels() * item_bytes_ + offset, n_bytes);
    out.insert(out.end(), part.begin(), part.end());
    return;
  }
  out.resize(out.size() + n_bytes);
  visit_width(item_bytes_, [&](auto bits) {
    using Bits = decltype(bits);
    fill_part(*events_, frame, offset / item_bytes_,
              std::span(reinterpret_cast<Bits*>(out.data() + out.size() - n_bytes), n_bytes / item_bytes_));
  });
}

std::span<const std::byte> Elements::dense() {
  if (has_dense()) return dense_;
  memory_->assign(shape_.n_counts() * item_bytes_, std::byte{0});
  visit_width(item_bytes_,
              [&](auto bits) { fill(*events_, shape_.n_pixels(), reinterpret_cast<decltype(bits)*>(memory_->data())); });
  dense_ = *memory_;
  memory_ = nullptr;
  return dense_;
}

}  // namespace esieve::codec
