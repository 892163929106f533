// SPDX-License-Identifier: Apache-2.0
//
// The experiment of arXiv 2604.06221 on one's own data: size, write speed and read speed of dense HDF5 storage, and ours.
//
// Method and fairness: docs/performance.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "esieve/codec.hpp"
#include "esieve/drawing.hpp"
#include "esieve/export.hpp"
#include "esieve/progress.hpp"
#include "esieve/source.hpp"

namespace esieve {

enum class BenchMethods : std::uint8_t {
  paper,   ///< The paper's thirteen.
  strong,  ///< Ours and what the paper left out, with Blosc lz4 and zstd-3 as yardsticks.
  all
};

enum class BenchChunks : std::uint8_t {
  all,  ///< Every chunk shape in every run.
  best  ///< Every chunk shape in the first run, then each method's smallest only.
};

struct BenchOptions {
  BenchMethods methods = BenchMethods::all;
  BenchChunks chunks = BenchChunks::best;
  std::vector<Level> levels = {Level::fast, Level::standard, Level::max};
  int runs = 5;                                      ///< 1 to 1000
  int threads = 1;                                   ///< 0: all. HDF5 runs its filters in one thread in any case.
  std::uint64_t max_bytes = std::uint64_t{1} << 30;  ///< Dense bytes held in memory, twice; of larger data a part is taken.
  ProgressCallback progress;                         ///< Frames count once for every writing and reading of them.
};

/// Wall times of one thing done again and again.
struct ESIEVE_API BenchTiming {
  std::vector<double> seconds;  ///< A value a run.

  double mean_seconds() const;              ///< \pre a run at least
  std::optional<double> variation() const;  ///< Standard deviation over mean; nothing for a single run.
};

/// How the stored data are read back.
enum class BenchReadAs : std::uint8_t {
  hdf5,     ///< The whole dense dataset by H5Dread, through the filter.
  library,  ///< The whole dense dataset, past HDF5's filters.
  events    ///< As events, without making dense frames.
};

/// One method in one chunk shape, read back in one way.
struct BenchRow {
  std::string method;                          ///< "blosc-zstd-3"; the same for all rows of a method.
  std::string label;                           ///< "Blosc zstd-3"
  bool in_paper = false;                       ///< One of the paper's thirteen.
  std::optional<Level> level;                  ///< Of our own.
  std::string chunking;                        ///< "real space", "balanced", "single frame"; "own" where the method decides.
  std::array<std::uint64_t, 4> chunk_shape{};  ///< (scan_y, scan_x, det_y, det_x), clipped to the data.
  BenchReadAs read_as = BenchReadAs::hdf5;
  int threads = 1;                 ///< That write and read.
  std::uint64_t stored_bytes = 0;  ///< Size of the whole file.
  BenchTiming write;               ///< Create, compress, write, close; data in memory before.
  BenchTiming read;                ///< Open and read everything, from the page cache.
  bool best_chunking = false;      ///< The smallest of the method's chunk shapes.
  std::string unavailable;         ///< Why it was not measured and what to do; empty if it was.
};

struct ESIEVE_API BenchResult {
  // The data.
  std::string path, dataset;
  ScanShape whole_scan;
  ScanRegion measured;  ///< The part that was measured; all unless larger than max_bytes.
  DetectorShape detector;
  DType dtype = DType::u16;
  std::uint64_t dense_bytes = 0;     ///< Of the measured part.
  std::uint64_t n_nonzero = 0;       ///< Likewise.
  std::optional<double> floor_bits;  ///< Entropy floor, where it is known and all was measured.

  // The circumstances.
  BenchOptions options;
  std::string written_by, measured_at;          ///< Program with version; ISO 8601 UTC
  std::string processor, hdf5_version, folder;  ///< `folder`: where the files were.
  double copy_seconds = 0;                      ///< Copying the dense data from memory to memory once, in one thread.

  std::vector<BenchRow> rows;  ///< Smallest first; what was not measured comes last.

  bool sampled() const { return measured.n_frames() < whole_scan.n_frames(); }
  double zeros() const;                     ///< Fraction of elements, 0 to 1.
  double ratio(const BenchRow& row) const;  ///< Dense bytes over stored bytes.
  double bits_per_nonzero(const BenchRow& row) const;
  double gib_per_second(const BenchTiming& timing) const;       ///< Of dense data.
  std::optional<double> over_floor(const BenchRow& row) const;  ///< Stored bits over floor_bits, 1 at best.
};

/// Measures. Needs about as much room in the folder for temporary files ($TMPDIR, /tmp) as the dense data take.
///
/// What a method reads back is compared with what it was given, outside the clock.
/// \throws UsageError  options out of range, no room
/// \throws DataError   the source is damaged; a method gave back something else
/// \throws IoError, Interrupted
ESIEVE_API BenchResult run_bench(const Source& source, const BenchOptions& options = {});

/// One JSON object, schemas/bench-v1.schema.json.
ESIEVE_API std::string to_json(const BenchResult& result);

/// A table for a terminal, at most 100 columns.
ESIEVE_API std::string to_text(const BenchResult& result);

/// Two diagrams side by side: ratio against write speed, and ratio against sparsity with the paper's power law.
ESIEVE_API Drawing draw(const BenchResult& result);

}  // namespace esieve
