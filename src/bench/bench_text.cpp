// SPDX-License-Identifier: Apache-2.0
//
// The result as a table for a terminal.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "bench/names.hpp"
#include "esieve/bench.hpp"
#include "report/words.hpp"

namespace esieve {
namespace {

constexpr std::size_t page_columns = 100;

std::string left(const std::string& text, std::size_t columns) {
  return text + std::string(columns - std::min(columns, n_columns(text)), ' ');
}

std::string right(const std::string& text, std::size_t columns) {
  return std::string(columns - std::min(columns, n_columns(text)), ' ') + text;
}

std::string speed(double gib_per_second) {
  if (gib_per_second >= 0.01) return rounded(gib_per_second);
  std::array<char, 16> text;
  std::snprintf(text.data(), text.size(), "%.4f", gib_per_second);
  return text.data();
}

std::string spread(const BenchTiming& timing) {
  const auto variation = timing.variation();
  if (!variation) return "";
  std::array<char, 16> text;
  std::snprintf(text.data(), text.size(), "%.1f", 100 * *variation);
  return text.data();
}

const char* read_words(BenchReadAs as) {
  switch (as) {
    case BenchReadAs::hdf5: return "H5Dread";
    case BenchReadAs::library: return "dense";
    case BenchReadAs::events: break;
  }
  return "events";
}

/// One line of the table; the same columns for its head.
struct Line {
  std::string method, chunks, ratio, bits, floor, write, write_spread, read_as, read, read_spread;

  std::string text(bool with_floor) const {
    std::string line = left(method, 24) + left(chunks, 13) + right(ratio, 8) + right(bits, 9) +
                       (with_floor ? right(floor, 9) : "") + right(write, 8) + right(write_spread, 6) + "   " + left(read_as, 7) +
                       right(read, 7) + right(read_spread, 6);
    line.erase(line.find_last_not_of(' ') + 1);
    return line + "\n";
  }
};

Line line_of(const BenchResult& result, const BenchRow& row) {
  const auto over_floor = result.over_floor(row);
  return {.method = row.label,
          .chunks = row.chunking,
          .ratio = rounded(result.ratio(row)),
          .bits = result.n_nonzero > 0 ? rounded(result.bits_per_nonzero(row)) : "",
          .floor = over_floor ? std::to_string(std::llround(100 * *over_floor)) + " %" : "",
          .write = speed(result.gib_per_second(row.write)),
          .write_spread = spread(row.write),
          .read_as = read_words(row.read_as),
          .read = speed(result.gib_per_second(row.read)),
          .read_spread = spread(row.read)};
}

std::string shape_words(std::uint64_t a, std::uint64_t b) { return grouped(a) + " x " + grouped(b); }

std::string head(const BenchResult& result) {
  const ScanRegion& part = result.measured;
  std::string text = end_of(result.path + (result.dataset.empty() ? "" : " " + result.dataset), page_columns) + "\n";
  text += shape_words(part.n_y, part.n_x) + " positions, " + shape_words(result.detector.det_y, result.detector.det_x) +
          " pixels, " + std::string(dtype_name(result.dtype)) + ": " + size_in_words(result.dense_bytes) + ", " +
          percent(result.zeros()) + " zeros\n";
  if (result.sampled())
    text += wrapped("A part of the scan of " + shape_words(result.whole_scan.scan_y, result.whole_scan.scan_x) +
                        " positions: rows from " + grouped(part.first_y) + ", columns from " + grouped(part.first_x) +
                        " (--max-bytes takes more).",
                    page_columns, 0) +
            "\n";
  const int threads = result.options.threads;
  const std::string thread_words =
      threads == 1 ? "one thread" : (threads == 0 ? "all threads" : plural(static_cast<std::uint64_t>(threads), "thread"));
  text += wrapped(plural(static_cast<std::uint64_t>(result.options.runs), "run") + ", " + thread_words +
                      (threads == 1 ? "" : " for esieve, one for HDF5's filters") + "; files in " + result.folder +
                      "; speeds in GiB/s of dense data, ±% their variation; bits/nz: bits per non-zero pixel; copying memory: " +
                      rounded(static_cast<double>(result.dense_bytes) / (1 << 30) / result.copy_seconds) + " GiB/s",
                  page_columns, 0) +
          "\n";
  return text + "\n";
}

std::string table(const BenchResult& result) {
  const bool all_chunks = result.options.chunks == BenchChunks::all;
  const bool with_floor = result.floor_bits.has_value();
  std::string text = Line{.method = "method",
                          .chunks = "chunks",
                          .ratio = "ratio",
                          .bits = "bits/nz",
                          .floor = "of floor",
                          .write = "write",
                          .write_spread = "±%",
                          .read_as = "read as",
                          .read = "read",
                          .read_spread = "±%"}
                         .text(with_floor);
  std::string missing;
  for (const BenchRow& row : result.rows) {
    if (!row.unavailable.empty() && (row.best_chunking || missing.find(row.label + ":") == std::string::npos))
      missing += wrapped(row.label + ": " + row.unavailable, page_columns, 2) + "\n";
    if (row.unavailable.empty() && (all_chunks || row.best_chunking)) text += line_of(result, row).text(with_floor);
  }
  return text + (missing.empty() ? "" : "\nNot measured:\n" + missing);
}

/// The first row that `wanted` accepts: the smallest.
template <class Wanted>
const BenchRow* first_row(const BenchResult& result, Wanted&& wanted) {
  const auto row = std::find_if(result.rows.begin(), result.rows.end(), [&](const BenchRow& candidate) {
    return candidate.unavailable.empty() && candidate.best_chunking && wanted(candidate);
  });
  return row == result.rows.end() ? nullptr : &*row;
}

std::string times(double factor, const char* more, const char* less) {
  return factor >= 1 ? rounded(factor) + " x " + more : rounded(1 / factor) + " x " + less;
}

/// What the table comes to, a line a level.
std::string summary(const BenchResult& result) {
  const BenchRow* dense = first_row(result, [](const BenchRow& row) { return !row.level && row.method != "csr"; });
  const BenchRow* yardstick = first_row(result, [](const BenchRow& row) { return row.method == "blosc-zstd-3"; });
  if (dense == nullptr) return {};
  std::string text;
  for (const Level level : result.options.levels) {
    const BenchRow* ours =
        first_row(result, [&](const BenchRow& row) { return row.level == level && row.read_as == BenchReadAs::library; });
    if (ours == nullptr) continue;
    const auto size = static_cast<double>(dense->stored_bytes) / static_cast<double>(ours->stored_bytes);
    std::string line = ours->label + ": " + times(size, "smaller", "larger") + " than the best dense file (" + dense->label + ")";
    if (yardstick != nullptr) {
      const double write = yardstick->write.mean_seconds() / ours->write.mean_seconds();
      const double read = yardstick->read.mean_seconds() / ours->read.mean_seconds();
      line += "; against " + yardstick->label + " written " + times(write, "as fast", "slower") + ", read " +
              times(read, "as fast", "slower");
    }
    text += wrapped(line, page_columns, 2) + "\n";
  }
  return text.empty() ? text : "\n" + text;
}

}  // namespace

std::string to_text(const BenchResult& result) { return head(result) + table(result) + summary(result); }

}  // namespace esieve
