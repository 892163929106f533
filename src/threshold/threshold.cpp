// SPDX-License-Identifier: Apache-2.0
#include "esieve/threshold.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "esieve/error.hpp"
#include "threshold/threshold_plan.hpp"

namespace esieve {
namespace {

constexpr double never = std::numeric_limits<double>::quiet_NaN();  // nothing compares with it

void check_map(const std::optional<PixelMap>& map, const char* name, DetectorShape detector) {
  if (!map) return;
  const std::string what = std::string("the ") + name + " map" + (map->origin.empty() ? "" : " " + map->origin);
  if (map->values.size() != detector.n_pixels())
    throw UsageError(what + " has " + std::to_string(map->values.size()) + " values, but the detector has " +
                     std::to_string(detector.det_y) + " x " + std::to_string(detector.det_x) + " pixels");
  const auto nan = std::find_if(map->values.begin(), map->values.end(), [](double value) { return std::isnan(value); });
  if (nan == map->values.end()) return;
  const auto pixel = static_cast<std::uint64_t>(nan - map->values.begin());
  throw UsageError(what + " holds NaN (first at pixel " + std::to_string(pixel / detector.det_x) + "," +
                   std::to_string(pixel % detector.det_x) + "); put numbers there, and zeros in a mask over the others");
}

void check(const ThresholdOptions& options, DetectorShape detector) {
  if (options.threshold && options.threshold_map) throw UsageError("a threshold is either one number or a map, not both");
  if (options.threshold && std::isnan(*options.threshold)) throw UsageError("a threshold of NaN keeps nothing; give a number");
  check_map(options.threshold_map, "threshold", detector);
  check_map(options.dark, "dark", detector);
  check_map(options.gain, "gain", detector);
  check_map(options.mask, "mask", detector);
}

/// Limit of a pixel; `never` where it is masked.
double limit_of(const ThresholdOptions& options, std::size_t pixel) {
  if (options.mask && options.mask->values[pixel] != 0) return never;
  if (options.threshold_map) return options.threshold_map->values[pixel];
  return options.threshold.value_or(std::numeric_limits<double>::denorm_min());  // "more than zero"
}

/// The least value of T that is not below `limit`; nothing if there is none.
template <class T>
std::optional<T> least_value(double limit) {
  if (std::isnan(limit)) return std::nullopt;
  if constexpr (std::is_floating_point_v<T>) {
    const T nearest = static_cast<T>(limit);
    return static_cast<double>(nearest) < limit ? std::nextafter(nearest, std::numeric_limits<T>::infinity()) : nearest;
  } else {
    constexpr T lowest = std::numeric_limits<T>::min(), highest = std::numeric_limits<T>::max();
    const double whole = std::ceil(limit),
                 beyond = 2 * static_cast<double>(highest / 2 + 1);  // highest + 1, exactly
    if (whole >= beyond) return std::nullopt;
    return whole <= static_cast<double>(lowest) ? lowest : static_cast<T>(whole);
  }
}

template <class T>
void append_limit(double limit, std::vector<std::byte>& least, std::vector<std::byte>& allowed) {
  const std::optional<T> value = least_value<T>(limit);
  const T typed = value.value_or(T{});
  const auto* bytes = reinterpret_cast<const std::byte*>(&typed);
  least.insert(least.end(), bytes, bytes + sizeof typed);
  allowed.insert(allowed.end(), sizeof typed, value ? std::byte{0xFF} : std::byte{0});
}

}  // namespace

DroppedFrame Threshold::Plan::apply(DType dtype, const std::byte* raw, std::byte* out, std::size_t n_pixels) const {
  if (corrects) return kernels->correct_frame(dtype, raw, out, n_pixels, {dark.data(), gain.data(), least.data()});
  return kernels->cut_frame(dtype, raw, out, n_pixels, {typed_least.data(), allowed.data(), per_pixel});
}

Threshold::Threshold(ThresholdOptions options, DetectorShape detector, DType dtype)
    : options_(std::move(options)), detector_(detector), dtype_(dtype) {
  check(options_, detector);
  Plan plan;
  plan.kernels = usable_threshold_kernels().front();
  plan.corrects = options_.dark || options_.gain;
  plan.per_pixel = options_.mask || options_.threshold_map;
  const std::size_t n_pixels = detector.n_pixels();
  if (plan.corrects) {
    plan.dark = options_.dark ? options_.dark->values : std::vector<double>(n_pixels, 0.0);
    plan.gain = options_.gain ? options_.gain->values : std::vector<double>(n_pixels, 1.0);
    for (std::size_t pixel = 0; pixel < n_pixels; ++pixel) plan.least.push_back(limit_of(options_, pixel));
  } else {
    for (std::size_t pixel = 0; pixel < (plan.per_pixel ? n_pixels : 1); ++pixel)
      visit_dtype(dtype, [&]<class T>(T) { append_limit<T>(limit_of(options_, pixel), plan.typed_least, plan.allowed); });
  }
  plan_ = std::make_shared<const Plan>(std::move(plan));
}

void Threshold::apply(std::span<const std::byte> raw, std::span<std::byte> out, std::span<DroppedFrame> dropped) const {
  const std::size_t n_pixels = detector_.n_pixels(), frame_bytes = n_pixels * item_bytes(dtype_);
  for (std::size_t i = 0; i < dropped.size(); ++i)
    dropped[i] = plan_->apply(dtype_, raw.data() + i * frame_bytes, out.data() + i * frame_bytes, n_pixels);
}

}  // namespace esieve
