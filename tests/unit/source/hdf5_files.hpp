// SPDX-License-Identifier: Apache-2.0
//
// HDF5 files for tests, written through the C interface.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "h5/h5.hpp"

namespace esieve {

using Dims = std::vector<hsize_t>;

inline h5::Id create_file(const std::filesystem::path& path) {
  const h5::Lock lock;
  return {h5::check(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), "create a test file"), H5Fclose};
}

/// Dataset creation properties; chunked if `chunk` is not empty.
inline h5::Id creation(const Dims& chunk = {}) {
  h5::Id list(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  if (!chunk.empty()) H5Pset_chunk(list.get(), static_cast<int>(chunk.size()), chunk.data());
  return list;
}

/// Creates a dataset, and the groups on the way, and writes `values` (of `memory_type`) if there are any.
inline h5::Id write_array(hid_t file, const std::string& path, hid_t type, const Dims& dims, const void* values,
                          hid_t memory_type, const h5::Id& properties = creation()) {
  const h5::Lock lock;
  const h5::Id links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(links.get(), 1);
  const h5::Id space = dims.empty() ? h5::Id(H5Screate(H5S_SCALAR), H5Sclose) : h5::simple_space(dims);
  h5::Id dataset(
      h5::check(H5Dcreate2(file, path.c_str(), type, space.get(), links.get(), properties.get(), H5P_DEFAULT), "create " + path),
      H5Dclose);
  if (values != nullptr) h5::check(H5Dwrite(dataset.get(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), "write " + path);
  return dataset;
}

inline h5::Id write_array(hid_t file, const std::string& path, DType dtype, const Dims& dims, const void* values = nullptr,
                          const h5::Id& properties = creation()) {
  return write_array(file, path, h5::file_type(dtype), dims, values, h5::native_type(dtype), properties);
}

inline h5::Id make_group(hid_t file, const std::string& path) {
  const h5::Lock lock;
  const h5::Id links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(links.get(), 1);
  return {h5::check(H5Gcreate2(file, path.c_str(), links.get(), H5P_DEFAULT, H5P_DEFAULT), "create " + path), H5Gclose};
}

}  // namespace esieve
