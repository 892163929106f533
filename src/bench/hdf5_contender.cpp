// SPDX-License-Identifier: Apache-2.0
#include "bench/hdf5_contender.hpp"

#include <algorithm>

#include "bench/filter_folders.hpp"
#include "esieve/error.hpp"

namespace esieve::bench {
namespace {

constexpr const char* dataset_name = "data";

}  // namespace

BenchRow paper_row(std::string method, std::string label) {
  BenchRow row;
  row.method = std::move(method);
  row.label = std::move(label);
  row.in_paper = true;
  return row;
}

void Hdf5Contender::write(const DenseData& data, const Chunking& chunking, const std::filesystem::path& path) const {
  const SourceInfo& info = data.info();
  const std::array<hsize_t, 4> dims = {info.scan.scan_y, info.scan.scan_x, info.detector.det_y, info.detector.det_x};
  const std::array<hsize_t, 4> chunk = {chunking.shape[0], chunking.shape[1], chunking.shape[2], chunking.shape[3]};
  const h5::Lock lock;
  const h5::Id file(h5::check(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), "create a temporary file"),
                    H5Fclose);
  const h5::Id creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  h5::check(H5Pset_chunk(creation.get(), 4, chunk.data()), "set a chunk shape");
  set_filter(creation.get());
  const h5::Id space = h5::simple_space(dims);
  const h5::Id dataset(
      H5Dcreate2(file.get(), dataset_name, h5::file_type(info.dtype), space.get(), H5P_DEFAULT, creation.get(), H5P_DEFAULT),
      H5Dclose);
  if (!dataset) throw UnsupportedError("the filter refuses such data (" + h5::last_error() + ")");
  h5::check(H5Dwrite(dataset.get(), h5::native_type(info.dtype), H5S_ALL, H5S_ALL, H5P_DEFAULT, data.bytes().data()),
            "write a temporary dataset with " + row().label);
  h5::check(H5Fflush(file.get(), H5F_SCOPE_GLOBAL), "write a temporary file");
}

void Hdf5Contender::read(const std::filesystem::path& path, BenchReadAs, ReadBack& out) const {
  read_whole_dataset(path, dataset_name, out.dense);
}

void read_whole_dataset(const std::filesystem::path& path, const char* name, std::span<std::byte> out) {
  const h5::Lock lock;
  const h5::Id file = h5::open_file(path);
  const h5::Id dataset = h5::open_dataset(file.get(), name);
  const h5::Id file_type(H5Dget_type(dataset.get()), H5Tclose);
  const h5::Id type(H5Tget_native_type(file_type.get(), H5T_DIR_ASCEND), H5Tclose);
  std::uint64_t bytes = H5Tget_size(type.get());
  for (const hsize_t n : h5::dimensions(dataset.get())) bytes *= n;
  if (bytes != out.size()) throw DataError(path.string() + " has another size than what was written to it");
  h5::check(H5Dread(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, out.data()), "read a temporary dataset");
}

std::string missing_filter(H5Z_filter_t id, const std::string& what, const std::string& package) {
  add_filter_folders();
  const h5::Lock lock;
  if (H5Zfilter_avail(id) > 0) return {};
  return "missing: HDF5 finds no " + what + " filter (" + std::to_string(id) + "); Debian: apt install " + package;
}

void set_plugin_filter(hid_t creation, H5Z_filter_t id, std::span<const unsigned> values, const std::string& what) {
  h5::check(H5Pset_filter(creation, id, H5Z_FLAG_OPTIONAL, values.size(), values.data()), "set the filter " + what);
}

}  // namespace esieve::bench
