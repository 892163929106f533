// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "esieve/error.hpp"

namespace esieve::tools {
namespace {

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

/// "gain.npy" is a map; "4.5" is a number.
std::optional<double> parse_real(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::vector<std::uint64_t> parse_shape(const std::string& text, const char* option, std::size_t min_axes, std::size_t max_axes) {
  std::vector<std::uint64_t> shape;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find_first_of(",x", at), text.size());
    const auto n = parse_number(std::string_view(text).substr(at, end - at));
    if (!n || *n == 0) throw UsageError(std::string(option) + " " + text + " is not a shape (write it like 256,256)");
    shape.push_back(*n);
    at = end + 1;
  }
  if (shape.size() < min_axes || shape.size() > max_axes)
    throw UsageError(std::string(option) + " " + text + " has " + std::to_string(shape.size()) + " axes (" +
                     std::to_string(min_axes) + (max_axes > min_axes ? " to " + std::to_string(max_axes) : "") +
                     " are needed, slowest first)");
  return shape;
}

FrameRange parse_frames(const std::string& text, std::uint64_t n_frames) {
  const std::size_t colon = text.find(':');
  const std::string_view view = text;
  const std::string_view first_text = view.substr(0, colon);
  const auto first =
      first_text.empty() && colon != std::string::npos ? std::optional<std::uint64_t>(0) : parse_number(first_text);
  std::optional<std::uint64_t> end;
  if (colon == std::string::npos)
    end = first ? std::optional(*first + 1) : std::nullopt;
  else
    end = colon + 1 == text.size() ? std::optional(n_frames) : parse_number(view.substr(colon + 1));
  if (!first || !end || *end < *first)
    throw UsageError("--frames " + text + " is not a range (write it like 0:100; the end is not included)");
  if (*end > n_frames)
    throw UsageError("--frames " + text + " goes beyond the scan (it has frames 0:" + std::to_string(n_frames) + ")");
  return {*first, *end - *first};
}

Level parse_level(const std::string& text) {
  if (text == "fast") return Level::fast;
  if (text == "default") return Level::standard;
  if (text == "max") return Level::max;
  throw UsageError("--level " + text + " is not known (fast, default or max)");
}

void SourceArguments::add_options(CLI::App& command) {
  command.add_option("--dataset", dataset, "HDF5: path of the dataset, where the file has several")->type_name("PATH");
  command.add_option("--scan-shape", scan_shape, "Scan positions of a stack of frames")->type_name("Y,X");
  command.add_option("--shape", shape, "Raw binary: shape, slowest axis first")->type_name("N,...");
  command.add_option("--dtype", dtype, "Raw binary: element type, e.g. u2 or >u2")->type_name("TYPE");
  command.add_option("--offset", offset_bytes, "Raw binary: bytes before the first frame")->type_name("BYTES");
}

std::unique_ptr<Source> SourceArguments::open() const {
  SourceOptions options{
      .dataset = dataset, .scan_shape = std::nullopt, .shape = {}, .dtype = dtype, .offset_bytes = offset_bytes};
  if (!scan_shape.empty()) {
    const auto axes = parse_shape(scan_shape, "--scan-shape", 2, 2);
    options.scan_shape = ScanShape{axes[0], axes[1]};
  }
  if (!shape.empty()) options.shape = parse_shape(shape, "--shape", 2, 4);
  return open_source(path, options);
}

void ThresholdArguments::add_options(CLI::App& command) {
  const char* const group = "Thresholding (the file is then equal to the thresholded frames, and says so)";
  command.add_option("--threshold", threshold, "Drop values below T: a number, or a map in .npy or HDF5 (FILE::/path)")
      ->type_name("T|MAP")
      ->group(group);
  command.add_option("--dark", dark, "Subtract this map first")->type_name("MAP")->group(group);
  command.add_option("--gain", gain, "Multiply by this map, after --dark")->type_name("MAP")->group(group);
  command.add_option("--mask", mask, "Drop pixels where this map is not zero")->type_name("MAP")->group(group);
}

ThresholdOptions ThresholdArguments::read(DetectorShape detector) const {
  ThresholdOptions options;
  if (!threshold.empty()) {
    options.threshold = parse_real(threshold);
    if (!options.threshold) options.threshold_map = read_pixel_map(threshold, detector);
  }
  if (!dark.empty()) options.dark = read_pixel_map(dark, detector);
  if (!gain.empty()) options.gain = read_pixel_map(gain, detector);
  if (!mask.empty()) options.mask = read_pixel_map(mask, detector);
  return options;
}

void write_text(const std::filesystem::path& path, const std::string& text) {
  if (path == "-") {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
      throw IoError("cannot write to standard output");
    return;
  }
  std::filesystem::path temporary = path;
  temporary += ".partial";
  {
    std::ofstream out(temporary, std::ios::binary);
    out << text;
    out.close();
    if (!out) {
      const int error = errno;
      std::error_code ignored;
      std::filesystem::remove(temporary, ignored);
      throw IoError("cannot write " + path.string() + " (" + std::strerror(error) + ")");
    }
  }
  std::filesystem::rename(temporary, path);
}

}  // namespace esieve::tools
