// SPDX-License-Identifier: Apache-2.0
#include "frames/frame_sums.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>

#include "base/hash.hpp"
#include "base/lit_mask.hpp"
#include "base/quotient.hpp"

namespace esieve {
namespace {

/// Frames of T that can be added in 32 bits without overflow.
template <class T>
constexpr std::size_t frames_per_partial = std::numeric_limits<std::uint32_t>::max() / std::numeric_limits<T>::max();

#include "base/add_frames.inc"

/// How frames are read to add up their bins: row by row, or all at once where a bin is a pixel.
struct Rows {
  std::size_t n, width, n_pixels, n_bins_x;
  unsigned shift;  ///< log2 of the pixels along an edge of a bin

  Rows(DetectorShape detector, const PatternBins& bins)
      : n(bins.factor == 1 ? 1 : detector.det_y),
        width(bins.factor == 1 ? detector.n_pixels() : detector.det_x),
        n_pixels(detector.n_pixels()),
        n_bins_x(bins.shape.det_x),
        shift(static_cast<unsigned>(std::countr_zero(bins.factor))) {}
};

template <class T>
void add_narrow(const T* frames, std::size_t n_frames, const Rows& rows, double* out, std::vector<std::uint32_t>& partial) {
  // Stripes of pixels small enough that their partial sums stay in the first-level cache.
  constexpr std::size_t stripe = 2048;
  partial.resize(stripe);
  // Rows of one row of bins, and frames, that go into a partial sum.
  const std::size_t n_rows = std::min(std::size_t{1} << rows.shift, std::bit_floor(frames_per_partial<T>)),
                    most_frames = frames_per_partial<T> / n_rows;
  for (std::size_t y = 0; y < rows.n; y += n_rows)
    for (std::size_t first = 0; first < rows.width; first += stripe) {
      const std::size_t n = std::min(stripe, rows.width - first);
      double* const bins = out + (y >> rows.shift) * rows.n_bins_x + (first >> rows.shift);
      for (std::size_t frame = 0, n_now; frame < n_frames; frame += n_now) {
        n_now = std::min(n_frames - frame, most_frames);
        std::fill_n(partial.begin(), n, 0U);
        for (std::size_t row = y; row < std::min(y + n_rows, rows.n); ++row)
          add_frames(frames + frame * rows.n_pixels + row * rows.width + first, n_now, rows.n_pixels, n, partial.data());
        if (rows.shift == 0)
          for (std::size_t i = 0; i < n; ++i) bins[i] += partial[i];
        else
          for (std::size_t i = 0; i < n; ++i) bins[i >> rows.shift] += partial[i];
      }
    }
}

template <class T>
void add_wide(const T* frames, std::size_t n_frames, const Rows& rows, double* out) {
  for (std::size_t frame = 0; frame < n_frames; ++frame)
    for (std::size_t y = 0; y < rows.n; ++y, frames += rows.width) {
      double* const bins = out + (y >> rows.shift) * rows.n_bins_x;
      for (std::size_t x = 0; x < rows.width; ++x) {
        const auto value = static_cast<double>(frames[x]);
        if (!std::is_floating_point_v<T> || !std::isnan(value)) bins[x >> rows.shift] += value;
      }
    }
}

/// Lit pixels of mostly empty frames. False if they are not, above one lit pixel in so many, or if values are no floats.
constexpr std::size_t pixels_per_value = 32;

template <class Bits, class T>
bool list_lit(const T* frames, std::size_t n_frames, std::size_t n_pixels, std::vector<PixelValue>& values) {
  values.clear();
  bool fits = true;
  for (std::size_t frame = 0; frame < n_frames; ++frame, frames += n_pixels) {
    for_each_lit(reinterpret_cast<const Bits*>(frames), n_pixels, lit_mask<Bits>, [&](std::size_t pixel) {
      const auto value = static_cast<float>(frames[pixel]);
      if (std::isnan(value)) return;
      fits &= static_cast<double>(value) == static_cast<double>(frames[pixel]);
      values.push_back({static_cast<std::uint32_t>(pixel), value});
    });
    if (!fits || values.size() > (frame + 1) * n_pixels / pixels_per_value) return false;
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

/// Whether all of them are below what floats hold of whole numbers.
bool are_floats(std::span<const std::uint32_t> counts) {
  std::uint32_t bits = 0;
  for (const std::uint32_t count : counts) bits |= count;
  return bits >> std::numeric_limits<float>::digits == 0;
}

}  // namespace

void PatternSum::sum(std::span<const std::byte> frames, DType dtype, DetectorShape detector) {
  sums_.clear();
  values_.clear();
  const std::size_t n_pixels = detector.n_pixels(), n_frames = n_pixels == 0 ? 0 : frames.size() / (n_pixels * item_bytes(dtype));
  if (n_frames == 0) return;
  const PatternBins bins = pattern_bins(detector);
  const Rows rows(detector, bins);
  visit_dtype(dtype, [&]<class T>(T) {
    const T* values = reinterpret_cast<const T*>(frames.data());
    if (bins.factor == 1 && list_values(values, n_frames, n_pixels, values_)) return;
    values_.clear();
    sums_.assign(bins.shape.n_pixels(), 0.0);
    if constexpr (std::is_same_v<T, std::uint8_t> || std::is_same_v<T, std::uint16_t>)
      add_narrow(values, n_frames, rows, sums_.data(), partial_);
    else
      add_wide(values, n_frames, rows, sums_.data());
  });
}

void PatternSum::take(std::span<const std::uint32_t> pixels, std::span<const std::uint32_t> counts, DetectorShape detector) {
  sums_.clear();
  values_.clear();
  const PatternBins bins = pattern_bins(detector);
  if (bins.factor == 1 && pixels.size() <= detector.n_pixels() && are_floats(counts)) {
    values_.resize(pixels.size());
    for (std::size_t i = 0; i < pixels.size(); ++i) values_[i] = {pixels[i], static_cast<float>(counts[i])};
    return;
  }
  sums_.assign(bins.shape.n_pixels(), 0.0);
  if (bins.factor == 1) {
    for (std::size_t i = 0; i < pixels.size(); ++i) sums_[pixels[i]] += counts[i];
    return;
  }
  const Quotient row(detector.det_x);
  const auto shift = static_cast<unsigned>(std::countr_zero(bins.factor));
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const std::uint32_t y = row(pixels[i]), x = pixels[i] - y * detector.det_x;
    sums_[std::size_t{y >> shift} * bins.shape.det_x + (x >> shift)] += counts[i];
  }
}

void PatternSum::take(std::span<const std::uint64_t> pixel_sums, DetectorShape detector) {
  values_.clear();
  const PatternBins bins = pattern_bins(detector);
  if (bins.factor == 1) {
    sums_.assign(pixel_sums.begin(), pixel_sums.end());
    return;
  }
  sums_.assign(bins.shape.n_pixels(), 0.0);
  add_wide(pixel_sums.data(), 1, Rows(detector, bins), sums_.data());
}

}  // namespace esieve
