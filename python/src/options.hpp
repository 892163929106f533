// SPDX-License-Identifier: Apache-2.0
//
// Options come from Python as one dict, whose names are those of the Python functions.
#pragma once

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <array>
#include <chrono>
#include <esieve/codec.hpp>
#include <esieve/error.hpp>
#include <esieve/scan_geometry.hpp>
#include <esieve/source.hpp>
#include <esieve/threshold.hpp>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "arrays.hpp"

namespace esieve::python {

template <class Choice>
using Choices = std::initializer_list<std::pair<const char*, Choice>>;

/// Takes options out of a dict; None means the default.
class Options {
 public:
  explicit Options(const pybind11::dict& given) : left_(given.attr("copy")()) {}

  template <class T>
  void take(const char* name, T& to) {
    if (const auto value = pop(name)) to = value->cast<T>();
  }

  /// One of some words. \throws UsageError  which lists them
  template <class Choice>
  void take(const char* name, Choice& to, Choices<Choice> choices) {
    if (const auto value = pop(name)) to = choose(name, value->cast<std::string>(), choices);
  }

  void take(const char* seconds, std::chrono::milliseconds& to) {
    if (const auto value = pop(seconds)) to = std::chrono::milliseconds(static_cast<std::int64_t>(1000 * value->cast<double>()));
  }

  void take(const char* name, std::optional<PixelMap>& to) {
    if (const auto value = pop(name)) {
      const auto map = value->cast<Values<double>>();
      to = PixelMap{.values = {map.data(), map.data() + map.size()}, .origin = ""};
    }
  }

  void take_level(const char* name, Level& to) {
    take(name, to, {{"fast", Level::fast}, {"default", Level::standard}, {"max", Level::max}});
  }

  void take_threshold(ThresholdOptions& to) {
    if (const auto value = pop("threshold")) to.threshold = value->cast<double>();
    take("threshold_map", to.threshold_map);
    take("dark", to.dark);
    take("gain", to.gain);
    take("mask", to.mask);
  }

  void take_scan(ScanGeometry& to) {
    take("scan_y", to.scan_y);
    take("scan_x", to.scan_x);
    take("offset", to.offset);
    take("flyback_frames", to.flyback_frames);
    take("flyback_lines", to.flyback_lines);
    take("serpentine", to.serpentine);
    take("frames_per_position", to.frames_per_position);
    take("positions", to.positions);
  }

  template <class Choice>
  static Choice choose(const char* name, const std::string& word, Choices<Choice> choices) {
    std::string list;
    for (const auto& [known, value] : choices) {
      if (word == known) return value;
      list += (list.empty() ? "" : ", ") + std::string(known);
    }
    throw UsageError(std::string(name) + " is \"" + word + "\" (one of " + list + ")");
  }

  /// \throws TypeError  something is left
  void finish() const {
    if (!left_.empty()) throw pybind11::type_error("unknown option: " + pybind11::str(left_.begin()->first).cast<std::string>());
  }

 private:
  std::optional<pybind11::object> pop(const char* name) {
    if (!left_.contains(name)) return std::nullopt;
    pybind11::object value = left_.attr("pop")(name);
    if (value.is_none()) return std::nullopt;
    return value;
  }

  pybind11::dict left_;
};

}  // namespace esieve::python
