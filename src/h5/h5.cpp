// SPDX-License-Identifier: Apache-2.0
#include "h5/h5.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/file.hpp"
#include "esieve/error.hpp"

namespace esieve::h5 {
namespace {

std::recursive_mutex& library_mutex() {
  static std::recursive_mutex mutex;
  return mutex;
}

// Of the thread that has the lock: how many of them, and its printer before the first.
int n_held = 0;
H5E_auto2_t printer = nullptr;
void* printer_data = nullptr;

herr_t keep_description(unsigned, const H5E_error2_t* error, void* text) {
  auto& out = *static_cast<std::string*>(text);
  if (error->desc != nullptr && *error->desc != '\0' && out.empty()) out = error->desc;
  return 0;
}

}  // namespace

Lock::Lock() : lock_(library_mutex()) {
  if (n_held++ > 0) return;
  H5Eget_auto2(H5E_DEFAULT, &printer, &printer_data);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Lock::~Lock() {
  if (--n_held == 0) H5Eset_auto2(H5E_DEFAULT, printer, printer_data);
}

Id& Id::operator=(Id&& other) noexcept {
  if (this != &other) {
    reset();
    id_ = std::exchange(other.id_, -1);
    close_ = other.close_;
  }
  return *this;
}

void Id::reset() {
  if (id_ < 0) return;
  const Lock lock;
  close_(std::exchange(id_, -1));
}

std::string last_error() {
  std::string text;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, &keep_description, &text);
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

void throw_failed(const std::string& what) {
  const std::string reason = last_error();
  throw IoError("cannot " + what + (reason.empty() ? "" : " (" + reason + ")"));
}

Id open_file(const std::filesystem::path& path) {
  const Lock lock;
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  if (file >= 0) return {file, H5Fclose};
  const std::string reason = last_error();
  const InputFile readable(path);  // says plainly what is wrong where HDF5 does not
  if (readable.size() == 0) throw DataError(path.string() + " is empty");
  if (H5Fis_hdf5(path.c_str()) <= 0) throw DataError(path.string() + " is not an HDF5 file");
  throw DataError("cannot open " + path.string() + " as HDF5 (" + reason + ")");
}

Id create_group(hid_t parent, const std::string& name) {
  const Lock lock;
  return {check(H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), "create group " + name), H5Gclose};
}

Id open_group(hid_t parent, const std::string& path) {
  const Lock lock;
  return {check(H5Gopen2(parent, path.c_str(), H5P_DEFAULT), "open group " + path), H5Gclose};
}

Id open_dataset(hid_t parent, const std::string& path) {
  const Lock lock;
  return {check(H5Dopen2(parent, path.c_str(), H5P_DEFAULT), "open dataset " + path), H5Dclose};
}

bool exists(hid_t parent, const std::string& path) {
  const Lock lock;
  return H5Oexists_by_name(parent, path.c_str(), H5P_DEFAULT) > 0;  // fails where a part before the last is missing
}

Id simple_space(std::span<const hsize_t> dims) {
  const Lock lock;
  return {check(H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr), "create a dataspace"), H5Sclose};
}

std::vector<hsize_t> dimensions(hid_t dataset) {
  const Lock lock;
  const Id space(check(H5Dget_space(dataset), "read a dataset's shape"), H5Sclose);
  std::vector<hsize_t> dims(static_cast<std::size_t>(std::max(0, H5Sget_simple_extent_ndims(space.get()))));
  if (!dims.empty()) H5Sget_simple_extent_dims(space.get(), dims.data(), nullptr);
  return dims;
}

hid_t native_type(DType dtype) {
  const Lock lock;
  switch (dtype) {
    case DType::u8: return H5T_NATIVE_UINT8;
    case DType::u16: return H5T_NATIVE_UINT16;
    case DType::u32: return H5T_NATIVE_UINT32;
    case DType::u64: return H5T_NATIVE_UINT64;
    case DType::i8: return H5T_NATIVE_INT8;
    case DType::i16: return H5T_NATIVE_INT16;
    case DType::i32: return H5T_NATIVE_INT32;
    case DType::i64: return H5T_NATIVE_INT64;
    case DType::f32: return H5T_NATIVE_FLOAT;
    case DType::f64: break;
  }
  return H5T_NATIVE_DOUBLE;
}

hid_t file_type(DType dtype) {
  const Lock lock;
  switch (dtype) {
    case DType::u8: return H5T_STD_U8LE;
    case DType::u16: return H5T_STD_U16LE;
    case DType::u32: return H5T_STD_U32LE;
    case DType::u64: return H5T_STD_U64LE;
    case DType::i8: return H5T_STD_I8LE;
    case DType::i16: return H5T_STD_I16LE;
    case DType::i32: return H5T_STD_I32LE;
    case DType::i64: return H5T_STD_I64LE;
    case DType::f32: return H5T_IEEE_F32LE;
    case DType::f64: break;
  }
  return H5T_IEEE_F64LE;
}

