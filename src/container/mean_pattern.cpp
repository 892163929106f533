// SPDX-License-Identifier: Apache-2.0
#include "container/mean_pattern.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace esieve {
namespace {

constexpr std::uint32_t min_preview_side = 32;
/// Of precision, after the leading one: counting noise leaves no use for more, and the eye none for fewer.
constexpr int most_bits = 10, fewest_bits = 4;

DetectorShape binned(DetectorShape shape, std::uint32_t factor) {
  return {(shape.det_y + factor - 1) / factor, (shape.det_x + factor - 1) / factor};
}

/// Number of pixels along an axis of `size` that bin `i` covers.
std::uint32_t covered(std::uint32_t i, std::uint32_t factor, std::uint32_t size) { return std::min(factor, size - i * factor); }

/// Adds values of `from` to the bins of `factor` × `factor` of them.
void add_binned(std::span<const double> from, DetectorShape shape, std::uint32_t factor, std::span<double> bins) {
  const DetectorShape bins_shape = binned(shape, factor);
  const double* value = from.data();
  for (std::uint32_t y = 0; y < shape.det_y; ++y) {
    double* const row = bins.data() + std::size_t{y / factor} * bins_shape.det_x;
    for (std::uint32_t bin = 0; bin < bins_shape.det_x; ++bin) {
      double sum = 0;
      for (std::uint32_t i = covered(bin, factor, shape.det_x); i > 0; --i) sum += *value++;
      row[bin] += sum;
    }
  }
}

/// Rounds to `bits` bits after the leading one, ties to even; infinities and NaN stay.
float rounded(double value, int bits) {
  if (!std::isfinite(value)) return static_cast<float>(value);
  const int n_dropped = std::numeric_limits<double>::digits - 1 - bits;
  const auto pattern = std::bit_cast<std::uint64_t>(value);
  const std::uint64_t unit = std::uint64_t{1} << n_dropped;
  // What a carry adds to the exponent is right: the next power of two.
  const std::uint64_t up = pattern + unit / 2 - 1 + (pattern >> n_dropped & 1);
  return static_cast<float>(std::bit_cast<double>(up & ~(unit - 1)));
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

MeanPattern::MeanPattern(DetectorShape detector)
    : detector_(detector),
      binning_(pattern_bins(detector).factor),
      shape_(pattern_bins(detector).shape),
      sums_(shape_.n_pixels()) {}

void MeanPattern::add(std::span<const double> pattern_sum, std::span<const PixelValue> values, std::uint64_t n_frames) {
  for (std::size_t i = 0; i < pattern_sum.size(); ++i) sums_[i] += pattern_sum[i];
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

std::vector<double> MeanPattern::means() const {
  std::vector<double> result;
  result.reserve(detector_.n_pixels());
  for (std::uint32_t y = 0; y < detector_.det_y; ++y) {
    const std::uint32_t bin_y = y / binning_;
    const double* const row = sums_.data() + std::size_t{bin_y} * shape_.det_x;
    const double per_bin = static_cast<double>(std::max<std::uint64_t>(1, n_frames_)) * covered(bin_y, binning_, detector_.det_y);
    for (std::uint32_t x = 0; x < detector_.det_x; ++x)
      result.push_back(row[x / binning_] / (per_bin * covered(x / binning_, binning_, detector_.det_x)));
  }
  return result;
}

MeanPattern::Preview MeanPattern::preview(std::uint64_t budget_bytes) const {
  Preview result;
  std::vector<double> coarse;
  std::span<const double> sums = sums_;
  DetectorShape shape = shape_;
  for (result.binning = binning_;; result.binning *= 2) {
    result.shape = shape;
    // Gives values of every `step`th row, and estimates what all would take.
    const auto n_bytes = [&](int bits, std::uint32_t step) {
      result.values.clear();
      for (std::uint32_t y = 0; y < shape.det_y; y += step) {
        const double per_bin =
            static_cast<double>(std::max<std::uint64_t>(1, n_frames_)) * covered(y, result.binning, detector_.det_y);
        const double* const row = sums.data() + std::size_t{y} * shape.det_x;
        for (std::uint32_t x = 0; x < shape.det_x; ++x)
          result.values.push_back(rounded(row[x] / (per_bin * covered(x, result.binning, detector_.det_x)), bits));
      }
      return estimated_gzip_bytes(result.values) * step;
    };
    const auto fits = [&](int bits) { return n_bytes(bits, 1) <= static_cast<double>(budget_bytes); };
    const bool is_coarsest = std::min(shape.det_y, shape.det_x) / 2 < min_preview_side;
    const bool is_hopeless = !is_coarsest && n_bytes(fewest_bits, 16) > 2 * static_cast<double>(budget_bytes);
    if (!is_hopeless && fits(fewest_bits)) {  // the least of a binning first: mostly it decides alone
      for (int bits = most_bits; bits > fewest_bits; bits -= 2)
        if (fits(bits)) return result;
      fits(fewest_bits);
      return result;
    }
    if (is_coarsest) return result;
    std::vector<double> coarser(binned(shape, 2).n_pixels());
    add_binned(sums, shape, 2, coarser);
    shape = binned(shape, 2);
    coarse = std::move(coarser);
    sums = coarse;
  }
}

}  // namespace esieve
