// SPDX-License-Identifier: Apache-2.0
//
// Decoder: gaps to events, frame by frame, straight into dense counts or into an event list.
#include <algorithm>
#include <array>
#include <bit>

#include "base/byte_reader.hpp"
#include "codec/gaps/dec_targets.hpp"
#include "codec/gaps/event_reader.hpp"
#include "codec/gaps/gaps.hpp"
#include "codec/gaps/payload_flags.hpp"
#include "codec/gaps/side_info.hpp"

namespace esieve::codec {
namespace gaps {
namespace {

/// The two parts of a payload.
struct Streams {
  StreamReader side;
  RunReader runs;
};

struct DecoderMemory {
  BlockModel model;
  FrameGroups groups;
  EventMemory events;
  FrameCollector collector;
  TrackFrames track_frames;
  RawMemory<std::uint32_t> pixels;
  RawMemory<std::uint32_t> patterns;  // of quads, class by class
  std::vector<std::uint32_t> frame_events;
};

DecodeStatus read_flags(unsigned flags, const BlockShape& shape, BlockModel& model) {
  const unsigned log2_size = flags & leaf_size_mask;
  if ((flags & ~known_flags) != 0 || log2_size > most_log2_leaf_size) return DecodeStatus::unknown_version;
  const bool has_tracks = (flags & has_tracks_flag) != 0;
  if (has_tracks ? (flags & has_groups_flag) != 0 : (flags & learned_tracks_flag) != 0) return DecodeStatus::unknown_version;
  if (!is_codable(shape, log2_size)) return DecodeStatus::out_of_range;
  model.has_tracks = has_tracks;
  model.quad_coding = (flags & learned_tracks_flag) != 0 ? QuadCoding::learned : QuadCoding::in_runs;
  model.grid = LeafGrid(shape.det_y, has_tracks ? quads_of(shape).det_x : shape.det_x, log2_size);
  model.begin_block();
  return DecodeStatus::okay;
}

/// Puts starters into a TrackFrames.
struct StarterTarget {
  TrackFrames& frames;
  [[nodiscard]] static std::size_t n_added() { return 0; }
  void add_one(std::uint32_t frame, std::uint32_t slot) { frames.mark(frame, slot); }
  void add(std::uint32_t frame, std::uint32_t slot, std::uint32_t) { add_one(frame, slot); }
  void raise(std::size_t, std::uint32_t, std::uint32_t, std::uint32_t) {}
};

/// The lit pixels of a quad, then anything.
struct QuadPixels {
  std::array<std::uint32_t, quad_pixels> pixels;
  std::uint32_t n_lit;
};
constexpr std::array<QuadPixels, 16> pixels_of_quad = [] {
  std::array<QuadPixels, 16> quads{};
  for (unsigned lit = 0; lit < 16; ++lit)
    for (unsigned i = 0; i < quad_pixels; ++i)
      if ((lit >> i & 1) != 0) quads[lit].pixels[quads[lit].n_lit++] = i;
  return quads;
}();

/// Patterns that were read in runs, as they are asked for.
class QuadReader {
 public:
  QuadReader() = default;
  /// \returns false if the stream ends before
  [[nodiscard]] bool read(RunReader& runs, const QuadLaws& laws, RawMemory<std::uint32_t>& memory) {
    std::size_t n_all = run_spare;
    for (const QuadLaw& law : laws) n_all += law.n;
    memory.reserve(n_all);
    std::uint32_t* at = memory.data();
    for (unsigned c = 0; c < n_quad_classes; ++c) {
      next_[c] = at;
      if (laws[c].n != 0 && !runs.values(RunLaw(laws[c].cdf(), 0), laws[c].n, 0, at)) return false;
      end_[c] = at += laws[c].n;
    }
    return true;
  }

  /// Of a quad in this near context. Where there are none left 0, and it is not sound.
  [[gnu::always_inline]] unsigned pattern(unsigned near) noexcept {
    const unsigned c = quad_classes[near];
    if (next_[c] == end_[c]) [[unlikely]] {
      sound_ = false;
      return 0;
    }
    return *next_[c]++;
  }
  /// Whether all were asked for and none else.
  [[nodiscard]] bool finished() const noexcept { return sound_ && next_ == end_; }

