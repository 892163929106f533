// SPDX-License-Identifier: Apache-2.0
//
// Szip with h5py's settings: nearest neighbour, blocks of 8 pixels.
#include "bench/hdf5_contender.hpp"

namespace esieve::bench {
namespace {

class Szip final : public Hdf5Contender {
 public:
  Szip() : Hdf5Contender(paper_row("szip", "szip")) {}

  std::string missing() const override {
    const h5::Lock lock;
    unsigned can = 0;
    const bool encodes = H5Zfilter_avail(H5Z_FILTER_SZIP) > 0 && H5Zget_filter_info(H5Z_FILTER_SZIP, &can) >= 0 &&
                         (can & H5Z_FILTER_CONFIG_ENCODE_ENABLED) != 0;
    return encodes ? "" : "missing: this HDF5 was built without the szip encoder; Debian's libhdf5-103-1 has it";
  }

 private:
  void set_filter(hid_t creation) const override { h5::check(H5Pset_szip(creation, H5_SZIP_NN_OPTION_MASK, 8), "set szip"); }
};

}  // namespace

void add_szip(Contenders& list) { list.push_back(std::make_unique<Szip>()); }

}  // namespace esieve::bench
