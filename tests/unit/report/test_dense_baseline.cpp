// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "esieve/convert.hpp"
#include "esieve/error.hpp"
#include "esieve/report.hpp"
#include "support/memory_source.hpp"
#include "support/python.hpp"
#include "support/temporary_folder.hpp"

namespace esieve {
namespace {

struct Events {
  TemporaryFolder folder;
  std::filesystem::path path = folder / "events.hdf5";
  explicit Events(const MemorySource& source) { convert(source, path); }
  DenseBaseline baseline(const BaselineOptions& options = {}) const { return measure_dense_baseline(Reader(path), options); }
};

MemorySource source_of(ScanShape scan, DetectorShape detector, DType dtype, double peak) {
  MemorySource source(scan, detector, dtype);
  fill_with_counts(source, peak, 70);
  return source;
}

/// Sizes in bytes of the files h5py writes, by name of the chunk shape; the script's complaint if it cannot.
PythonRun h5py_sizes(MemorySource& source, const std::filesystem::path& folder) {
  std::ofstream(folder / "dense.raw", std::ios::binary)
      .write(reinterpret_cast<const char*>(source.bytes().data()), static_cast<std::streamsize>(source.bytes().size()));
  std::ostringstream command;
  command << "tests/unit/report/blosc_sizes.py '" << (folder / "dense.raw").string() << "' " << dtype_name(source.info().dtype);
  for (const std::uint64_t n : source.info().shape) command << ' ' << n;
  return run_python(command.str());
}

void expect_as_h5py_writes_it(MemorySource source) {
  const Events events(source);
  const PythonRun run = h5py_sizes(source, events.folder.path());
  ESIEVE_NEEDS_PYTHON(run);
  ASSERT_EQ(run.exit_code, 0) << run.output;
  std::istringstream lines(run.output);
  double smallest = 0;
  std::string name, best;
  for (double bytes = 0; lines >> bytes && std::getline(lines >> std::ws, name);)
    if (best.empty() || bytes < smallest) {
      smallest = bytes;
      best = name;
    }
  const DenseBaseline baseline = events.baseline();
  EXPECT_EQ(baseline.chunking, best) << run.output;
  EXPECT_NEAR(static_cast<double>(baseline.stored_bytes), smallest, 0.002 * smallest + 64) << run.output;
  EXPECT_EQ(baseline.frames_measured, baseline.frames_total);
}

TEST(DenseBaseline, is_the_size_of_the_file_that_h5py_writes_with_the_blosc_plugin) {
  expect_as_h5py_writes_it(source_of({40, 37}, {30, 27}, DType::u16, 0.4));
}

TEST(DenseBaseline, is_that_of_h5py_for_detectors_larger_than_a_chunk_too) {
  expect_as_h5py_writes_it(source_of({5, 6}, {300, 260}, DType::u8, 1.0));
}

TEST(DenseBaseline, is_that_of_h5py_for_stacks_of_floats_too) {
  expect_as_h5py_writes_it(source_of({1, 70}, {64, 64}, DType::f32, 3.0));
}

TEST(DenseBaseline, names_the_chunk_shape_clipped_to_the_data) {
  const Events events(source_of({3, 4}, {5, 6}, DType::u16, 0.5));
  EXPECT_THAT(events.baseline().chunk_shape, testing::AnyOf(testing::ElementsAre(3, 4, 5, 6), testing::ElementsAre(1, 1, 5, 6)));
}

TEST(DenseBaseline, of_a_sample_is_near_that_of_the_whole) {
  const Events events(source_of({64, 96}, {16, 16}, DType::u16, 5.0));
  const DenseBaseline whole = events.baseline();
  BaselineOptions options;
  options.max_dense_bytes = 64 * 96 * 512 / 3;
  const DenseBaseline sample = events.baseline(options);
  EXPECT_LT(sample.frames_measured, sample.frames_total);
  EXPECT_EQ(sample.frames_total, 64U * 96);
  EXPECT_NEAR(static_cast<double>(sample.stored_bytes), static_cast<double>(whole.stored_bytes),
              0.03 * static_cast<double>(whole.stored_bytes));
}

TEST(DenseBaseline, is_the_same_for_any_number_of_threads) {
  const Events events(source_of({33, 40}, {64, 70}, DType::u16, 0.3));
  BaselineOptions one, two;
  one.threads = 1;
  two.threads = 2;
  EXPECT_EQ(events.baseline(one).stored_bytes, events.baseline(two).stored_bytes);
}

TEST(DenseBaseline, reports_progress_to_the_end_and_stops_when_asked_to) {
  const Events events(source_of({8, 8}, {16, 16}, DType::u16, 0.5));
  Progress last;
  BaselineOptions options;
  options.progress = [&](const Progress& progress) {
    last = progress;
    return Continue::yes;
  };
  events.baseline(options);
  EXPECT_EQ(last.frames_done, last.frames_total);
  options.progress = [](const Progress&) { return Continue::stop; };
  EXPECT_THROW(events.baseline(options), Interrupted);
}

TEST(DenseBaseline, leaves_nothing_behind) {
  const TemporaryFolder folder;
  const Events events(source_of({8, 8}, {16, 16}, DType::u16, 0.5));
  const char* before = std::getenv("TMPDIR");
  const std::string kept = before != nullptr ? before : "";
  ::setenv("TMPDIR", folder.path().c_str(), 1);
  events.baseline();
  before != nullptr ? ::setenv("TMPDIR", kept.c_str(), 1) : ::unsetenv("TMPDIR");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace esieve
