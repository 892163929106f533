// SPDX-License-Identifier: Apache-2.0
#include "source/hdf5_dataset.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include "base/file.hpp"
#include "esieve/error.hpp"

namespace esieve {
namespace {

constexpr std::uint64_t min_cache_bytes = std::uint64_t{1} << 20;
constexpr std::uint64_t max_cache_bytes = std::uint64_t{192} << 20;

struct KnownFilter {
  H5Z_filter_t id;
  const char* name;
  const char* install;
};

constexpr std::array known_filters = {
    KnownFilter{307, "bzip2", "Debian: apt-get install hdf5-filter-plugin"},
    KnownFilter{32000, "LZF", "Debian: apt-get install hdf5-plugin-lzf"},
    KnownFilter{32001, "Blosc", "Debian: apt-get install hdf5-filter-plugin-blosc-serial"},
    KnownFilter{32004, "LZ4", "Debian: apt-get install hdf5-filter-plugin"},
    KnownFilter{32008, "bitshuffle", "Debian: apt-get install bitshuffle"},
    KnownFilter{32013, "ZFP", "Debian: apt-get install hdf5-filter-plugin-zfp-serial"},
    KnownFilter{58576, "esieve", "esieve's own; 'esieve doctor' says what is wrong"},
};
constexpr const char* any_filter_install = "install its plugin and set HDF5_PLUGIN_PATH; many come with 'pip install hdf5plugin'";

[[noreturn]] void throw_missing_filter(const std::string& name, H5Z_filter_t id, const std::string& stored_name) {
  const auto known =
      std::find_if(known_filters.begin(), known_filters.end(), [&](const KnownFilter& filter) { return filter.id == id; });
  const bool is_known = known != known_filters.end();
  throw UnsupportedError(name + " is compressed with HDF5 filter " + std::to_string(id) + " (" +
                         (is_known              ? known->name
                          : stored_name.empty() ? "unknown"
                                                : stored_name) +
                         "), which is not installed (" + (is_known ? known->install : any_filter_install) + ")");
}

void check_complete(hid_t dataset, const std::string& name, int depth);

/// A name that HDF5 hands out in two steps: length first.
template <class Get>
std::string name_from(Get&& get) {
  const ssize_t n = get(nullptr, 0);
  std::string name(static_cast<std::size_t>(std::max<ssize_t>(n, 0)) + 1, '\0');
  get(name.data(), name.size());
  name.pop_back();
  return name;
}

std::string file_of(hid_t dataset) {
  return name_from([&](char* text, std::size_t n) { return H5Fget_name(dataset, text, n); });
}

/// Whether the first value can be had: an optional filter that is missing may not have been used either.
bool can_read(hid_t dataset) {
  const h5::Id space(H5Dget_space(dataset), H5Sclose), type(H5Dget_type(dataset), H5Tclose);
  const h5::Id memory_type(H5Tget_native_type(type.get(), H5T_DIR_ASCEND), H5Tclose);
  const hsize_t one = 1;
  const std::vector<hsize_t> start(h5::dimensions(dataset).size()), count(start.size(), 1);
  std::array<std::byte, 64> value{};
  if (start.empty() || H5Tget_size(memory_type.get()) > value.size()) return false;
  const h5::Id memory = h5::simple_space({&one, 1});
  return H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr) >= 0 &&
         H5Dread(dataset, memory_type.get(), memory.get(), space.get(), H5P_DEFAULT, value.data()) >= 0;
}

void check_filters(hid_t dataset, hid_t creation, const std::string& name) {
  const int n_filters = H5Pget_nfilters(creation);
  for (int i = 0; i < n_filters; ++i) {
    unsigned flags = 0;
    std::size_t n_values = 0;
    std::array<char, 128> stored_name{};
    const H5Z_filter_t id = H5Pget_filter2(creation, static_cast<unsigned>(i), &flags, &n_values, nullptr, stored_name.size() - 1,
                                           stored_name.data(), nullptr);
    if (id < 0 || H5Zfilter_avail(id) > 0) continue;
    if ((flags & H5Z_FLAG_OPTIONAL) == 0 || !can_read(dataset)) throw_missing_filter(name, id, stored_name.data());
  }
}

/// Folder of the file a dataset lies in.
std::filesystem::path folder_of(hid_t dataset) { return std::filesystem::path(file_of(dataset)).parent_path(); }

/// As HDF5 looks for the files of virtual datasets: the folder of the environment, of the file, the current
/// one.
std::optional<std::filesystem::path> find_beside(const std::string& file, const std::filesystem::path& folder) {
  const std::filesystem::path path(file);
  std::vector<std::filesystem::path> places = {folder / path, path, folder / path.filename()};
  if (const char* prefix = std::getenv("HDF5_VDS_PREFIX"); prefix != nullptr)
    places.insert(places.begin(), std::filesystem::path(prefix) / path);
  std::error_code ignored;
  for (const std::filesystem::path& place : places)
    if (std::filesystem::is_regular_file(place, ignored)) return place;
  return std::nullopt;
}

void check_virtual(hid_t dataset, hid_t creation, const std::string& name, int depth) {
  constexpr int max_depth = 8;
  std::size_t n_sources = 0;
  h5::check(H5Pget_virtual_count(creation, &n_sources), "read the sources of " + name);
  const std::filesystem::path folder = folder_of(dataset);
  for (std::size_t i = 0; i < n_sources; ++i) {
    const std::string file = name_from([&](char* text, std::size_t n) { return H5Pget_virtual_filename(creation, i, text, n); });
    const std::string path = name_from([&](char* text, std::size_t n) { return H5Pget_virtual_dsetname(creation, i, text, n); });
    if ((file + path).find('%') != std::string::npos) continue;  // a pattern: as many sources as there are
    const auto found = file == "." ? std::filesystem::path(file_of(dataset)) : find_beside(file, folder);
    const h5::Id opened = found ? h5::open_file(*found) : h5::Id();
    const h5::Id source(opened ? H5Dopen2(opened.get(), path.c_str(), H5P_DEFAULT) : -1, H5Dclose);
    if (!source)
      throw DataError(name + " is a virtual dataset, and its source " + file + ":" + path +
                      " is missing (HDF5 would read fill values in its place)");
    if (depth < max_depth) check_complete(source.get(), found->string() + ":" + path, depth + 1);
  }
}

void check_external(hid_t dataset, hid_t creation, const std::string& name) {
  const int n_files = H5Pget_external_count(creation);
  const std::filesystem::path folder = folder_of(dataset);
  for (int i = 0; i < n_files; ++i) {
    std::array<char, 4096> file{};
    off_t offset = 0;
    hsize_t bytes = 0;
    H5Pget_external(creation, static_cast<unsigned>(i), file.size() - 1, file.data(), &offset, &bytes);
    std::error_code error;
    std::uint64_t present = std::filesystem::file_size(file.data(), error);
    if (error) present = std::filesystem::file_size(folder / file.data(), error);
    if (error) throw DataError(name + " keeps its values in " + file.data() + ", which is missing");
    if (bytes != H5F_UNLIMITED && present < static_cast<std::uint64_t>(offset) + bytes)
      throw DataError(name + " keeps its values in " + file.data() + ", which is truncated");
  }
}

void check_complete(hid_t dataset, const std::string& name, int depth) {
  const h5::Id creation(H5Dget_create_plist(dataset), H5Pclose);
  check_filters(dataset, creation.get(), name);
  check_external(dataset, creation.get(), name);
  if (H5Pget_layout(creation.get()) == H5D_VIRTUAL) check_virtual(dataset, creation.get(), name, depth);
}

/// Bytes of the chunks that one row of the scan (4-D) or one frame (fewer dimensions) touches.
std::uint64_t chunk_row_bytes(hid_t dataset, hid_t creation) {
  const std::vector<hsize_t> shape = h5::dimensions(dataset);
  std::vector<hsize_t> chunk(shape.size());
  if (H5Pget_chunk(creation, static_cast<int>(chunk.size()), chunk.data()) < 0) return 0;
  const h5::Id type(H5Dget_type(dataset), H5Tclose);
  long double bytes = static_cast<long double>(H5Tget_size(type.get())) * static_cast<long double>(chunk.front());
  for (std::size_t i = 1; i < shape.size(); ++i)
    bytes *= static_cast<long double>((shape[i] + chunk[i] - 1) / chunk[i] * chunk[i]);
  return static_cast<std::uint64_t>(std::min<long double>(bytes, static_cast<long double>(max_cache_bytes)));
}

}  // namespace

