// SPDX-License-Identifier: Apache-2.0
#include "container/mean_pattern.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace esieve {
namespace {

constexpr std::uint32_t max_gathered_side = 1024;
constexpr std::uint32_t min_preview_side = 32;
/// Of precision, after the leading one: counting noise leaves no use for more, and the eye none for fewer.
constexpr int most_bits = 10, fewest_bits = 4;

DetectorShape binned(DetectorShape shape, std::uint32_t factor) {
  return {(shape.det_y + factor - 1) / factor, (shape.det_x + factor - 1) / factor};
}

/// Number of pixels along an axis of `size` that bin `i` covers.
std::uint32_t covered(std::uint32_t i, std::uint32_t factor, std::uint32_t size) {
  return std::min(factor, size - i * factor);
}

/// Adds values of `from` to the bins of `factor` × `factor` of them.
void add_binned(std::span<const double> from, DetectorShape shape, std::uint32_t factor, std::span<double> bins) {
  if (factor == 1) {
    for (std::size_t i = 0; i < from.size(); ++i) bins[i] += from[i];
    return;
  }
  const DetectorShape bins_shape = binned(shape, factor);
  for (std::uint32_t y = 0; y < shape.det_y; ++y) {
    double* row = bins.data() + std::size_t{y / factor} * bins_shape.det_x;
    const double* values = from.data() + std::size_t{y} * shape.det_x;
    for (std::uint32_t x = 0; x < shape.det_x; ++x) row[x / factor] += values[x];
  }
}

/// Rounds to `bits` bits after the leading one; infinities and NaN stay.
float rounded(double value, int bits) {
  if (!std::isfinite(value) || value == 0) return static_cast<float>(value);
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);
  return static_cast<float>(std::ldexp(std::nearbyint(std::ldexp(fraction, bits + 1)), exponent - bits - 1));
}

/// What gzip will need for floats with byte shuffle, roughly. It has one code for the bytes of all planes; planes of one
/// value cost next to nothing.
double estimated_gzip_bytes(std::span<const float> values) {
  std::array<std::array<std::uint32_t, 256>, 4> planes{};
  for (const float value : values) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (std::size_t plane = 0; plane < 4; ++plane) ++planes[plane][(bits >> (8 * plane)) & 0xff];
  }
  std::array<std::uint32_t, 256> counts{};
  double n_bytes = 0;
  for (const auto& plane : planes) {
    if (*std::max_element(plane.begin(), plane.end()) == values.size()) continue;
    n_bytes += static_cast<double>(values.size());
    for (std::size_t byte = 0; byte < 256; ++byte) counts[byte] += plane[byte];
  }
  double total_bits = 0;
  for (const std::uint32_t n : counts)
    if (n > 0) total_bits += n * std::log2(n_bytes / n);
  return total_bits / 8;
}

}  // namespace

MeanPattern::MeanPattern(DetectorShape detector) : detector_(detector) {
  while (std::max(detector.det_y, detector.det_x) / binning_ > max_gathered_side) binning_ *= 2;
  shape_ = binned(detector, binning_);
  sums_.resize(shape_.n_pixels());
}

void MeanPattern::add(std::span<const double> pattern_sum, std::span<const PixelValue> values, std::uint64_t n_frames) {
  if (!pattern_sum.empty()) add_binned(pattern_sum, detector_, binning_, sums_);
  for (const PixelValue& at : values) {
    std::size_t bin = at.pixel;
    if (binning_ > 1) {
      const std::uint32_t y = at.pixel / detector_.det_x, x = at.pixel % detector_.det_x;
      bin = std::size_t{y / binning_} * shape_.det_x + x / binning_;
    }
    sums_[bin] += at.value;
  }
  n_frames_ += n_frames;
}

MeanPattern::Preview MeanPattern::preview(std::uint64_t budget_bytes) const {
  Preview result;
  for (std::uint32_t factor = 1;; factor *= 2) {
    result.binning = binning_ * factor;
    result.shape = binned(detector_, result.binning);
    std::vector<double> means(result.shape.n_pixels());
    add_binned(sums_, shape_, factor, means);
    for (std::uint32_t y = 0; y < result.shape.det_y; ++y)
      for (std::uint32_t x = 0; x < result.shape.det_x; ++x)
        means[std::size_t{y} * result.shape.det_x + x] /=
            static_cast<double>(std::max<std::uint64_t>(1, n_frames_)) *
            covered(y, result.binning, detector_.det_y) * covered(x, result.binning, detector_.det_x);
    const bool coarsest = std::min(result.shape.det_y, result.shape.det_x) / 2 < min_preview_side;
    for (int bits = most_bits; bits >= fewest_bits; bits -= 2) {
      result.values.resize(means.size());
      std::transform(means.begin(), means.end(), result.values.begin(),
                     [bits](double mean) { return rounded(mean, bits); });
      if (estimated_gzip_bytes(result.values) <= static_cast<double>(budget_bytes)) return result;
    }
    if (coarsest) return result;
  }
}

}  // namespace esieve
