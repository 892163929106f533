// SPDX-License-Identifier: Apache-2.0
#include "c/writer_options.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "c/versioned.hpp"

namespace esieve::c {
namespace {

// The same numbers on both sides.
static_assert(ESIEVE_UINT8 == static_cast<int>(DType::u8) && ESIEVE_UINT16 == static_cast<int>(DType::u16) &&
              ESIEVE_UINT32 == static_cast<int>(DType::u32) && ESIEVE_UINT64 == static_cast<int>(DType::u64) &&
              ESIEVE_INT8 == static_cast<int>(DType::i8) && ESIEVE_INT16 == static_cast<int>(DType::i16) &&
              ESIEVE_INT32 == static_cast<int>(DType::i32) && ESIEVE_INT64 == static_cast<int>(DType::i64) &&
              ESIEVE_FLOAT32 == static_cast<int>(DType::f32) && ESIEVE_FLOAT64 == static_cast<int>(DType::f64));
static_assert(ESIEVE_FAST == static_cast<int>(Level::fast) && ESIEVE_STANDARD == static_cast<int>(Level::standard) &&
              ESIEVE_MAX == static_cast<int>(Level::max));
static_assert(ESIEVE_BLOCK == static_cast<int>(WhenFull::block) && ESIEVE_DROP == static_cast<int>(WhenFull::drop) &&
              ESIEVE_SPILL == static_cast<int>(WhenFull::spill));
static_assert(ESIEVE_REPEATED_ERROR == static_cast<int>(WhenRepeated::error) &&
              ESIEVE_REPEATED_SUM == static_cast<int>(WhenRepeated::sum) &&
              ESIEVE_REPEATED_KEEP == static_cast<int>(WhenRepeated::keep));
static_assert(ESIEVE_UNKNOWN == ScanGeometry::unknown && ESIEVE_OUTSIDE == ScanGeometry::outside);

// A field appended later must not lie where an older caller has padding, which holds anything.
static_assert(offsetof(esieve_writer_options, reserved) + sizeof(std::int32_t) == sizeof(esieve_writer_options));

template <class Enum>
Enum to_enum(std::int32_t number, std::int32_t first, std::int32_t last, const char* name) {
  if (number < first || number > last)
    throw UsageError(std::string(name) + " " + std::to_string(number) + " names nothing (" + std::to_string(first) + " to " +
                     std::to_string(last) + " do)");
  return static_cast<Enum>(number);
}

template <class T>
T or_default(T given, T otherwise) {
  return given == 0 ? otherwise : given;
}

std::string text_or(const char* given, std::string otherwise) { return given == nullptr ? std::move(otherwise) : given; }

/// 0 is the default.
std::chrono::milliseconds duration(std::int64_t given, std::chrono::milliseconds otherwise, const char* name) {
  if (given < 0) throw UsageError(std::string(name) + " is " + std::to_string(given) + " ms");
  return given == 0 ? otherwise : std::chrono::milliseconds(given);
}

std::chrono::milliseconds interval(std::int64_t given, std::chrono::milliseconds otherwise, const char* name) {
  return given == ESIEVE_NEVER ? std::chrono::milliseconds(0) : duration(given, otherwise, name);
}

ScanGeometry to_geometry(const esieve_writer_options& given) {
  ScanGeometry geometry;
  geometry.scan_y = given.scan_y;
  geometry.scan_x = given.scan_x;
  geometry.offset = given.offset;
  geometry.flyback_frames = given.flyback_frames;
  geometry.flyback_lines = given.flyback_lines;
  geometry.serpentine = given.serpentine != 0;
  geometry.frames_per_position = or_default<std::uint64_t>(given.frames_per_position, 1);
  if (given.n_positions != 0) {
    deref(given.positions, "options.positions");
    geometry.positions.assign(given.positions, given.positions + given.n_positions);
  }
  return geometry;
}

std::optional<DetectorRegion> to_crop(const esieve_writer_options& given) {
  if ((given.crop_first_y | given.crop_n_y | given.crop_first_x | given.crop_n_x) == 0) return {};
  return DetectorRegion{given.crop_first_y, given.crop_n_y, given.crop_first_x, given.crop_n_x};
}

/// Of maps. Never larger than the detector, so that a crop the writer refuses is not read beyond a map's end.
DetectorShape kept_shape(const WriterOptions& options) {
  const auto [det_y, det_x] = options.detector;
  if (!options.crop) return options.detector;
  return {std::min(options.crop->n_y, det_y), std::min(options.crop->n_x, det_x)};
}

template <class T>
std::optional<PixelMap> to_map(const T* values, std::uint64_t n_pixels) {
  if (values == nullptr) return {};
  return PixelMap{.values = std::vector<double>(values, values + n_pixels), .origin = {}};
}

ThresholdOptions to_threshold(const esieve_writer_options& given, std::uint64_t n_pixels) {
  ThresholdOptions threshold;
  if (given.has_threshold != 0) threshold.threshold = given.threshold;
  threshold.threshold_map = to_map(given.threshold_map, n_pixels);
  threshold.dark = to_map(given.dark, n_pixels);
  threshold.gain = to_map(given.gain, n_pixels);
  threshold.mask = to_map(given.mask, n_pixels);
  return threshold;
}

void describe(const esieve_writer_options& given, WriterOptions& options) {
  for (std::size_t i = 0; i < options.axes.size(); ++i) {
    Axis& axis = options.axes[i];
    axis.offset = given.axes[i].offset;
    if (given.axes[i].scale != 0) axis.scale = given.axes[i].scale;
    axis.units = text_or(given.axes[i].units, axis.units);
  }
  options.title = text_or(given.title, options.title);
  options.units = text_or(given.units, options.units);
  options.metadata_json = text_or(given.metadata_json, options.metadata_json);
}

void set_queue_and_disk(const esieve_writer_options& given, WriterOptions& options) {
  options.overwrite = given.overwrite != 0;
  options.threads = given.threads;
  options.queue_bytes = or_default(given.queue_bytes, options.queue_bytes);
  options.spill_bytes = or_default(given.spill_bytes, options.spill_bytes);
  options.flush_bytes = or_default(given.flush_bytes, options.flush_bytes);
  options.flush_interval = interval(given.flush_interval_ms, options.flush_interval, "options.flush_interval_ms");
  options.snapshot_interval = interval(given.snapshot_interval_ms, options.snapshot_interval, "options.snapshot_interval_ms");
  options.block_timeout = duration(given.block_timeout_ms, options.block_timeout, "options.block_timeout_ms");
  options.when_full = to_enum<WhenFull>(given.when_full, ESIEVE_BLOCK, ESIEVE_SPILL, "options.when_full");
  options.dwell_us = given.dwell_us;
}

}  // namespace

WriterOptions to_writer_options(const esieve_writer_options* pointer) {
  const esieve_writer_options given = read_struct(pointer, "options");
  if (given.reserved != 0) throw UsageError("options.reserved is not 0; set the struct to zero before filling it in");
  WriterOptions options;
  options.scan = to_geometry(given);
  options.detector = {given.det_y, given.det_x};
  options.crop = to_crop(given);
  options.dtype = to_enum<DType>(given.dtype, ESIEVE_UINT8, ESIEVE_FLOAT64, "options.dtype");
  options.level = to_enum<Level>(or_default<std::int32_t>(given.level, ESIEVE_FAST), ESIEVE_FAST, ESIEVE_MAX, "options.level");
  options.frames_per_chunk = given.frames_per_chunk;
  options.threshold = to_threshold(given, kept_shape(options).n_pixels());
  options.when_repeated =
      to_enum<WhenRepeated>(given.when_repeated, ESIEVE_REPEATED_ERROR, ESIEVE_REPEATED_KEEP, "options.when_repeated");
  describe(given, options);
  set_queue_and_disk(given, options);
  return options;
}

}  // namespace esieve::c
