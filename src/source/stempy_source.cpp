// SPDX-License-Identifier: Apache-2.0
//
// stempy's electron-counted HDF5, versions 1 to 3: lists of struck pixels, made into frames of counts.
//
// A count is the number of times the frames of a scan position list a pixel.
#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>
#include <utility>

#include "esieve/error.hpp"
#include "source/frame_layout.hpp"
#include "source/hdf5_metadata.hpp"
#include "source/source_kinds.hpp"

namespace esieve {
namespace {

constexpr const char* frames_path = "/electron_events/frames";
constexpr const char* positions_path = "/electron_events/scan_positions";

/// What memory is set aside for before anything is known to be there: 33 million scan positions, 16384 x
/// 16384 pixels.
constexpr std::uint64_t max_rows = std::uint64_t{1} << 25, max_pixels = std::uint64_t{1} << 28;

/// Which rows of the file belong to a scan position.
struct RowMap {
  std::uint64_t rows_per_position = 0;  ///< Version 3: rows follow one another; then the vectors are empty.
  std::vector<std::uint64_t> starts;    ///< Before: position p has rows[starts[p]] ... rows[starts[p + 1] - 1].
  std::vector<std::uint64_t> rows;

  std::vector<hsize_t> of(FrameRange positions) const {
    const bool listed = !starts.empty();
    const std::uint64_t first = listed ? starts[positions.first] : positions.first * rows_per_position;
    const std::uint64_t end = listed ? starts[positions.end()] : positions.end() * rows_per_position;
    std::vector<hsize_t> found(end - first);
    if (listed)
      std::copy_n(rows.begin() + static_cast<std::ptrdiff_t>(first), found.size(), found.begin());
    else
      std::iota(found.begin(), found.end(), first);
    return found;
  }
  std::uint64_t n_rows(std::uint64_t position) const {
    return starts.empty() ? rows_per_position : starts[position + 1] - starts[position];
  }
};

/// Rows of variable length as HDF5 hands them out; given back to it on destruction.
class Rows {
 public:
  Rows(hid_t dataset, const std::vector<hsize_t>& wanted, const std::string& name) : lists_(wanted.size()) {
    if (wanted.empty()) return;
    const hsize_t n = wanted.size();
    type_ = h5::Id(H5Tvlen_create(H5T_NATIVE_UINT32), H5Tclose);
    memory_ = h5::simple_space({&n, 1});
    const h5::Id space(h5::check(H5Dget_space(dataset), "read the rows of " + name), H5Sclose);
    const bool in_order = wanted.back() - wanted.front() == n - 1 && std::is_sorted(wanted.begin(), wanted.end());
    if (in_order)
      H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, &wanted.front(), nullptr, &n, nullptr);
    else
      H5Sselect_elements(space.get(), H5S_SELECT_SET, wanted.size(), wanted.data());
    if (H5Dread(dataset, type_.get(), memory_.get(), space.get(), H5P_DEFAULT, lists_.data()) < 0)
      throw DataError("cannot read events of " + name + " (" + h5::last_error() + ")");
    was_read_ = true;
  }
  ~Rows() {
    if (was_read_) H5Dvlen_reclaim(type_.get(), memory_.get(), H5P_DEFAULT, lists_.data());
  }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  std::span<const std::uint32_t> operator[](std::size_t i) const {
    return {static_cast<const std::uint32_t*>(lists_[i].p), lists_[i].p == nullptr ? 0 : lists_[i].len};
  }

 private:
  std::vector<hvl_t> lists_;
  h5::Id type_, memory_;
  bool was_read_ = false;
};

class StempySource : public Source {
 public:
  StempySource(SourceInfo info, h5::Id file, RowMap map)
      : Source(std::move(info)),
        file_(std::move(file)),
        dataset_(h5::open_dataset(file_.get(), frames_path)),
        map_(std::move(map)) {
    choose_dtype();
  }

