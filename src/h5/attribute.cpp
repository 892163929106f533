// SPDX-License-Identifier: Apache-2.0
//
// Attributes: written as NeXus, EMD and h5py expect them, read whatever way others wrote them.
#include <algorithm>
#include <cstring>

#include "h5/h5.hpp"

namespace esieve::h5 {
namespace {

Id text_type() {
  Id type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.get(), H5T_VARIABLE);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  return type;
}

void write(hid_t object, const std::string& name, hid_t type, const Id& space, const void* value) {
  if (H5Aexists(object, name.c_str()) > 0) H5Adelete(object, name.c_str());
  const Id attribute(
      check(H5Acreate2(object, name.c_str(), type, space.get(), H5P_DEFAULT, H5P_DEFAULT), "create attribute " + name), H5Aclose);
  check(H5Awrite(attribute.get(), type, value), "write attribute " + name);
}

void write_scalar(hid_t object, const std::string& name, hid_t type, const void* value) {
  write(object, name, type, Id(H5Screate(H5S_SCALAR), H5Sclose), value);
}

Id open_attribute(hid_t object, const std::string& name) {
  if (H5Aexists(object, name.c_str()) <= 0) return {};
  return {H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose};
}

std::uint64_t n_items(const Id& attribute) {
  const Id space(H5Aget_space(attribute.get()), H5Sclose);
  const hssize_t n = H5Sget_simple_extent_npoints(space.get());
  return n < 0 ? 0 : static_cast<std::uint64_t>(n);
}

bool is_number(const Id& attribute) {
  const Id type(H5Aget_type(attribute.get()), H5Tclose);
  const H5T_class_t kind = H5Tget_class(type.get());
  return kind == H5T_INTEGER || kind == H5T_FLOAT;
}

}  // namespace

void set_attribute(hid_t object, const std::string& name, const std::string& text) { set_attribute(object, name, text.c_str()); }

void set_attribute(hid_t object, const std::string& name, const char* text) {
  const Lock lock;
  write_scalar(object, name, text_type().get(), &text);
}

void set_attribute(hid_t object, const std::string& name, double value) {
  const Lock lock;
  write_scalar(object, name, H5T_NATIVE_DOUBLE, &value);
}

void set_attribute(hid_t object, const std::string& name, std::int32_t value) {
  const Lock lock;
  write_scalar(object, name, H5T_NATIVE_INT32, &value);
}

void set_attribute(hid_t object, const std::string& name, std::int64_t value) {
  const Lock lock;
  write_scalar(object, name, H5T_NATIVE_INT64, &value);
}

void set_attribute(hid_t object, const std::string& name, std::uint64_t value) {
  const Lock lock;
  write_scalar(object, name, H5T_NATIVE_UINT64, &value);
}

void set_attribute_bool(hid_t object, const std::string& name, bool value) {
  const Lock lock;
  const Id type(H5Tenum_create(H5T_NATIVE_INT8), H5Tclose);
  const std::int8_t no = 0, yes = 1;
  H5Tenum_insert(type.get(), "FALSE", &no);
  H5Tenum_insert(type.get(), "TRUE", &yes);
  write_scalar(object, name, type.get(), value ? &yes : &no);
}

void set_attribute(hid_t object, const std::string& name, std::span<const std::string> texts) {
  const Lock lock;
  std::vector<const char*> pointers(texts.size());
  std::transform(texts.begin(), texts.end(), pointers.begin(), [](const std::string& text) { return text.c_str(); });
  const hsize_t n = texts.size();
  write(object, name, text_type().get(), simple_space({&n, 1}), pointers.data());
}

void set_attribute(hid_t object, const std::string& name, std::span<const std::uint64_t> values) {
  const Lock lock;
  const hsize_t n = values.size();
  write(object, name, H5T_NATIVE_UINT64, simple_space({&n, 1}), values.data());
}

std::optional<std::string> string_attribute(hid_t object, const std::string& name) {
  const auto texts = string_array_attribute(object, name);
  if (!texts || texts->size() != 1) return std::nullopt;
  return texts->front();
}

std::optional<std::vector<std::string>> string_array_attribute(hid_t object, const std::string& name) {
  const Lock lock;
  constexpr std::uint64_t max_items = 1 << 16;
  const Id attribute = open_attribute(object, name);
  if (!attribute || n_items(attribute) == 0 || n_items(attribute) > max_items) return std::nullopt;
  const Id type(H5Aget_type(attribute.get()), H5Tclose);
  if (H5Tget_class(type.get()) != H5T_STRING) return std::nullopt;
  std::vector<std::string> texts(n_items(attribute));
  if (H5Tis_variable_str(type.get()) > 0) {
    std::vector<char*> pointers(texts.size());
    const Id memory_type(H5Tget_native_type(type.get(), H5T_DIR_ASCEND), H5Tclose);
    if (H5Aread(attribute.get(), memory_type.get(), pointers.data()) < 0) return std::nullopt;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (pointers[i] != nullptr) texts[i] = pointers[i];
      H5free_memory(pointers[i]);
    }
    return texts;
  }
  const std::size_t width = H5Tget_size(type.get());
  std::vector<char> characters(texts.size() * width);
  if (H5Aread(attribute.get(), type.get(), characters.data()) < 0) return std::nullopt;
  for (std::size_t i = 0; i < texts.size(); ++i)
    texts[i].assign(&characters[i * width], ::strnlen(&characters[i * width], width));
  return texts;
}

std::optional<double> double_attribute(hid_t object, const std::string& name) {
  const Lock lock;
  const Id attribute = open_attribute(object, name);
  double value = 0;
  if (!attribute || n_items(attribute) != 1 || !is_number(attribute) || H5Aread(attribute.get(), H5T_NATIVE_DOUBLE, &value) < 0)
    return std::nullopt;
  return value;
}

std::optional<std::uint64_t> unsigned_attribute(hid_t object, const std::string& name) {
  const auto values = unsigned_array_attribute(object, name);
  if (!values || values->size() != 1) return std::nullopt;
  return values->front();
}

std::optional<std::vector<std::uint64_t>> unsigned_array_attribute(hid_t object, const std::string& name) {
  const Lock lock;
  const Id attribute = open_attribute(object, name);
  constexpr std::uint64_t max_items = 1 << 16;
  if (!attribute || !is_number(attribute) || n_items(attribute) > max_items) return std::nullopt;
  std::vector<std::uint64_t> values(n_items(attribute));
  if (H5Aread(attribute.get(), H5T_NATIVE_UINT64, values.data()) < 0) return std::nullopt;
  return values;
}

}  // namespace esieve::h5
