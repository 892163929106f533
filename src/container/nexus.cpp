// SPDX-License-Identifier: Apache-2.0
//
// NeXus: /entry with the dense dataset, its axes and the previews.
#include <algorithm>
#include <string>

#include "container/axes.hpp"
#include "container/layout.hpp"
#include "container/tree.hpp"

namespace esieve {
namespace {

/// Share of the chunks' bytes that the mean pattern may take.
constexpr std::uint64_t preview_share = 100;

h5::Id create_nxdata(hid_t parent, const char* name, const char* signal, std::span<const std::string_view> axes,
                     unsigned n_links) {
  h5::Id group = h5::create_group(parent, name, n_links, 6);
  h5::set_text(group.get(), layout::nx_class, "NXdata");
  h5::set_text(group.get(), "signal", signal);
  h5::set_texts(group.get(), "axes", axes);
  h5::set_text(group.get(), "interpretation", "image");
  return group;
}

std::uint64_t size_of(const SourceInfo& info, std::size_t axis) {
  const std::array<std::uint64_t, 4> sizes = {info.scan.scan_y, info.scan.scan_x, info.detector.det_y,
                                              info.detector.det_x};
  return sizes[axis];
}

void describe_dataset(hid_t dataset, const Contents& contents, h5::Text axis_text) {
  const std::uint64_t n_events = contents.index.n_events();
  const double n_electrons = contents.index.n_electrons();
  h5::set_text(dataset, layout::units, contents.info.units, axis_text);
  h5::set_text(dataset, layout::fidelity, contents.options.threshold ? "thresholded" : "lossless");
  h5::set_text(dataset, layout::dense_digest, contents.digest);
  h5::set_number(dataset, layout::n_events, DType::u64, &n_events);
  h5::set_number(dataset, layout::n_electrons, DType::f64, &n_electrons);
  if (contents.options.floor_bits)
    h5::set_number(dataset, layout::floor_bits, DType::f64, &*contents.options.floor_bits);
}

void write_scan_image(const Shared& shared, const Contents& contents) {
  const h5::Id group = create_nxdata(shared.entry.get(), layout::scan_image, layout::counts,
                                     std::span(layout::axes).first(2), 3);
  const h5::Id counts = contents.index.write_electrons(group.get(), layout::counts);
  h5::set_text(counts.get(), layout::units, contents.info.units);
  for (std::size_t axis = 0; axis < 2; ++axis)
    h5::link(shared.axes[axis].get(), group.get(), std::string(layout::axes[axis]));
}

void write_mean_pattern(const Shared& shared, const Contents& contents, h5::Text axis_text) {
  const auto preview = contents.pattern.preview(contents.chunks.total_bytes / preview_share);
  const h5::Id group = create_nxdata(shared.entry.get(), layout::mean_pattern, layout::mean,
                                     std::span(layout::axes).subspan(2), 3);
  const std::array<hsize_t, 2> dims = {preview.shape.det_y, preview.shape.det_x};
  const h5::Id mean = h5::write_dataset(group.get(), layout::mean, DType::f32, dims, preview.values.data(),
                                        h5::Compress::gzip);
  h5::set_text(mean.get(), layout::units, contents.info.units);
  for (std::size_t axis = 2; axis < 4; ++axis) {
    const std::string name(layout::axes[axis]);
    if (preview.binning == 1)
      h5::link(shared.axes[axis].get(), group.get(), name);
    else
      write_axis(group.get(), name, binned(contents.info.axes[axis], preview.binning), dims[axis - 2], false, axis_text);
  }
}

}  // namespace

Shared write_nexus(hid_t file, hid_t dataset, const Contents& contents, h5::Text axis_text) {
  h5::set_text(file, layout::nx_class, "NXroot");
  h5::set_text(file, layout::default_child, layout::entry);

  Shared shared;
  shared.entry = h5::create_group(file, layout::entry, contents.options.threshold ? 5 : 4, 9);
  h5::set_text(shared.entry.get(), layout::nx_class, "NXentry");
  h5::set_text(shared.entry.get(), layout::default_child, layout::data_group);
  shared.data_group = create_nxdata(shared.entry.get(), layout::data_group, layout::data, layout::axes, 5);
  if (!contents.info.title.empty()) h5::set_text(shared.data_group.get(), layout::title, contents.info.title);
  h5::link(dataset, shared.data_group.get(), layout::data);
  describe_dataset(dataset, contents, axis_text);
  for (std::size_t axis = 0; axis < 4; ++axis) {
    const std::string name(layout::axes[axis]);
    shared.axes[axis] = write_axis(shared.data_group.get(), name, contents.info.axes[axis],
                                   size_of(contents.info, axis), axis < 2, axis_text);
  }
  write_scan_image(shared, contents);
  write_mean_pattern(shared, contents, axis_text);
  shared.source = write_source(shared.entry.get(), contents.info);
  if (contents.options.threshold) write_process(shared.entry.get(), contents);
  return shared;
}

}  // namespace esieve
