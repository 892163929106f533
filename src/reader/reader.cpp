// SPDX-License-Identifier: Apache-2.0
#include "esieve/reader.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <numeric>

#include "codec/chunk/totals.hpp"
#include "esieve/error.hpp"
#include "parallel/parallel.hpp"
#include "reader/chunk_store.hpp"
#include "reader/codec_pool.hpp"
#include "reader/gather_events.hpp"
#include "reader/selection.hpp"

namespace esieve {
namespace {

/// Memory of all threads that read.
constexpr std::uint64_t under_way_bytes = std::uint64_t{192} << 20;

/// So many frames would have left the caches before the last of them is decoded.
constexpr std::size_t beyond_caches_bytes = std::size_t{8} << 20;

}  // namespace

struct Reader::Impl {
  explicit Impl(std::unique_ptr<ChunkStore> chunks) : store(std::move(chunks)) {}

  const FileInfo& info() const { return store->info(); }

  /// Decodes what is wanted of a chunk into its places in `out`.
  void decode_frames(const ChunkPieces& wanted, std::span<std::byte> out) const {
    const std::uint64_t frame_bytes = info().frame_bytes();
    CodecPool::Lease workspace(pool);
    store->fetch(wanted.chunk, workspace->chunk);
    ChunkHeader header;
    if (const auto status = ChunkCodec::inspect(workspace->chunk, header); status != ChunkStatus::okay)
      store->fail(wanted.chunk, describe(status));
    std::uint64_t n_frames = std::min(header.n_frames, info().chunk_parameters.n_frames);
    const Piece& piece = wanted.pieces.front();
    if (piece.first == 0 && piece.count >= n_frames)  // nothing is decoded that is not wanted
      return decode(wanted.chunk, *workspace, out.subspan(piece.out * frame_bytes, piece.count * frame_bytes),
                    out.size() >= beyond_caches_bytes ? Wanted::later : Wanted::soon);
    for (const auto& [first, count, to] : wanted.pieces) n_frames = std::max(n_frames, first + count);
    workspace->dense.resize(n_frames * frame_bytes);
    decode(wanted.chunk, *workspace, workspace->dense, Wanted::soon);
    for (const auto& [first, count, to] : wanted.pieces)
      std::memcpy(out.data() + to * frame_bytes, workspace->dense.data() + first * frame_bytes, count * frame_bytes);
  }

  void decode(std::uint64_t chunk, CodecWorkspace& workspace, std::span<std::byte> dense, Wanted wanted) const {
    const auto status = workspace.codec.decode(workspace.chunk, info().chunk_parameters, dense, wanted);
    if (status != ChunkStatus::okay) store->fail(chunk, describe(status));
  }

  void frames(const Selection& selection, std::span<std::byte> out) const {
    if (out.size() != selection.scan_indices.size() * info().frame_bytes())
      throw UsageError("the buffer has " + std::to_string(out.size()) + " bytes, the frames have " +
                       std::to_string(selection.scan_indices.size() * info().frame_bytes()));
    parallel_for(selection.chunks.size(), most_threads(), [&](std::size_t i) { decode_frames(selection.chunks[i], out); });
  }

  /// So many that the chunks they hold, decoded and as they are stored, stay within bounds.
  int most_threads() const {
    const std::uint64_t stored_bytes = info().chunk_bytes / std::max<std::uint64_t>(1, info().grid.n_chunks());
    const std::uint64_t n = under_way_bytes / std::max<std::uint64_t>(1, info().chunk_parameters.dense_bytes() + stored_bytes);
    return static_cast<int>(std::clamp<std::uint64_t>(n, 1, static_cast<std::uint64_t>(resolve_threads(0))));
  }

  /// Totals of all frames if they are at hand without decoding.
  std::span<const FrameTotals> known_totals() {
    if (!info().has_frame_index) return {};
    std::call_once(totals_loaded, [this] { load_totals(); });
    return totals;
  }

  void load_totals() {
    if (!info().has_frame_index) return count_all();
    totals = store->frame_totals();
  }

  /// Without an index the chunks themselves are counted.
  void count_all() {
    totals.resize(info().scan.n_frames());
    const Selection all = select(info().grid, info().scan, FrameRange{0, info().scan.n_frames()});
    parallel_for(all.chunks.size(), 0, [&](std::size_t i) {
      const FrameRange frames = info().grid.frames(all.chunks[i].chunk, info().scan);
      std::vector<std::byte> dense(frames.count * info().frame_bytes());
      decode_frames({all.chunks[i].chunk, {{0, frames.count, 0}}}, dense);
      codec::frame_totals(dense, info().dtype, info().detector.n_pixels(), std::span(totals).subspan(frames.first, frames.count));
    });
  }

  const std::unique_ptr<ChunkStore> store;
  mutable CodecPool pool;
  std::once_flag totals_loaded;
  std::vector<FrameTotals> totals;
};

Reader::Reader(const std::filesystem::path& path) : impl_(std::make_unique<Impl>(open_chunks(path))) {}
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
  return gather_events<Count>(*impl_->store, impl_->pool, select(info().grid, info().scan, range), impl_->known_totals());
}

template <class Count>
Events<Count> Reader::events(const ScanRegion& region) const {
  return gather_events<Count>(*impl_->store, impl_->pool, select(info().grid, info().scan, region), impl_->known_totals());
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
  std::vector<std::byte> bytes;
  impl_->store->fetch(i, bytes);
  return bytes;
}

std::vector<FrameStatus> Reader::frame_status() const {
  return info().has_frame_status ? impl_->store->frame_status() : std::vector<FrameStatus>{};
}

std::optional<ThresholdOptions> Reader::threshold() const { return impl_->store->threshold(); }

bool Reader::refresh() {
  if (auto store = impl_->store->renewed()) impl_ = std::make_unique<Impl>(std::move(store));
  return info().recording == Recording::running;
}

}  // namespace esieve
