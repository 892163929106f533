// SPDX-License-Identifier: Apache-2.0
#include "esieve/reader.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <numeric>

#include "container/layout.hpp"
#include "container/tree.hpp"
#include "esieve/error.hpp"
#include "parallel/parallel.hpp"
#include "reader/chunk_store.hpp"
#include "reader/codec_pool.hpp"
#include "reader/convert_counts.hpp"
#include "reader/selection.hpp"

namespace esieve {
namespace {

/// Offsets are 32 bits, so that Eigen and SciPy can use them.
constexpr std::uint64_t max_events = 0x7fffffff;

/// The events that one chunk contributes.
template <class Count>
struct Part {
  std::vector<std::uint32_t> frame_events;
  std::vector<std::int32_t> pixels;
  std::vector<Count> counts;
};

template <class Item>
void append_all(std::vector<std::size_t>& starts, const std::vector<Part<Item>>& parts) {
  starts.resize(parts.size() + 1);
  for (std::size_t i = 0; i < parts.size(); ++i) starts[i + 1] = starts[i] + parts[i].pixels.size();
}

}  // namespace

struct Reader::Impl {
  explicit Impl(const std::filesystem::path& path) : store(open_event_file(path)) {}

  const FileInfo& info() const { return store.file().info; }

  void decode_frames(const ChunkPieces& wanted, std::span<std::byte> out) const {
    const std::uint64_t frame_bytes = info().frame_bytes();
    const std::vector<std::byte> bytes = store.fetch(wanted.chunk);
    const ChunkParameters& parameters = info().chunk_parameters;
    // A whole chunk goes straight to its place.
    const Piece& piece = wanted.pieces.front();
    if (piece.first == 0 && piece.count == parameters.n_frames) {
      decode(wanted.chunk, bytes, out.subspan(piece.out * frame_bytes, parameters.dense_bytes()));
      return;
    }
    CodecPool::Lease workspace(pool);
    workspace->dense.resize(parameters.dense_bytes());
    if (const auto status = workspace->codec.decode(bytes, parameters, workspace->dense); status != ChunkStatus::okay)
      store.fail(wanted.chunk, describe(status));
    for (const auto& [first, count, to] : wanted.pieces)
      std::memcpy(out.data() + to * frame_bytes, workspace->dense.data() + first * frame_bytes, count * frame_bytes);
  }

  void decode(std::uint64_t chunk, std::span<const std::byte> bytes, std::span<std::byte> dense) const {
    CodecPool::Lease workspace(pool);
    if (const auto status = workspace->codec.decode(bytes, info().chunk_parameters, dense); status != ChunkStatus::okay)
      store.fail(chunk, describe(status));
  }

  void frames(const Selection& selection, std::span<std::byte> out) const {
    if (out.size() != selection.scan_indices.size() * info().frame_bytes())
      throw UsageError("the buffer has " + std::to_string(out.size()) + " bytes, the frames have " +
                       std::to_string(selection.scan_indices.size() * info().frame_bytes()));
    parallel_for(selection.chunks.size(), 0, [&](std::size_t i) { decode_frames(selection.chunks[i], out); });
  }

  template <class Count>
  void decode_events(const ChunkPieces& wanted, Part<Count>& part) const {
    const std::vector<std::byte> bytes = store.fetch(wanted.chunk);
    CodecPool::Lease workspace(pool);
    const ChunkEvents& events = workspace->events;
    if (const auto status = workspace->codec.decode_events(bytes, info().chunk_parameters, workspace->events);
        status != ChunkStatus::okay)
      store.fail(wanted.chunk, describe(status));
    std::size_t frame = 0, event = 0;
    for (const Piece& piece : wanted.pieces) {
      if (piece.first + piece.count > events.frame_events.size()) store.fail(wanted.chunk, "it lacks frames");
      for (; frame < piece.first; ++frame) event += events.frame_events[frame];
      const std::size_t first = event;
      for (; frame < piece.first + piece.count; ++frame) {
        part.frame_events.push_back(events.frame_events[frame]);
        event += events.frame_events[frame];
      }
      if (event > events.pixels.size()) store.fail(wanted.chunk, "it lacks events");
      part.pixels.insert(part.pixels.end(), events.pixels.begin() + static_cast<std::ptrdiff_t>(first),
                         events.pixels.begin() + static_cast<std::ptrdiff_t>(event));
      if (!append_counts(events, info().dtype, first, event, part.counts))
        throw UsageError("frames of chunk " + std::to_string(wanted.chunk) + " of " + info().path.string() + " (" +
                         std::string(dtype_name(info().dtype)) +
                         ") have values that the asked-for count type cannot hold exactly; ask for another");
    }
  }

  template <class Count>
  Events<Count> events(const Selection& selection) const {
    if (info().detector.n_pixels() > max_events)
      throw UsageError("frames of 2^31 pixels or more have no 32-bit pixel index; ask for dense frames");
    std::vector<Part<Count>> parts(selection.chunks.size());
    parallel_for(parts.size(), 0, [&](std::size_t i) { decode_events(selection.chunks[i], parts[i]); });
    return stitch(selection, parts);
  }