h5::Id open_frames_dataset(hid_t file, const std::string& path) {
  const h5::Lock lock;
  h5::Id dataset = h5::open_dataset(file, path);
  const h5::Id creation(H5Dget_create_plist(dataset.get()), H5Pclose);
  if (H5Pget_layout(creation.get()) != H5D_CHUNKED) return dataset;
  const std::uint64_t bytes = std::clamp(chunk_row_bytes(dataset.get(), creation.get()), min_cache_bytes, max_cache_bytes);
  const h5::Id access(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose);
  constexpr std::size_t n_slots = 100'003;  // a prime well above the number of chunks in the cache
  H5Pset_chunk_cache(access.get(), n_slots, bytes, 1.0);
  dataset.reset();
  return {h5::check(H5Dopen2(file, path.c_str(), access.get()), "open dataset " + path), H5Dclose};
}

void check_complete(hid_t dataset, const std::string& name) {
  const h5::Lock lock;
  check_complete(dataset, name, 0);
}

std::optional<ByteOrder> stored_order(hid_t type, DType dtype) {
  if (H5Tequal(type, h5::file_type(dtype)) > 0) return ByteOrder::little;
  const h5::Id reversed(H5Tcopy(h5::file_type(dtype)), H5Tclose);
  H5Tset_order(reversed.get(), H5T_ORDER_BE);
  return H5Tequal(type, reversed.get()) > 0 ? std::optional(ByteOrder::big) : std::nullopt;
}

std::optional<PlainStorage> plain_storage(hid_t dataset) {
  const h5::Lock lock;
  const h5::Id creation(H5Dget_create_plist(dataset), H5Pclose);
  if (H5Pget_layout(creation.get()) != H5D_CONTIGUOUS || H5Pget_external_count(creation.get()) != 0) return std::nullopt;
  const h5::Id type(H5Dget_type(dataset), H5Tclose);
  const auto dtype = h5::dtype_of(type.get());
  const auto order = dtype ? stored_order(type.get(), *dtype) : std::nullopt;
  const haddr_t offset = H5Dget_offset(dataset);
  if (!order || offset == HADDR_UNDEF) return std::nullopt;
  return PlainStorage{file_of(dataset), offset, *order};
}

}  // namespace esieve
