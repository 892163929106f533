// SPDX-License-Identifier: Apache-2.0
//
// LZ4 alone, the filter of HDF5's external plugins.
#include "bench/hdf5_contender.hpp"

namespace esieve::bench {
namespace {

constexpr H5Z_filter_t lz4_id = 32004;

class Lz4 final : public Hdf5Contender {
 public:
  Lz4() : Hdf5Contender(paper_row("lz4", "LZ4")) {}

  std::string missing() const override { return missing_filter(lz4_id, "LZ4", "hdf5-filter-plugin"); }

 private:
  void set_filter(hid_t creation) const override {
    const unsigned block_bytes = 0;  // the filter's default
    set_plugin_filter(creation, lz4_id, {&block_bytes, 1}, "LZ4");
  }
};

}  // namespace

void add_lz4(Contenders& list) { list.push_back(std::make_unique<Lz4>()); }

}  // namespace esieve::bench
