// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include "bench_data.hpp"
#include "esieve/bench.hpp"
#include "esieve/error.hpp"
#include "support/temporary_folder.hpp"

namespace esieve {
namespace {

using bench::random_data;

std::set<std::string> methods_of(const BenchResult& result) {
  std::set<std::string> methods;
  for (const BenchRow& row : result.rows) methods.insert(row.method);
  return methods;
}

BenchResult small_bench(const BenchOptions& options) {
  return run_bench(random_data(DType::u16, {17, 18}, {9, 8}, 0.9, 1), options);
}

TEST(RunBench, measures_the_papers_thirteen_in_three_chunk_shapes) {
  const BenchResult result = small_bench({.methods = BenchMethods::paper, .levels = {}, .runs = 1, .progress = nullptr});
  EXPECT_EQ(methods_of(result).size(), 13U);
  std::map<std::string, int> shapes;
  for (const BenchRow& row : result.rows)
    if (row.unavailable.empty()) ++shapes[row.method];
  for (const auto& [method, n] : shapes) EXPECT_EQ(n, 3) << method;
}

TEST(RunBench, measures_with_strong_what_the_paper_left_out_beside_two_yardsticks) {
  const BenchResult result =
      small_bench({.methods = BenchMethods::strong, .levels = {Level::fast}, .runs = 1, .progress = nullptr});
  EXPECT_EQ(methods_of(result), (std::set<std::string>{"blosc-lz4-5", "blosc-zstd-3", "blosc-bitshuffle-zstd-5",
                                                       "blosc-bitshuffle-zstd-9", "csr", "esieve-fast"}));
}

TEST(RunBench, measures_the_levels_that_are_asked_for_in_every_way_of_reading) {
  const BenchResult result =
      small_bench({.methods = BenchMethods::strong, .levels = {Level::max, Level::standard}, .runs = 1, .progress = nullptr});
  std::map<std::string, std::set<BenchReadAs>> ways;
  for (const BenchRow& row : result.rows)
    if (row.level) ways[row.method].insert(row.read_as);
  ASSERT_EQ(ways.size(), 2U);
  EXPECT_EQ(ways["esieve-max"].size(), 3U);
  EXPECT_EQ(ways["esieve-default"].size(), 3U);
}

TEST(RunBench, repeats_only_the_best_chunk_shapes_unless_asked_for_all) {
  for (const BenchChunks chunks : {BenchChunks::best, BenchChunks::all}) {
    const BenchResult result =
        small_bench({.methods = BenchMethods::strong, .chunks = chunks, .levels = {}, .runs = 3, .progress = nullptr});
    for (const BenchRow& row : result.rows) {
      const std::size_t expected = row.best_chunking || chunks == BenchChunks::all ? 3 : 1;
      EXPECT_EQ(row.write.seconds.size(), expected) << row.label << " " << row.chunking;
      EXPECT_EQ(row.read.seconds.size(), expected) << row.label << " " << row.chunking;
    }
  }
}

TEST(RunBench, calls_the_smallest_chunk_shape_of_a_method_its_best) {
  const BenchResult result = small_bench({.methods = BenchMethods::paper, .levels = {}, .runs = 1, .progress = nullptr});
  std::map<std::string, std::uint64_t> least, best;
  for (const BenchRow& row : result.rows) {
    if (!row.unavailable.empty()) continue;
    if (row.best_chunking) best[row.method] = row.stored_bytes;
    const auto [at, is_new] = least.try_emplace(row.method, row.stored_bytes);
    at->second = std::min(at->second, row.stored_bytes);
  }
  EXPECT_EQ(best, least);
}

TEST(RunBench, lists_the_smallest_files_first) {
  const BenchResult result = small_bench({.methods = BenchMethods::all, .runs = 1, .progress = nullptr});
  std::uint64_t before = 0;
  bool measured = true;
  for (const BenchRow& row : result.rows) {
    EXPECT_TRUE(measured || !row.unavailable.empty());
    measured = row.unavailable.empty();
    if (!measured) continue;
    EXPECT_GE(row.stored_bytes, before);
    before = row.stored_bytes;
  }
}

TEST(RunBench, takes_a_part_of_data_that_are_too_large_and_says_so) {
  const auto data = random_data(DType::u8, {10, 4}, {8, 8}, 0.5, 2);
  const BenchResult result = run_bench(
      data, {.methods = BenchMethods::strong, .levels = {Level::fast}, .runs = 1, .max_bytes = 600, .progress = nullptr});
  EXPECT_TRUE(result.sampled());
  EXPECT_EQ(result.measured.n_y, 2U);
  EXPECT_EQ(result.dense_bytes, 2U * 4 * 64);
  EXPECT_EQ(result.whole_scan, (ScanShape{10, 4}));
  EXPECT_NE(to_text(result).find("part of the scan"), std::string::npos);
}

TEST(RunBench, stops_when_it_is_told_to_and_leaves_nothing_behind) {
  TemporaryFolder folder;  // its own: other tests measure at the same time
  const char* usual = std::getenv("TMPDIR");
  const std::string restored = usual == nullptr ? "" : usual;
  setenv("TMPDIR", folder.path().c_str(), 1);
  EXPECT_THROW(small_bench({.progress = [](const Progress&) { return Continue::stop; }}), Interrupted);
  usual == nullptr ? unsetenv("TMPDIR") : setenv("TMPDIR", restored.c_str(), 1);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(RunBench, refuses_runs_that_make_no_sense) {
  EXPECT_THROW(small_bench({.runs = 0, .progress = nullptr}), UsageError);
  EXPECT_THROW(small_bench({.runs = 1001, .progress = nullptr}), UsageError);
}

TEST(BenchTiming, has_mean_and_variation) {
  const BenchTiming timing{.seconds = {1, 2, 3}};
  EXPECT_DOUBLE_EQ(timing.mean_seconds(), 2);
  EXPECT_DOUBLE_EQ(timing.variation().value(), 0.5);
  EXPECT_FALSE(BenchTiming{.seconds = {1}}.variation());
}

TEST(BenchResult, works_out_its_figures) {
  BenchResult result;
  result.dtype = DType::u16;
  result.dense_bytes = std::uint64_t{1} << 30;
  result.n_nonzero = std::uint64_t{1} << 27;
  result.floor_bits = 0x1p29;
  BenchRow row;
  row.stored_bytes = std::uint64_t{1} << 27;
  EXPECT_DOUBLE_EQ(result.zeros(), 0.75);
  EXPECT_DOUBLE_EQ(result.ratio(row), 8);
  EXPECT_DOUBLE_EQ(result.bits_per_nonzero(row), 8);
  EXPECT_DOUBLE_EQ(result.over_floor(row).value(), 2);
  EXPECT_DOUBLE_EQ(result.gib_per_second({.seconds = {0.5}}), 2);
  result.floor_bits.reset();
  EXPECT_FALSE(result.over_floor(row));
}

}  // namespace
}  // namespace esieve
