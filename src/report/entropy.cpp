// SPDX-License-Identifier: Apache-2.0
//
// What a model would need that knows the mean rate of each pixel and nothing else.
//
// Two such models are tried, and the better one is the answer. Neither is given anything for free: a pixel's rate has to
// be learned, starting from what its neighbours above and to the left suggest, and the strength of that suggestion is
// fitted.
//
// - "Poisson": counts are Poisson with the pixel's rate.
// - "occupancy": whether a pixel is hit is a coin with the pixel's occupancy; the values of events are coded with one
//   adaptive histogram for each class of pixels of like occupancy and mean. It suits data that are not Poisson: time
//   over threshold, masked and constant pixels.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <unordered_map>
#include <vector>

#include "esieve/report.hpp"
#include "report/code_length.hpp"
#include "report/event_values.hpp"

namespace esieve {
namespace {

using Frequencies = std::map<std::uint64_t, std::uint64_t>;

/// Counts values; fast for small ones.
class Histogram {
 public:
  void add(std::uint64_t value) {
    if (value < n_small) {
      if (small_.empty()) small_.resize(n_small);
      ++small_[value];
    } else {
      ++large_[value];
    }
  }
  Frequencies frequencies() const {
    Frequencies all(large_.begin(), large_.end());
    for (std::size_t value = 0; value < small_.size(); ++value)
      if (small_[value] != 0) all[value] = small_[value];
    return all;
  }

 private:
  static constexpr std::uint64_t n_small = 256;
  std::vector<std::uint64_t> small_;
  std::unordered_map<std::uint64_t, std::uint64_t> large_;
};

/// What is known of each pixel after all frames.
struct PixelTotals {
  DetectorShape detector;
  std::vector<double> sums;  ///< Of values, in the data's own units.
  std::vector<std::uint32_t> n_events;
  std::map<double, Histogram> values;  ///< By quantum.
  bool has_negative = false;

  double unit() const { return values.empty() ? 1 : values.begin()->first; }  ///< The smallest quantum.
};

PixelTotals total_pixels(const Reader& events, int threads, ProgressMeter& meter) {
  PixelTotals totals{.detector = events.info().detector, .sums = {}, .n_events = {}, .values = {}};
  totals.sums.resize(totals.detector.n_pixels());
  totals.n_events.resize(totals.detector.n_pixels());
  for_each_chunk_of_values(events, threads, meter, [&](const EventValues& chunk) {
    totals.has_negative |= chunk.has_negative;
    if (chunk.pixels.empty()) return;
    Histogram& histogram = totals.values[chunk.quantum];
    for (std::size_t i = 0; i < chunk.pixels.size(); ++i) {
      totals.sums[chunk.pixels[i]] += static_cast<double>(chunk.values[i]) * chunk.quantum;
      ++totals.n_events[chunk.pixels[i]];
      histogram.add(chunk.values[i]);
    }
  });
  return totals;
}

/// Adds length(pixel, expected) over the detector, where `expected` is the mean of amount(pixel) as the neighbours that
/// come before suggest it, drawn a little to the mean of all.
template <class Amount, class Length>
CodeLength add_over_detector(DetectorShape detector, double mean, const Amount& amount, const Length& length) {
  constexpr double weight_of_mean = 0.25;
  const std::uint64_t width = detector.det_x;
  CodeLength total;
  for (std::uint64_t y = 0; y < detector.det_y; ++y)
    for (std::uint64_t x = 0; x < width; ++x) {
      const std::uint64_t pixel = y * width + x;
      double sum = weight_of_mean * mean, weight = weight_of_mean;
      const auto look_at = [&](std::uint64_t neighbour) {
        sum += amount(neighbour);
        ++weight;
      };
      if (x > 0) look_at(pixel - 1);
      if (y > 0) look_at(pixel - width);
      if (y > 0 && x > 0) look_at(pixel - width - 1);
      if (y > 0 && x + 1 < width) look_at(pixel - width + 1);
      total += length(pixel, sum / weight);
    }
  return total;
}

/// The shortest of length(strength) over strengths from a hundredth of a frame to 10^5 frames.
template <class Length>
CodeLength fit_strength(const Length& length) {
  CodeLength best{.bits = std::numeric_limits<double>::infinity()};
  for (int tenth = -20; tenth <= 50; tenth += 5)
    if (const CodeLength here = length(std::pow(10.0, tenth / 10.0)); here.bits < best.bits) best = here;
  return best;
}

CodeLength poisson_model(const PixelTotals& totals, double n_frames) {
  const double unit = totals.unit();
  double all = 0, factorial_bits = 0;
  for (const double sum : totals.sums) all += sum / unit;
  if (all == 0) return {};
  for (const auto& [quantum, histogram] : totals.values)
    for (const auto& [value, frequency] : histogram.frequencies())
      factorial_bits +=
          static_cast<double>(frequency) * std::lgamma(static_cast<double>(value) * (quantum / unit) + 1) * std::numbers::log2e;
  const double mean = all / static_cast<double>(totals.sums.size());
  CodeLength length = fit_strength([&](double strength) {
    return add_over_detector(
        totals.detector, mean, [&](std::uint64_t pixel) { return totals.sums[pixel] / unit; },
        [&](std::uint64_t pixel, double expected) {
          return poisson_length(totals.sums[pixel] / unit, n_frames, expected / n_frames, strength);
        });
  });
  length.bits += factorial_bits;
  return length;
}

CodeLength hits(const PixelTotals& totals, double n_frames) {
  double all = 0;
  for (const std::uint32_t n : totals.n_events) all += n;
  if (all == 0) return {};
  const double mean = all / static_cast<double>(totals.n_events.size());
  return fit_strength([&](double strength) {
    return add_over_detector(
        totals.detector, mean, [&](std::uint64_t pixel) { return static_cast<double>(totals.n_events[pixel]); },
        [&](std::uint64_t pixel, double expected) {
          const double occupancy = std::clamp(expected / n_frames, 1e-12, 1 - 1e-9);
          return occupancy_length(totals.n_events[pixel], n_frames, occupancy, strength);
        });
  });
}

/// Classes of pixels whose events share a histogram.
class PixelClasses {
 public:
  PixelClasses(const PixelTotals& totals, double n_frames) {
    std::map<std::uint32_t, Frequencies> means;  // by class of occupancy, which is known once the hits are
    for (std::size_t pixel = 0; pixel < totals.sums.size(); ++pixel) {
      const double n = totals.n_events[pixel];
      const auto occupancy = static_cast<std::uint32_t>(-2 * std::log2(std::max(n, 0.5) / n_frames));
      // The mean has to be said; for a few events that costs more than it helps.
      const std::uint32_t mean =
          n < 16 ? 0 : 1 + static_cast<std::uint32_t>(std::max(0.0, 4 * std::log2(totals.sums[pixel] / totals.unit() / n)));
      if (mean != 0) ++means[occupancy][mean];
      classes_.push_back(occupancy * 1024 + mean);
    }
    for (const auto& [occupancy, frequencies] : means) length_ += histogram_length(frequencies);
    length_.learning_bits = length_.bits;
  }

