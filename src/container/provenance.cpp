// SPDX-License-Identifier: Apache-2.0
//
// Where the data came from and what was done to them.
#include <algorithm>

#include "container/layout.hpp"
#include "container/tree.hpp"
#include "esieve/version.hpp"

namespace esieve {
namespace {

h5::Id make_map(hid_t file, const PixelMap& map, DetectorShape detector) {
  const std::array<hsize_t, 2> dims = {detector.det_y, detector.det_x};
  return h5::make_array(file, DType::f64, dims, map.values.data(), {{layout::map_origin, map.origin}});
}

std::optional<PixelMap> read_map(hid_t group, const char* name, DetectorShape detector) {
  if (!h5::exists(group, name)) return std::nullopt;
  PixelMap map;
  map.values = h5::read_dataset<double>(group, name, detector.n_pixels());
  map.origin = h5::string_attribute(h5::open_dataset(group, name).get(), layout::map_origin).value_or("");
  return map;
}

}  // namespace

h5::Id make_source(const Contents& contents) {
  const SourceInfo& info = contents.info;
  h5::Attributes attributes = {
      {layout::nx_class, std::string("NXnote")}, {layout::source_file, info.path.string()}, {layout::source_format, info.format}};
  if (!info.dataset.empty()) attributes.push_back({layout::source_dataset, info.dataset});
  if (info.shape.size() < 4) attributes.push_back({layout::source_shape, info.shape});
  if (info.metadata_json.size() <= 2) return h5::make_group(contents.file, attributes, {});  // "{}"
  attributes.push_back({layout::source_type, std::string("application/json")});
  const h5::Id data = h5::make_text(contents.file, info.metadata_json);
  return h5::make_group(contents.file, attributes, {{layout::source_data, data.get()}});
}

h5::Id make_process(const Contents& contents) {
  const ThresholdOptions& options = *contents.options.threshold;
  const DroppedTotals& dropped = contents.dropped;
  h5::Attributes attributes = {{layout::nx_class, std::string("NXprocess")},
                               {layout::dropped_pixels, dropped.n_pixels},
                               {layout::dropped_intensity, dropped.intensity},
                               {layout::dropped_maximum, *std::max_element(dropped.maximum.begin(), dropped.maximum.end())}};
  if (options.threshold) attributes.push_back({layout::threshold, *options.threshold});

  std::vector<std::pair<const char*, h5::Id>> members;
  members.emplace_back("program", h5::make_text(contents.file, "esieve"));
  members.emplace_back("version", h5::make_text(contents.file, library_version));
  const std::vector<hsize_t> dims = scan_dims(contents.info);
  members.emplace_back(layout::frame_dropped_maximum,
                       h5::make_array(contents.file, DType::f64, dims, dropped.maximum.data(), {}));
  const auto add_map = [&](const char* name, const std::optional<PixelMap>& map) {
    if (map) members.emplace_back(name, make_map(contents.file, *map, contents.info.detector));
  };
  add_map(layout::threshold_map, options.threshold_map);
  add_map(layout::dark, options.dark);
  add_map(layout::gain, options.gain);
  add_map(layout::mask, options.mask);

  std::vector<h5::Link> links;
  for (const auto& [name, object] : members) links.push_back({name, object.get()});
  return h5::make_group(contents.file, attributes, links);
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
