// SPDX-License-Identifier: Apache-2.0
#include "source/hdf5_json.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <memory>
#include <vector>

#include "source/metadata_text.hpp"

namespace esieve {
namespace {

using nlohmann::json;

json value_json(const std::byte* value, hid_t type, hid_t object);

template <class T>
T load(const std::byte* value) {
  T result;
  std::memcpy(&result, value, sizeof result);
  return result;
}

json real_json(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return value;
}

json hexadecimal(const std::byte* value, std::size_t n_bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < n_bytes; ++i) {
    text += digits[std::to_integer<unsigned>(value[i]) >> 4];
    text += digits[std::to_integer<unsigned>(value[i]) & 15];
  }
  return {{"bytes", text}};
}

json integer_json(const std::byte* value, hid_t type) {
  const bool is_signed = H5Tget_sign(type) == H5T_SGN_2;
  switch (H5Tget_size(type)) {
    case 1: return is_signed ? json(load<std::int8_t>(value)) : json(load<std::uint8_t>(value));
    case 2: return is_signed ? json(load<std::int16_t>(value)) : json(load<std::uint16_t>(value));
    case 4: return is_signed ? json(load<std::int32_t>(value)) : json(load<std::uint32_t>(value));
    case 8: return is_signed ? json(load<std::int64_t>(value)) : json(load<std::uint64_t>(value));
    default: return hexadecimal(value, H5Tget_size(type));
  }
}

json float_json(const std::byte* value, hid_t type) {
  switch (H5Tget_size(type)) {
    case sizeof(float): return real_json(load<float>(value));
    case sizeof(double): return real_json(load<double>(value));
    case sizeof(long double): return real_json(static_cast<double>(load<long double>(value)));
    default: return hexadecimal(value, H5Tget_size(type));
  }
}

json string_json(const std::byte* value, hid_t type) {
  if (H5Tis_variable_str(type) > 0) {
    const auto* text = load<const char*>(value);
    return text == nullptr ? json("") : text_json(text);
  }
  const char* text = reinterpret_cast<const char*>(value);
  std::string copy(text, ::strnlen(text, H5Tget_size(type)));
  if (H5Tget_strpad(type) == H5T_STR_SPACEPAD) copy.resize(copy.find_last_not_of(' ') + 1);
  return text_json(copy);
}

json enum_json(const std::byte* value, hid_t type) {
  std::array<char, 256> name{};
  if (H5Tenum_nameof(type, value, name.data(), name.size()) < 0) {
    const h5::Id base(H5Tget_super(type), H5Tclose);
    return integer_json(value, base.get());
  }
  const std::string text = name.data();
  if (text == "TRUE" || text == "FALSE") return text == "TRUE";
  return text_json(text);
}

json compound_json(const std::byte* value, hid_t type, hid_t object) {
  json fields = json::object();
  const int n = H5Tget_nmembers(type);
  for (int i = 0; i < n; ++i) {
    const auto member = static_cast<unsigned>(i);
    char* name = H5Tget_member_name(type, member);
    const h5::Id field(H5Tget_member_type(type, member), H5Tclose);
    if (name != nullptr && is_utf8(name))
      fields[name] = value_json(value + H5Tget_member_offset(type, member), field.get(), object);
    H5free_memory(name);
  }
  return fields;
}

json list_json(const std::byte*& value, hid_t type, hid_t object, const hsize_t* dims, std::size_t n_dims) {
  if (n_dims == 0) {
    json item = value_json(value, type, object);
    value += H5Tget_size(type);
    return item;
  }
  json items = json::array();
  for (hsize_t i = 0; i < dims[0]; ++i) items.push_back(list_json(value, type, object, dims + 1, n_dims - 1));
  return items;
}

json array_json(const std::byte* value, hid_t type, hid_t object) {
  const h5::Id base(H5Tget_super(type), H5Tclose);
  std::array<hsize_t, H5S_MAX_RANK> dims{};
  const int n_dims = H5Tget_array_dims2(type, dims.data());
  return list_json(value, base.get(), object, dims.data(), static_cast<std::size_t>(std::max(0, n_dims)));
}

json variable_json(const std::byte* value, hid_t type, hid_t object) {
  const h5::Id base(H5Tget_super(type), H5Tclose);
  const auto list = load<hvl_t>(value);
  const hsize_t n = list.p == nullptr ? 0 : list.len;
  const auto* items = static_cast<const std::byte*>(list.p);
  return list_json(items, base.get(), object, &n, 1);
}

json reference_json(const std::byte* value, hid_t type, hid_t object) {
  const H5R_type_t kind = H5Tequal(type, H5T_STD_REF_OBJ) > 0 ? H5R_OBJECT : H5R_DATASET_REGION;
  std::array<char, 1024> name{};
  if (H5Rget_name(object, kind, value, name.data(), name.size()) < 0) name[0] = '\0';
  return {{"reference", text_json(name.data())}};
}

json value_json(const std::byte* value, hid_t type, hid_t object) {
  switch (H5Tget_class(type)) {
    case H5T_INTEGER: return integer_json(value, type);
    case H5T_FLOAT: return float_json(value, type);
    case H5T_STRING: return string_json(value, type);
    case H5T_ENUM: return enum_json(value, type);
    case H5T_COMPOUND: return compound_json(value, type, object);
    case H5T_ARRAY: return array_json(value, type, object);
    case H5T_VLEN: return variable_json(value, type, object);
    case H5T_REFERENCE: return reference_json(value, type, object);
    default: return hexadecimal(value, H5Tget_size(type));
  }
}

/// Memory for values of variable length: no more than may be kept, and given back all at once.
class Arena {
 public:
  static void* allocate(std::size_t n_bytes, void* arena) {
    auto& self = *static_cast<Arena*>(arena);
    if (n_bytes > self.left_) return nullptr;
    self.left_ -= n_bytes;
    return self.blocks_.emplace_back(new std::byte[n_bytes]).get();
  }
  static void release(void*, void*) {}

