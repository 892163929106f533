// SPDX-License-Identifier: Apache-2.0
//
// A way of storing a dense dataset, one file each: contender_*.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bench/dense_data.hpp"
#include "esieve/bench.hpp"

namespace esieve::bench {

/// Chunks of a dense dataset.
struct Chunking {
  std::string name;                      ///< As in BenchRow.
  std::array<std::uint64_t, 4> shape{};  ///< All zero: the contender decides.
};

struct ReadBack {
  DType dtype = DType::u16;    ///< Of the dense elements.
  std::span<std::byte> dense;  ///< Filled, unless read as events.
  std::uint64_t n_events = 0;  ///< Set, if read as events.
};

/// Immutable; used by one thread at a time.
class Contender {
 public:
  virtual ~Contender() = default;

  /// Method, label, in_paper, level and threads of its rows.
  const BenchRow& row() const { return row_; }

  /// What is missing on this machine, "missing: ..."; empty if nothing.
  virtual std::string missing() const { return {}; }

  /// False: it has one chunking, its own.
  virtual bool takes_chunking() const { return true; }

  virtual std::vector<BenchReadAs> read_ways() const { return {BenchReadAs::hdf5}; }

  /// Creates the file and returns when all of it has gone to the operating system.
  /// \throws UnsupportedError  the method cannot store such data
  /// \throws IoError
  virtual void write(const DenseData& data, const Chunking& chunking, const std::filesystem::path& path) const = 0;

  /// Opens what `write` wrote and reads everything.
  virtual void read(const std::filesystem::path& path, BenchReadAs as, ReadBack& out) const = 0;

 protected:
  explicit Contender(BenchRow row) : row_(std::move(row)) {}

 private:
  BenchRow row_;
};

using Contenders = std::vector<std::unique_ptr<Contender>>;

// Each adds its methods to the list.
void add_uncompressed(Contenders& list);
void add_gzip(Contenders& list);
void add_lzf(Contenders& list);
void add_szip(Contenders& list);
void add_blosc(Contenders& list);
void add_lz4(Contenders& list);
void add_bitshuffle(Contenders& list);
void add_csr(Contenders& list);
void add_esieve(Contenders& list, const std::vector<Level>& levels, int threads);

inline Contenders all_contenders(const std::vector<Level>& levels, int threads) {
  Contenders list;
  add_uncompressed(list);
  add_gzip(list);
  add_lzf(list);
  add_szip(list);
  add_blosc(list);
  add_lz4(list);
  add_bitshuffle(list);
  add_csr(list);
  add_esieve(list, levels, threads);
  return list;
}

}  // namespace esieve::bench
