// SPDX-License-Identifier: Apache-2.0
#include "reader/find_dataset.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "container/layout.hpp"
#include "esieve/error.hpp"
#include "h5/walk.hpp"

namespace esieve {

std::optional<ChunkParameters> filter_parameters(hid_t dataset) {
  const h5::Lock lock;
  const h5::Id creation(H5Dget_create_plist(dataset), H5Pclose);
  if (!creation || H5Pget_layout(creation.get()) != H5D_CHUNKED || H5Pget_nfilters(creation.get()) != 1) return std::nullopt;
  std::array<unsigned, 32> values{};
  std::size_t n_values = values.size();
  unsigned flags = 0, config = 0;
  const H5Z_filter_t id = H5Pget_filter2(creation.get(), 0, &flags, &n_values, values.data(), 0, nullptr, &config);
  const bool ours =
      std::find(known_filter_ids.begin(), known_filter_ids.end(), static_cast<std::uint32_t>(id)) != known_filter_ids.end();
  if (!ours || n_values > values.size()) return std::nullopt;
  return from_filter_values(std::span(values).first(n_values));
}

bool is_regridded(hid_t file) {
  const h5::Lock lock;
  if (!h5::exists(file, std::string(layout::own_path) + "/" + layout::original_frames)) return false;
  const h5::Id dataset(H5Dopen2(file, layout::dataset_path, H5P_DEFAULT), H5Dclose);
  if (!dataset) return false;
  const h5::Id creation(H5Dget_create_plist(dataset.get()), H5Pclose);
  return creation && H5Pget_layout(creation.get()) == H5D_VIRTUAL;
}

std::string find_event_dataset(hid_t file, const std::string& file_name) {
  const h5::Lock lock;
  if (const h5::Id usual(H5Dopen2(file, layout::dataset_path, H5P_DEFAULT), H5Dclose); usual && filter_parameters(usual.get()))
    return layout::dataset_path;
  std::vector<std::string> found;
  for (const h5::Object& object : h5::walk(file)) {
    if (object.kind != h5::ObjectKind::dataset || !object.target.empty()) continue;
    const h5::Id dataset(H5Dopen2(file, object.path.c_str(), H5P_DEFAULT), H5Dclose);
    if (dataset && filter_parameters(dataset.get())) found.push_back(object.path);
  }
  if (found.size() == 1) return found.front();
  if (found.empty())
    throw DataError(file_name + " is not an event file (no dataset in it has our filter, id " + std::to_string(filter_id) +
                    "); make one with 'esieve convert'");
  std::string list;
  for (const std::string& path : found) list += (list.empty() ? "" : ", ") + path;
  throw DataError(file_name + " has several datasets of events (" + list + "); an event file has one");
}

}  // namespace esieve
