// SPDX-License-Identifier: Apache-2.0
#include "esieve/recover.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>

#include "base/file.hpp"
#include "base/progress_meter.hpp"
#include "container/chunk_encoder.hpp"
#include "container/fragments.hpp"
#include "container/journal.hpp"
#include "container/recording.hpp"
#include "esieve/container.hpp"
#include "esieve/error.hpp"
#include "esieve/reader.hpp"
#include "parallel/parallel.hpp"
#include "recover/find_chunks.hpp"
#include "recover/object_header.hpp"

namespace esieve {
namespace {

constexpr std::size_t header_search_bytes = std::size_t{4} << 20;
constexpr std::size_t max_missing_runs = 100;

/// What is to be read, and what says so.
struct Damaged {
  std::filesystem::path data, folder;  ///< The folder is empty for plain files.
  std::unique_ptr<Reader> reader;      ///< If HDF5 still opens it.
  RecordingState state;
  std::vector<FrameStatus> file_status;
};

class Recovering {
 public:
  Recovering(const std::filesystem::path& path, std::filesystem::path output, const RecoverOptions& options)
      : output_(std::move(output)), options_(options) {
    open(path);
    describe();
  }

  Recovery run() {
    find();
    choose_shape();
    write();
    return std::move(result_);
  }

 private:
  void open(const std::filesystem::path& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error))
      damaged_.folder = path;
    else
      damaged_.folder = find_recording(path).value_or("");
    damaged_.data = damaged_.folder.empty() ? path : damaged_.folder / recording::data;
    if (std::filesystem::equivalent(damaged_.data, output_, error))
      throw UsageError(output_.string() + " is the damaged file itself; give the output another name");
    if (damaged_.folder.empty()) {
      try {
        damaged_.reader = std::make_unique<Reader>(path);
        result_.hdf5_opens = true;
        damaged_.file_status = damaged_.reader->frame_status();
      } catch (const DataError&) {  // that is why we are here
      }
      return;
    }
    if (is_being_recorded(damaged_.folder))
      throw UsageError(damaged_.folder.string() + " is being recorded into at this moment; wait until the writer is closed");
    read_recording(damaged_.folder, damaged_.state);
    result_.n_damaged_bytes = damaged_.state.n_damaged_bytes;
  }

  void describe() {
    if (damaged_.state.description) {
      result_.described_by = "journal";
      description_ = *damaged_.state.description;
    } else if (damaged_.reader) {
      result_.described_by = "HDF5";
      describe_by_reader(damaged_.reader->info());
    } else {
      result_.described_by = "object header";
      describe_by_header();
    }
    parameters_ = description_.parameters;
    info_ = description_.info;
    scan_ = longest(info_.scan, description_.growing);
    set_grid();
    if (description_.threshold.active())
      threshold_ = std::make_unique<Threshold>(description_.threshold, info_.detector, info_.dtype);
  }

  void describe_by_reader(const FileInfo& file) {
    SourceInfo& info = description_.info;
    info.path = file.source_path;
    info.format = file.source_format;
    info.dataset = file.source_dataset;
    info.shape = file.source_shape;
    info.scan = file.scan;
    info.frames_per_position = file.frames_per_position;
    info.detector = file.detector;
    info.dtype = file.dtype;
    info.axes = file.axes;
    info.title = file.title;
    info.units = file.units;
    info.metadata_json = file.metadata_json;
    description_.parameters = file.chunk_parameters;
    if (file.fidelity != Fidelity::thresholded) return;
    try {
      if (auto options = damaged_.reader->threshold()) description_.threshold = std::move(*options);
    } catch (const DataError&) {
      throw DataError(file.path.string() +
                      " was thresholded and its record of how is damaged; its frames cannot be told from raw ones");
    }
  }

