// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <numeric>
#include <sstream>

#include "bench/paper.hpp"
#include "esieve/bench.hpp"
#include "report/words.hpp"

namespace esieve {
namespace {

/// As measured of data with a known floor, one method missing.
BenchResult example() {
  BenchResult result;
  result.path = "/a/folder/with/a/rather/long/name/to/see/that/it/is/shortened/where/it/does/not/fit/the/line/scan.h5";
  result.dataset = "/entry/data/data";
  result.whole_scan = {64, 64};
  result.measured = {.first_y = 0, .n_y = 64, .first_x = 0, .n_x = 64};
  result.detector = {128, 128};
  result.dense_bytes = std::uint64_t{1} << 27;
  result.n_nonzero = 1 << 20;
  result.floor_bits = 0x1p22;
  result.options.runs = 2;
  result.copy_seconds = 0.01;
  const auto add = [&](const char* method, const char* label, std::uint64_t bytes, std::optional<Level> level) -> BenchRow& {
    BenchRow row;
    row.method = method;
    row.label = label;
    row.level = level;
    row.chunking = level ? "own" : "single frame";
    row.chunk_shape = {1, 1, 128, 128};
    row.best_chunking = true;
    row.stored_bytes = bytes;
    row.write.seconds = {0.1, 0.12};
    row.read.seconds = {0.05, 0.06};
    return result.rows.emplace_back(row);
  };
  add("esieve-max", "esieve max", 600'000, Level::max).read_as = BenchReadAs::library;
  add("esieve-max", "esieve max", 600'000, Level::max).read_as = BenchReadAs::events;
  add("blosc-bitshuffle-zstd-9", "Blosc bitshuffle+zstd-9", 1'000'000, std::nullopt);
  add("blosc-zstd-3", "Blosc zstd-3", 1'200'000, std::nullopt).write.seconds = {0.2, 0.24};
  BenchRow& missing = add("lz4", "LZ4", 0, std::nullopt);
  missing.best_chunking = false;
  missing.unavailable = "missing: HDF5 finds no LZ4 filter (32004); Debian: apt install hdf5-filter-plugin";
  return result;
}

TEST(BenchText, fits_a_hundred_columns) {
  std::istringstream lines(to_text(example()));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(n_columns(line), 100U) << line;
}

TEST(BenchText, names_what_is_missing_and_how_to_get_it) {
  const std::string text = to_text(example());
  EXPECT_NE(text.find("LZ4: missing"), std::string::npos) << text;
  EXPECT_NE(text.find("apt install hdf5-filter-plugin"), std::string::npos) << text;
}

TEST(BenchText, sums_up_what_a_level_comes_to) {
  const std::string text = to_text(example());
  EXPECT_NE(text.find("esieve max: 1.67 x smaller than the best dense file (Blosc bitshuffle+zstd-9)"), std::string::npos)
      << text;
  EXPECT_NE(text.find("written 2.00 x as fast"), std::string::npos) << text;
}

TEST(BenchText, gives_the_share_of_the_floor) {
  EXPECT_NE(to_text(example()).find("114 %"), std::string::npos);  // 4.8 of 4.19 Mbit
  BenchResult result = example();
  result.floor_bits.reset();
  EXPECT_EQ(to_text(result).find("of floor"), std::string::npos);
}

TEST(BenchText, survives_data_without_events) {
  BenchResult result = example();
  result.n_nonzero = 0;
  EXPECT_EQ(to_text(result).find("inf"), std::string::npos);
  EXPECT_EQ(to_json(result).find("inf"), std::string::npos);
}

TEST(PaperLaw, fits_the_papers_five_datasets_as_well_as_the_paper_says) {
  double mean = 0, total = 0, rest = 0;
  for (const auto& dataset : bench::paper_datasets) mean += dataset.best_ratio / 5;
  for (const auto& dataset : bench::paper_datasets) {
    total += (dataset.best_ratio - mean) * (dataset.best_ratio - mean);
    const double miss = dataset.best_ratio - bench::paper_law(dataset.zeros);
    rest += miss * miss;
  }
  EXPECT_NEAR(1 - rest / total, 0.99, 0.005);
}

}  // namespace
}  // namespace esieve