  template <class Count>
  Events<Count> stitch(const Selection& selection, std::vector<Part<Count>>& parts) const {
    std::vector<std::size_t> starts;
    append_all(starts, parts);
    if (starts.back() > max_events)
      throw UsageError("these frames hold " + std::to_string(starts.back()) +
                       " events (fewer than 2^31 fit into one answer); ask for fewer frames");
    Events<Count> result;
    result.detector = info().detector;
    result.scan_indices = selection.scan_indices;
    result.offsets.reserve(selection.scan_indices.size() + 1);
    result.offsets.push_back(0);
    for (const Part<Count>& part : parts)
      for (const std::uint32_t n : part.frame_events)
        result.offsets.push_back(result.offsets.back() + static_cast<std::int32_t>(n));
    result.pixels.resize(starts.back());
    result.counts.resize(starts.back());
    parallel_for(parts.size(), 0, [&](std::size_t i) {
      std::copy(parts[i].pixels.begin(), parts[i].pixels.end(), result.pixels.begin() + static_cast<std::ptrdiff_t>(starts[i]));
      std::copy(parts[i].counts.begin(), parts[i].counts.end(), result.counts.begin() + static_cast<std::ptrdiff_t>(starts[i]));
      parts[i] = {};
    });
    return result;
  }

  void load_totals() {
    const std::uint64_t n = info().scan.n_frames();
    if (!info().has_frame_index) return count_all();
    const h5::Lock lock;
    const hid_t file = store.file().file.get();
    const std::string events_path = std::string(layout::own_path) + "/" + layout::frame_events;
    const auto events = h5::read_dataset<std::uint64_t>(file, events_path, n);
    const auto electrons = h5::read_dataset<double>(file, layout::scan_image_path, n);
    if (events.size() != n || electrons.size() != n)
      throw DataError(info().path.string() + " has an index of other frames (" + std::to_string(events.size()) + " of " +
                      std::to_string(n) + ")");
    totals.resize(n);
    for (std::uint64_t i = 0; i < n; ++i) totals[i] = {static_cast<std::uint32_t>(events[i]), electrons[i]};
  }

  /// Without an index the chunks themselves are counted.
  void count_all() {
    totals.resize(info().scan.n_frames());
    const Selection all = select(info().grid, info().scan, FrameRange{0, info().scan.n_frames()});
    parallel_for(all.chunks.size(), 0, [&](std::size_t i) {
      const FrameRange frames = info().grid.frames(all.chunks[i].chunk, info().scan);
      std::vector<std::byte> dense(frames.count * info().frame_bytes());
      decode_frames({all.chunks[i].chunk, {{0, frames.count, 0}}}, dense);
      std::vector<std::byte> ignored;
      ChunkCodec().encode(dense, info().chunk_parameters, frames.first, ignored,
                          std::span(totals).subspan(frames.first, frames.count));
    });
  }

  ChunkStore store;
  mutable CodecPool pool;
  std::once_flag totals_loaded;
  std::vector<FrameTotals> totals;
};

Reader::Reader(const std::filesystem::path& path) : impl_(std::make_unique<Impl>(path)) {}
Reader::~Reader() = default;
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;

const FileInfo& Reader::info() const { return impl_->info(); }

std::span<const FrameTotals> Reader::frame_totals() const {
  std::call_once(impl_->totals_loaded, [this] { impl_->load_totals(); });
  return impl_->totals;
}

void Reader::frames(FrameRange range, std::span<std::byte> out) const {
  impl_->frames(select(info().grid, info().scan, range), out);
}

void Reader::frames(const ScanRegion& region, std::span<std::byte> out) const {
  impl_->frames(select(info().grid, info().scan, region), out);
}

template <class Count>
Events<Count> Reader::events(FrameRange range) const {
  return impl_->events<Count>(select(info().grid, info().scan, range));
}

template <class Count>
Events<Count> Reader::events(const ScanRegion& region) const {
  return impl_->events<Count>(select(info().grid, info().scan, region));
}

template ESIEVE_API Events<std::uint32_t> Reader::events(FrameRange) const;
template ESIEVE_API Events<std::uint64_t> Reader::events(FrameRange) const;
template ESIEVE_API Events<std::int64_t> Reader::events(FrameRange) const;
template ESIEVE_API Events<float> Reader::events(FrameRange) const;
template ESIEVE_API Events<double> Reader::events(FrameRange) const;
template ESIEVE_API Events<std::uint32_t> Reader::events(const ScanRegion&) const;
template ESIEVE_API Events<std::uint64_t> Reader::events(const ScanRegion&) const;
template ESIEVE_API Events<std::int64_t> Reader::events(const ScanRegion&) const;
template ESIEVE_API Events<float> Reader::events(const ScanRegion&) const;
template ESIEVE_API Events<double> Reader::events(const ScanRegion&) const;

std::vector<std::byte> Reader::chunk(std::uint64_t i) const {
  if (i >= info().grid.n_chunks()) throw UsageError("there is no chunk " + std::to_string(i));
  return impl_->store.fetch(i);
}

std::optional<ThresholdOptions> Reader::threshold() const {
  const h5::Lock lock;
  return read_process(impl_->store.file().file.get(), info().detector);
}

}  // namespace esieve
