// SPDX-License-Identifier: Apache-2.0
//
// Where the data came from and what was done to them.
#include <algorithm>

#include "container/layout.hpp"
#include "container/tree.hpp"
#include "esieve/version.hpp"

namespace esieve {
namespace {

void write_map(hid_t group, const char* name, const std::optional<PixelMap>& map, DetectorShape detector) {
  if (!map) return;
  const std::array<hsize_t, 2> dims = {detector.det_y, detector.det_x};
  const h5::Id dataset = h5::write_dataset(group, name, DType::f64, dims, map->values.data(), h5::Compress::gzip);
  h5::set_text(dataset.get(), layout::map_origin, map->origin);
}

std::optional<PixelMap> read_map(hid_t group, const char* name, DetectorShape detector) {
  if (!h5::exists(group, name)) return std::nullopt;
  PixelMap map;
  map.values = h5::read_dataset<double>(group, name, detector.n_pixels());
  map.origin = h5::string_attribute(h5::open_dataset(group, name).get(), layout::map_origin).value_or("");
  return map;
}

}  // namespace

h5::Id write_source(hid_t entry, const SourceInfo& info) {
  h5::Id group = h5::create_group(entry, layout::source, 3, 6);
  h5::set_text(group.get(), layout::nx_class, "NXnote");
  h5::set_text(group.get(), layout::source_format, info.format);
  if (!info.dataset.empty()) h5::set_text(group.get(), layout::source_dataset, info.dataset);
  h5::set_attribute(group.get(), layout::source_shape, std::span<const std::uint64_t>(info.shape));
  h5::set_number(group.get(), layout::source_bytes, DType::u64, &info.file_bytes);
  h5::write_text(group.get(), layout::source_file, info.path.string());
  h5::write_text(group.get(), layout::source_type, "application/json");
  h5::write_text(group.get(), layout::source_data, info.metadata_json);
  return group;
}

void write_process(hid_t entry, const Contents& contents) {
  const ThresholdOptions& options = *contents.options.threshold;
  const h5::Id group = h5::create_group(entry, layout::process, 8, 10);
  h5::set_text(group.get(), layout::nx_class, "NXprocess");
  h5::write_text(group.get(), "program", "esieve");
  h5::write_text(group.get(), "version", library_version);
  if (options.threshold) h5::set_number(group.get(), layout::threshold, DType::f64, &*options.threshold);
  write_map(group.get(), layout::threshold_map, options.threshold_map, contents.info.detector);
  write_map(group.get(), layout::dark, options.dark, contents.info.detector);
  write_map(group.get(), layout::gain, options.gain, contents.info.detector);
  write_map(group.get(), layout::mask, options.mask, contents.info.detector);

  h5::set_number(group.get(), layout::dropped_pixels, DType::u64, &contents.dropped.n_pixels);
  h5::set_number(group.get(), layout::dropped_intensity, DType::f64, &contents.dropped.intensity);
  const double maximum = *std::max_element(contents.dropped.maximum.begin(), contents.dropped.maximum.end());
  h5::set_number(group.get(), layout::dropped_maximum, DType::f64, &maximum);
  const std::array<hsize_t, 2> dims = {contents.info.scan.scan_y, contents.info.scan.scan_x};
  h5::write_dataset(group.get(), layout::frame_dropped_maximum, DType::f64, dims, contents.dropped.maximum.data(),
                    h5::Compress::gzip);
}

std::optional<ThresholdOptions> read_process(hid_t file, DetectorShape detector) {
  const h5::Lock lock;
  if (!h5::exists(file, layout::process_path)) return std::nullopt;
  const h5::Id group = h5::open_group(file, layout::process_path);
  ThresholdOptions options;
  options.threshold = h5::double_attribute(group.get(), layout::threshold);
  options.threshold_map = read_map(group.get(), layout::threshold_map, detector);
  options.dark = read_map(group.get(), layout::dark, detector);
  options.gain = read_map(group.get(), layout::gain, detector);
  options.mask = read_map(group.get(), layout::mask, detector);
  return options;
}

}  // namespace esieve
