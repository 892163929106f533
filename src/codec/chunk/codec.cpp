// SPDX-License-Identifier: Apache-2.0
//
// ChunkCodec: puts a header and a checksum around a block's payload, sees to byte order, and undoes both.
#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "codec/chunk/block.hpp"
#include "codec/chunk/header.hpp"
#include "codec/chunk/totals.hpp"
#include "codec/gaps/extract.hpp"
#include "codec/spread.hpp"
#include "codec/visit_counts.hpp"
#include "esieve/codec.hpp"

namespace esieve {

using codec::BlockLayout;
using codec::DecodeStatus;
using codec::Mode;

struct ChunkCodec::Scratch {
  codec::BlockScratch block;
  std::vector<std::byte> native;
  std::vector<FrameTotals> totals;
  codec::gaps::ExtractedEvents events;  ///< Of the block encoded last, if `listed`.
  bool listed = false;

  /// `given`, or memory for as many where the caller does not want them.
  std::span<FrameTotals> totals_for(std::size_t n_frames, std::span<FrameTotals> given) {
    totals.resize(n_frames);
    return given.empty() ? totals : given;
  }

  ChunkHeader append(codec::Elements& elements, const BlockLayout& layout, const ChunkParameters& parameters,
                     std::uint64_t first_frame, std::span<const FrameTotals> frame_totals, std::vector<std::byte>& out);
};

ChunkCodec::ChunkCodec() : scratch_(std::make_unique<Scratch>()) {}
ChunkCodec::~ChunkCodec() = default;
ChunkCodec::ChunkCodec(ChunkCodec&&) noexcept = default;
ChunkCodec& ChunkCodec::operator=(ChunkCodec&&) noexcept = default;

namespace {

BlockLayout block_layout(const ChunkParameters& p, std::size_t n_frames) {
  const auto frames = static_cast<std::uint32_t>(n_frames);
  return {.shape = {frames, p.det_y, p.det_x, std::min(p.scan_row_frames, std::max(frames, 1u))},
          .dtype = p.dtype,
          .item_bytes = p.opaque ? p.opaque_item_bytes : item_bytes(p.dtype),
          .opaque = p.opaque};
}

std::size_t alignment(const BlockLayout& layout) { return layout.opaque ? 1 : layout.item_bytes; }

bool aligned(const std::byte* at, const BlockLayout& layout) {
  return reinterpret_cast<std::uintptr_t>(at) % alignment(layout) == 0;
}

// `dense` itself where it already is native and aligned.
std::span<const std::byte> native_elements(std::span<const std::byte> dense, const BlockLayout& layout, bool big_endian,
                                           std::vector<std::byte>& copy) {
  if (!big_endian && aligned(dense.data(), layout)) return dense;
  copy.assign(dense.begin(), dense.end());
  if (big_endian) swap_bytes(copy, layout.item_bytes);
  return copy;
}

/// Hashes frames soon after they were looked at, while a cache has them.
class FrameHasher {
 public:
  /// \param hashes  one for each frame, or none: nothing is done then
  FrameHasher(std::span<const std::byte> dense, std::size_t frame_bytes, std::span<std::uint64_t> hashes)
      : dense_(dense), frame_bytes_(frame_bytes), hashes_(hashes) {}

  /// Frames before `end` have been looked at; perhaps for the second time.
  void looked_at(std::size_t end) {
    if (end > n_ && (end - n_) * frame_bytes_ >= worth_it) hash_before(end);
  }
  void finish() { hash_before(hashes_.size()); }

 private:
  static constexpr std::size_t worth_it = 128 << 10;  // more than the first cache holds, less than the second

  void hash_before(std::size_t end) {
    if (hashes_.empty()) return;
    hash_frames(dense_.subspan(n_ * frame_bytes_), frame_bytes_, hashes_.subspan(n_, end - n_));
    n_ = end;
  }