 private:
  std::array<const std::uint32_t*, n_quad_classes> next_{}, end_{};
  bool sound_ = true;
};

/// Reads which pixels of a batch of frames are lit, and lists them.
/// \param pattern  called as pattern(at) for the pattern of a quad, `at` in a padded frame
/// \returns false if there are more than `n_events` in all, or some outside the detector
template <class PatternAt>
bool read_tracks(DecoderMemory& m, const BlockShape& shape, std::uint32_t n_frames, std::size_t n_events, std::size_t& n_read,
                 PatternAt pattern) {
  const QuadGrid& grid = m.track_frames.grid();
  const QuadPlaces place(grid);
  const std::uint32_t last_x = grid.n_x - 1;
  std::uint32_t* const pixels = m.pixels.data();
  unsigned outside = 0;
  for (std::uint32_t f = 0; f < n_frames; ++f) {
    std::size_t n = n_read;
    for (const LitQuad& quad : m.track_frames.visit_frame(f, pattern)) {
      if (n > n_events) return false;
      const auto [y, x] = place(quad.slot);
      outside |= x == last_x ? quad.lit & ~grid.last_of_row : 0;
      const std::uint32_t first = y * shape.det_x + x * quad_pixels;
      const QuadPixels& lit = pixels_of_quad[quad.lit];
      for (unsigned i = 0; i < quad_pixels; ++i) pixels[n + i] = first + lit.pixels[i];
      n += lit.n_lit;
    }
    m.frame_events.push_back(static_cast<std::uint32_t>(n - n_read));
    n_read = n;
    if (outside != 0 || n > n_events) return false;
  }
  return true;
}

/// Classes, places and, but for tracks, counts of the events of some frames; the latter have quads in place of pixels.
[[nodiscard]] bool read_events(Streams& streams, const BlockShape& shape, PixelNumbers numbers, DecoderMemory& m,
                               EventReader& reader) {
  const auto no_counts = [](std::size_t) { return std::span<const std::uint32_t>(); };
  if (!m.model.code_classes(streams.side, shape) || !m.model.code_values(streams.side, shape, no_counts)) return false;
  m.model.leaves.build_segments(shape, m.model.grid, numbers);
  return reader.read(streams.side, streams.runs);
}

/// A block with tracks: which quads start one, then which pixels of these and their neighbours are lit, then counts.
template <class Target>
DecodeStatus decode_tracks(Streams& streams, const BlockShape& shape, DecoderMemory& m, Target& target) {
  const QuadGrid grid(shape);
  const BlockShape quads = quads_of(shape);
  EventReader starters(m.model, m.events, quads);
  if (!read_events(streams, quads, {grid.slot(0, 0), grid.stride}, m, starters)) return DecodeStatus::corrupt;
  TrackCounts counts;
  if (!m.model.code_track_counts(streams.side, shape, counts)) return DecodeStatus::corrupt;
  const std::uint32_t n_events = counts.n_events;
  if (n_events > streams.runs.most_tokens()) return DecodeStatus::corrupt;
  QuadLaws laws;
  QuadReader patterns;
  const bool learned = m.model.quad_coding == QuadCoding::learned;
  if (!learned) {
    if (!m.model.code_quad_laws(streams.side, quads, laws)) return DecodeStatus::corrupt;
    if (!patterns.read(streams.runs, laws, m.patterns)) return DecodeStatus::corrupt;
  }
  const auto stride = static_cast<std::ptrdiff_t>(grid.stride);
  const std::uint32_t n_batch = batch_frames(quads);
  m.track_frames.reset(grid, n_batch);
  m.pixels.reserve(n_events + 2 * std::size_t{quad_pixels});
  m.frame_events.clear();
  StarterTarget marks{m.track_frames};
  std::size_t n_read = 0;
  for (std::uint32_t f = 0, n_frames = 0; f < shape.n_frames; f += n_frames) {
    n_frames = std::min(n_batch, shape.n_frames - f);
    starters.batch(f, n_frames, marks);
    bool sound = false;
    if (learned) {
      BorrowedCoder borrowed(streams.side);
      sound = read_tracks(m, shape, n_frames, n_events, n_read, [&](const std::uint8_t* at) {
        return m.model.tracks.code(borrowed.coder, track_context(at, stride), 0);
      });
    } else {
      sound = read_tracks(m, shape, n_frames, n_events, n_read,
                          [&](const std::uint8_t* at) { return patterns.pattern(near_context(at, stride)); });
    }
    if (!sound) return DecodeStatus::corrupt;
  }
  if (n_read != n_events || !starters.sound() || !patterns.finished()) return DecodeStatus::corrupt;
  m.events.values.reserve(n_events + run_spare);
  if (!read_values(streams.runs, streams.side, counts.cdf(), counts.range(), m.model.outliers, n_events, m.events.values.data()))
    return DecodeStatus::corrupt;
  target.put_frames(m.frame_events, m.pixels.data(), m.events.values.data());
  return DecodeStatus::okay;
}

/// The events of the frames of one group.
template <class Target>
DecodeStatus decode_group(Streams& streams, std::span<const std::uint32_t> frames, BlockShape shape, DecoderMemory& m,
                          Target& target) {
  shape.n_frames = static_cast<std::uint32_t>(frames.size());
  EventReader reader(m.model, m.events, shape);
  if (!read_events(streams, shape, {0, shape.det_x}, m, reader)) return DecodeStatus::corrupt;
  const std::uint32_t n_batch = batch_frames(shape);
  target.expect(m.model.leaves.n_events(), n_batch);
  for (std::uint32_t f = 0; f < shape.n_frames;) {
    const std::uint32_t n_frames = std::min(n_batch, shape.n_frames - f);
    target.begin_batch(frames.subspan(f, n_frames));
    reader.batch(f, n_frames, target);
    target.end_batch();
    f += n_frames;
  }
  return reader.sound() ? DecodeStatus::okay : DecodeStatus::corrupt;
}

template <class Target>
DecodeStatus decode(std::span<const std::byte> payload, const BlockShape& shape, DecoderMemory& m, Target& target) {
  if (payload.empty()) return DecodeStatus::truncated;
  const auto flags = std::to_integer<unsigned>(payload[0]);
  DecodeStatus status = read_flags(flags, shape, m.model);
  if (status != DecodeStatus::okay) return status;
  ByteReader bytes(payload.subspan(1));
  const std::uint64_t n_words = bytes.varint();
  const auto side = bytes.take(std::min<std::uint64_t>(n_words, payload.size()) * word_bytes + states_bytes);
  const bool is_long = (flags & long_runs_flag) != 0;
  if (!bytes.ok() || bytes.rest().size() < RunReader::states_bytes(is_long) || bytes.rest().size() % lane_word_bytes != 0)
    return DecodeStatus::truncated;
  Streams streams{StreamReader(side), RunReader(bytes.rest(), is_long)};
  if ((flags & has_groups_flag) != 0)
    m.groups.code(streams.side, shape);
  else
    m.groups.set_single(shape);
  if (m.model.has_tracks) {
    status = decode_tracks(streams, shape, m, target);
    if (status != DecodeStatus::okay) return status;
  } else {
    for (const std::vector<std::uint32_t>& frames : m.groups.frames) {
      if (frames.empty()) continue;
      status = decode_group(streams, frames, shape, m, target);
      if (status != DecodeStatus::okay) return status;
    }
  }
  if (!streams.side.finished() || !streams.runs.finished()) return DecodeStatus::corrupt;
  target.end_block(m.groups);
  return target.sound() ? DecodeStatus::okay : DecodeStatus::out_of_range;
}

}  // namespace
}  // namespace gaps

template <class Count>
DecodeStatus decode_gaps(std::span<const std::byte> payload, const BlockShape& shape, Scratch& scratch, Count* dense) {
  gaps::DenseTarget<Count> target(dense, shape.n_pixels());
  return gaps::decode(payload, shape, scratch.get<gaps::DecoderMemory>(), target);
}

DecodeStatus decode_gaps_events(std::span<const std::byte> payload, const BlockShape& shape, Scratch& scratch, EventSink& sink) {
  auto& memory = scratch.get<gaps::DecoderMemory>();
  gaps::SinkTarget target(sink, memory.collector, shape);
  return gaps::decode(payload, shape, memory, target);
}

DecodeStatus decode_gaps_slots(std::span<const std::byte> payload, const BlockShape& shape, Scratch& scratch,
                               std::vector<std::uint32_t>& slots, std::vector<std::uint32_t>& counts) {
  gaps::SlotTarget target(slots, counts, shape);
  return gaps::decode(payload, shape, scratch.get<gaps::DecoderMemory>(), target);
}

template DecodeStatus decode_gaps(std::span<const std::byte>, const BlockShape&, Scratch&, std::uint8_t*);
template DecodeStatus decode_gaps(std::span<const std::byte>, const BlockShape&, Scratch&, std::uint16_t*);
template DecodeStatus decode_gaps(std::span<const std::byte>, const BlockShape&, Scratch&, std::uint32_t*);

}  // namespace esieve::codec
