// SPDX-License-Identifier: Apache-2.0
//
// Bitshuffle + LZ4, what most X-ray detectors write.
#include "bench/hdf5_contender.hpp"

namespace esieve::bench {
namespace {

constexpr H5Z_filter_t bitshuffle_id = 32008;

class Bitshuffle final : public Hdf5Contender {
 public:
  Bitshuffle() : Hdf5Contender(paper_row("bitshuffle-lz4", "bitshuffle+LZ4")) {}

  std::string missing() const override { return missing_filter(bitshuffle_id, "bitshuffle", "bitshuffle"); }

 private:
  void set_filter(hid_t creation) const override {
    constexpr unsigned default_block = 0, lz4 = 2;
    const std::array values = {default_block, lz4};
    set_plugin_filter(creation, bitshuffle_id, values, "bitshuffle");
  }
};

}  // namespace

void add_bitshuffle(Contenders& list) { list.push_back(std::make_unique<Bitshuffle>()); }

}  // namespace esieve::bench
