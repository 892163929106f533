// SPDX-License-Identifier: Apache-2.0
//
// HyperSpy and EMD 1.0: one group that both take for theirs, made of links to what NeXus has.
#include <algorithm>
#include <string>

#include "container/layout.hpp"
#include "container/tree.hpp"

namespace esieve {
namespace {

/// HyperSpy names a signal's group by its title.
std::string experiment_name(const SourceInfo& info) {
  std::string name = info.title.empty() ? "__unnamed__" : info.title;
  std::replace(name.begin(), name.end(), '/', '-');
  return name == "." ? "-" : name;
}

void describe_emd_file(hid_t file) {
  const std::uint8_t major = 1, minor = 0;
  h5::set_text(file, "emd_group_type", "file", h5::Text::variable);
  h5::set_u8(file, "version_major", major);
  h5::set_u8(file, "version_minor", minor);
}

void write_hyperspy_metadata(hid_t cube, const SourceInfo& info) {
  const h5::Id metadata = h5::create_group(cube, "metadata", info.title.empty() ? 0 : 1, 7);
  if (info.title.empty()) return;
  const h5::Id general = h5::create_group(metadata.get(), "General", 0, 0);
  h5::set_text(general.get(), layout::title, info.title);
}

}  // namespace

void write_datacube(hid_t file, hid_t dataset, const Contents& contents, const Shared& shared) {
  h5::set_text(file, "file_format", "HyperSpy");
  h5::set_text(file, "file_format_version", "3.1");
  describe_emd_file(file);

  const h5::Id root = h5::create_group(file, layout::emd_root, 1, 8);
  h5::set_text(root.get(), "emd_group_type", "root", h5::Text::variable);
  h5::set_text(root.get(), "python_class", "Root", h5::Text::variable);

  const h5::Id cube = h5::create_group(root.get(), layout::emd_cube, 11, 6);
  h5::set_text(cube.get(), "emd_group_type", "array", h5::Text::variable);
  h5::set_text(cube.get(), "python_class", "Array", h5::Text::variable);
  h5::link(dataset, cube.get(), layout::data);
  for (std::size_t axis = 0; axis < 4; ++axis) {
    h5::link(shared.axes[axis].get(), cube.get(), "axis-" + std::to_string(axis));
    h5::link(shared.axes[axis].get(), cube.get(), "dim" + std::to_string(axis));
  }
  h5::link(shared.source.get(), cube.get(), "original_metadata");
  write_hyperspy_metadata(cube.get(), contents.info);

  const std::string name = experiment_name(contents.info);
  const h5::Id experiments = h5::create_group(file, layout::experiments, 1, static_cast<unsigned>(name.size()));
  h5::link(cube.get(), experiments.get(), name);
}

}  // namespace esieve
