// SPDX-License-Identifier: Apache-2.0
//
// Small recordings, and what became of them.
#pragma once

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

inline MemorySource counted_source(ScanShape scan, DetectorShape detector, DType dtype = DType::u16, double peak = 0.4) {
  MemorySource source(scan, detector, dtype);
  fill_with_counts(source, peak, 7);
  return source;
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
  return std::equal(dense.begin(), dense.end(), source.bytes().begin(), source.bytes().end()) && verify(reader, nullptr, {}).okay();
}

inline std::vector<FrameStatus> repeated(std::size_t n, FrameStatus status) { return std::vector<FrameStatus>(n, status); }

}  // namespace esieve
