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
  const auto known = std::find_if(known_filters.begin(), known_filters.end(),
                                  [&](const KnownFilter& filter) { return filter.id == id; });
  const bool is_known = known != known_filters.end();
  throw UnsupportedError(name + " is compressed with HDF5 filter " + std::to_string(id) + " (" +
                         (is_known ? known->name : stored_name.empty() ? "unknown" : stored_name) +
                         "), which is not installed (" + (is_known ? known->install : any_filter_install) + ")");
}

void check_filters(hid_t creation, const std::string& name) {
  const int n_filters = H5Pget_nfilters(creation);
  for (int i = 0; i < n_filters; ++i) {
    unsigned flags = 0;
    std::size_t n_values = 0;
    std::array<char, 128> stored_name{};
    const H5Z_filter_t id = H5Pget_filter2(creation, static_cast<unsigned>(i), &flags, &n_values, nullptr,
                                           stored_name.size() - 1, stored_name.data(), nullptr);
    if (id >= 0 && H5Zfilter_avail(id) <= 0) throw_missing_filter(name, id, stored_name.data());
  }
}

std::string text_of(std::size_t bytes) { return std::string(bytes, '\0'); }

std::filesystem::path folder_of(hid_t dataset) {
  const ssize_t n = H5Fget_name(dataset, nullptr, 0);
  if (n <= 0) return ".";
  std::string file = text_of(static_cast<std::size_t>(n) + 1);
  H5Fget_name(dataset, file.data(), file.size());
  return std::filesystem::path(file.c_str()).parent_path();
}

/// As HDF5 looks for the files of virtual datasets: the folder of the environment, of the file, the current one.
bool is_found(const std::string& file, const std::filesystem::path& folder) {
  std::error_code ignored;
  const auto exists = [&](const std::filesystem::path& path) { return std::filesystem::exists(path, ignored); };
  const char* prefix = std::getenv("HDF5_VDS_PREFIX");
  const std::filesystem::path path(file), name = path.filename();
  if (prefix != nullptr && exists(std::filesystem::path(prefix) / path)) return true;
  return exists(folder / path) || exists(path) || (path.is_absolute() && exists(folder / name));
}

void check_virtual(hid_t dataset, hid_t creation, const std::string& name) {
  std::size_t n_sources = 0;
  h5::check(H5Pget_virtual_count(creation, &n_sources), "read the sources of " + name);
  const std::filesystem::path folder = folder_of(dataset);
  for (std::size_t i = 0; i < n_sources; ++i) {
    const ssize_t n = H5Pget_virtual_filename(creation, i, nullptr, 0);
    std::string file = text_of(static_cast<std::size_t>(std::max<ssize_t>(n, 0)) + 1);
    H5Pget_virtual_filename(creation, i, file.data(), file.size());
    file.pop_back();
    // "." is the file itself; a pattern names as many files as there are.
    if (file == "." || file.find('%') != std::string::npos || is_found(file, folder)) continue;
    throw DataError(name + " is a virtual dataset, and its source " + file +
                    " is missing (HDF5 would read fill values in its place)");
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
  const h5::Id creation(H5Dget_create_plist(dataset), H5Pclose);
  check_filters(creation.get(), name);
  check_external(dataset, creation.get(), name);
  if (H5Pget_layout(creation.get()) == H5D_VIRTUAL) check_virtual(dataset, creation.get(), name);
}

std::optional<PlainStorage> plain_storage(hid_t dataset) {
  const h5::Lock lock;
  const h5::Id creation(H5Dget_create_plist(dataset), H5Pclose);
  if (H5Pget_layout(creation.get()) != H5D_CONTIGUOUS || H5Pget_external_count(creation.get()) != 0) return std::nullopt;
  const h5::Id type(H5Dget_type(dataset), H5Tclose);
  const auto dtype = h5::dtype_of(type.get());
  if (!dtype) return std::nullopt;
  const h5::Id reversed(H5Tcopy(h5::file_type(*dtype)), H5Tclose);
  H5Tset_order(reversed.get(), H5T_ORDER_BE);
  const bool little = H5Tequal(type.get(), h5::file_type(*dtype)) > 0;
  if (!little && H5Tequal(type.get(), reversed.get()) <= 0) return std::nullopt;
  const haddr_t offset = H5Dget_offset(dataset);
  if (offset == HADDR_UNDEF) return std::nullopt;
  const ssize_t n = H5Fget_name(dataset, nullptr, 0);
  if (n <= 0) return std::nullopt;
  std::string file = text_of(static_cast<std::size_t>(n) + 1);
  H5Fget_name(dataset, file.data(), file.size());
  file.pop_back();
  return PlainStorage{file, offset, little ? ByteOrder::little : ByteOrder::big};
}

}  // namespace esieve
