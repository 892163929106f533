// SPDX-License-Identifier: Apache-2.0
//
// Dense datasets to read from: HDF5, NumPy .npy, raw binary, Merlin .mib, stempy's electron events.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "esieve/dtype.hpp"
#include "esieve/export.hpp"
#include "esieve/shape.hpp"

namespace esieve {

/// A uniform axis: value(i) = offset + i * scale.
struct Axis {
  std::string name;  ///< scan_y, scan_x, det_y or det_x
  double offset = 0;
  double scale = 1;
  std::string units = "px";  ///< "nm", "1/angstrom", "mrad"; "px" where the source has no calibration
};

struct SourceInfo {
  std::filesystem::path path;
  std::string format;                ///< "HDF5", "NumPy", "raw", "Merlin MIB", "stempy"
  std::string dataset;               ///< Path inside the file; empty where there is none.
  std::vector<std::uint64_t> shape;  ///< As the source has it, slowest first; empty: (scan_y, scan_x, det_y, det_x).
  ScanShape scan;
  DetectorShape detector;
  DType dtype = DType::u16;
  std::array<Axis, 4> axes;  ///< scan_y, scan_x, det_y, det_x
  std::string title;
  std::string units = "counts";      ///< Of the values.
  std::string metadata_json = "{}";  ///< What the source says besides (attributes, headers), a JSON object in UTF-8.
  std::uint64_t file_bytes = 0;      ///< Size of `path`.
  std::uint64_t frames_per_position =
      1;                             ///< Frames kept for each scan position: an axis behind scan_x, which `scan.scan_x` includes.
  std::optional<double> floor_bits;  ///< Simulated data: least number of bits the counts need, attribute `floor_bits`.

  std::uint64_t frame_bytes() const { return detector.n_pixels() * item_bytes(dtype); }
  std::uint64_t dense_bytes() const { return scan.n_frames() * frame_bytes(); }
};

struct SourceOptions {
  std::string dataset;                  ///< HDF5: path of the dataset; empty: found where there is one candidate.
  std::optional<ScanShape> scan_shape;  ///< For stacks of frames; must have as many positions as there are frames.
  std::vector<std::uint64_t> shape;     ///< Raw binary: 2 to 4 dimensions, slowest first.
  std::string dtype;                    ///< Raw binary: NumPy code, byte order included (">u2"); default order little.
  std::uint64_t offset_bytes = 0;       ///< Raw binary: where the first frame begins.
};

/// A dense dataset that yields frames in scan order.
class ESIEVE_API Source {
 public:
  virtual ~Source() = default;
  const SourceInfo& info() const { return info_; }

  /// Reads frames [range.first, range.end()) into `out`, C order (frame, det_y, det_x), native byte order.
  ///
  /// May be called from several threads at once; where the file format does not allow it the calls wait for one another.
  /// \pre    the range lies inside the scan; out.size() == range.count * info().frame_bytes()
  /// \throws DataError, IoError  `out` is then unspecified
  virtual void read(FrameRange range, std::span<std::byte> out) const = 0;

  /// The same frames where they already are in memory, aligned to their elements; nothing where they are not. Valid as long
  /// as the source.
  virtual std::optional<std::span<const std::byte>> view([[maybe_unused]] FrameRange range) const { return std::nullopt; }

 protected:
  explicit Source(SourceInfo info) : info_(std::move(info)) {
    if (info_.shape.empty()) info_.shape = {info_.scan.scan_y, info_.scan.scan_x, info_.detector.det_y, info_.detector.det_x};
  }
  SourceInfo info_;
};

/// Opens `path`, telling its kind by its content first and its extension second.
///
/// Stacks (3-D) without `scan_shape` become one scan row (1, n); single frames (2-D) become (1, 1).
/// \throws UsageError  several candidate datasets (they are listed with shapes), a scan shape that does not fit (the
///                     message says which would), raw binary without shape or dtype
/// \throws DataError   truncated, empty, not a dataset of frames, unsupported element type
/// \throws IoError     missing or unreadable
ESIEVE_API std::unique_ptr<Source> open_source(const std::filesystem::path& path, const SourceOptions& options = {});

}  // namespace esieve
