// SPDX-License-Identifier: Apache-2.0
//
// Small recordings, and what became of them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "esieve/convert.hpp"
#include "esieve/reader.hpp"
#include "esieve/verify.hpp"
#include "esieve/writer.hpp"
#include "support/memory_source.hpp"
#include "support/temporary_folder.hpp"

namespace esieve {

inline WriterOptions options_for(const MemorySource& source) {
  WriterOptions options;
  options.scan.scan_y = static_cast<std::int64_t>(source.info().scan.scan_y);
  options.scan.scan_x = static_cast<std::int64_t>(source.info().scan.scan_x);
  options.detector = source.info().detector;
  options.dtype = source.info().dtype;
  options.flush_interval = std::chrono::milliseconds(0);
  options.snapshot_interval = std::chrono::milliseconds(0);
  options.queue_bytes = 8 << 20;
  return options;
}

/// With no room in the queue, so that frames spill.
inline WriterOptions spilling_options(const MemorySource& source) {
  WriterOptions options = options_for(source);
  options.when_full = WhenFull::spill;
  options.queue_bytes = 1;
  options.frames_per_chunk = 4;
  return options;
}

inline MemorySource counted_source(ScanShape scan, DetectorShape detector, DType dtype = DType::u16, double peak = 0.4) {
  MemorySource source(scan, detector, dtype);
  fill_with_counts(source, peak, 7);
  return source;
}

/// Records all frames in their order.
inline WriterStats record(const std::filesystem::path& path, MemorySource& source, const WriterOptions& options) {
  Writer writer(path, options);
  writer.push_frames(source.bytes());
  return writer.close();
}

inline std::vector<std::byte> all_frames(const Reader& reader) {
  std::vector<std::byte> dense(reader.info().dense_bytes());
  reader.frames(FrameRange{0, reader.info().scan.n_frames()}, dense);
  return dense;
}

inline bool holds(const std::filesystem::path& file, MemorySource& source) {
  const Reader reader(file);
  if (reader.info().scan != source.info().scan || reader.info().detector != source.info().detector) return false;
  const std::vector<std::byte> dense = all_frames(reader);
  return std::equal(dense.begin(), dense.end(), source.bytes().begin(), source.bytes().end()) &&
         verify(reader, nullptr, {}).okay();
}

/// Chunk without dataset id and checksum, which differ from file to file.
inline std::vector<std::byte> comparable(std::vector<std::byte> chunk) {
  std::fill_n(chunk.begin() + 8, 8, std::byte{0});
  chunk.resize(chunk.size() - 8);
  return chunk;
}

inline void expect_equal_files(const Reader& a, const Reader& b) {
  ASSERT_EQ(a.info().grid.n_chunks(), b.info().grid.n_chunks());
  EXPECT_EQ(a.info().digest, b.info().digest);
  EXPECT_EQ(a.info().n_events, b.info().n_events);
  EXPECT_EQ(a.info().n_electrons, b.info().n_electrons);
  for (std::uint64_t i = 0; i < a.info().grid.n_chunks(); ++i) EXPECT_EQ(comparable(a.chunk(i)), comparable(b.chunk(i)));
}

/// Frames in compressed rows.
struct Csr {
  std::vector<std::int64_t> offsets = {0};
  std::vector<std::uint32_t> pixels, counts;
};

inline Csr csr_of(MemorySource& source) {
  Csr csr;
  const std::size_t n_pixels = source.info().detector.n_pixels();
  const auto values = source.values<std::uint16_t>();
  for (std::size_t f = 0; f < source.info().scan.n_frames(); ++f) {
    for (std::size_t p = 0; p < n_pixels; ++p)
      if (const std::uint16_t value = values[f * n_pixels + p]) {
        csr.pixels.push_back(static_cast<std::uint32_t>(p));
        csr.counts.push_back(value);
      }
    csr.offsets.push_back(static_cast<std::int64_t>(csr.pixels.size()));
  }
  return csr;
}

inline std::vector<FrameStatus> repeated(std::size_t n, FrameStatus status) { return std::vector<FrameStatus>(n, status); }

}  // namespace esieve