  void describe_by_header() {
    std::vector<std::byte> head;
    {
      const InputFile file(damaged_.data);
      head.resize(std::min<std::uint64_t>(file.size(), header_search_bytes));
      file.read(0, head);
    }
    const auto raw = find_object_header(head);
    if (!raw)
      throw DataError(damaged_.data.string() +
                      " has nothing left that says what its frames are (no journal, no HDF5 structure, no "
                      "header of an event dataset in its first " +
                      std::to_string(header_search_bytes >> 20) + " MiB)");
    SourceInfo& info = description_.info;
    info.path = damaged_.data;
    info.format = "recovered";
    info.scan = raw->scan;
    info.frames_per_position = raw->frames_per_position;
    description_.growing = raw->growing;
    info.detector = {raw->parameters.det_y, raw->parameters.det_x};
    info.dtype = raw->parameters.dtype;
    for (std::size_t axis = 0; axis < 4; ++axis) info.axes[axis].name = std::array{"scan_y", "scan_x", "det_y", "det_x"}[axis];
    info.shape = {info.scan.scan_y, info.scan.scan_x, info.detector.det_y, info.detector.det_x};
    description_.parameters = raw->parameters;
  }

  /// The grid the chunks were made on, which their parameters say.
  void set_grid() {
    const auto grid = grid_of(parameters_, scan_);
    if (!grid) throw DataError(damaged_.data.string() + " has an impossible chunk shape");
    grid_ = *grid;
  }

  std::optional<std::uint64_t> chunk_at(std::uint64_t first_frame) const {
    if (first_frame >= scan_.n_frames()) return std::nullopt;
    const std::uint64_t chunk = grid_.chunk_of(first_frame, scan_);
    return grid_.frames(chunk, scan_).first == first_frame ? std::optional(chunk) : std::nullopt;
  }

  void find() {
    std::error_code error;
    if (std::filesystem::exists(damaged_.data, error)) {
      ProgressMeter meter(options_.progress, info_.scan.n_frames());
      const auto found = find_chunks(damaged_.data, max_chunk_bytes(parameters_), meter);
      for (const FoundChunk& chunk : found) {
        const bool ours = chunk.header.dataset_id == parameters_.dataset_id && chunk.header.n_frames <= parameters_.n_frames;
        const auto index = ours ? chunk_at(chunk.header.first_frame) : std::nullopt;
        if (!index) {
          ++result_.n_chunks_foreign;
          continue;
        }
        const auto [at, is_new] = found_.try_emplace(*index, chunk);
        if (is_new) continue;
        ++result_.n_chunks_doubled;
        if (prefers(*index, chunk, at->second)) at->second = chunk;
      }
    }
    for (const ChunkNote& note : damaged_.state.notes) notes_[note.chunk] = &note;
    for (const ChunkPlace& place : damaged_.state.places) expect(place.chunk);
    find_fragments();
    result_.n_chunks = found_.size();
  }

  /// Of two chunks for one place: the one the journal names, else the later.
  bool prefers(std::uint64_t chunk, const FoundChunk& a, const FoundChunk& b) const {
    for (const ChunkPlace& place : damaged_.state.places)
      if (place.chunk == chunk && (place.address == a.address || place.address == b.address)) return place.address == a.address;
    return a.address > b.address;
  }

  void expect(std::uint64_t chunk) {
    if (!found_.contains(chunk)) ++result_.n_chunks_damaged;
  }

  /// Parts of chunks that were not complete: those put away in the journal, and those still open at the last flush.
  void find_fragments() {
    fragments_ = fragments_by_chunk(damaged_.state);
    for (auto& [chunk, parts] : fragments_)
      if (chunk < grid_.n_chunks())
        std::erase_if(parts, [n = frames_of(chunk).count](const Fragment* part) { return part->status.size() > n; });
    std::erase_if(fragments_,
                  [&](const auto& of) { return found_.contains(of.first) || of.first >= grid_.n_chunks() || of.second.empty(); });
    result_.n_fragments = fragments_.size();
  }

  /// Frames of a found chunk, as far as it has them.
  FrameRange frames_of(std::uint64_t chunk) const { return grid_.frames(chunk, scan_); }

