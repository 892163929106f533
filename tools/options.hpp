// SPDX-License-Identifier: Apache-2.0
//
// Options that several commands share, so that they read and behave the same everywhere.
#pragma once

#include <CLI/CLI.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "esieve/codec.hpp"
#include "esieve/shape.hpp"
#include "esieve/source.hpp"
#include "esieve/threshold.hpp"

namespace esieve::tools {

/// How a dense source is opened.
struct SourceArguments {
  std::filesystem::path path;
  std::string dataset, scan_shape, shape, dtype;
  std::uint64_t offset_bytes = 0;

  void add_options(CLI::App& command);  ///< All but the path.
  /// \throws UsageError  and what open_source throws
  std::unique_ptr<Source> open() const;
};

/// The thresholding stage.
struct ThresholdArguments {
  std::string threshold, dark, gain, mask;

  void add_options(CLI::App& command);
  ThresholdOptions read(DetectorShape detector) const;
};

/// "64,64" or "64x64". \throws UsageError
std::vector<std::uint64_t> parse_shape(const std::string& text, const char* option, std::size_t min_axes, std::size_t max_axes);

/// "A:B", "A:", ":B" or "A". \throws UsageError
FrameRange parse_frames(const std::string& text, std::uint64_t n_frames);

/// "fast", "default" or "max". \throws UsageError
Level parse_level(const std::string& text);

/// Writes to a file that appears complete, or to standard output for "-". \throws IoError
void write_text(const std::filesystem::path& path, const std::string& text);

}  // namespace esieve::tools
