// SPDX-License-Identifier: Apache-2.0
//
// LZF, the filter that comes with h5py.
#include "bench/hdf5_contender.hpp"

namespace esieve::bench {
namespace {

constexpr H5Z_filter_t lzf_id = 32000;

class Lzf final : public Hdf5Contender {
 public:
  Lzf() : Hdf5Contender(paper_row("lzf", "lzf")) {}

  std::string missing() const override { return missing_filter(lzf_id, "lzf", "hdf5-plugin-lzf"); }

 private:
  void set_filter(hid_t creation) const override { set_plugin_filter(creation, lzf_id, {}, "lzf"); }
};

}  // namespace

void add_lzf(Contenders& list) { list.push_back(std::make_unique<Lzf>()); }

}  // namespace esieve::bench
