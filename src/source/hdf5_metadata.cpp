// SPDX-License-Identifier: Apache-2.0
#include "source/hdf5_metadata.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "source/hdf5_find.hpp"
#include "source/hdf5_json.hpp"
#include "source/metadata_text.hpp"

namespace esieve {
namespace {

using nlohmann::json;

/// Values beyond this, all together, are not kept either: a file of a million small datasets is not metadata.
constexpr std::size_t max_total_bytes = std::size_t{8} << 20;

class Collector {
 public:
  Collector(hid_t file, const std::vector<std::string>& frames) : file_(file), frames_(frames) {}

  void add(const h5::Object& object) {
    json entry = json::object();
    switch (object.kind) {
      case h5::ObjectKind::repeated: entry["same_as"] = object.target; break;
      case h5::ObjectKind::soft_link: entry["link"] = object.target; break;
      case h5::ObjectKind::broken_link: entry["broken_link"] = object.target; break;
      case h5::ObjectKind::group:
      case h5::ObjectKind::dataset: {
        const h5::Id opened(H5Oopen(file_, object.path.c_str(), H5P_DEFAULT), H5Oclose);
        if (!opened) return;
        if (!object.target.empty()) entry["link"] = object.target;
        add_attributes(opened.get(), object.path, entry);
        if (object.kind == h5::ObjectKind::dataset)
          add_values(opened.get(), object.path, entry);
        else if (entry.empty() && !is_empty_group(opened.get()))
          return;
      }
    }
    objects_[object.path] = std::move(entry);
  }

  std::string text() const {
    json all = {{"hdf5", objects_}};
    if (!not_kept_.empty()) all["not_kept"] = not_kept_;
    return dump_json(all);
  }

 private:
  static bool is_empty_group(hid_t group) {
    H5G_info_t info{};
    return H5Gget_info(group, &info) >= 0 && info.nlinks == 0;
  }

  /// Stores `value` as `entry[key]` unless it is missing or the budget is spent.
  bool keep(json& entry, const std::string& key, std::optional<json> value) {
    if (!value) return false;
    const std::size_t bytes = dump_json(*value).size();
    if (bytes > max_total_bytes - n_bytes_) return false;
    n_bytes_ += bytes;
    entry[key] = std::move(*value);
    return true;
  }

  void add_attributes(hid_t object, const std::string& path, json& entry) {
    const int n = H5Aget_num_attrs(object);
    json attributes = json::object();
    for (int i = 0; i < n; ++i) {
      const h5::Id attribute(
          H5Aopen_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, static_cast<hsize_t>(i), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
      if (!attribute) continue;
      const ssize_t length = H5Aget_name(attribute.get(), 0, nullptr);
      std::string name(static_cast<std::size_t>(std::max<ssize_t>(0, length)) + 1, '\0');
      H5Aget_name(attribute.get(), name.size(), name.data());
      name.pop_back();
      if (!keep(attributes, name, attribute_json(attribute.get()))) not_kept_.push_back({{"path", path}, {"attribute", name}});
    }
    if (!attributes.empty()) entry["attributes"] = std::move(attributes);
  }

  void add_values(hid_t dataset, const std::string& path, json& entry) {
    const DatasetFacts facts = dataset_facts(file_, path);
    entry["dtype"] = facts.type_name;
    entry["shape"] = facts.shape;
    if (std::find(frames_.begin(), frames_.end(), path) != frames_.end()) {
      entry["frames"] = true;
    } else if (!keep(entry, "value", dataset_json(dataset))) {
      not_kept_.push_back({{"path", path}, {"dtype", facts.type_name}, {"shape", facts.shape}});
    }
  }

  hid_t file_;
  const std::vector<std::string>& frames_;
  json objects_ = json::object(), not_kept_ = json::array();
  std::size_t n_bytes_ = 0;
};

}  // namespace

std::string hdf5_metadata(hid_t file, std::span<const h5::Object> objects, const std::vector<std::string>& frames) {
  const h5::Lock lock;
  Collector collector(file, frames);
  for (const h5::Object& object : objects) collector.add(object);
  return collector.text();
}

}  // namespace esieve