  std::vector<FrameStatus> status_of(std::uint64_t chunk) const {
    const auto found = found_.find(chunk);
    if (found == found_.end()) return {};
    std::vector<FrameStatus> status(found->second.header.n_frames, FrameStatus::okay);
    if (const auto note = notes_.find(chunk); note != notes_.end())
      for (std::size_t i = 0; i < std::min(status.size(), note->second->status.size()); ++i) status[i] = note->second->status[i];
    const std::uint64_t first = found->second.header.first_frame;
    for (std::size_t i = 0; i < status.size() && first + i < damaged_.file_status.size(); ++i)
      status[i] = damaged_.file_status[first + i];
    return status;
  }

  /// A scan that was growing ends with the last frame that is known.
  void choose_shape() {
    if (description_.growing != Growing::no) {
      std::uint64_t end = damaged_.state.description ? 0 : info_.scan.n_frames();  // the file's own shape is the least
      const auto reach = [&](std::uint64_t first, std::span<const FrameStatus> status) {
        for (std::size_t i = 0; i < status.size(); ++i)
          if (status[i] != FrameStatus::missing) end = std::max(end, first + i + 1);
      };
      for (const auto& [chunk, found] : found_) reach(found.header.first_frame, status_of(chunk));
      for (const auto& [chunk, parts] : fragments_)
        for (const Fragment* part : parts) reach(frames_of(chunk).first, part->status);
      if (end == 0) throw DataError(damaged_.data.string() + " holds no frames; there is nothing to recover");
      const std::uint64_t kept = info_.frames_per_position;
      info_.scan = description_.growing == Growing::scan_x ? ScanShape{1, (end + kept - 1) / kept * kept}
                                                           : ScanShape{(end + scan_.scan_x - 1) / scan_.scan_x, scan_.scan_x};
    }
    if (info_.shape.empty() || !damaged_.folder.empty())
      info_.shape = {info_.scan.scan_y, info_.scan.scan_x, info_.detector.det_y, info_.detector.det_x};
    result_.scan = info_.scan;
    result_.n_chunks_expected = grid_.covering(info_.scan).n_chunks();
    // A complete file had them all, but for frames it knows to be missing.
    if (!damaged_.folder.empty()) return;
    for (std::uint64_t chunk = 0; chunk < result_.n_chunks_expected; ++chunk) {
      const FrameRange frames = frames_of(chunk);
      bool had = damaged_.file_status.empty();
      for (std::uint64_t i = frames.first; i < std::min<std::uint64_t>(frames.end(), damaged_.file_status.size()); ++i)
        had = had || damaged_.file_status[i] != FrameStatus::missing;
      if (had) expect(chunk);
    }
  }

  /// One chunk on its way.
  struct Item {
    ChunkEncoder encoder;
    ChunkCodec codec{};
    std::vector<std::byte> dense{};
    FrameRange frames{};
    EncodedChunk chunk{};
    bool okay = false;
  };

  void write() {
    std::vector<std::uint64_t> chunks;
    for (const auto& [chunk, found] : found_) chunks.push_back(chunk);
    for (const auto& [chunk, parts] : fragments_) chunks.push_back(chunk);
    std::sort(chunks.begin(), chunks.end());

    ContainerOptions container;
    container.level = parameters_.level;
    container.frames_per_chunk = parameters_.n_frames;
    container.overwrite = options_.overwrite;
    if (description_.threshold.active()) container.threshold = description_.threshold;
    container.dataset_id = parameters_.dataset_id;
    container.frame_status = true;
    ContainerWriter writer(output_, info_, container);
    output_parameters_ = writer.parameters();
    output_grid_ = writer.grid();

    const InputFile data(damaged_.data);
    const int threads = resolve_threads(options_.threads);
    std::vector<Item> items;
    for (std::size_t i = 0; i < chunks_under_way(output_parameters_.dense_bytes(), threads); ++i)
      items.push_back({.encoder = {info_, output_parameters_, threshold_.get()}});
    std::vector<FrameStatus> status(info_.scan.n_frames(), FrameStatus::missing);
    ProgressMeter meter(options_.progress, info_.scan.n_frames());
    ordered_pipeline(
        chunks.size(), threads, items.size(), [&](std::uint64_t i, std::size_t slot) { prepare(chunks[i], data, items[slot]); },
        [&](std::uint64_t i, std::size_t slot) {
          const Item& item = items[slot];
          if (!item.okay) {
            ++result_.n_chunks_damaged;
            if (found_.contains(chunks[i])) --result_.n_chunks;
            return;
          }
          const EncodedChunk& chunk = item.chunk;
          writer.write(output_grid_.chunk_of(item.frames.first, info_.scan), chunk.bytes, chunk.account());
          std::copy(chunk.status.begin(), chunk.status.end(), status.begin() + static_cast<std::ptrdiff_t>(item.frames.first));
          meter.add(item.frames.count, item.frames.count * info_.frame_bytes(), chunk.bytes.size());
        });
    writer.close();
    count(status);
  }

