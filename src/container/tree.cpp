// SPDX-License-Identifier: Apache-2.0
#include "container/tree.hpp"

#include <cmath>
#include <ctime>

#include "container/axes.hpp"
#include "container/layout.hpp"
#include "esieve/version.hpp"

namespace esieve {
namespace {

std::string now_utc() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

/// Of the values and of each axis, a line each.
std::string joined_units(const SourceInfo& info) {
  std::string text = info.units;
  for (const Axis& axis : info.axes) text += '\n' + axis.units;
  return text;
}

void describe_dataset(const Contents& contents) {
  const std::string& units = contents.info.units;
  constexpr std::uint64_t required_features = 0;
  h5::Attributes attributes = {
      {layout::version, std::string(container_version)},
      {layout::required_features, required_features},
      {layout::units, contents.extras.emd ? h5::Attribute::Value(h5::VariableText{units}) : h5::Attribute::Value(units)},
      {layout::fidelity, std::string(contents.options.threshold ? layout::thresholded : layout::lossless)},
      {layout::dense_digest, contents.digest},
      {layout::n_events, contents.index.n_events()},
      {layout::n_electrons, contents.index.n_electrons()}};
  if (contents.extras.emd) {
    attributes.push_back({layout::own_units, joined_units(contents.info)});
    // RosettaSciIO's NeXus reader takes the chunks of its arrays from here.
    const ChunkGrid& grid = contents.grid;
    std::vector<std::uint64_t> chunk = {grid.scan_rows, grid.scan_columns / contents.info.frames_per_position};
    if (contents.info.frames_per_position > 1) chunk.push_back(contents.info.frames_per_position);
    chunk.insert(chunk.end(), {contents.info.detector.det_y, contents.info.detector.det_x});
    attributes.push_back({"chunks", std::move(chunk)});
  }
  if (contents.options.floor_bits) attributes.push_back({layout::floor_bits, *contents.options.floor_bits});
  h5::set_attributes(contents.dataset, attributes);
}

Shared make_shared(const Contents& contents) {
  const SourceInfo& info = contents.info;
  const std::array<std::uint64_t, 4> sizes = {info.scan.scan_y, info.scan.scan_x / info.frames_per_position, info.detector.det_y,
                                              info.detector.det_x};
  const Precision precision = contents.extras.emd ? Precision::full : Precision::low;
  const AxisUse use = contents.extras.emd ? AxisUse::emd : contents.extras.hyperspy ? AxisUse::hyperspy : AxisUse::nexus;
  Shared shared;
  for (std::size_t axis = 0; axis < 4; ++axis) {
    shared.axes[axis] =
        make_axis(contents.file, info.axes[axis], sizes[axis], precision, axis_attributes(info.axes[axis], axis < 2, use));
    h5::expect_names(shared.axes[axis].get());
  }
  if (contents.extras.scan_image) {
    shared.electrons = contents.index.make_electrons(contents.file, scan_dims(info), {{layout::units, info.units}});
    h5::expect_names(shared.electrons.get());
  }
  shared.source = make_source(contents);
  h5::expect_names(shared.source.get());
  return shared;
}

void describe_root(const Contents& contents) {
  h5::Attributes attributes = {{layout::nx_class, std::string("NXroot")},
                               {layout::default_child, std::string(layout::entry)},
                               {layout::creator, "esieve " + std::string(library_version)},
                               {layout::file_time, now_utc()}};
  if (contents.extras.hyperspy) attributes.push_back({"file_format_version", std::string("3.1")});
  if (contents.extras.emd) {
    attributes.push_back({"file_format", std::string("HyperSpy")});
    attributes.push_back({layout::emd_type, h5::VariableText{"file"}});
    attributes.push_back({"version_major", std::uint8_t{1}});
    attributes.push_back({"version_minor", std::uint8_t{0}});
  }
  h5::set_attributes(contents.file, attributes);
}

/// What a number for each frame takes, roughly: they scatter as counts do, by the square root of their mean.
double bytes_by_frame(double sum, std::uint64_t n_frames) {
  const double mean = std::isfinite(sum) ? std::abs(sum) / static_cast<double>(n_frames) : 0;
  const double bits = mean >= 1 ? 2 + std::log2(mean) / 2 : mean > 0 ? mean * (2 - std::log2(mean)) : 0;
  return static_cast<double>(n_frames) * bits / 8;
}

}  // namespace

std::vector<hsize_t> scan_dims(const SourceInfo& info) {
  std::vector<hsize_t> dims = {info.scan.scan_y, info.scan.scan_x / info.frames_per_position};
  if (info.frames_per_position > 1) dims.push_back(info.frames_per_position);
  return dims;
}

void write_tree(const Contents& contents) {
  const h5::Lock lock;
  describe_dataset(contents);
  const Shared shared = make_shared(contents);
  const h5::Id entry = make_entry(contents, shared);
  const h5::Id own = make_own_group(contents, shared);
  h5::Id datacube, experiments, emd_root;
  if (contents.extras.hyperspy) {
    datacube = make_datacube(contents, shared);
    experiments = make_experiments(contents, datacube.get());
  }
  if (contents.extras.emd) emd_root = make_emd_root(contents, datacube.get());

  describe_root(contents);
  h5::add_link(contents.file, {layout::entry, entry.get()});
  if (own) h5::add_link(contents.file, {layout::own, own.get()});
  if (experiments) h5::add_link(contents.file, {layout::experiments, experiments.get()});
  if (emd_root) h5::add_link(contents.file, {layout::emd_root, emd_root.get()});
  for (const h5::Id* object :
       {&shared.axes[0], &shared.axes[1], &shared.axes[2], &shared.axes[3], &shared.electrons, &shared.source})
    if (*object) h5::names_complete(object->get());
}

Extras choose_extras(std::uint64_t chunk_bytes, const FrameIndex& index, const SourceInfo& info,
                     const ContainerOptions& options) {
  const bool is_scan = info.scan.n_frames() > 1;
  const bool is_large =
      info.scan.n_frames() >= layout::min_frames_for_extras || chunk_bytes >= layout::min_bytes_for_extras || options.all_parts;
  const bool four_axes = info.frames_per_position == 1;  // HyperSpy and EMD are told of no more
  // Frames of a few pixels are no longer than what is said of them.
  const auto is_cheap = [&](double sum, std::uint64_t fraction) {
    return options.all_parts ||
           bytes_by_frame(sum, info.scan.n_frames()) < static_cast<double>(layout::min_bytes_of_index + chunk_bytes / fraction);
  };
  const bool scan_image = (is_scan || is_large) && is_cheap(index.n_electrons(), layout::image_fraction);
  return {.scan_image = scan_image,
          .hyperspy = four_axes && ((is_scan && chunk_bytes >= layout::min_bytes_for_hyperspy) || is_large),
          .emd = four_axes && is_large,
          .mean_pattern = is_large,
          .frame_events = is_large && scan_image && is_cheap(static_cast<double>(index.n_events()), layout::index_fraction)};
}

}  // namespace esieve
