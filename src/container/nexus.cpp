// SPDX-License-Identifier: Apache-2.0
//
// NeXus: /entry with the dense dataset, its axes and the previews.
#include <string>

#include "container/axes.hpp"
#include "container/layout.hpp"
#include "container/tree.hpp"

namespace esieve {
namespace {

/// The mean pattern may take this fraction of the chunks' bytes.
constexpr std::uint64_t preview_fraction = 400;

const std::vector<std::string> scan_axes = {layout::axes[0], layout::axes[1]};
const std::vector<std::string> detector_axes = {layout::axes[2], layout::axes[3]};
const std::vector<std::string> all_axes(layout::axes.begin(), layout::axes.end());

h5::Attributes nxdata(const char* signal, const std::vector<std::string>& axes) {
  return {{layout::nx_class, std::string("NXdata")}, {"signal", std::string(signal)}, {"axes", axes}};
}

h5::Id make_data_group(const Contents& contents, const Shared& shared) {
  std::vector<std::string> axes = all_axes;
  if (contents.info.frames_per_position > 1) axes.insert(axes.begin() + 2, ".");  // an axis without values
  h5::Attributes attributes = nxdata(layout::data, axes);
  attributes.push_back({"interpretation", std::string("image")});
  std::vector<h5::Link> links = {{layout::data, contents.dataset}};
  for (std::size_t axis = 0; axis < 4; ++axis) links.push_back({layout::axes[axis], shared.axes[axis].get()});
  return h5::make_group(contents.file, attributes, links);
}

h5::Id make_scan_image(const Contents& contents, const Shared& shared) {
  std::vector<std::string> axes = scan_axes;
  if (contents.info.frames_per_position > 1) axes.push_back(".");
  return h5::make_group(contents.file, nxdata(layout::counts, axes),
                        {{layout::counts, shared.electrons.get()},
                         {layout::axes[0], shared.axes[0].get()},
                         {layout::axes[1], shared.axes[1].get()}});
}

h5::Id make_mean_pattern(const Contents& contents, const Shared& shared) {
  const auto preview = contents.pattern.preview(contents.chunks.total_bytes / preview_fraction);
  const std::array<hsize_t, 2> dims = {preview.shape.det_y, preview.shape.det_x};
  const h5::Id mean =
      h5::make_array(contents.file, DType::f32, dims, preview.values.data(), {{layout::units, contents.info.units}});
  std::array<h5::Id, 2> own_axes;
  std::vector<h5::Link> links = {{layout::mean, mean.get()}};
  for (std::size_t i = 0; i < 2; ++i) {
    if (preview.binning > 1) {
      const Axis axis = binned(contents.info.axes[2 + i], preview.binning);
      own_axes[i] = make_axis(contents.file, axis, dims[i], Precision::low, {{layout::units, axis.units}});
    }
    links.push_back({layout::axes[2 + i], preview.binning > 1 ? own_axes[i].get() : shared.axes[2 + i].get()});
  }
  return h5::make_group(contents.file, nxdata(layout::mean, detector_axes), links);
}

}  // namespace

h5::Id make_frame_status(const Contents& contents) {
  const std::vector<hsize_t> dims = scan_dims(contents.info);
  return h5::make_array(contents.file, DType::u8, dims, contents.status.data(),
                        {{layout::status_meaning, std::string("0 missing, 1 okay, 2 dropped, 3 partial, 4 summed")}});
}

h5::Id make_entry(const Contents& contents, const Shared& shared) {
  const h5::Id data = make_data_group(contents, shared);
  h5::Id scan_image, mean_pattern, process, frame_status;
  std::vector<h5::Link> links = {{layout::data_group, data.get()}, {layout::source, shared.source.get()}};
  if (contents.extras.scan_image) {
    scan_image = make_scan_image(contents, shared);
    links.push_back({layout::scan_image, scan_image.get()});
  }
  if (contents.extras.mean_pattern) {
    mean_pattern = make_mean_pattern(contents, shared);
    links.push_back({layout::mean_pattern, mean_pattern.get()});
  }
  if (!contents.status.empty()) {
    frame_status = make_frame_status(contents);
    links.push_back({layout::frame_status, frame_status.get()});
  }
  if (contents.options.threshold) {
    process = make_process(contents);
    links.push_back({layout::process, process.get()});
  }
  h5::Attributes attributes = {{layout::nx_class, std::string("NXentry")},
                               {layout::default_child, std::string(layout::data_group)}};
  if (!contents.info.title.empty()) attributes.push_back({layout::title, contents.info.title});
  return h5::make_group(contents.file, attributes, links);
}

}  // namespace esieve
