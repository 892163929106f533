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

struct Reader::Impl {
  explicit Impl(std::unique_ptr<ChunkStore> chunks) : store(std::move(chunks)) {}

  const FileInfo& info() const { return store->info(); }

  /// Decodes what is wanted of a chunk into its places in `out`.
  void decode_frames(const ChunkPieces& wanted, std::span<std::byte> out) const {
    const std::uint64_t frame_bytes = info().frame_bytes();
    const ChunkParameters& parameters = info().chunk_parameters;
    CodecPool::Lease workspace(pool);
    store->fetch(wanted.chunk, workspace->chunk);
    const Piece& piece = wanted.pieces.front();
    const bool whole = piece.first == 0 && piece.count == parameters.n_frames;
    if (!whole) workspace->dense.resize(parameters.dense_bytes());
    const std::span<std::byte> dense =
        whole ? out.subspan(piece.out * frame_bytes, parameters.dense_bytes()) : std::span(workspace->dense);
    if (const auto status = workspace->codec.decode(workspace->chunk, parameters, dense); status != ChunkStatus::okay)
      store->fail(wanted.chunk, describe(status));
    if (whole) return;
    for (const auto& [first, count, to] : wanted.pieces)
      std::memcpy(out.data() + to * frame_bytes, dense.data() + first * frame_bytes, count * frame_bytes);
  }

  void frames(const Selection& selection, std::span<std::byte> out) const {
    if (out.size() != selection.scan_indices.size() * info().frame_bytes())
      throw UsageError("the buffer has " + std::to_string(out.size()) + " bytes, the frames have " +
                       std::to_string(selection.scan_indices.size() * info().frame_bytes()));
    parallel_for(selection.chunks.size(), 0, [&](std::size_t i) { decode_frames(selection.chunks[i], out); });
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
