// SPDX-License-Identifier: Apache-2.0
//
// Thresholding as its definition reads, one pixel after the other; and random data that hit its edges.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "esieve/threshold.hpp"

namespace esieve {

template <class T>
T store_as(double value) {
  if constexpr (std::is_floating_point_v<T>) return static_cast<T>(value);
  const double rounded = std::nearbyint(value);
  if (rounded <= static_cast<double>(std::numeric_limits<T>::min())) return std::numeric_limits<T>::min();
  if (rounded >= std::ldexp(1.0, std::numeric_limits<T>::digits)) return std::numeric_limits<T>::max();
  return static_cast<T>(rounded);
}

/// raw >= limit in exact arithmetic.
template <class T>
bool reaches(T raw, double limit) {
  if constexpr (std::is_floating_point_v<T>)
    return static_cast<double>(raw) >= limit;
  else
    return static_cast<long double>(raw) >= static_cast<long double>(limit);  // 64 bits of mantissa hold any integer
}

template <class T>
T naive_pixel(const ThresholdOptions& options, std::size_t i, T raw, double& corrected) {
  const bool corrects = options.dark || options.gain;
  const double dark = options.dark ? options.dark->values[i] : 0, gain = options.gain ? options.gain->values[i] : 1;
  corrected = corrects ? (static_cast<double>(raw) - dark) * gain : static_cast<double>(raw);
  if (std::isnan(corrected) || (options.mask && options.mask->values[i] != 0)) return 0;
  if (!options.threshold && !options.threshold_map) {
    if (!(corrected > 0)) return 0;
  } else {
    const double limit = options.threshold_map ? options.threshold_map->values[i] : *options.threshold;
    if (corrects ? !(corrected >= limit) : !reaches(raw, limit)) return 0;
  }
  return corrects ? store_as<T>(corrected) : raw;
}

/// \param magnitude  sum of the dropped values' absolutes: what rounding of their sum is to be measured with
template <class T>
DroppedFrame naive_frame(const ThresholdOptions& options, const T* raw, T* out, std::size_t n_pixels, double& magnitude) {
  DroppedFrame dropped;
  bool any = false;
  for (std::size_t i = 0; i < n_pixels; ++i) {
    double corrected = 0;
    out[i] = naive_pixel(options, i, raw[i], corrected);
    if (raw[i] == 0 || out[i] != 0) continue;
    ++dropped.n_pixels;
    if (std::isnan(corrected)) continue;
    dropped.intensity += corrected;
    magnitude += std::abs(corrected);
    dropped.maximum = any ? std::max(dropped.maximum, corrected) : corrected;
    any = true;
  }
  return dropped;
}

/// Mostly small counts, some of the type's edges, NaN and infinities for floats.
template <class T>
std::vector<T> random_values(std::mt19937_64& random, std::size_t n) {
  using Limits = std::numeric_limits<T>;
  std::vector<T> edges = {T(0),
                          T(1),
                          T(2),
                          Limits::max(),
                          Limits::lowest(),
                          static_cast<T>(Limits::max() - 1),
                          static_cast<T>(Limits::max() / 2),
                          static_cast<T>(Limits::max() / 2 + 1)};
  if constexpr (std::is_floating_point_v<T>)
    edges.insert(edges.end(), {Limits::quiet_NaN(), -Limits::quiet_NaN(), T(-0.0), Limits::denorm_min(), Limits::min(), T(0.25),
                               T(-2.5), T(2.5)});
  if constexpr (sizeof(T) == 8 && std::is_integral_v<T>)
    edges.insert(edges.end(), {T((std::uint64_t{1} << 53) + 1), T((std::uint64_t{1} << 62) + 1)});
  std::vector<T> values(n);
  for (T& value : values) {
    switch (random() % 16) {
      case 0: value = edges[random() % edges.size()]; break;
      case 1:
      case 2:
      case 3:
      case 4: value = static_cast<T>(random() % 20); break;
      case 5: value = static_cast<T>(static_cast<std::int64_t>(random() % 100) - 50); break;
      default: value = 0;
    }
  }
  return values;
}

inline PixelMap random_map(std::mt19937_64& random, std::size_t n, double low, double step, std::uint64_t n_steps) {
  PixelMap map{std::vector<double>(n), "map.npy"};
  for (double& value : map.values) value = low + step * static_cast<double>(random() % n_steps);
  return map;
}

inline ThresholdOptions random_options(std::mt19937_64& random, std::size_t n_pixels) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double numbers[] = {0,
                                1,
                                3,
                                2.5,
                                -4,
                                -1e300,
                                1e300,
                                -infinity,
                                infinity,
                                255,
                                65535,
                                4294967296.0,
                                9007199254740992.0,
                                9223372036854775808.0,
                                18446744073709551616.0,
                                0.3,
                                5e-324};
  ThresholdOptions options;
  if (random() % 3 == 0)
    options.threshold = numbers[random() % std::size(numbers)];
  else if (random() % 3 == 0)
    options.threshold_map = random_map(random, n_pixels, -3, 0.5, 20);
  if (random() % 4 == 0) options.dark = random_map(random, n_pixels, 0, 0.25, 12);
  if (random() % 4 == 0) options.gain = random_map(random, n_pixels, 0.5, 0.25, 5);
  if (random() % 3 == 0) options.mask = random_map(random, n_pixels, 0, 1, 2);
  if (!options.active()) options.threshold = 2;
  return options;
}

}  // namespace esieve
