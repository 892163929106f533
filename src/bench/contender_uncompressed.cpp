// SPDX-License-Identifier: Apache-2.0
//
// Chunks as they are: what a disk and HDF5 alone cost.
#include "bench/hdf5_contender.hpp"

namespace esieve::bench {
namespace {

class Uncompressed final : public Hdf5Contender {
 public:
  Uncompressed() : Hdf5Contender(paper_row("none", "uncompressed")) {}

 private:
  void set_filter(hid_t) const override {}
};

}  // namespace

void add_uncompressed(Contenders& list) { list.push_back(std::make_unique<Uncompressed>()); }

}  // namespace esieve::bench
