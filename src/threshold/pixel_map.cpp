// SPDX-License-Identifier: Apache-2.0
//
// Maps of the detector from files: one frame of any kind of source.
#include <cstring>
#include <memory>

#include "esieve/error.hpp"
#include "esieve/source.hpp"
#include "esieve/threshold.hpp"

namespace esieve {
namespace {

std::unique_ptr<Source> open_map(const std::string& file, const std::string& dataset) {
  SourceOptions options;
  options.dataset = dataset;
  try {
    return open_source(file, options);
  } catch (const UsageError& error) {
    throw UsageError(std::string(error.what()) + " (a map's dataset is named as " + file + "::/path)");
  }
}

}  // namespace

PixelMap read_pixel_map(const std::string& spec, DetectorShape detector) {
  const std::size_t separator = spec.find("::");
  const std::string file = spec.substr(0, separator);
  const auto source = open_map(file, separator == std::string::npos ? "" : spec.substr(separator + 2));
  const SourceInfo& info = source->info();
  if (info.scan.n_frames() != 1 || info.detector != detector)
    throw UsageError(
        spec + " has the shape " + std::to_string(info.detector.det_y) + " x " + std::to_string(info.detector.det_x) +
        (info.scan.n_frames() == 1 ? "" : " of " + std::to_string(info.scan.n_frames()) + " frames") +
        ", but a map of this detector has " + std::to_string(detector.det_y) + " x " + std::to_string(detector.det_x));
  std::vector<std::byte> frame(info.frame_bytes());
  source->read({0, 1}, frame);
  PixelMap map{std::vector<double>(detector.n_pixels()), spec};
  visit_dtype(info.dtype, [&]<class T>(T) {
    for (std::size_t pixel = 0; pixel < map.values.size(); ++pixel) {
      T value;
      std::memcpy(&value, frame.data() + pixel * sizeof value, sizeof value);
      map.values[pixel] = static_cast<double>(value);
    }
  });
  return map;
}

}  // namespace esieve
