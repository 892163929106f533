// SPDX-License-Identifier: Apache-2.0
#include "h5/walk.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace esieve::h5 {
namespace {

#if H5_VERSION_GE(1, 12, 0)
using ObjectInfo = H5O_info1_t;
using LinkInfo = H5L_info1_t;
constexpr auto object_info = &H5Oget_info1;
constexpr auto link_info = &H5Lget_info1;
constexpr auto iterate_links = &H5Literate1;
#else
using ObjectInfo = H5O_info_t;
using LinkInfo = H5L_info_t;
constexpr auto object_info = &H5Oget_info1;
constexpr auto link_info = &H5Lget_info;
constexpr auto iterate_links = &H5Literate;
#endif

struct Names {
  std::vector<std::string> names;
  std::size_t max;
};

herr_t keep_name(hid_t, const char* name, const LinkInfo*, void* data) {
  auto& [names, max] = *static_cast<Names*>(data);
  if (names.size() >= max) return 1;
  names.emplace_back(name);
  return 0;
}

class Walk {
 public:
  explicit Walk(std::size_t max_objects) : max_objects_(max_objects) {}

  void visit_link(hid_t group, const std::string& name, const std::string& path, int depth) {
    LinkInfo info{};
    if (link_info(group, name.c_str(), &info, H5P_DEFAULT) < 0) return;
    if (info.type == H5L_TYPE_SOFT) {
      add({path, ObjectKind::soft_link, soft_target(group, name, info)});
      return;
    }
    const std::string target = info.type == H5L_TYPE_EXTERNAL ? external_target(group, name, info) : "";
    const Id object(H5Oopen(group, name.c_str(), H5P_DEFAULT), H5Oclose);
    if (object)
      visit_object(object.get(), path, target, depth);
    else if (!target.empty())
      add({path, ObjectKind::broken_link, target});
  }

  void visit_object(hid_t object, const std::string& path, const std::string& target, int depth) {
    constexpr int max_depth = 64;
    ObjectInfo info{};
    if (depth > max_depth || object_info(object, &info) < 0) return;
    if (info.type != H5O_TYPE_GROUP && info.type != H5O_TYPE_DATASET) return;
    const auto [seen, is_new] = paths_.try_emplace({info.fileno, info.addr}, path);
    if (!is_new) {
      add({path, ObjectKind::repeated, seen->second});
      return;
    }
    add({path, info.type == H5O_TYPE_GROUP ? ObjectKind::group : ObjectKind::dataset, target});
    if (info.type == H5O_TYPE_GROUP) visit_members(object, path, depth);
  }

  std::vector<Object> objects;

 private:
  void add(Object object) {
    if (objects.size() < max_objects_) objects.push_back(std::move(object));
  }

  void visit_members(hid_t group, const std::string& path, int depth) {
    Names members{{}, max_objects_ - std::min(max_objects_, objects.size())};
    hsize_t position = 0;
    iterate_links(group, H5_INDEX_NAME, H5_ITER_INC, &position, &keep_name, &members);
    for (const std::string& name : members.names) {
      if (objects.size() >= max_objects_) return;
      visit_link(group, name, path == "/" ? "/" + name : path + "/" + name, depth + 1);
    }
  }

  static std::string soft_target(hid_t group, const std::string& name, const LinkInfo& info) {
    std::string value(info.u.val_size, '\0');
    if (H5Lget_val(group, name.c_str(), value.data(), value.size(), H5P_DEFAULT) < 0) return "";
    return value.c_str();
  }

  static std::string external_target(hid_t group, const std::string& name, const LinkInfo& info) {
    std::string value(info.u.val_size, '\0');
    const char *file = nullptr, *object = nullptr;
    if (H5Lget_val(group, name.c_str(), value.data(), value.size(), H5P_DEFAULT) < 0 ||
        H5Lunpack_elink_val(value.data(), value.size(), nullptr, &file, &object) < 0)
      return "an unreadable external link";
    return std::string(file) + ":" + object;
  }

  std::size_t max_objects_;
  std::map<std::pair<unsigned long, haddr_t>, std::string> paths_;
};

}  // namespace

std::vector<Object> walk(hid_t file, std::size_t max_objects) {
  const Lock lock;
  Walk walk(max_objects);
  const Id root(H5Oopen(file, "/", H5P_DEFAULT), H5Oclose);
  if (root) walk.visit_object(root.get(), "/", "", 0);
  return std::move(walk.objects);
}

}  // namespace esieve::h5
