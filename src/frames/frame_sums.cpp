// SPDX-License-Identifier: Apache-2.0
#include "frames/frame_sums.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "base/hash.hpp"

namespace esieve {
namespace {

/// Frames of T that can be added in 32 bits without overflow.
template <class T>
constexpr std::size_t frames_per_partial = std::numeric_limits<std::uint32_t>::max() / std::numeric_limits<T>::max();

template <class T>
void add_narrow(const T* frames, std::size_t n_frames, std::span<double> out, std::vector<std::uint32_t>& partial) {
  const std::size_t n_pixels = out.size();
  // Stripes of pixels small enough that their partial sums stay in the first-level cache.
  constexpr std::size_t stripe = 2048;
  partial.resize(stripe);
  for (std::size_t first = 0; first < n_pixels; first += stripe) {
    const std::size_t n = std::min(stripe, n_pixels - first);
    for (std::size_t frame = 0; frame < n_frames;) {
      const std::size_t end = std::min(n_frames, frame + frames_per_partial<T>);
      std::fill_n(partial.begin(), n, 0U);
      for (; frame < end; ++frame) {
        const T* row = frames + frame * n_pixels + first;
        for (std::size_t i = 0; i < n; ++i) partial[i] += row[i];
      }
      for (std::size_t i = 0; i < n; ++i) out[first + i] += partial[i];
    }
  }
}

template <class T>
void add_wide(const T* frames, std::size_t n_frames, std::span<double> out) {
  for (std::size_t frame = 0; frame < n_frames; ++frame, frames += out.size())
    for (std::size_t i = 0; i < out.size(); ++i) {
      const auto value = static_cast<double>(frames[i]);
      if (!std::is_floating_point_v<T> || !std::isnan(value)) out[i] += value;
    }
}

}  // namespace

void PatternSum::sum(std::span<const std::byte> frames, DType dtype, std::span<double> out) {
  std::fill(out.begin(), out.end(), 0.0);
  if (out.empty()) return;
  const std::size_t n_frames = frames.size() / (out.size() * item_bytes(dtype));
  visit_dtype(dtype, [&]<class T>(T) {
    const T* values = reinterpret_cast<const T*>(frames.data());
    if constexpr (std::is_same_v<T, std::uint8_t> || std::is_same_v<T, std::uint16_t>)
      add_narrow(values, n_frames, out, partial_);
    else
      add_wide(values, n_frames, out);
  });
}

void hash_frames(std::span<const std::byte> frames, std::size_t frame_bytes, std::span<std::uint64_t> hashes) {
  for (std::size_t i = 0; i < hashes.size(); ++i) hashes[i] = hash64(frames.subspan(i * frame_bytes, frame_bytes));
}

}  // namespace esieve