  void read(FrameRange range, std::span<std::byte> out) const override {
    std::fill(out.begin(), out.end(), std::byte{0});
    const h5::Lock lock;
    visit_dtype(info_.dtype, [&]<class T>(T) {
      for_each_list(range, [&](std::uint64_t position, std::span<const std::uint32_t> pixels) {
        std::byte* frame = out.data() + (position - range.first) * info_.frame_bytes();
        for (const std::uint32_t pixel : pixels) {
          T count;  // `out` may lie at any address
          std::memcpy(&count, frame + pixel * sizeof count, sizeof count);
          ++count;
          std::memcpy(frame + pixel * sizeof count, &count, sizeof count);
        }
      });
    });
  }

 private:
  /// Calls visit(scan position, pixels) for each row of `range`, with some rows in memory at a time.
  template <class Visit>
  void for_each_list(FrameRange range, Visit&& visit) const {
    constexpr std::uint64_t positions_at_once = 64;
    for (std::uint64_t first = range.first; first < range.end(); first += positions_at_once) {
      const FrameRange some{first, std::min(positions_at_once, range.end() - first)};
      const Rows rows(dataset_.get(), map_.of(some), info_.path.string());
      std::size_t row = 0;
      for (std::uint64_t position = some.first; position < some.end(); ++position)
        for (std::uint64_t k = map_.n_rows(position); k > 0; --k, ++row) {
          check_pixels(rows[row], position);
          visit(position, rows[row]);
        }
    }
  }

  void check_pixels(std::span<const std::uint32_t> pixels, std::uint64_t position) const {
    for (const std::uint32_t pixel : pixels)
      if (pixel >= info_.detector.n_pixels())
        throw DataError(info_.path.string() + " is damaged (an event of scan position " + std::to_string(position) +
                        " is in pixel " + std::to_string(pixel) + " of " + std::to_string(info_.detector.n_pixels()) + ")");
  }

  /// The smallest unsigned type that holds the largest count.
  void choose_dtype() {
    std::vector<std::uint32_t> counts(info_.detector.n_pixels());
    std::vector<std::uint32_t> struck;
    std::uint32_t most = 0;
    std::uint64_t current = 0;
    const auto clear = [&] {
      for (const std::uint32_t pixel : struck) counts[pixel] = 0;
      struck.clear();
    };
    for_each_list({0, info_.scan.n_frames()}, [&](std::uint64_t position, std::span<const std::uint32_t> pixels) {
      if (std::exchange(current, position) != position) clear();
      for (const std::uint32_t pixel : pixels) most = std::max(most, ++counts[pixel]);
      struck.insert(struck.end(), pixels.begin(), pixels.end());
    });
    info_.dtype = most <= 0xFF ? DType::u8 : most <= 0xFFFF ? DType::u16 : DType::u32;
  }

  h5::Id file_, dataset_;
  RowMap map_;
};

std::uint64_t size_attribute(hid_t object, const char* name, const std::string& what) {
  const auto value = h5::unsigned_attribute(object, name);
  if (!value || *value == 0 || *value > std::numeric_limits<std::uint32_t>::max())
    throw DataError(what + " is damaged (attribute " + name + " is missing or impossible)");
  return *value;
}

/// Version 3: the same number of rows for every position, one after the other.
RowMap regular_rows(std::uint64_t n_rows, std::uint64_t n_positions, const std::string& name) {
  if (n_rows == 0 || n_rows % n_positions != 0)
    throw DataError(name + " is damaged (" + std::to_string(n_rows) + " frames do not fill " + std::to_string(n_positions) +
                    " scan positions evenly)");
  return {n_rows / n_positions, {}, {}};
}

/// Versions 1 and 2: row i belongs to position positions[i]; a position may have several rows or none.
RowMap listed_rows(const std::vector<std::int64_t>& positions, std::uint64_t n_rows, std::uint64_t n_positions,
                   const std::string& name) {
  if (positions.size() != n_rows)
    throw DataError(name + " is damaged (" + std::to_string(n_rows) + " frames, but " + std::to_string(positions.size()) +
                    " scan positions of frames)");
  RowMap map{0, std::vector<std::uint64_t>(n_positions + 1), std::vector<std::uint64_t>(n_rows)};
  for (const std::int64_t position : positions) {
    if (position < 0 || static_cast<std::uint64_t>(position) >= n_positions)
      throw DataError(name + " is damaged (a frame belongs to scan position " + std::to_string(position) + " of " +
                      std::to_string(n_positions) + ")");
    ++map.starts[static_cast<std::uint64_t>(position) + 1];
  }
  std::partial_sum(map.starts.begin(), map.starts.end(), map.starts.begin());
  std::vector<std::uint64_t> next(map.starts.begin(), map.starts.end() - 1);
  for (std::uint64_t row = 0; row < n_rows; ++row) map.rows[next[static_cast<std::uint64_t>(positions[row])]++] = row;
  return map;
}

}  // namespace

