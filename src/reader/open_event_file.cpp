// SPDX-License-Identifier: Apache-2.0
#include "reader/open_event_file.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>
#include <string>

#include "container/axes.hpp"
#include "container/filter_registration.hpp"
#include "container/layout.hpp"
#include "esieve/error.hpp"
#include "reader/find_dataset.hpp"

namespace esieve {
namespace {

/// Far beyond any detector, and small enough that nothing overflows.
constexpr std::uint64_t max_frames = std::uint64_t{1} << 32;
constexpr std::size_t max_metadata_bytes = std::size_t{64} << 20;

class Opening {
 public:
  Opening(const std::filesystem::path& path, h5::Id file) : name_(path.string()) {
    result_.info.path = path;
    result_.file = std::move(file);
    result_.regridded = is_regridded(result_.file.get());
    info().dataset = result_.regridded ? layout::dataset_path : find_event_dataset(result_.file.get(), name_);
    result_.dataset = h5::open_dataset(result_.file.get(), info().dataset);
    check_features();
    read_shape();
    read_chunking();
    read_description();
    read_axes();
    read_source();
    info().stored_bytes = std::filesystem::file_size(path);
    info().chunk_bytes = H5Dget_storage_size(result_.dataset.get());
  }

  EventFile take() { return std::move(result_); }

 private:
  FileInfo& info() { return result_.info; }

  void check_features() {
    const hid_t dataset = result_.dataset.get();
    info().container_version = h5::string_attribute(dataset, layout::version).value_or("");
    const std::uint64_t required = h5::unsigned_attribute(dataset, layout::required_features).value_or(0);
    if ((required & ~layout::known_features) != 0)
      throw UnsupportedError(name_ + " needs a later esieve (container version " + info().container_version +
                             " with features this one does not know); update esieve");
  }

  void read_shape() {
    dims_ = h5::dimensions(result_.dataset.get());
    result_.rank = static_cast<int>(dims_.size());
    if (dims_.size() < 2 || dims_.size() > 5)
      throw UnsupportedError(name_ + ":" + info().dataset + " has " + std::to_string(dims_.size()) +
                             " dimensions (2 to 5 can be read)");
    if (dims_.size() == 5) merge_kept_frames();
    dims_.insert(dims_.begin(), 4 - dims_.size(), 1);
    info().scan = {dims_[0], dims_[1]};
    if (dims_[0] == 0 || dims_[1] == 0 || dims_[0] > max_frames || dims_[1] > max_frames / dims_[0] || dims_[2] == 0 ||
        dims_[3] == 0 || dims_[2] > 0xffffffff || dims_[3] > 0xffffffff / dims_[2])
      throw DataError(name_ + ":" + info().dataset + " has an impossible shape");
    info().detector = {static_cast<std::uint32_t>(dims_[2]), static_cast<std::uint32_t>(dims_[3])};

    const h5::Id type(H5Dget_type(result_.dataset.get()), H5Tclose);
    const auto dtype = h5::dtype_of(type.get());
    if (!dtype) throw UnsupportedError(name_ + ":" + info().dataset + " does not hold numbers that can be read as counts");
    info().dtype = *dtype;
    info().source_shape = {dims_.end() - std::min(result_.rank, 4), dims_.end()};
  }

  /// Frames kept at a position count as positions along scan_x.
  void merge_kept_frames() {
    info().frames_per_position = dims_[2];
    if (dims_[2] == 0 || dims_[1] > max_frames || dims_[2] > max_frames)
      throw DataError(name_ + ":" + info().dataset + " has an impossible shape");
    dims_[1] *= dims_[2];
    dims_.erase(dims_.begin() + 2);
  }

  void read_chunking() {
    if (result_.regridded) {
      result_.direct = false;
      return choose_own_chunking();
    }
    const h5::Id creation(H5Dget_create_plist(result_.dataset.get()), H5Pclose);
    std::vector<hsize_t> chunk(static_cast<std::size_t>(result_.rank));
    H5Pget_chunk(creation.get(), result_.rank, chunk.data());
    bool whole_positions = true;
    if (result_.rank == 5) {
      whole_positions = chunk[2] == info().frames_per_position;
      chunk[1] *= chunk[2];
      chunk.erase(chunk.begin() + 2);
    }
    chunk.insert(chunk.begin(), 4 - chunk.size(), 1);
    info().chunk_parameters = *filter_parameters(result_.dataset.get());

    H5D_fill_value_t fill = H5D_FILL_VALUE_UNDEFINED;
    H5Pfill_value_defined(creation.get(), &fill);
    const ChunkParameters& parameters = info().chunk_parameters;
    const bool whole_frames = chunk[2] == dims_[2] && chunk[3] == dims_[3];
    const bool one_run = chunk[0] == 1 || chunk[1] == dims_[1];
    const bool agrees = parameters.n_frames == chunk[0] * chunk[1] && parameters.det_y == info().detector.det_y &&
                        parameters.det_x == info().detector.det_x && parameters.dtype == info().dtype;
    result_.direct = whole_positions && whole_frames && one_run && agrees && !parameters.big_endian && !parameters.opaque &&
                     fill != H5D_FILL_VALUE_USER_DEFINED;
    if (result_.direct) {
      info().grid = ChunkGrid{.scan_rows = chunk[0], .scan_columns = chunk[1]}.covering(info().scan);
    } else {
      choose_own_chunking();
    }
  }