  std::uint32_t operator[](std::uint32_t pixel) const { return classes_[pixel]; }
  const CodeLength& length() const { return length_; }

 private:
  std::vector<std::uint32_t> classes_;
  CodeLength length_;
};

CodeLength occupancy_model(const Reader& events, const PixelTotals& totals, int threads, ProgressMeter& meter) {
  const auto n_frames = static_cast<double>(events.info().scan.n_frames());
  const PixelClasses classes(totals, n_frames);
  std::unordered_map<std::uint32_t, Histogram> histograms;
  for_each_chunk_of_values(events, threads, meter, [&](const EventValues& chunk) {
    const auto scale = static_cast<std::uint64_t>(std::llround(chunk.quantum / totals.unit()));
    for (std::size_t i = 0; i < chunk.pixels.size(); ++i) histograms[classes[chunk.pixels[i]]].add(chunk.values[i] * scale);
  });
  CodeLength length = hits(totals, n_frames);
  length += classes.length();
  for (const auto& [_, histogram] : histograms) length += histogram_length(histogram.frequencies());
  return length;
}

}  // namespace

EntropyEstimate estimate_entropy(const Reader& events, const EntropyOptions& options) {
  const FileInfo& info = events.info();
  const std::uint64_t n_frames = info.scan.n_frames();
  ProgressMeter meter(options.progress, 2 * n_frames);
  const PixelTotals totals = total_pixels(events, options.threads, meter);
  EntropyEstimate estimate;
  const CodeLength occupancy = occupancy_model(events, totals, options.threads, meter);
  estimate.bits = occupancy.bits;
  estimate.learning_bits = occupancy.learning_bits;
  estimate.model = "occupancy";
  if (totals.has_negative) return estimate;
  const CodeLength poisson = poisson_model(totals, static_cast<double>(n_frames));
  if (poisson.bits <= occupancy.bits) estimate = {poisson.bits, poisson.learning_bits, "Poisson"};
  return estimate;
}

}  // namespace esieve
