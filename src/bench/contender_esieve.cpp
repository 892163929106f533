// SPDX-License-Identifier: Apache-2.0
//
// Ourselves: a conversion out of memory, read back as dense frames through HDF5's filter and past it, and as events.
#include "bench/hdf5_contender.hpp"
#include "bench/names.hpp"
#include "container/filter_registration.hpp"
#include "container/layout.hpp"
#include "esieve/convert.hpp"
#include "esieve/reader.hpp"
#include "parallel/parallel.hpp"

namespace esieve::bench {
namespace {

/// Dense bytes whose events are asked for at once, a thread.
constexpr std::uint64_t batch_bytes = std::uint64_t{64} << 20;

template <class Count>
std::uint64_t read_events(const Reader& reader, int threads) {
  const FileInfo& info = reader.info();
  const std::uint64_t wanted = static_cast<std::uint64_t>(threads) * batch_bytes / info.frame_bytes();
  std::uint64_t n_events = 0;
  FrameRange range;
  for (std::uint64_t chunk = 0; chunk < info.grid.n_chunks(); ++chunk) {
    range.count += info.grid.frames(chunk, info.scan).count;  // chunks follow one another in scan order
    if (range.count < wanted && chunk + 1 < info.grid.n_chunks()) continue;
    n_events += reader.events<Count>(range).n_events();
    range = {range.end(), 0};
  }
  return n_events;
}

/// In the smallest type that holds the dataset's values.
std::uint64_t read_all_events(const Reader& reader, int threads) {
  switch (reader.info().dtype) {
    case DType::u64: return read_events<std::uint64_t>(reader, threads);
    case DType::i8:
    case DType::i16:
    case DType::i32:
    case DType::i64: return read_events<std::int64_t>(reader, threads);
    case DType::f32: return read_events<float>(reader, threads);
    case DType::f64: return read_events<double>(reader, threads);
    default: return read_events<std::uint32_t>(reader, threads);
  }
}

class Esieve final : public Contender {
 public:
  Esieve(Level level, int threads) : Contender(own_row(level, threads)), level_(level) {}

  bool takes_chunking() const override { return false; }
  std::vector<BenchReadAs> read_ways() const override { return {BenchReadAs::library, BenchReadAs::hdf5, BenchReadAs::events}; }

  void write(const DenseData& data, const Chunking&, const std::filesystem::path& path) const override {
    // The others do not wait for the disk either.
    convert(data, path, {.level = level_, .threads = row().threads, .durable = false, .threshold = {}, .progress = {}});
  }

  void read(const std::filesystem::path& path, BenchReadAs as, ReadBack& out) const override {
    if (as == BenchReadAs::hdf5) {
      register_filter();
      return read_whole_dataset(path, layout::dataset_path, out.dense);
    }
    const Reader reader(path);
    if (as == BenchReadAs::library)
      reader.frames(FrameRange{0, reader.info().scan.n_frames()}, out.dense);
    else
      out.n_events = read_all_events(reader, row().threads);
  }

 private:
  static BenchRow own_row(Level level, int threads) {
    BenchRow row;
    row.method = std::string("esieve-") + name_of(level);
    row.label = std::string("esieve ") + name_of(level);
    row.level = level;
    row.threads = resolve_threads(threads);
    return row;
  }

  Level level_;
};

}  // namespace

void add_esieve(Contenders& list, const std::vector<Level>& levels, int threads) {
  for (const Level level : levels) list.push_back(std::make_unique<Esieve>(level, threads));
}

}  // namespace esieve::bench
