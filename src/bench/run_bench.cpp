// SPDX-License-Identifier: Apache-2.0
//
// The experiment: every contender in every chunk shape once, then again as often as asked for.
//
// Runs go round all contenders before any has its second turn, so that a machine that slows down slows all of them.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <numeric>

#include "bench/chunkings.hpp"
#include "bench/contender.hpp"
#include "bench/machine.hpp"
#include "bench/names.hpp"
#include "bench/scratch_folder.hpp"
#include "base/progress_meter.hpp"
#include "esieve/error.hpp"
#include "esieve/version.hpp"
#include "parallel/parallel.hpp"

namespace esieve {
namespace bench {
namespace {

/// A contender in one chunk shape.
struct Cell {
  const Contender* contender = nullptr;
  Chunking chunking;
  std::vector<BenchRow> rows;  ///< One a way of reading.
};

bool is_yardstick(const BenchRow& row) { return row.method == "blosc-lz4-5" || row.method == "blosc-zstd-3"; }

Contenders make_contenders(const BenchOptions& options) {
  Contenders list = all_contenders(options.levels, options.threads);
  std::erase_if(list, [&](const std::unique_ptr<Contender>& contender) {
    const BenchRow& row = contender->row();
    if (options.methods == BenchMethods::paper) return !row.in_paper;
    return options.methods == BenchMethods::strong && row.in_paper && !is_yardstick(row);
  });
  return list;
}

std::vector<Cell> make_cells(const Contenders& contenders, const SourceInfo& info) {
  const std::vector<Chunking> chunkings = paper_chunkings(info.scan, info.detector);
  std::vector<Cell> cells;
  for (const auto& contender : contenders) {
    const std::string missing = contender->missing();
    for (const Chunking& chunking : contender->takes_chunking() ? chunkings : std::vector<Chunking>{{own_chunking, {}}}) {
      Cell cell{contender.get(), chunking, {}};
      for (const BenchReadAs as : contender->read_ways()) {
        BenchRow row = contender->row();
        row.chunking = chunking.name;
        row.chunk_shape = chunking.shape;
        row.read_as = as;
        row.unavailable = missing;
        cell.rows.push_back(std::move(row));
      }
      cells.push_back(std::move(cell));
      if (!missing.empty()) break;  // it is said once
    }
  }
  return cells;
}

class Experiment {
 public:
  Experiment(const DenseData& data, const BenchOptions& options)
      : data_(data),
        options_(options),
        folder_(data.bytes().size() + data.bytes().size() / 8 + (std::uint64_t{64} << 20)),
        contenders_(make_contenders(options)),
        cells_(make_cells(contenders_, data.info())),
        read_back_(data.bytes().size()) {}

  void run() {
    const auto n_methods = options_.chunks == BenchChunks::all ? cells_.size() : contenders_.size();
    const std::uint64_t turns = cells_.size() + static_cast<std::uint64_t>(options_.runs - 1) * n_methods;
    ProgressMeter meter(options_.progress, 2 * turns * data_.info().scan.n_frames());
    for (int run = 0; run < options_.runs; ++run) {
      for (Cell& cell : cells_)
        if (run == 0 || options_.chunks == BenchChunks::all || cell.rows.front().best_chunking) measure(cell, run == 0, meter);
      if (run == 0) find_best();
    }
  }

  double copy_seconds() { return bench::copy_seconds(data_.bytes(), read_back_); }
  const std::filesystem::path& place() const { return folder_.place(); }

  std::vector<BenchRow> rows() const {
    std::vector<BenchRow> rows;
    for (const Cell& cell : cells_) rows.insert(rows.end(), cell.rows.begin(), cell.rows.end());
    std::stable_sort(rows.begin(), rows.end(), [](const BenchRow& a, const BenchRow& b) {
      if (a.unavailable.empty() != b.unavailable.empty()) return a.unavailable.empty();
      return a.stored_bytes < b.stored_bytes;
    });
    return rows;
  }

 private:
  void measure(Cell& cell, bool first, ProgressMeter& meter) {
    const auto advance = [&] { meter.add(data_.info().scan.n_frames(), data_.bytes().size(), 0); };
    if (cell.rows.front().unavailable.empty()) {
      try {
        write(cell);
      } catch (const UnsupportedError& error) {
        for (BenchRow& row : cell.rows) row.unavailable = std::string("not possible: ") + error.what();
      }
    }
    advance();
    if (cell.rows.front().unavailable.empty())
      for (BenchRow& row : cell.rows) read(cell, row, first);
    std::filesystem::remove(file_);
    advance();
  }

  void write(Cell& cell) {
    const Stopwatch watch;
    cell.contender->write(data_, cell.chunking, file_);
    const double seconds = watch.seconds();
    for (BenchRow& row : cell.rows) {
      row.write.seconds.push_back(seconds);
      row.stored_bytes = std::filesystem::file_size(file_);
    }
  }

