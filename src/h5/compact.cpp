// SPDX-License-Identifier: Apache-2.0
#include "h5/compact.hpp"

#include <algorithm>
#include <cstring>

namespace esieve::h5 {
namespace {

/// Below this length a chunk's bookkeeping outweighs what gzip saves on text.
constexpr std::size_t min_gzip_text_bytes = 400;
constexpr std::uint64_t max_compact_bytes = 32 << 10;
constexpr std::uint64_t max_chunk_items = std::uint64_t{1} << 20;

Id text_type(std::size_t bytes) {
  Id type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.get(), std::max<std::size_t>(1, bytes));
  H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  return type;
}

Id scalar() { return {H5Screate(H5S_SCALAR), H5Sclose}; }

class AttributeWriter {
 public:
  AttributeWriter(hid_t object, const std::string& name) : object_(object), name_(name) {}

  void operator()(const std::string& text) const {
    const std::string bytes = text.empty() ? std::string(1, '\0') : text;
    write(text_type(bytes.size()).get(), scalar(), bytes.data());
  }
  void operator()(const VariableText& value) const { set_attribute(object_, name_, value.text); }
  void operator()(const std::vector<std::string>& texts) const {
    std::size_t width = 1;
    for (const std::string& text : texts) width = std::max(width, text.size());
    std::string bytes(texts.size() * width, '\0');
    for (std::size_t i = 0; i < texts.size(); ++i) texts[i].copy(&bytes[i * width], width);
    const hsize_t n = texts.size();
    write(text_type(width).get(), simple_space({&n, 1}), bytes.data());
  }
  void operator()(const std::vector<std::uint64_t>& values) const {
    const hsize_t n = values.size();
    write(H5T_STD_U64LE, simple_space({&n, 1}), values.data());
  }
  void operator()(std::uint8_t value) const { write(H5T_STD_U8LE, scalar(), &value); }
  void operator()(std::uint32_t value) const { write(H5T_STD_U32LE, scalar(), &value); }
  void operator()(std::uint64_t value) const { write(H5T_STD_U64LE, scalar(), &value); }
  void operator()(double value) const { write(H5T_IEEE_F64LE, scalar(), &value); }
  void operator()(bool value) const { set_attribute_bool(object_, name_, value); }

 private:
  void write(hid_t type, const Id& space, const void* value) const {
    const Id attribute(
        check(H5Acreate2(object_, name_.c_str(), type, space.get(), H5P_DEFAULT, H5P_DEFAULT), "create attribute " + name_),
        H5Aclose);
    check(H5Awrite(attribute.get(), type, value), "write attribute " + name_);
  }

  hid_t object_;
  const std::string& name_;
};

/// HDF5 keeps up to 8 attributes and links in the header by itself; asking for more takes 4 bytes.
constexpr std::size_t usual_in_header = 8;

/// No times, attributes always in the header.
void make_compact(hid_t creation, std::size_t n_attributes) {
  H5Pset_obj_track_times(creation, false);
  if (n_attributes > usual_in_header) H5Pset_attr_phase_change(creation, 64, 48);
}

Id dataset_properties(std::size_t n_attributes) {
  Id creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  make_compact(creation.get(), n_attributes);
  H5Pset_dset_no_attrs_hint(creation.get(), true);
  return creation;
}

Id make_dataset(hid_t file, hid_t type, const Id& space, const Id& creation) {
  return {check(H5Dcreate_anon(file, type, space.get(), creation.get(), H5P_DEFAULT), "create a dataset"), H5Dclose};
}

/// Cuts the slowest axes until a chunk is of moderate size.
std::vector<hsize_t> chunk_shape(std::span<const hsize_t> dims) {
  std::vector<hsize_t> chunk(dims.begin(), dims.end());
  std::uint64_t n_items = 1;
  for (const hsize_t n : dims) n_items *= n;
  for (std::size_t axis = 0; axis < chunk.size() && n_items > max_chunk_items; ++axis) {
    n_items /= chunk[axis];
    chunk[axis] = std::clamp<hsize_t>(max_chunk_items / n_items, 1, chunk[axis]);
    n_items *= chunk[axis];
  }
  return chunk;
}

}  // namespace

void set_attributes(hid_t object, const Attributes& attributes) {
  const Lock lock;
  for (const auto& [name, value] : attributes) std::visit(AttributeWriter(object, name), value);
}

void add_link(hid_t group, const Link& link) {
  const Lock lock;
  const herr_t result = link.soft_target.empty()
                            ? H5Olink(link.object, group, link.name.c_str(), H5P_DEFAULT, H5P_DEFAULT)
                            : H5Lcreate_soft(link.soft_target.c_str(), group, link.name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
  check(result, "link " + link.name);
}

// HDF5 keeps the number of names in the header from the second on.
void expect_names(hid_t object) {
  const Lock lock;
  for (int i = 0; i < 2; ++i) check(H5Oincr_refcount(object), "prepare an object for several names");
}

void names_complete(hid_t object) {
  const Lock lock;
  for (int i = 0; i < 2; ++i) check(H5Odecr_refcount(object), "finish an object of several names");
}

Id make_group(hid_t file, const Attributes& attributes, const std::vector<Link>& links) {
  const Lock lock;
  const Id creation(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
  make_compact(creation.get(), attributes.size());
  if (attributes.size() + links.size() < 4) H5Pset_est_link_info(creation.get(), 0, 0);
  if (links.size() > usual_in_header) H5Pset_link_phase_change(creation.get(), 64, 48);
  Id group(check(H5Gcreate_anon(file, creation.get(), H5P_DEFAULT), "create a group"), H5Gclose);
  set_attributes(group.get(), attributes);
  for (const Link& link : links) add_link(group.get(), link);
  return group;
}

Id make_array(hid_t file, DType dtype, std::span<const hsize_t> dims, const void* values, const Attributes& attributes,
              std::uint64_t min_gzip_bytes) {
  const Lock lock;
  std::uint64_t n_bytes = item_bytes(dtype);
  for (const hsize_t n : dims) n_bytes *= n;
  const Id creation = dataset_properties(attributes.size());
  if (n_bytes >= min_gzip_bytes) {
    const std::vector<hsize_t> chunk = chunk_shape(dims);
    H5Pset_chunk(creation.get(), static_cast<int>(chunk.size()), chunk.data());
    if (item_bytes(dtype) > 1) H5Pset_shuffle(creation.get());
    H5Pset_deflate(creation.get(), gzip_level);
  } else if (n_bytes <= max_compact_bytes) {
    H5Pset_layout(creation.get(), H5D_COMPACT);
  }
  Id dataset = make_dataset(file, file_type(dtype), simple_space(dims), creation);
  set_attributes(dataset.get(), attributes);
  check(H5Dwrite(dataset.get(), native_type(dtype), H5S_ALL, H5S_ALL, H5P_DEFAULT, values), "write a dataset");
  return dataset;
}

Id make_text(hid_t file, std::string_view text) {
  const Lock lock;
  const Id type = text_type(text.size());
  const Id creation = dataset_properties(0);
  const hsize_t one = 1;
  const bool gzip = text.size() >= min_gzip_text_bytes;
  if (gzip) {
    H5Pset_chunk(creation.get(), 1, &one);
    H5Pset_deflate(creation.get(), gzip_level);
  } else {
    H5Pset_layout(creation.get(), H5D_COMPACT);
  }
  Id dataset = make_dataset(file, type.get(), gzip ? simple_space({&one, 1}) : scalar(), creation);
  const char none = '\0';
  check(H5Dwrite(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, text.empty() ? &none : text.data()), "write a text");
  return dataset;
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