std::optional<DType> dtype_of(hid_t type) {
  const Lock lock;
  const Id native(H5Tget_native_type(type, H5T_DIR_ASCEND), H5Tclose);
  if (!native) return std::nullopt;
  for (int code = 1; code <= 10; ++code) {
    const auto dtype = static_cast<DType>(code);
    // Reduced precision (12 bits in 16) has the native type of its size but not all of its values.
    if (H5Tequal(native.get(), native_type(dtype)) > 0 && H5Tget_size(type) == item_bytes(dtype)) return dtype;
  }
  return std::nullopt;
}

Id write_dataset(hid_t parent, const std::string& name, DType dtype, std::span<const hsize_t> dims, const void* values,
                 Compress compress) {
  const Lock lock;
  std::uint64_t n_items = 1;
  for (const hsize_t n : dims) n_items *= n;
  const Id space = dims.empty() ? Id(H5Screate(H5S_SCALAR), H5Sclose) : simple_space(dims);
  const Id creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  // Below a few hundred bytes the chunk index costs more than compression saves.
  const bool chunked = compress == Compress::gzip && n_items * item_bytes(dtype) >= 512;
  if (chunked) {
    constexpr std::uint64_t max_chunk_items = std::uint64_t{1} << 22;
    std::vector<hsize_t> chunk(dims.begin(), dims.end());
    for (std::size_t axis = 0; axis < chunk.size() && n_items > max_chunk_items; ++axis) {
      n_items /= chunk[axis];
      chunk[axis] = std::max<hsize_t>(1, std::min<hsize_t>(chunk[axis], max_chunk_items / n_items));
      n_items *= chunk[axis];
    }
    H5Pset_chunk(creation.get(), static_cast<int>(chunk.size()), chunk.data());
    H5Pset_shuffle(creation.get());
    H5Pset_deflate(creation.get(), gzip_level);
  } else {
    H5Pset_layout(creation.get(), n_items * item_bytes(dtype) < 4096 ? H5D_COMPACT : H5D_CONTIGUOUS);
  }
  H5Pset_obj_track_times(creation.get(), false);
  Id dataset(check(H5Dcreate2(parent, name.c_str(), file_type(dtype), space.get(), H5P_DEFAULT, creation.get(), H5P_DEFAULT),
                   "create dataset " + name),
             H5Dclose);
  check(H5Dwrite(dataset.get(), native_type(dtype), H5S_ALL, H5S_ALL, H5P_DEFAULT, values), "write dataset " + name);
  return dataset;
}

namespace {

template <class T>
constexpr DType dtype_for() {
  if constexpr (std::is_same_v<T, std::uint8_t>) return DType::u8;
  if constexpr (std::is_same_v<T, std::uint16_t>) return DType::u16;
  if constexpr (std::is_same_v<T, std::uint32_t>) return DType::u32;
  if constexpr (std::is_same_v<T, std::uint64_t>) return DType::u64;
  if constexpr (std::is_same_v<T, std::int64_t>) return DType::i64;
  if constexpr (std::is_same_v<T, float>) return DType::f32;
  return DType::f64;
}

}  // namespace

template <class T>
std::vector<T> read_dataset(hid_t parent, const std::string& path, std::uint64_t max_items) {
  const Lock lock;
  const Id dataset = open_dataset(parent, path);
  const Id space(H5Dget_space(dataset.get()), H5Sclose);
  const hssize_t n = H5Sget_simple_extent_npoints(space.get());
  if (n < 0 || static_cast<std::uint64_t>(n) > max_items)
    throw DataError("dataset " + path + " has " + std::to_string(n) + " items (at most " + std::to_string(max_items) +
                    " expected)");
  std::vector<T> values(static_cast<std::size_t>(n));
  check(H5Dread(dataset.get(), native_type(dtype_for<T>()), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
        "read dataset " + path);
  return values;
}

template std::vector<std::uint8_t> read_dataset(hid_t, const std::string&, std::uint64_t);
template std::vector<std::uint16_t> read_dataset(hid_t, const std::string&, std::uint64_t);
template std::vector<std::uint32_t> read_dataset(hid_t, const std::string&, std::uint64_t);
template std::vector<std::uint64_t> read_dataset(hid_t, const std::string&, std::uint64_t);
template std::vector<std::int64_t> read_dataset(hid_t, const std::string&, std::uint64_t);
template std::vector<float> read_dataset(hid_t, const std::string&, std::uint64_t);
template std::vector<double> read_dataset(hid_t, const std::string&, std::uint64_t);

}  // namespace esieve::h5
