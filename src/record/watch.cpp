// SPDX-License-Identifier: Apache-2.0
#include "esieve/watch.hpp"

#include <cstring>

#include "container/journal.hpp"
#include "container/recording.hpp"
#include "esieve/error.hpp"
#include "extract/npz_reader.hpp"
#include "record/snapshot_figures.hpp"

namespace esieve {
namespace {

using Members = std::map<std::string, NpzMember>;

class SnapshotReader {
 public:
  SnapshotReader(const Members& members, std::string name) : members_(members), name_(std::move(name)) {}

  Snapshot read() const {
    Snapshot result;
    const auto scan = shape_of("scan_image"), detector = shape_of("mean_pattern");
    if (scan != shape_of("frame_status") || detector != shape_of("last_frame")) fail("its images are not of one shape");
    if (detector[0] > 0xffffffff || detector[1] > 0xffffffff) fail("an impossible detector");
    result.scan = {scan[0], scan[1]};
    result.detector = {static_cast<std::uint32_t>(detector[0]), static_cast<std::uint32_t>(detector[1])};
    result.scan_image = values<double>("scan_image", DType::f64);
    result.frame_status = values<std::uint8_t>("frame_status", DType::u8);
    result.mean_pattern = values<double>("mean_pattern", DType::f64);
    result.last_frame = values<double>("last_frame", DType::f64);
    for (const std::uint8_t status : result.frame_status)
      if (status > static_cast<std::uint8_t>(FrameStatus::summed)) fail("an unknown status");
    for (const auto& [figure, member] : snapshot_figures) set(result.stats, figure, member);
    return result;
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const {
    throw DataError(name_ + " is not a snapshot, or damaged (" + reason + ")");
  }

  const NpzMember& member(const char* name) const {
    const auto found = members_.find(name);
    if (found == members_.end()) fail(std::string("without ") + name);
    return found->second;
  }

  std::vector<std::uint64_t> shape_of(const char* name) const {
    if (member(name).shape.size() != 2) fail(std::string(name) + " is no image");
    return member(name).shape;
  }

  template <class T>
  std::vector<T> values(const char* name, DType dtype) const {
    const NpzMember& from = member(name);
    if (from.dtype != dtype) fail(std::string(name) + " has another type");
    std::vector<T> result(from.values.size() / sizeof(T));
    std::memcpy(result.data(), from.values.data(), from.values.size());
    return result;
  }

  void set(WriterStats& stats, const char* name, SnapshotFigure to) const {
    const std::vector<double> number = values<double>(name, DType::f64);
    if (number.size() != 1 || !(number[0] >= 0) || number[0] > 1e18) fail(std::string(name) + " is no figure");
    if (const auto* count = std::get_if<std::uint64_t WriterStats::*>(&to))
      stats.*(*count) = static_cast<std::uint64_t>(number[0]);
    else
      stats.*std::get<double WriterStats::*>(to) = number[0];
  }

  const Members& members_;
  const std::string name_;
};

}  // namespace

Recording recording_state(const std::filesystem::path& path) {
  std::error_code error;
  const auto is_file = [&](const std::filesystem::path& file) { return std::filesystem::is_regular_file(file, error); };
  const auto folder = find_recording(path);
  const auto output = recorded_output(folder ? *folder : path);
  if (folder && is_being_recorded(*folder)) return Recording::running;
  if (folder && is_file(*folder / recording::data)) return Recording::interrupted;
  if (is_file(path) || (output && is_file(*output))) return Recording::complete;
  if (folder) return Recording::interrupted;
  throw IoError("there is neither " + path.string() + " nor a recording of it (" + recording_folder(path).string() + ")");
}

std::optional<Snapshot> read_snapshot(const std::filesystem::path& path) {
  const auto folder = find_recording(path);
  if (!folder) return std::nullopt;
  const std::filesystem::path file = *folder / recording::snapshot;
  try {
    return SnapshotReader(read_npz(file), file.string()).read();
  } catch (const Error&) {  // there is none, or it went with the folder
    std::error_code error;
    if (std::filesystem::exists(file, error)) throw;
    return std::nullopt;
  }
}

}  // namespace esieve
