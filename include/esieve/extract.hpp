// SPDX-License-Identifier: Apache-2.0
//
// The ways out: dense frames and events in files that other programs read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "esieve/export.hpp"
#include "esieve/progress.hpp"
#include "esieve/reader.hpp"
#include "esieve/shape.hpp"

namespace esieve {

enum class DenseFormat : std::uint8_t {
  npy,   ///< NumPy, C order, little endian.
  hdf5,  ///< One dataset /entry/data/data, gzip-compressed: opens without our filter.
  raw,   ///< Nothing but the values, C order, little endian.
};

enum class EventFormat : std::uint8_t {
  csv,  ///< A line "scan_index,pixel,count" each, after a line with these names.
  npz,  ///< NumPy arrays scan_index, pixel and count.
};

struct ExtractOptions {
  std::optional<FrameRange> frames;  ///< Default: the whole scan.
  bool overwrite = false;
  ProgressCallback progress;
};

/// Writes dense frames. The whole scan has the shape of the source the file was made from, where that is recorded;
/// a range has shape (n, det_y, det_x). Streams; the file appears under its name only when complete.
/// \throws UsageError (range, output exists), DataError, IoError, Interrupted
ESIEVE_API void extract_frames(const Reader& events, const std::filesystem::path& output, DenseFormat format,
                               const ExtractOptions& options = {});

/// Writes events. Counts of data that are not integers are their values. Streams likewise (npz: by array).
/// \param output  "-": standard output, csv only
/// \throws as extract_frames
ESIEVE_API void extract_events(const Reader& events, const std::filesystem::path& output, EventFormat format,
                               const ExtractOptions& options = {});

}  // namespace esieve
