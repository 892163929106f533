// SPDX-License-Identifier: Apache-2.0
#include "reader/gather_events.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "base/huge_pages.hpp"
#include "esieve/error.hpp"
#include "parallel/parallel.hpp"
#include "reader/convert_counts.hpp"

namespace esieve {
namespace {

/// Offsets are 32 bits, so that Eigen and SciPy can use them.
constexpr std::uint64_t max_events = 0x7fffffff;

/// Decodes a chunk to the workspace's events.
void decode(const ChunkStore& store, std::uint64_t chunk, CodecWorkspace& workspace) {
  store.fetch(chunk, workspace.chunk);
  const auto status = workspace.codec.decode_events(workspace.chunk, store.info().chunk_parameters, workspace.events);
  if (status != ChunkStatus::okay) store.fail(chunk, describe(status));
}

/// Decodes all selected chunks and keeps what they hold.
std::vector<ChunkEvents> decode_all(const ChunkStore& store, CodecPool& pool, const Selection& selection) {
  std::vector<ChunkEvents> events(selection.chunks.size());
  parallel_for(events.size(), 0, [&](std::size_t i) {
    CodecPool::Lease workspace(pool);
    decode(store, selection.chunks[i].chunk, *workspace);
    events[i] = std::exchange(workspace->events, {});
  });
  return events;
}

std::vector<std::uint32_t> count_events(const ChunkStore& store, const Selection& selection,
                                        std::span<const ChunkEvents> events) {
  std::vector<std::uint32_t> counts(selection.scan_indices.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    const std::span frame_events(events[i].frame_events);
    for (const auto& [first, count, out] : selection.chunks[i].pieces) {
      if (first + count > frame_events.size()) store.fail(selection.chunks[i].chunk, "it lacks frames");
      std::copy_n(frame_events.begin() + static_cast<std::ptrdiff_t>(first), count,
                  counts.begin() + static_cast<std::ptrdiff_t>(out));
    }
  }
  return counts;
}

/// As the index says.
std::vector<std::uint32_t> look_up_events(const Selection& selection, std::span<const FrameTotals> totals) {
  std::vector<std::uint32_t> counts;
  if (totals.empty()) return counts;
  counts.reserve(selection.scan_indices.size());
  for (const std::uint64_t index : selection.scan_indices) counts.push_back(totals[index].n_events);
  return counts;
}

/// Whether the file is large enough for so many events that memory may be had for them before they are seen.
bool is_plausible(std::span<const std::uint32_t> frame_events, const FileInfo& info) {
  constexpr std::uint64_t always = std::uint64_t{1} << 24, per_byte = 64;
  const std::uint64_t total = std::accumulate(frame_events.begin(), frame_events.end(), std::uint64_t{0});
  return total <= always + per_byte * info.chunk_bytes;
}

template <class Count>
class Gathering {
 public:
  Gathering(const ChunkStore& store, CodecPool& pool, const Selection& selection)
      : store_(store), pool_(pool), selection_(selection), info_(store.info()) {}

  /// \param decoded  events of each chunk, or none: the chunks are then decoded now
  Events<Count> run(std::span<const std::uint32_t> frame_events, std::span<const ChunkEvents> decoded) {
    make_room(frame_events);
    parallel_for(selection_.chunks.size(), 0, [&](std::size_t i) {
      if (!decoded.empty()) return take(selection_.chunks[i], decoded[i]);
      CodecPool::Lease workspace(pool_);
      decode(store_, selection_.chunks[i].chunk, *workspace);
      take(selection_.chunks[i], workspace->events);
    });
    return std::move(result_);
  }

 private:
  void make_room(std::span<const std::uint32_t> frame_events) {
    const std::uint64_t total = std::accumulate(frame_events.begin(), frame_events.end(), std::uint64_t{0});
    if (total > max_events)
      throw UsageError("these frames hold " + std::to_string(total) +
                       " events (fewer than 2^31 fit into one answer); ask for fewer frames");
    result_.detector = info_.detector;
    result_.scan_indices = selection_.scan_indices;
    result_.offsets.reserve(frame_events.size() + 1);
    result_.offsets.push_back(0);
    for (const std::uint32_t n : frame_events) result_.offsets.push_back(result_.offsets.back() + static_cast<std::int32_t>(n));
    resize_in_huge_pages(result_.pixels, total);
    resize_in_huge_pages(result_.counts, total);
  }

  void take(const ChunkPieces& wanted, const ChunkEvents& events) {
    std::size_t frame = 0, first = 0;
    for (const Piece& piece : wanted.pieces) {
      if (piece.first + piece.count > events.frame_events.size()) store_.fail(wanted.chunk, "it lacks frames");
      for (; frame < piece.first; ++frame) first += events.frame_events[frame];
      std::size_t end = first;
      for (; frame < piece.first + piece.count; ++frame) {
        end += events.frame_events[frame];
        const std::int32_t* offset = &result_.offsets[piece.out + frame - piece.first];
        if (static_cast<std::uint32_t>(offset[1] - offset[0]) != events.frame_events[frame])
          store_.fail(wanted.chunk, "it has other numbers of events than the file's index says");
      }
      if (end > events.pixels.size()) store_.fail(wanted.chunk, "it lacks events");
      copy(wanted.chunk, events, first, end - first, static_cast<std::size_t>(result_.offsets[piece.out]));
      first = end;
    }
  }

  void copy(std::uint64_t chunk, const ChunkEvents& events, std::size_t first, std::size_t n, std::size_t out) {
    std::copy_n(events.pixels.begin() + static_cast<std::ptrdiff_t>(first), n,
                result_.pixels.begin() + static_cast<std::ptrdiff_t>(out));
    if (!convert_counts(events, info_.dtype, first, std::span(result_.counts).subspan(out, n)))
      throw UsageError("frames of chunk " + std::to_string(chunk) + " of " + info_.path.string() + " (" +
                       std::string(dtype_name(info_.dtype)) +
                       ") have values that the asked-for count type cannot hold exactly; ask for another");
  }

  const ChunkStore& store_;
  CodecPool& pool_;
  const Selection& selection_;
  const FileInfo& info_;
  Events<Count> result_;
};

}  // namespace

template <class Count>
Events<Count> gather_events(const ChunkStore& store, CodecPool& pool, const Selection& selection,
                            std::span<const FrameTotals> totals) {
  if (store.info().detector.n_pixels() > max_events)
    throw UsageError("frames of 2^31 pixels or more have no 32-bit pixel index; ask for dense frames");
  Gathering<Count> gathering(store, pool, selection);
  if (const auto frame_events = look_up_events(selection, totals); !totals.empty() && is_plausible(frame_events, store.info()))
    return gathering.run(frame_events, {});
  const std::vector<ChunkEvents> decoded = decode_all(store, pool, selection);
  return gathering.run(count_events(store, selection, decoded), decoded);
}

template Events<std::uint32_t> gather_events(const ChunkStore&, CodecPool&, const Selection&, std::span<const FrameTotals>);
template Events<std::uint64_t> gather_events(const ChunkStore&, CodecPool&, const Selection&, std::span<const FrameTotals>);
template Events<std::int64_t> gather_events(const ChunkStore&, CodecPool&, const Selection&, std::span<const FrameTotals>);
template Events<float> gather_events(const ChunkStore&, CodecPool&, const Selection&, std::span<const FrameTotals>);
template Events<double> gather_events(const ChunkStore&, CodecPool&, const Selection&, std::span<const FrameTotals>);

}  // namespace esieve