  /// HDF5 assembles the frames; they are handed on in chunks as we would have made them.
  void choose_own_chunking() {
    info().grid = choose_chunk_grid(info().scan, info().frame_bytes(), {});
    ChunkParameters parameters;
    parameters.n_frames = static_cast<std::uint32_t>(info().grid.scan_rows * info().grid.scan_columns);
    parameters.scan_row_frames = static_cast<std::uint32_t>(info().grid.scan_columns);
    parameters.det_y = info().detector.det_y;
    parameters.det_x = info().detector.det_x;
    parameters.dtype = info().dtype;
    parameters.level = Level::fast;
    info().chunk_parameters = parameters;
  }

  void read_description() {
    const hid_t dataset = result_.dataset.get();
    const std::string fidelity = h5::string_attribute(dataset, layout::fidelity).value_or("lossless");
    if (fidelity != "lossless" && fidelity != "thresholded")
      throw DataError(name_ + ":" + info().dataset + " has an unknown fidelity, \"" + fidelity + "\"");
    info().fidelity = fidelity == "lossless" ? Fidelity::lossless : Fidelity::thresholded;
    info().digest = h5::string_attribute(dataset, layout::dense_digest).value_or("");
    info().floor_bits = h5::double_attribute(dataset, layout::floor_bits);
    read_units();
    info().units = units_[0] ? *units_[0] : h5::string_attribute(dataset, layout::units).value_or("counts");
    info().n_events = h5::unsigned_attribute(dataset, layout::n_events).value_or(0);
    info().n_electrons = h5::double_attribute(dataset, layout::n_electrons).value_or(0);
    if (h5::exists(result_.file.get(), layout::entry_path))
      info().title =
          h5::string_attribute(h5::open_group(result_.file.get(), layout::entry_path).get(), layout::title).value_or("");
    info().written_by = h5::string_attribute(result_.file.get(), layout::creator).value_or("");
    info().written_at = h5::string_attribute(result_.file.get(), layout::file_time).value_or("");
    info().has_frame_status = info().dataset == layout::dataset_path && h5::exists(result_.file.get(), layout::frame_status_path);
    info().has_frame_index = info().dataset == layout::dataset_path &&
                             h5::exists(result_.file.get(), std::string(layout::own_path) + "/" + layout::frame_events) &&
                             h5::exists(result_.file.get(), layout::scan_image_path);
  }

  /// Where the file says them in one piece.
  void read_units() {
    const auto text = h5::string_attribute(result_.dataset.get(), layout::own_units);
    if (!text || std::count(text->begin(), text->end(), '\n') != 4) return;
    std::istringstream lines(*text);
    for (auto& units : units_) std::getline(lines, units.emplace());
  }

  void read_axes() {
    const std::string parent = info().dataset.substr(0, info().dataset.rfind('/'));
    const h5::Id group = h5::open_group(result_.file.get(), parent.empty() ? "/" : parent);
    for (std::size_t axis = 0; axis < 4; ++axis)
      info().axes[axis] = read_axis(group.get(), std::string(layout::axes[axis]), units_[axis + 1]);
  }

  void read_source() {
    if (!h5::exists(result_.file.get(), layout::source_path)) return;
    const h5::Id source = h5::open_group(result_.file.get(), layout::source_path);
    info().source_path = h5::string_attribute(source.get(), layout::source_file).value_or("");
    info().source_format = h5::string_attribute(source.get(), layout::source_format).value_or("");
    info().source_dataset = h5::string_attribute(source.get(), layout::source_dataset).value_or("");
    if (auto shape = h5::unsigned_array_attribute(source.get(), layout::source_shape)) info().source_shape = std::move(*shape);
    info().metadata_json = h5::read_text(source.get(), layout::source_data, max_metadata_bytes).value_or("{}");
    read_dropped();
  }

  void read_dropped() {
    if (!h5::exists(result_.file.get(), layout::process_path)) return;
    const h5::Id process = h5::open_group(result_.file.get(), layout::process_path);
    const auto n_pixels = h5::unsigned_attribute(process.get(), layout::dropped_pixels);
    if (!n_pixels) return;
    info().dropped = {.n_pixels = *n_pixels,
                      .intensity = h5::double_attribute(process.get(), layout::dropped_intensity).value_or(0),
                      .maximum = h5::double_attribute(process.get(), layout::dropped_maximum).value_or(0)};
  }

  std::string name_;
  EventFile result_;
  std::vector<hsize_t> dims_;                        ///< Always four.
  std::array<std::optional<std::string>, 5> units_;  ///< Of the values and the axes.
};

}  // namespace

EventFile open_event_file(const std::filesystem::path& path) {
  register_filter();
  const h5::Lock lock;
  h5::Id file = h5::open_file(path);
  try {
    return Opening(path, std::move(file)).take();
  } catch (const IoError& error) {
    throw DataError(path.string() + " is damaged (" + error.what() + ")");
  }
}

}  // namespace esieve
