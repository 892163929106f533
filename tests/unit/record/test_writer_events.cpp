// SPDX-License-Identifier: Apache-2.0
//
// Events and hits are frames like others.
#include <gtest/gtest.h>

#include <numeric>

#include "esieve/error.hpp"
#include "unit/record/recordings.hpp"

namespace esieve {
namespace {

TEST(WriterEvents, events_of_frames_one_by_one) {
  TemporaryFolder folder;
  MemorySource source = counted_source({3, 8}, {16, 12});
  const Csr csr = csr_of(source);
  Writer writer(folder / "a.hdf5", options_for(source));
  for (std::size_t f = 0; f < 24; ++f) {
    const auto first = static_cast<std::size_t>(csr.offsets[f]), n = static_cast<std::size_t>(csr.offsets[f + 1]) - first;
    writer.push_events(std::span(csr.pixels).subspan(first, n), std::span(csr.counts).subspan(first, n));
  }
  writer.close();
  EXPECT_TRUE(holds(folder / "a.hdf5", source));
}

TEST(WriterEvents, events_in_compressed_rows) {
  TemporaryFolder folder;
  MemorySource source = counted_source({3, 8}, {16, 12});
  const Csr csr = csr_of(source);
  Writer writer(folder / "a.hdf5", options_for(source));
  writer.push_csr(csr.offsets, csr.pixels, csr.counts);
  writer.close();
  EXPECT_TRUE(holds(folder / "a.hdf5", source));
}

TEST(WriterEvents, hits_are_sorted_into_frames_by_their_time) {
  TemporaryFolder folder;
  MemorySource source = counted_source({2, 10}, {8, 8});
  const Csr csr = csr_of(source);
  std::vector<double> times;
  std::vector<std::uint16_t> x, y;
  for (std::size_t f = 0; f < 20; ++f)
    for (auto i = static_cast<std::size_t>(csr.offsets[f]); i < static_cast<std::size_t>(csr.offsets[f + 1]); ++i)
      for (std::uint32_t k = 0; k < csr.counts[i]; ++k) {
        times.push_back(5.0 * static_cast<double>(f) + 0.1 * k);
        x.push_back(static_cast<std::uint16_t>(csr.pixels[i] % 8));
        y.push_back(static_cast<std::uint16_t>(csr.pixels[i] / 8));
      }
  WriterOptions options = options_for(source);
  options.dwell_us = 5;
  Writer writer(folder / "a.hdf5", options);
  for (std::size_t first = 0; first < times.size(); first += 37) {
    const std::size_t n = std::min<std::size_t>(37, times.size() - first);
    writer.push_timed_hits(std::span(times).subspan(first, n), std::span(x).subspan(first, n), std::span(y).subspan(first, n));
  }
  writer.close();
  EXPECT_TRUE(holds(folder / "a.hdf5", source));
}

TEST(WriterEvents, the_last_hits_are_stored_even_if_nobody_closes) {
  TemporaryFolder folder;
  MemorySource source({1, 3}, {2, 2}, DType::u16);
  for (const std::size_t i : {1U, 4U, 10U}) source.values<std::uint16_t>()[i] = 1;  // pixels 1, 0 and 2 of frames 0, 1 and 2
  {
    Writer writer(folder / "a.hdf5", options_for(source));
    const std::vector<std::uint64_t> frames = {0, 1, 2};
    const std::vector<std::uint16_t> x = {1, 0, 0}, y = {0, 0, 1};
    writer.push_hits(frames, x, y);
  }
  EXPECT_TRUE(holds(folder / "a.hdf5", source));
}

TEST(WriterEvents, a_hit_far_beyond_the_scan_is_refused) {
  TemporaryFolder folder;
  MemorySource source = counted_source({1, 4}, {4, 4});
  WriterOptions options = options_for(source);
  const std::vector<std::uint64_t> far = {std::uint64_t{1} << 60};
  const std::vector<std::uint16_t> zero = {0};
  for (const std::int64_t scan_x : {std::int64_t{4}, ScanGeometry::unknown}) {
    options.scan.scan_x = scan_x;
    Writer writer(folder / ("a" + std::to_string(scan_x)), options);
    EXPECT_THROW(writer.push_hits(far, zero, zero), UsageError);
    writer.push(source.frame(0));
  }
}

TEST(WriterEvents, refuses_events_that_cannot_be) {
  TemporaryFolder folder;
  MemorySource source = counted_source({1, 4}, {4, 4}, DType::u8);
  Writer writer(folder / "a.hdf5", options_for(source));
  const std::vector<std::uint32_t> pixels = {3, 3}, counts = {1, 2}, outside = {16}, large = {256}, one = {1};
  EXPECT_THROW(writer.push_events(pixels, counts), UsageError);
  EXPECT_THROW(writer.push_events(outside, one), UsageError);
  EXPECT_THROW(writer.push_events(one, large), UsageError);
  EXPECT_THROW(writer.push_events(pixels, one), UsageError);
  EXPECT_THROW(writer.push_csr(std::vector<std::int64_t>{0, 5}, pixels, counts), UsageError);
}

}  // namespace
}  // namespace esieve