bool is_stempy(const std::filesystem::path& path) {
  const h5::Lock lock;
  const h5::Id file = h5::open_file(path);
  if (!h5::exists(file.get(), frames_path) || !h5::exists(file.get(), positions_path)) return false;
  const h5::Id dataset(H5Dopen2(file.get(), frames_path, H5P_DEFAULT), H5Dclose);
  const h5::Id type(dataset ? H5Dget_type(dataset.get()) : -1, H5Tclose);
  return type && H5Tget_class(type.get()) == H5T_VLEN;
}

std::unique_ptr<Source> open_stempy_source(const std::filesystem::path& path, const SourceOptions& options) {
  const h5::Lock lock;
  const std::string name = path.string();
  h5::Id file = h5::open_file(path);
  const h5::Id frames = h5::open_dataset(file.get(), frames_path), positions = h5::open_dataset(file.get(), positions_path);
  const h5::Id type(H5Dget_type(frames.get()), H5Tclose), item(H5Tget_super(type.get()), H5Tclose);
  const std::vector<hsize_t> n_rows = h5::dimensions(frames.get());
  if (h5::dtype_of(item.get()) != DType::u32 || n_rows.size() != 1)
    throw UnsupportedError(name + " holds electron events in an early layout of stempy's; save it again with a later stempy");

  // stempy means different things by Nx: the fast axis of the scan, the slow one of the detector.
  SourceInfo info;
  info.path = path;
  info.format = "stempy";
  info.dataset = frames_path;
  info.title = path.stem().string();
  info.file_bytes = std::filesystem::file_size(path);
  info.units = "electrons";
  info.shape = {size_attribute(positions.get(), "Ny", name), size_attribute(positions.get(), "Nx", name),
                size_attribute(frames.get(), "Nx", name), size_attribute(frames.get(), "Ny", name)};
  info.dtype = DType::u8;
  set_frame_layout(info, options.scan_shape);

  const std::uint64_t n_positions = info.scan.n_frames();
  if (info.detector.n_pixels() > max_pixels || n_positions > max_rows)
    throw DataError(name + " is damaged (its shape " + shape_text(info.shape) + " is impossible)");
  const h5::Id root = h5::open_group(file.get(), "/");
  const std::uint64_t version = h5::unsigned_attribute(root.get(), "version").value_or(1);
  if (version > 3)
    throw UnsupportedError(name + " is version " + std::to_string(version) + " of stempy's format (1 to 3 are known)");
  RowMap map = version == 3 ? regular_rows(n_rows[0], n_positions, name)
                            : listed_rows(h5::read_dataset<std::int64_t>(file.get(), positions_path, max_rows), n_rows[0],
                                          n_positions, name);
  info.metadata_json = hdf5_metadata(file.get(), h5::walk(file.get()), {frames_path});
  return std::make_unique<StempySource>(std::move(info), std::move(file), std::move(map));
}

}  // namespace esieve
