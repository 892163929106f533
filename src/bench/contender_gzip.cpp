// SPDX-License-Identifier: Apache-2.0
//
// HDF5's own gzip, without shuffling, as the paper has it.
#include "bench/hdf5_contender.hpp"

namespace esieve::bench {
namespace {

class Gzip final : public Hdf5Contender {
 public:
  explicit Gzip(unsigned level)
      : Hdf5Contender(paper_row("gzip-" + std::to_string(level), "gzip-" + std::to_string(level))), level_(level) {}

  std::string missing() const override { return missing_filter(H5Z_FILTER_DEFLATE, "gzip", "libhdf5-103-1"); }

 private:
  void set_filter(hid_t creation) const override { h5::check(H5Pset_deflate(creation, level_), "set gzip"); }

  unsigned level_;
};

}  // namespace

void add_gzip(Contenders& list) {
  for (const unsigned level : {1u, 6u, 9u}) list.push_back(std::make_unique<Gzip>(level));
}

}  // namespace esieve::bench
