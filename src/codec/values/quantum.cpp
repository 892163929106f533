// SPDX-License-Identifier: Apache-2.0
#include "codec/values/quantum.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace esieve::codec {
namespace {

// Sorted magnitudes, each once.
template <class T>
std::vector<double> magnitudes(std::span<const T> sample) {
  std::vector<double> values(sample.size());
  std::transform(sample.begin(), sample.end(), values.begin(), [](T value) { return std::fabs(double{value}); });
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

// The largest power of two that divides all of them.
double common_power_of_two(const std::vector<double>& values) {
  int lowest = std::numeric_limits<int>::max();
  for (const double value : values) {
    int exponent;
    const auto mantissa = static_cast<std::uint64_t>(std::ldexp(std::frexp(value, &exponent), 53));
    lowest = std::min(lowest, exponent - 53 + __builtin_ctzll(mantissa));
  }
  return std::ldexp(1.0, lowest);
}

// Remainders below this share of the divisor count as zero. What is no multiple after all fails the exact test later.
constexpr double tolerance = 0.02;

// Euclid's algorithm on two numbers that are multiples but for rounding.
double approximate_gcd(double a, double b, double least) {
  while (b >= least) {
    const double remainder = std::fabs(a - b * std::round(a / b));
    if (remainder <= tolerance * b) return b;
    a = b;
    b = remainder;
  }
  return 0;
}

// The number all of them are multiples of, made more precise by each larger multiple. 0 if there is none.
template <class T>
double approximate_divisor(const std::vector<double>& values) {
  const double least = values.back() / max_count<T>;
  double divisor = values.front();
  for (const double value : values) {
    const double count = std::round(value / divisor);
    const double remainder = std::fabs(value - count * divisor);
    divisor = remainder <= tolerance * divisor ? value / count : approximate_gcd(divisor, remainder, least);
    if (divisor < least || divisor == 0) return 0;
  }
  return divisor;
}

// `value` with so many significant decimal digits; from basic operations only, which round alike everywhere.
double rounded(double value, int digits) {
  if (value < 1e-290 || value > 1e290) return value;  // the scale could not be had
  double least = 1, scale = 1;
  for (int i = 1; i < digits; ++i) least *= 10;
  while (value * scale < least) scale *= 10;
  while (value * scale >= 10 * least) scale /= 10;
  return std::round(value * scale) / scale;
}

// Whether nearly all are elements of the quantum. Wrong candidates are many, and mostly the first few values show them.
template <class T>
bool holds_nearly_all(const std::vector<double>& values, const Quantum& quantum) {
  std::size_t n_allowed = values.size() / 64;
  for (const double value : values) {
    const double count = std::round(quantum.count(value));
    if (count <= max_count<T> && double{quantum.element<T>(count)} == value) continue;
    if (n_allowed-- == 0) return false;
  }
  return true;
}

// Ways in which people come by multiples of `divisor`, the likeliest first.
template <class T>
std::vector<Quantum> candidates(const std::vector<double>& values, double divisor) {
  std::vector<Quantum> list;
  if (const double inverse = std::round(1 / divisor); inverse >= 2 && inverse <= 1e6) list.push_back({inverse, true});
  for (const int digits : {2, 4, 6}) list.push_back({rounded(divisor, digits)});
  for (const int digits : {2, 4, 6}) list.push_back({double{static_cast<T>(rounded(divisor, digits))}});
  for (std::size_t i = 0; i < std::min<std::size_t>(values.size(), 4); ++i) {  // the smallest may be the quantum itself
    const double count = std::round(values[i] / divisor);
    if (count <= 4) list.push_back({double{static_cast<T>(values[i] / count)}});
  }
  list.push_back({double{static_cast<T>(values.back() / std::round(values.back() / divisor))}});
  return list;
}

}  // namespace

template <class T>
std::optional<Quantum> find_quantum(std::span<const T> sample) {
  if (sample.empty()) return std::nullopt;
  const std::vector<double> values = magnitudes(sample);
  const double power = common_power_of_two(values);
  const double largest = values.back();
  std::optional<Quantum> best;
  if (largest / power <= max_count<T>) best = Quantum{power};
  if (best && largest / power <= 4096) return best;

  const double divisor = approximate_divisor<T>(values);
  if (divisor <= power || divisor <= 0) return best;
  for (const Quantum& candidate : candidates<T>(values, divisor))
    if (std::isfinite(candidate.value) && candidate.value > 0 && holds_nearly_all<T>(values, candidate)) return candidate;
  return best;
}

template std::optional<Quantum> find_quantum<float>(std::span<const float>);
template std::optional<Quantum> find_quantum<double>(std::span<const double>);

}  // namespace esieve::codec
