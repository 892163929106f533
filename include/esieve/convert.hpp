// SPDX-License-Identifier: Apache-2.0
//
// The main job: a dense source becomes an event file.
#pragma once

#include <filesystem>

#include "esieve/container.hpp"
#include "esieve/export.hpp"
#include "esieve/progress.hpp"
#include "esieve/source.hpp"
#include "esieve/threshold.hpp"

namespace esieve {

struct ConvertOptions {
  Level level = Level::standard;
  std::uint32_t frames_per_chunk = 0;  ///< 0: chosen by level and frame size.
  int threads = 0;                     ///< 0: all.
  bool overwrite = false;
  bool durable = true;         ///< Return only when the bytes are on the disk, not just on their way to it.
  ThresholdOptions threshold;  ///< Inactive: lossless.
  ProgressCallback progress;
};

/// Streams `source` through thresholding and codec into `output`, in parallel over chunks, with bounded memory.
///
/// The file appears under its name only when it is complete. It is not verified here: see `verify`.
/// \throws UsageError, DataError, IoError, Interrupted  nothing is then left at `output`
ESIEVE_API void convert(const Source& source, const std::filesystem::path& output, const ConvertOptions& options = {});

}  // namespace esieve