 private:
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::size_t left_ = max_json_value_bytes;
};

h5::Id native(const h5::Id& type) { return {H5Tget_native_type(type.get(), H5T_DIR_ASCEND), H5Tclose}; }

/// Calls convert(values) if `read`, given memory for them, succeeds.
template <class Read, class Convert>
std::optional<json> read_json(const h5::Id& type, const h5::Id& space, Read&& read, Convert&& convert) {
  if (!type || !space) return std::nullopt;
  if (H5Sget_simple_extent_type(space.get()) == H5S_NULL) return json(nullptr);
  const hssize_t n_items = H5Sget_simple_extent_npoints(space.get());
  const std::uint64_t item = H5Tget_size(type.get());
  if (n_items < 0 || item == 0 || static_cast<std::uint64_t>(n_items) > max_json_value_bytes / item) return std::nullopt;
  std::vector<std::byte> values(static_cast<std::uint64_t>(n_items) * item + 1);
  if (n_items > 0 && read(values.data()) < 0) return std::nullopt;
  return convert(values.data());
}

json shaped_json(const std::byte* values, const h5::Id& type, const h5::Id& space, hid_t object) {
  std::vector<hsize_t> dims(static_cast<std::size_t>(std::max(0, H5Sget_simple_extent_ndims(space.get()))));
  if (!dims.empty()) H5Sget_simple_extent_dims(space.get(), dims.data(), nullptr);
  return list_json(values, type.get(), object, dims.data(), dims.size());
}

}  // namespace

std::optional<json> attribute_json(hid_t attribute) {
  const h5::Lock lock;
  const h5::Id type = native({H5Aget_type(attribute), H5Tclose}), space(H5Aget_space(attribute), H5Sclose);
  return read_json(
      type, space, [&](std::byte* values) { return H5Aread(attribute, type.get(), values); },
      [&](std::byte* values) {
        json result = shaped_json(values, type, space, attribute);
        H5Dvlen_reclaim(type.get(), space.get(), H5P_DEFAULT, values);
        return result;
      });
}

std::optional<json> dataset_json(hid_t dataset) {
  const h5::Lock lock;
  const h5::Id type = native({H5Dget_type(dataset), H5Tclose}), space(H5Dget_space(dataset), H5Sclose);
  // H5Dvlen_get_buf_size would tell the size beforehand, but crashes on scalars (HDF5 1.10.8).
  Arena arena;
  const h5::Id transfer(H5Pcreate(H5P_DATASET_XFER), H5Pclose);
  H5Pset_vlen_mem_manager(transfer.get(), &Arena::allocate, &arena, &Arena::release, &arena);
  return read_json(
      type, space, [&](std::byte* values) { return H5Dread(dataset, type.get(), H5S_ALL, H5S_ALL, transfer.get(), values); },
      [&](const std::byte* values) { return shaped_json(values, type, space, dataset); });
}

}  // namespace esieve