  void prepare(std::uint64_t chunk, const InputFile& data, Item& item) const {
    item.okay = false;
    item.chunk = {};
    item.frames = frames_of(chunk);
    if (item.frames.first >= info_.scan.n_frames()) return;
    item.frames.count = std::min(item.frames.count, info_.scan.n_frames() - item.frames.first);
    item.dense.resize(parameters_.dense_bytes());
    const std::span dense = std::span(item.dense).first(item.frames.count * info_.frame_bytes());
    if (const auto parts = fragments_.find(chunk); parts != fragments_.end())
      put_together(parts->second, dense, item);
    else
      take_over(chunk, data, dense, item);
  }

  /// A chunk that was complete, as it is unless the scan's end cuts it.
  void take_over(std::uint64_t chunk, const InputFile& data, std::span<const std::byte> dense, Item& item) const {
    const FoundChunk& found = found_.at(chunk);
    EncodedChunk& out = item.chunk;
    out.bytes.resize(found.header.chunk_bytes);
    data.read(found.address, out.bytes);
    if (item.codec.decode(out.bytes, parameters_, item.dense) != ChunkStatus::okay) return;
    const std::uint64_t n = item.frames.count;
    out.status = status_of(chunk);
    if (found.header.n_frames == n && output_parameters_.n_frames >= n) {
      account_frames(dense, info_, out);
    } else {
      out.status.resize(n, FrameStatus::missing);
      item.encoder.encode(dense, item.frames.first, out);
    }
    if (threshold_) {
      out.dropped.assign(n, {});
      if (const auto note = notes_.find(chunk); note != notes_.end() && note->second->dropped.size() >= n)
        std::copy_n(note->second->dropped.begin(), n, out.dropped.begin());
    }
    item.okay = true;
  }

  void put_together(const std::vector<const Fragment*>& parts, std::span<std::byte> dense, Item& item) const {
    item.okay = merge_fragments(parts, parameters_, item.codec, item.dense, item.chunk.status);
    item.chunk.status.resize(item.frames.count, FrameStatus::missing);
    item.encoder.prepare(dense, item.chunk);
    item.encoder.encode(dense, item.frames.first, item.chunk);
  }

  void count(std::span<const FrameStatus> status) {
    for (std::uint64_t i = 0; i < status.size(); ++i) {
      if (is_data(status[i])) ++result_.n_frames_data;
      if (status[i] == FrameStatus::dropped) ++result_.n_frames_dropped;
      if (status[i] != FrameStatus::missing) continue;
      ++result_.n_frames_missing;
      if (!result_.missing.empty() && result_.missing.back().end() == i)
        ++result_.missing.back().count;
      else if (result_.missing.size() < max_missing_runs)
        result_.missing.push_back({i, 1});
    }
  }

  const std::filesystem::path output_;
  const RecoverOptions& options_;
  Damaged damaged_;
  RecordingDescription description_;
  ChunkParameters parameters_, output_parameters_;
  SourceInfo info_;
  ScanShape scan_;  ///< The longest there can be.
  ChunkGrid grid_, output_grid_;
  std::unique_ptr<Threshold> threshold_;
  std::map<std::uint64_t, FoundChunk> found_;
  std::unordered_map<std::uint64_t, const ChunkNote*> notes_;
  FragmentsByChunk fragments_;
  Recovery result_;
};

}  // namespace

Recovery recover(const std::filesystem::path& damaged, const std::filesystem::path& output, const RecoverOptions& options) {
  return Recovering(damaged, output, options).run();
}

}  // namespace esieve
