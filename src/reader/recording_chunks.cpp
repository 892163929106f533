// SPDX-License-Identifier: Apache-2.0
#include "reader/recording_chunks.hpp"

#include <algorithm>
#include <array>

#include "container/chunk_encoder.hpp"
#include "container/layout.hpp"
#include "container/recording.hpp"
#include "esieve/error.hpp"
#include "reader/hdf5_chunks.hpp"

namespace esieve {
namespace {

/// Far beyond any scan, and small enough that nothing overflows.
constexpr std::uint64_t max_frames = std::uint64_t{1} << 32;

/// Of a chunk, enough for its header.
constexpr std::size_t chunk_head_bytes = 40;

[[noreturn]] void fail_description(const std::filesystem::path& folder) {
  throw DataError(folder.string() + " does not say what it holds (it is just being begun, or its journal is damaged)");
}

/// Whether a reader can have it, beyond what the journal's reader has checked.
bool is_readable(const RecordingDescription& of) {
  const ChunkParameters& chunk = of.parameters;
  const ScanShape scan = of.info.scan;
  return scan.scan_y <= max_frames && scan.scan_x <= max_frames / scan.scan_y && chunk.scan_row_frames > 0 &&
         chunk.n_frames % chunk.scan_row_frames == 0 && of.info.detector.n_pixels() > 0;
}

/// Frames of the last chunk that has a place: as its note says, or else the chunk itself.
std::uint64_t frames_of_last(const std::filesystem::path& data, const RecordingState& state, const ChunkPlace& last) {
  const auto note =
      std::find_if(state.notes.rbegin(), state.notes.rend(), [&](const ChunkNote& n) { return n.chunk == last.chunk; });
  if (note != state.notes.rend()) return note->status.size();
  const InputFile file(data);
  std::array<std::byte, chunk_head_bytes> head;
  ChunkHeader header;
  if (last.address > file.size() || file.size() - last.address < head.size()) return 0;
  file.read(last.address, head);
  const ChunkStatus status = ChunkCodec::inspect(head, header);
  return status == ChunkStatus::okay || status == ChunkStatus::truncated ? header.n_frames : 0;
}

/// Behind the last frame that is known, in a scan that is as long as it gets.
std::uint64_t end_of_frames(const std::filesystem::path& data, const RecordingState& state, const ChunkGrid& grid,
                            ScanShape longest_scan) {
  std::uint64_t end = 0;
  const auto reach = [&](std::uint64_t chunk, std::uint64_t n) {
    if (chunk < grid.n_chunks()) end = std::max(end, grid.frames(chunk, longest_scan).first + n);
  };
  const auto last = std::max_element(state.places.begin(), state.places.end(),
                                     [](const ChunkPlace& a, const ChunkPlace& b) { return a.chunk < b.chunk; });
  if (last != state.places.end()) reach(last->chunk, frames_of_last(data, state, *last));
  for (const auto& [chunk, parts] : fragments_by_chunk(state)) {
    const std::vector<FrameStatus> status = merge_status(parts);
    const auto known = std::find_if(status.rbegin(), status.rend(), [](FrameStatus s) { return s != FrameStatus::missing; });
    reach(chunk, static_cast<std::uint64_t>(status.rend() - known));
  }
  return std::min(end, max_frames);
}

/// The scan as far as it is known; one row of a growing one at least.
ScanShape known_scan(const std::filesystem::path& data, const RecordingState& state, const ChunkGrid& grid) {
  const RecordingDescription& of = *state.description;
  if (of.growing == Growing::no) return of.info.scan;
  const std::uint64_t end = end_of_frames(data, state, grid, longest(of.info.scan, of.growing));
  const std::uint64_t step = of.growing == Growing::scan_x ? of.info.frames_per_position : of.info.scan.scan_x;
  const std::uint64_t n = std::max<std::uint64_t>(1, (end + step - 1) / step);
  return of.growing == Growing::scan_x ? ScanShape{1, n * step} : ScanShape{n, step};
}

FileInfo file_info(const std::filesystem::path& folder, const RecordingState& state, Recording recording) {
  if (!state.description || !is_readable(*state.description)) fail_description(folder);
  if (state.n_damaged_bytes != 0)  // a note may be lost, without which frames that are none look like data
    throw DataError(folder.string() + " has a damaged journal; 'esieve recover' finds what is sound");
  const RecordingDescription& of = *state.description;
  const auto grid = grid_of(of.parameters, longest(of.info.scan, of.growing));
  if (!grid) fail_description(folder);
  FileInfo info;
  info.path = folder / esieve::recording::data;
  info.dataset = layout::dataset_path;
  info.scan = known_scan(info.path, state, *grid);
  info.frames_per_position = of.info.frames_per_position;
  info.detector = of.info.detector;
  info.dtype = of.info.dtype;
  info.axes = of.info.axes;
  info.title = of.info.title;
  info.units = of.info.units;
  info.chunk_parameters = of.parameters;
  info.grid = grid->covering(info.scan);
  info.fidelity = of.threshold.active() ? Fidelity::thresholded : Fidelity::lossless;
  info.source_path = of.info.path.string();
  info.source_format = of.info.format;
  info.source_shape = {info.scan.scan_y, info.scan.scan_x, info.detector.det_y, info.detector.det_x};
  info.metadata_json = of.info.metadata_json;
  info.recording = recording;
  info.has_frame_status = true;
  for (const ChunkPlace& place : state.places) info.chunk_bytes += std::min(place.size, max_chunk_bytes(of.parameters));
  info.stored_bytes = info.chunk_bytes;
  return info;
}

}  // namespace

RecordingChunks::RecordingChunks(const std::filesystem::path& folder, RecordingState state, Recording recording)
    : ChunkStore(file_info(folder, state, recording)),
      folder_(folder),
      state_(std::move(state)),
      data_(info().path),
      fragments_(fragments_by_chunk(state_)) {
  for (const ChunkPlace& place : state_.places) places_[place.chunk] = place;
  for (const ChunkNote& note : state_.notes) notes_[note.chunk] = &note;
  std::erase_if(fragments_, [this](const auto& parts) { return places_.contains(parts.first); });
  if (const ThresholdOptions& options = state_.description->threshold; options.active())
    threshold_ = std::make_unique<Threshold>(options, info().detector, info().dtype);
}

void RecordingChunks::fetch(std::uint64_t i, std::vector<std::byte>& bytes) const {
  if (const auto place = places_.find(i); place != places_.end())
    read_chunk(i, place->second, bytes);
  else
    put_together(i, bytes);
}

void RecordingChunks::read_chunk(std::uint64_t i, const ChunkPlace& place, std::vector<std::byte>& bytes) const {
  if (place.size == 0 || place.size > max_chunk_bytes(info().chunk_parameters) || place.address > data_.size() ||
      place.size > data_.size() - place.address)
    fail(i, "it is not where the journal says");
  bytes.resize(place.size);
  data_.read(place.address, bytes);
  const FrameRange frames = info().grid.frames(i, info().scan);
  ChunkHeader header;
  if (const ChunkStatus status = ChunkCodec::inspect(bytes, header); status != ChunkStatus::okay) fail(i, describe(status));
  if (header.dataset_id != info().chunk_parameters.dataset_id || header.first_frame != frames.first ||
      header.n_frames < frames.count)
    fail(i, "it is another chunk");
}

/// From its parts; of nothing, frames of zeros.
void RecordingChunks::put_together(std::uint64_t i, std::vector<std::byte>& bytes) const {
  const ChunkParameters& parameters = info().chunk_parameters;
  const FrameRange frames = info().grid.frames(i, info().scan);
  std::vector<std::byte> dense(parameters.dense_bytes());
  ChunkCodec codec;
  if (const auto parts = fragments_.find(i); parts != fragments_.end()) {
    EncodedChunk chunk;
    if (!merge_fragments(parts->second, parameters, codec, dense, chunk.status)) fail(i, "a part of it is damaged");
    chunk.status.resize(parameters.n_frames, FrameStatus::missing);
    ChunkEncoder(state_.description->info, parameters, threshold_.get()).prepare(dense, chunk);
  }
  bytes.clear();
  codec.encode(std::span(dense).first(frames.count * info().frame_bytes()), parameters, frames.first, bytes);
}

std::vector<FrameStatus> RecordingChunks::frame_status() const {
  std::vector<FrameStatus> result(info().scan.n_frames(), FrameStatus::missing);
  const auto set = [&](std::uint64_t chunk, auto status_of) {
    if (chunk >= info().grid.n_chunks()) return;
    const FrameRange frames = info().grid.frames(chunk, info().scan);
    for (std::uint64_t i = 0; i < frames.count; ++i) result[frames.first + i] = status_of(i);
  };
  for (const auto& [chunk, place] : places_) {
    const auto note = notes_.find(chunk);
    set(chunk, [&](std::uint64_t i) {
      if (note == notes_.end()) return FrameStatus::okay;
      return i < note->second->status.size() ? note->second->status[i] : FrameStatus::missing;
    });
  }
  for (const auto& [chunk, parts] : fragments_) {
    const std::vector<FrameStatus> status = merge_status(parts);
    set(chunk, [&](std::uint64_t i) { return i < status.size() ? status[i] : FrameStatus::missing; });
  }
  return result;
}

std::vector<FrameTotals> RecordingChunks::frame_totals() const { return {}; }  // there is no index yet

std::optional<ThresholdOptions> RecordingChunks::threshold() const {
  return threshold_ ? std::optional(threshold_->options()) : std::nullopt;
}

std::unique_ptr<ChunkStore> RecordingChunks::renewed() const {
  return info().recording == Recording::running ? open_recording(folder_, state_) : nullptr;
}

std::unique_ptr<ChunkStore> open_recording(const std::filesystem::path& folder, RecordingState state) {
  const auto output = recorded_output(folder);
  const bool known = state.description.has_value();
  try {
    // Asked first: what a writer has written before it ended is then read below.
    const Recording recording = is_being_recorded(folder) ? Recording::running : Recording::interrupted;
    read_recording(folder, state);
    return std::make_unique<RecordingChunks>(folder, std::move(state), recording);
  } catch (const Error&) {
    // Completed meanwhile: the data file has its final name, and the folder goes. A new folder has no data file either.
    std::error_code error;
    const bool ends =
        known || std::filesystem::exists(folder / recording::journal, error) || !std::filesystem::exists(folder, error);
    if (!ends || !output || std::filesystem::exists(folder / recording::data, error) || !std::filesystem::exists(*output, error))
      throw;
  }
  return std::make_unique<Hdf5Chunks>(open_event_file(*output));
}

}  // namespace esieve
