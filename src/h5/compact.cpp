// SPDX-License-Identifier: Apache-2.0
#include "h5/compact.hpp"

#include <algorithm>
#include <cstring>

namespace esieve::h5 {
namespace {

/// Below this length a chunk's bookkeeping outweighs what gzip saves.
constexpr std::size_t min_gzip_bytes = 400;

Id text_type(std::size_t bytes) {
  Id type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.get(), std::max<std::size_t>(1, bytes));
  H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  return type;
}

void write_attribute(hid_t object, const std::string& name, hid_t type, const Id& space, const void* value) {
  const Id attribute(check(H5Acreate2(object, name.c_str(), type, space.get(), H5P_DEFAULT, H5P_DEFAULT),
                           "create attribute " + name),
                     H5Aclose);
  check(H5Awrite(attribute.get(), type, value), "write attribute " + name);
}

}  // namespace

Id create_group(hid_t parent, const std::string& name, unsigned n_links, unsigned name_bytes) {
  const Lock lock;
  const Id creation(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
  H5Pset_est_link_info(creation.get(), n_links, name_bytes);
  H5Pset_link_phase_change(creation.get(), 32, 24);
  H5Pset_obj_track_times(creation.get(), false);
  return {check(H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, creation.get(), H5P_DEFAULT), "create group " + name),
          H5Gclose};
}

void link(hid_t object, hid_t parent, const std::string& name) {
  const Lock lock;
  check(H5Olink(object, parent, name.c_str(), H5P_DEFAULT, H5P_DEFAULT), "link " + name);
}

void set_text(hid_t object, const std::string& name, std::string_view text, Text kind) {
  if (kind == Text::variable) return set_attribute(object, name, std::string(text));
  const Lock lock;
  const std::string bytes(text.empty() ? std::string_view("\0", 1) : text);
  write_attribute(object, name, text_type(bytes.size()).get(), Id(H5Screate(H5S_SCALAR), H5Sclose), bytes.data());
}

void set_texts(hid_t object, const std::string& name, std::span<const std::string_view> texts) {
  const Lock lock;
  std::size_t width = 1;
  for (const std::string_view text : texts) width = std::max(width, text.size());
  std::string bytes(texts.size() * width, '\0');
  for (std::size_t i = 0; i < texts.size(); ++i) texts[i].copy(&bytes[i * width], width);
  const hsize_t n = texts.size();
  write_attribute(object, name, text_type(width).get(), simple_space({&n, 1}), bytes.data());
}

void set_number(hid_t object, const std::string& name, DType dtype, const void* value) {
  const Lock lock;
  write_attribute(object, name, file_type(dtype), Id(H5Screate(H5S_SCALAR), H5Sclose), value);
}

void write_text(hid_t parent, const std::string& name, std::string_view text) {
  const Lock lock;
  const Id type = text_type(text.size());
  const Id creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(creation.get(), false);
  H5Pset_dset_no_attrs_hint(creation.get(), true);
  const hsize_t one = 1;
  const bool gzip = text.size() >= min_gzip_bytes;
  if (gzip) {
    H5Pset_chunk(creation.get(), 1, &one);
    H5Pset_deflate(creation.get(), 9);
  } else {
    H5Pset_layout(creation.get(), H5D_COMPACT);
  }
  const Id space = gzip ? simple_space({&one, 1}) : Id(H5Screate(H5S_SCALAR), H5Sclose);
  const Id dataset(check(H5Dcreate2(parent, name.c_str(), type.get(), space.get(), H5P_DEFAULT, creation.get(),
                                    H5P_DEFAULT),
                         "create dataset " + name),
                   H5Dclose);
  const char none = '\0';
  check(H5Dwrite(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, text.empty() ? &none : text.data()),
        "write dataset " + name);
}

std::optional<std::string> read_text(hid_t parent, const std::string& path, std::size_t max_bytes) {
  const Lock lock;
  if (!exists(parent, path)) return std::nullopt;
  const Id dataset(H5Dopen2(parent, path.c_str(), H5P_DEFAULT), H5Dclose);
  if (!dataset) return std::nullopt;
  const Id type(H5Dget_type(dataset.get()), H5Tclose);
  const Id space(H5Dget_space(dataset.get()), H5Sclose);
  if (H5Tget_class(type.get()) != H5T_STRING || H5Tis_variable_str(type.get()) != 0 ||
      H5Sget_simple_extent_npoints(space.get()) != 1 || H5Tget_size(type.get()) > max_bytes)
    return std::nullopt;
  std::string text(H5Tget_size(type.get()), '\0');
  if (H5Dread(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, text.data()) < 0) return std::nullopt;
  text.resize(std::strlen(text.c_str()));
  return text;
}

}  // namespace esieve::h5
