// SPDX-License-Identifier: Apache-2.0
//
// Blosc through its HDF5 filter, registered in this process, one thread: the paper's five and two stronger settings.
#include "bench/hdf5_contender.hpp"
#include "report/blosc.hpp"

namespace esieve::bench {
namespace {

class Blosc final : public Hdf5Contender {
 public:
  Blosc(BenchRow row, BloscMethod method) : Hdf5Contender(std::move(row)), method_(method) {}

 private:
  void set_filter(hid_t creation) const override {
    register_blosc_filter();
    // The filter fills in the four it derives from the dataset.
    const std::array values = {0u,
                               0u,
                               0u,
                               0u,
                               static_cast<unsigned>(method_.clevel),
                               static_cast<unsigned>(method_.shuffle),
                               static_cast<unsigned>(method_.compressor)};
    set_plugin_filter(creation, blosc_filter_id, values, row().label);
  }

  BloscMethod method_;
};

BenchRow stronger_row(std::string method, std::string label) {
  BenchRow row = paper_row(std::move(method), std::move(label));
  row.in_paper = false;
  return row;
}

}  // namespace

void add_blosc(Contenders& list) {
  using enum BloscCompressor;
  const auto add = [&](BenchRow row, BloscMethod method) { list.push_back(std::make_unique<Blosc>(std::move(row), method)); };
  add(paper_row("blosc-blosclz-5", "Blosc blosclz-5"), {blosclz, 5, BloscShuffle::bytes});
  add(paper_row("blosc-lz4-5", "Blosc lz4-5"), {lz4, 5, BloscShuffle::bytes});
  add(paper_row("blosc-lz4hc-5", "Blosc lz4hc-5"), {lz4hc, 5, BloscShuffle::bytes});
  add(paper_row("blosc-zlib-5", "Blosc zlib-5"), {zlib, 5, BloscShuffle::bytes});
  add(paper_row("blosc-zstd-3", "Blosc zstd-3"), {zstd, 3, BloscShuffle::bytes});
  add(stronger_row("blosc-bitshuffle-zstd-5", "Blosc bitshuffle+zstd-5"), {zstd, 5, BloscShuffle::bits});
  add(stronger_row("blosc-bitshuffle-zstd-9", "Blosc bitshuffle+zstd-9"), {zstd, 9, BloscShuffle::bits});
}

}  // namespace esieve::bench