  void read(const Cell& cell, BenchRow& row, bool first) {
    // What an earlier contender left must not pass for this one's.
    if (first) std::fill(read_back_.begin(), read_back_.end(), std::byte{0xa5});
    ReadBack out{.dtype = data_.info().dtype, .dense = read_back_, .n_events = 0};
    const Stopwatch watch;
    cell.contender->read(file_, row.read_as, out);
    row.read.seconds.push_back(watch.seconds());
    if (first && !is_right(row.read_as, out))
      throw DataError(row.label + " gave back something else than was stored with it; the bench was stopped");
  }

  bool is_right(BenchReadAs as, const ReadBack& out) const {
    if (as == BenchReadAs::events) return out.n_events == data_.n_nonzero();
    return std::memcmp(read_back_.data(), data_.bytes().data(), read_back_.size()) == 0;
  }

  void find_best() {
    std::map<std::string, Cell*> best;
    for (Cell& cell : cells_) {
      Cell*& so_far = best[cell.rows.front().method];
      if (!cell.rows.front().unavailable.empty()) continue;
      if (so_far == nullptr || cell.rows.front().stored_bytes < so_far->rows.front().stored_bytes) so_far = &cell;
    }
    for (auto& [method, cell] : best)
      if (cell != nullptr)
        for (BenchRow& row : cell->rows) row.best_chunking = true;
  }

  const DenseData& data_;
  const BenchOptions& options_;
  ScratchFolder folder_;
  std::filesystem::path file_ = folder_.path() / "measured.hdf5";
  Contenders contenders_;
  std::vector<Cell> cells_;
  std::vector<std::byte> read_back_;
};

void check(const SourceInfo& info, const BenchOptions& options) {
  if (options.runs < 1 || options.runs > 1000) throw UsageError(std::to_string(options.runs) + " runs make no sense (1 to 1000)");
  if (info.scan.n_frames() == 0 || info.detector.n_pixels() == 0)
    throw UsageError(info.path.string() + " has no frames (one of its axes has length 0)");
}

}  // namespace
}  // namespace bench

double BenchTiming::mean_seconds() const {
  return std::accumulate(seconds.begin(), seconds.end(), 0.0) / static_cast<double>(seconds.size());
}

std::optional<double> BenchTiming::variation() const {
  if (seconds.size() < 2) return std::nullopt;
  const double mean = mean_seconds();
  double squares = 0;
  for (const double value : seconds) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(seconds.size() - 1)) / mean;
}

double BenchResult::zeros() const {
  return 1 - static_cast<double>(n_nonzero) * static_cast<double>(item_bytes(dtype)) / static_cast<double>(dense_bytes);
}

double BenchResult::ratio(const BenchRow& row) const {
  return static_cast<double>(dense_bytes) / static_cast<double>(row.stored_bytes);
}

double BenchResult::bits_per_nonzero(const BenchRow& row) const {
  return 8 * static_cast<double>(row.stored_bytes) / static_cast<double>(n_nonzero);
}

double BenchResult::gib_per_second(const BenchTiming& timing) const {
  return static_cast<double>(dense_bytes) / (std::uint64_t{1} << 30) / timing.mean_seconds();
}

std::optional<double> BenchResult::over_floor(const BenchRow& row) const {
  if (!floor_bits || *floor_bits <= 0) return std::nullopt;
  return 8 * static_cast<double>(row.stored_bytes) / *floor_bits;
}

BenchResult run_bench(const Source& source, const BenchOptions& options) {
  bench::check(source.info(), options);
  const ThreadLimit limit(options.threads);
  const SourceInfo& info = source.info();
  BenchResult result;
  result.path = info.path.string();
  result.dataset = info.dataset;
  result.whole_scan = info.scan;
  result.measured = bench::choose_part(info.scan, info.frame_bytes(), options.max_bytes);
  result.detector = info.detector;
  result.dtype = info.dtype;
  result.options = options;
  result.options.progress = nullptr;
  result.written_by = "esieve " + std::string(library_version);
  result.measured_at = bench::utc_now();
  result.processor = bench::processor_name();
  result.hdf5_version = bench::hdf5_version();

  const bench::DenseData data = bench::load(source, result.measured, options.threads);
  result.dense_bytes = data.bytes().size();
  result.n_nonzero = data.n_nonzero();
  result.floor_bits = data.info().floor_bits;
  bench::Experiment experiment(data, options);
  result.folder = experiment.place().string();
  result.copy_seconds = experiment.copy_seconds();
  experiment.run();
  result.rows = experiment.rows();
  return result;
}

}  // namespace esieve
