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

h5::Id make_hyperspy_metadata(const Contents& contents) {
  if (contents.info.title.empty()) return h5::make_group(contents.file, {}, {});
  const h5::Id general = h5::make_group(contents.file, {{layout::title, contents.info.title}}, {});
  return h5::make_group(contents.file, {}, {{"General", general.get()}});
}

}  // namespace

h5::Id make_datacube(const Contents& contents, const Shared& shared) {
  const h5::Id metadata = make_hyperspy_metadata(contents);
  h5::Attributes attributes;
  // Soft, so that programs which list each object once know the dataset by its path in /entry.
  std::vector<h5::Link> links = {
      {layout::data, -1, layout::dataset_path}, {"metadata", metadata.get()}, {"original_metadata", shared.source.get()}};
  for (std::size_t axis = 0; axis < 4; ++axis) links.push_back({"axis-" + std::to_string(axis), shared.axes[axis].get()});
  if (contents.extras.emd) {
    attributes = {{layout::emd_type, h5::VariableText{"array"}}, {layout::emd_class, h5::VariableText{"Array"}}};
    for (std::size_t axis = 0; axis < 4; ++axis) links.push_back({"dim" + std::to_string(axis), shared.axes[axis].get()});
  }
  return h5::make_group(contents.file, attributes, links);
}

h5::Id make_experiments(const Contents& contents, hid_t datacube) {
  return h5::make_group(contents.file, {}, {{experiment_name(contents.info), datacube}});
}

h5::Id make_emd_root(const Contents& contents, hid_t datacube) {
  return h5::make_group(contents.file,
                        {{layout::emd_type, h5::VariableText{"root"}}, {layout::emd_class, h5::VariableText{"Root"}}},
                        {{layout::emd_cube, datacube}});
}

}  // namespace esieve
