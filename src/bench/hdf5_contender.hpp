// SPDX-License-Identifier: Apache-2.0
//
// Dense HDF5 storage with one filter, as h5py's create_dataset and dataset[...] do it.
#pragma once

#include <string>

#include "bench/contender.hpp"
#include "h5/h5.hpp"

namespace esieve::bench {

class Hdf5Contender : public Contender {
 public:
  void write(const DenseData& data, const Chunking& chunking, const std::filesystem::path& path) const final;
  void read(const std::filesystem::path& path, BenchReadAs as, ReadBack& out) const final;

 protected:
  using Contender::Contender;

  /// Adds the filter to the properties of a dataset to be created, which have their chunk shape.
  virtual void set_filter(hid_t creation) const = 0;
};

/// A row of one of the paper's methods.
BenchRow paper_row(std::string method, std::string label);

/// Opens the dataset and reads all of it, in its own element type.
void read_whole_dataset(const std::filesystem::path& path, const char* dataset, std::span<std::byte> out);

/// "missing: ..." if HDF5 has no filter `id`, neither built in nor as a plugin; else empty.
/// \param what     name of the filter
/// \param package  Debian's package of it
std::string missing_filter(H5Z_filter_t id, const std::string& what, const std::string& package);

/// Filter parameters as h5py and hdf5plugin set them: a chunk the filter cannot shrink is stored as it is.
void set_plugin_filter(hid_t creation, H5Z_filter_t id, std::span<const unsigned> values, const std::string& what);

}  // namespace esieve::bench
