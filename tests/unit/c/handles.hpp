// SPDX-License-Identifier: Apache-2.0
//
// C handles that end themselves, with options for small recordings.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "esieve/c/esieve.h"
#include "unit/record/recordings.hpp"

namespace esieve {

struct EndHandle {
  void operator()(esieve_writer* writer) const { esieve_writer_free(writer); }
  void operator()(esieve_reader* reader) const { esieve_reader_close(reader); }
};
using WriterHandle = std::unique_ptr<esieve_writer, EndHandle>;
using ReaderHandle = std::unique_ptr<esieve_reader, EndHandle>;

inline esieve_writer_options c_options(ScanShape scan, DetectorShape detector, std::int32_t dtype) {
  esieve_writer_options options = {};
  options.struct_bytes = sizeof options;
  options.scan_y = static_cast<std::int64_t>(scan.scan_y);
  options.scan_x = static_cast<std::int64_t>(scan.scan_x);
  options.det_y = detector.det_y;
  options.det_x = detector.det_x;
  options.dtype = dtype;
  return options;
}

/// As `options_for` says it to the C++ writer.
inline esieve_writer_options c_options_for(const MemorySource& source) {
  esieve_writer_options options =
      c_options(source.info().scan, source.info().detector, static_cast<std::int32_t>(source.info().dtype));
  options.flush_interval_ms = ESIEVE_NEVER;
  options.snapshot_interval_ms = ESIEVE_NEVER;
  options.queue_bytes = 8 << 20;
  return options;
}

inline WriterHandle open_writer(const std::filesystem::path& path, const esieve_writer_options& options) {
  esieve_writer* writer = nullptr;
  EXPECT_EQ(esieve_writer_open(path.c_str(), &options, &writer), ESIEVE_OKAY) << esieve_last_message();
  return WriterHandle(writer);
}

inline ReaderHandle open_reader(const std::filesystem::path& path) {
  esieve_reader* reader = nullptr;
  EXPECT_EQ(esieve_reader_open(path.c_str(), &reader), ESIEVE_OKAY) << esieve_last_message();
  return ReaderHandle(reader);
}

inline esieve_stats stats_of(const WriterHandle& writer) {
  esieve_stats stats = {};
  stats.struct_bytes = sizeof stats;
  EXPECT_EQ(esieve_writer_stats(writer.get(), &stats), ESIEVE_OKAY);
  return stats;
}

}  // namespace esieve