  std::span<const std::byte> dense_;
  std::size_t frame_bytes_;
  std::span<std::uint64_t> hashes_;
  std::size_t n_ = 0;
};

void gather_totals(std::span<const std::byte> elements, const BlockLayout& layout, std::span<FrameTotals> totals,
                   FrameHasher& hasher) {
  constexpr std::size_t some_bytes = 64 << 10;
  const std::size_t n_pixels = layout.shape.n_pixels(), frame_bytes = n_pixels * layout.item_bytes;
  const std::size_t n_at_once = std::max<std::size_t>(1, some_bytes / frame_bytes);
  for (std::size_t f = 0, n = 0; f < totals.size(); f += n) {
    n = std::min(n_at_once, totals.size() - f);
    const auto some = elements.subspan(f * frame_bytes, n * frame_bytes);
    if (layout.opaque)
      codec::opaque_frame_totals(some, layout.item_bytes, n_pixels, totals.subspan(f, n));
    else
      codec::frame_totals(some, layout.dtype, n_pixels, totals.subspan(f, n));
    hasher.looked_at(f + n);
  }
}

/// Whether so many elements are lit at a few places that listing all events cannot be worth it.
template <class Count>
bool clearly_lit(std::span<const Count> counts) {
  constexpr std::size_t n_places = 16, stretch = 256;
  if (counts.size() < 4 * n_places * stretch) return false;
  std::size_t n_lit = 0;
  for (std::size_t place = 0; place < n_places; ++place) {
    const Count* at = counts.data() + codec::spread(place, counts.size() - stretch);
    n_lit += stretch - static_cast<std::size_t>(std::count(at, at + stretch, Count{0}));
  }
  return 2 * n_lit > 3 * n_places * stretch / codec::gaps::pixels_per_listed_event;
}

/// Lists the events of mostly empty blocks of unsigned counts: what all that follows is quickest with. False of others.
bool list_events(std::span<const std::byte> elements, const BlockLayout& layout, codec::gaps::ExtractedEvents& events,
                 FrameHasher& hasher) {
  if (layout.opaque) return false;
  bool listed = false;
  codec::visit_counts(layout.dtype, [&]<class Count>(Count) {
    const std::span counts(reinterpret_cast<const Count*>(elements.data()), layout.shape.n_counts());
    listed = !clearly_lit(counts) &&
             codec::gaps::extract_events(counts.data(), layout.shape, counts.size() / codec::gaps::pixels_per_listed_event,
                                         events, [&](std::size_t end) { hasher.looked_at(end); });
  });
  return listed;
}

void sum_events(const ListedEvents& events, std::span<FrameTotals> totals) {
  auto count = events.counts.begin();
  for (std::size_t f = 0; f < totals.size(); ++f) {
    const std::uint32_t n = events.frame_events[f];
    totals[f] = {n, static_cast<double>(std::accumulate(count, count + n, std::uint64_t{0}))};
    count += n;
  }
}

/// Whether these are events of that many pixels and counts of at most `most`.
bool are_sound(const ListedEvents& events, std::size_t n_pixels, std::uint32_t most) {
  if (events.counts.size() != events.pixels.size()) return false;
  std::size_t e = 0;
  for (const std::uint32_t n : events.frame_events) {
    if (n > events.pixels.size() - e) return false;
    if (n == 0) continue;
    std::uint32_t descents = 0;
    for (std::size_t i = e + 1; i < e + n; ++i) descents |= events.pixels[i] <= events.pixels[i - 1] ? 1U : 0U;
    e += n;
    if (descents != 0 || events.pixels[e - 1] >= n_pixels) return false;
  }
  std::uint32_t n_unfit = 0;
  for (const std::uint32_t count : events.counts) n_unfit += count - 1 < most ? 0U : 1U;
  return e == events.pixels.size() && n_unfit == 0;
}

/// 0 where elements are not unsigned counts.
std::uint32_t largest_count(const ChunkParameters& parameters) {
  std::uint32_t most = 0;
  if (!parameters.opaque)
    codec::visit_counts(parameters.dtype, [&]<class Count>(Count) { most = std::numeric_limits<Count>::max(); });
  return most;
}

ChunkStatus chunk_status(DecodeStatus status) { return static_cast<ChunkStatus>(status); }
static_assert(static_cast<int>(ChunkStatus::trailing_bytes) == static_cast<int>(DecodeStatus::trailing_bytes));

// A chunk that may be decoded: header sound, of this dataset, checksum right.
struct OpenChunk {
  ChunkHeader header;
  Mode mode{};
  std::span<const std::byte> payload;
};

ChunkStatus open_checked(std::span<const std::byte> chunk, const ChunkParameters& parameters, OpenChunk& opened) {
  if (const auto status = codec::read_header(chunk, opened.header, opened.mode); status != ChunkStatus::okay) return status;
  if (opened.header.chunk_bytes != chunk.size()) return ChunkStatus::trailing_bytes;
  if (!codec::checksum_holds(chunk)) return ChunkStatus::bad_checksum;
  const std::uint64_t id = opened.header.dataset_id;
  if (id != 0 && parameters.dataset_id != 0 && id != parameters.dataset_id) return ChunkStatus::wrong_parameters;
  if (opened.header.n_frames > parameters.n_frames) return ChunkStatus::wrong_parameters;
  opened.payload = chunk.subspan(codec::header_bytes, chunk.size() - codec::frame_bytes);
  return ChunkStatus::okay;
}

}  // namespace

ChunkHeader ChunkCodec::encode(std::span<const std::byte> dense, const ChunkParameters& parameters, std::uint64_t first_frame,
                               std::vector<std::byte>& out, std::span<FrameTotals> totals, std::span<std::uint64_t> hashes) {
  const std::size_t n_frames = dense.size() / block_layout(parameters, 1).n_bytes();
  const BlockLayout layout = block_layout(parameters, n_frames);
  if (layout.n_bytes() != dense.size() || n_frames > parameters.n_frames || (!totals.empty() && totals.size() != n_frames) ||
      (!hashes.empty() && hashes.size() != n_frames))
    throw std::invalid_argument("ChunkCodec::encode: not a whole number of frames that a chunk can hold");

  const auto native = native_elements(dense, layout, parameters.big_endian, scratch_->native);
  totals = scratch_->totals_for(n_frames, totals);
  FrameHasher hasher(dense, layout.shape.n_pixels() * layout.item_bytes, hashes);
  const bool listed = list_events(native, layout, scratch_->events, hasher);
  const ListedEvents events = scratch_->events.list();
  if (listed)
    sum_events(events, totals);
  else
    gather_totals(native, layout, totals, hasher);
  hasher.finish();
  codec::Elements elements(native, layout.shape, layout.item_bytes, listed ? &events : nullptr);
  const ChunkHeader header = scratch_->append(elements, layout, parameters, first_frame, totals, out);
  scratch_->listed = listed;
  return header;
}

ChunkHeader ChunkCodec::encode_events(const ListedEvents& events, const ChunkParameters& parameters, std::uint64_t first_frame,
                                      std::vector<std::byte>& out, std::span<FrameTotals> totals) {
  const std::size_t n_frames = events.frame_events.size();
  const BlockLayout layout = block_layout(parameters, n_frames);
  if (n_frames > parameters.n_frames || (!totals.empty() && totals.size() != n_frames) ||
      !are_sound(events, layout.shape.n_pixels(), largest_count(parameters)))
    throw std::invalid_argument("ChunkCodec::encode_events: not the events of frames that a chunk can hold");
  totals = scratch_->totals_for(n_frames, totals);
  sum_events(events, totals);
  codec::Elements elements(events, layout.shape, layout.item_bytes, scratch_->block.dense);
  return scratch_->append(elements, layout, parameters, first_frame, totals, out);
}

ChunkHeader ChunkCodec::Scratch::append(codec::Elements& elements, const BlockLayout& layout, const ChunkParameters& parameters,
                                        std::uint64_t first_frame, std::span<const FrameTotals> frame_totals,
                                        std::vector<std::byte>& out) {
  listed = false;
  ChunkHeader header{.dataset_id = parameters.dataset_id, .first_frame = first_frame, .n_frames = layout.shape.n_frames};
  for (const FrameTotals& frame : frame_totals) header.n_events += frame.n_events;

  const std::size_t start = out.size();
  try {
    codec::open_chunk(header, out);
    const Mode mode = codec::encode_block(elements, layout, header.n_events, parameters.level, block, out);
    codec::close_chunk(start, mode, header, out);
  } catch (...) {
    out.resize(start);
    *this = {};  // what was interrupted may have left anything
    throw;
  }
  return header;
}

std::optional<ListedEvents> ChunkCodec::listed_events() const {
  if (!scratch_->listed) return std::nullopt;
  return scratch_->events.list();
}

std::span<const std::uint64_t> ChunkCodec::pixel_sums() const { return scratch_->block.coder.pixel_sums; }

ChunkStatus ChunkCodec::inspect(std::span<const std::byte> chunk, ChunkHeader& header) {
  Mode mode{};
  return codec::read_header(chunk, header, mode);
}

ChunkStatus ChunkCodec::decode(std::span<const std::byte> chunk, const ChunkParameters& parameters, std::span<std::byte> dense,
                               Wanted wanted) {
  if (dense.size() > parameters.dense_bytes() || dense.size() % block_layout(parameters, 1).n_bytes() != 0)
    throw std::invalid_argument("ChunkCodec::decode: the output is not a whole number of frames, at most a chunk");
  OpenChunk opened;
  if (const auto status = open_checked(chunk, parameters, opened); status != ChunkStatus::okay) return status;

  const BlockLayout layout = block_layout(parameters, opened.header.n_frames);
  if (layout.n_bytes() > dense.size()) return ChunkStatus::wrong_parameters;
  auto elements = dense.first(layout.n_bytes());
  const bool direct = aligned(dense.data(), layout);
  if (!direct) {
    scratch_->native.resize(layout.n_bytes());
    elements = scratch_->native;
  }
  scratch_->block.coder.coders.past_caches = wanted == Wanted::later && direct && !parameters.big_endian;
  const auto status = codec::decode_block(opened.payload, opened.mode, layout, scratch_->block, elements);
  scratch_->block.coder.coders.past_caches = false;
  if (status != DecodeStatus::okay) return chunk_status(status);
  if (parameters.big_endian) swap_bytes(elements, layout.item_bytes);
  if (!direct) std::copy(elements.begin(), elements.end(), dense.begin());
  std::fill(dense.begin() + static_cast<std::ptrdiff_t>(layout.n_bytes()), dense.end(), std::byte{0});
  return ChunkStatus::okay;
}

ChunkStatus ChunkCodec::decode_events(std::span<const std::byte> chunk, const ChunkParameters& parameters, ChunkEvents& events,
                                      EventOrder order) {
  OpenChunk opened;
  if (const auto status = open_checked(chunk, parameters, opened); status != ChunkStatus::okay) return status;
  const BlockLayout layout = block_layout(parameters, opened.header.n_frames);
  if (layout.item_bytes > sizeof(std::uint64_t)) return ChunkStatus::wrong_parameters;
  const auto status = codec::decode_block_events(opened.payload, opened.mode, layout, order, scratch_->block, events);
  if (status != DecodeStatus::okay) return chunk_status(status);
  return events.pixels.size() + events.slots.size() == opened.header.n_events ? ChunkStatus::okay : ChunkStatus::corrupt;
}

}  // namespace esieve
