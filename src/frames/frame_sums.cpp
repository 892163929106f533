// SPDX-License-Identifier: Apache-2.0
#include "frames/frame_sums.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "base/hash.hpp"
#include "base/lit_mask.hpp"

namespace esieve {
namespace {

/// Frames of T that can be added in 32 bits without overflow.
template <class T>
constexpr std::size_t frames_per_partial = std::numeric_limits<std::uint32_t>::max() / std::numeric_limits<T>::max();

#include "base/add_frames.inc"

template <class T>
void add_narrow(const T* frames, std::size_t n_frames, std::span<double> out, std::vector<std::uint32_t>& partial) {
  const std::size_t n_pixels = out.size();
  // Stripes of pixels small enough that their partial sums stay in the first-level cache.
  constexpr std::size_t stripe = 2048;
  partial.resize(stripe);
  for (std::size_t first = 0; first < n_pixels; first += stripe) {
    const std::size_t n = std::min(stripe, n_pixels - first);
    for (std::size_t frame = 0; frame < n_frames;) {
      const std::size_t n_now = std::min(n_frames - frame, frames_per_partial<T>);
      std::fill_n(partial.begin(), n, 0U);
      add_frames(frames + frame * n_pixels + first, n_now, n_pixels, n, partial.data());
      frame += n_now;
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

/// Lit pixels of mostly empty frames. False if they are not: above one lit pixel in so many.
constexpr std::size_t pixels_per_value = 32;

template <class Bits, class T>
bool list_lit(const T* frames, std::size_t n_frames, std::size_t n_pixels, std::vector<PixelValue>& values) {
  values.clear();
  for (std::size_t frame = 0; frame < n_frames; ++frame, frames += n_pixels) {
    for_each_lit(reinterpret_cast<const Bits*>(frames), n_pixels, lit_mask<Bits>, [&](std::size_t pixel) {
      const auto value = static_cast<double>(frames[pixel]);
      if (value == value) values.push_back({static_cast<std::uint32_t>(pixel), value});
    });
    if (values.size() > (frame + 1) * n_pixels / pixels_per_value) return false;
  }
  return true;
}

template <class T>
bool list_values(const T* frames, std::size_t n_frames, std::size_t n_pixels, std::vector<PixelValue>& values) {
  if constexpr (sizeof(T) == 1)
    return list_lit<std::uint8_t>(frames, n_frames, n_pixels, values);
  else if constexpr (sizeof(T) == 2)
    return list_lit<std::uint16_t>(frames, n_frames, n_pixels, values);
  else if constexpr (sizeof(T) == 4)
    return list_lit<std::uint32_t>(frames, n_frames, n_pixels, values);
  else
    return false;
}

}  // namespace

void PatternSum::sum(std::span<const std::byte> frames, DType dtype, std::size_t n_pixels) {
  sums_.clear();
  const std::size_t n_frames = n_pixels == 0 ? 0 : frames.size() / (n_pixels * item_bytes(dtype));
  visit_dtype(dtype, [&]<class T>(T) {
    const T* values = reinterpret_cast<const T*>(frames.data());
    if (list_values(values, n_frames, n_pixels, values_)) return;
    values_.clear();
    sums_.assign(n_pixels, 0.0);
    if constexpr (std::is_same_v<T, std::uint8_t> || std::is_same_v<T, std::uint16_t>)
      add_narrow(values, n_frames, sums_, partial_);
    else
      add_wide(values, n_frames, sums_);
  });
}

void PatternSum::take(std::span<const std::uint32_t> pixels, std::span<const std::uint32_t> counts, std::size_t n_pixels) {
  sums_.clear();
  values_.clear();
  if (pixels.size() > n_pixels) {
    sums_.assign(n_pixels, 0.0);
    for (std::size_t i = 0; i < pixels.size(); ++i) sums_[pixels[i]] += counts[i];
    return;
  }
  values_.reserve(pixels.size());
  for (std::size_t i = 0; i < pixels.size(); ++i) values_.push_back({pixels[i], static_cast<double>(counts[i])});
}

void PatternSum::take(std::span<const std::uint64_t> pixel_sums) {
  values_.clear();
  sums_.assign(pixel_sums.begin(), pixel_sums.end());
}

void hash_frames(std::span<const std::byte> frames, std::size_t frame_bytes, std::span<std::uint64_t> hashes) {
  for (std::size_t i = 0; i < hashes.size(); ++i) hashes[i] = hash64(frames.subspan(i * frame_bytes, frame_bytes));
}

}  // namespace esieve
