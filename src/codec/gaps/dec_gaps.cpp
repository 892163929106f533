// SPDX-License-Identifier: Apache-2.0
//
// Decoder: gaps to events, frame by frame, straight into dense counts or into an event list.
#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <utility>

#include "codec/gaps/frame_collector.hpp"
#include "codec/gaps/gaps.hpp"
#include "codec/gaps/payload_flags.hpp"
#include "codec/gaps/side_info.hpp"

namespace esieve::codec {
namespace gaps {
namespace {

/// Where a class has got to: what has been read of it, and what has been placed.
struct ClassReader {
  const std::uint32_t* positions;   ///< frame * n_ranks + rank of the events not yet placed; `never` follows the last
  const std::uint32_t* values;      ///< their counts, or null
  const std::uint32_t* exceptions;  ///< which of its events have counts above one; n_events follows the last
  const std::uint32_t* exception_values;
  const std::uint32_t* first;  ///< where `positions` began
  const std::uint32_t* segments;
  std::uint32_t n_ranks;  ///< of a frame
  std::uint64_t inverse;  ///< 2^inverse_bits / n_ranks, rounded up
};

struct DecoderMemory {
  BlockModel model;
  FrameGroups groups;
  std::vector<ClassReader> readers;
  RawMemory<std::uint32_t> positions, values;  // of all classes, with room for an end each
  FrameCollector collector;
  TrackFrames track_frames;
  RawMemory<std::uint32_t> pixels;
  std::vector<std::uint32_t> frame_events;
};

// Exact for positions of a batch: n_ranks * position < 2^inverse_bits if a batch has many frames,
// and if it has one, every position of it is below n_ranks.
constexpr unsigned inverse_bits = 40;
constexpr std::uint32_t never = 0xffffffff;

/// Reads the events of a block, class by class, and gives them to a target batch by batch.
class EventReader {
 public:
  EventReader(DecoderMemory& m, const BlockShape& shape) : m_(m), n_frames_(shape.n_frames), log2_size_(m.model.grid.log2_size) {}

  /// \returns false if the stream says what cannot be
  [[nodiscard]] bool read(StreamReader& stream) {
    const std::size_t n_classes = m_.model.leaves.classes.size(), n_events = m_.model.leaves.n_events();
    m_.positions.reserve(n_events + n_classes);
    m_.values.reserve(2 * (n_events + n_classes));
    m_.readers.clear();
    std::uint32_t *positions = m_.positions.data(), *values = m_.values.data();
    for (std::size_t c = 0; c < n_classes; ++c)
      if (!read_class(stream, c, positions, values)) return false;
    return true;
  }

  /// Calls target.add(frame of the batch, pixel, count) for each event of the next frames; for most that have a count of one
  /// target.add_one(frame, pixel); target.raise(nth, frame, pixel, count) corrects what add_one has added as the nth.
  template <class Target>
  void batch(std::uint32_t first_frame, std::uint32_t n_frames, Target& target) {
    for (ClassReader& reader : m_.readers) {
      const std::uint32_t start = first_frame * reader.n_ranks, end = start + n_frames * reader.n_ranks;
      if (*reader.positions >= end) continue;
      if (log2_size_ == 0)
        place<false>(reader, start, end, target);
      else
        place<true>(reader, start, end, target);
    }
  }

  [[nodiscard]] bool sound() const noexcept { return sound_; }

 private:
  bool read_class(StreamReader& stream, std::size_t c, std::uint32_t*& positions, std::uint32_t*& values) {
    const LeafClass& of = m_.model.leaves.classes[c];
    const std::size_t n = of.n_events;
    ClassReader r{};
    r.n_ranks = m_.model.n_ranks(c);
    r.inverse = (std::uint64_t{1} << inverse_bits) / r.n_ranks + 1;
    r.segments = m_.model.leaves.segments.data() + of.first_segment;
    r.first = r.positions = positions;
    if (!read_positions(stream, m_.model.gap_laws[c], n, std::uint64_t{r.n_ranks} * n_frames_, positions)) return false;
    positions[n] = never;
    positions += n + 1;
    if (!m_.model.has_tracks) {
      ValueModel& law = m_.model.values[c];
      const std::size_t n_above_one = m_.model.above_one[c];
      if (law.each()) {
        law.read(stream, m_.model.outliers, n, values);
        r.values = values;
        values += n;
      } else if (n_above_one != 0) {
        if (!read_positions(stream, law.ones_law(), n_above_one, n, values)) return false;
        values[n_above_one] = never;
        law.read(stream, m_.model.outliers, n_above_one, values + n_above_one + 1);
        r.exceptions = values;
        r.exception_values = values + n_above_one + 1;
        values += 2 * n_above_one + 1;
      }
    }
    m_.readers.push_back(r);
    return true;
  }

  template <bool large_leaves, class Target>
  void place(ClassReader& r, std::uint32_t start, std::uint32_t end, Target& target) {
    const std::uint32_t* const segments = r.segments;
    const std::uint64_t inverse = r.inverse;
    const std::uint32_t n_ranks = r.n_ranks;
    const unsigned log2_size = large_leaves ? log2_size_ : 0;
    const std::uint32_t low_mask = (1U << log2_size) - 1;
    bool sound = true;
    const auto place_of = [&](std::uint32_t position) {
      position -= start;
      const auto frame = static_cast<std::uint32_t>(position * inverse >> inverse_bits);
      const std::uint32_t rank = position - frame * n_ranks;
      std::uint32_t pixel = segments[rank >> log2_size];
      if (large_leaves) {
        const std::uint32_t more = rank & low_mask;
        sound &= more <= segment_more(pixel);
        pixel = segment_pixel(pixel) + (more <= segment_more(pixel) ? more : 0);
      }
      return std::pair(frame, pixel);
    };
    const std::uint32_t* at = r.positions;
    if (r.values != nullptr) {
      const std::uint32_t* value = r.values;
      for (; *at < end; ++at) {
        const auto [frame, pixel] = place_of(*at);
        target.add(frame, pixel, *value++);
      }
      r.values = value;
    } else {
      const auto first = target.n_added();
      for (; *at < end; ++at) {
        const auto [frame, pixel] = place_of(*at);
        target.add_one(frame, pixel);
      }
      if (r.exceptions != nullptr) {
        const auto n_before = static_cast<std::uint32_t>(r.positions - r.first), n_now = static_cast<std::uint32_t>(at - r.first);
        for (; *r.exceptions < n_now; ++r.exceptions) {
          const auto [frame, pixel] = place_of(r.first[*r.exceptions]);
          target.raise(first + (*r.exceptions - n_before), frame, pixel, *r.exception_values++);
        }
      }
    }
    r.positions = at;
    sound_ &= sound;
  }

  DecoderMemory& m_;
  std::uint32_t n_frames_;
  unsigned log2_size_;
  bool sound_ = true;
};

DecodeStatus read_flags(unsigned flags, const BlockShape& shape, BlockModel& model) {
  const unsigned log2_size = flags & leaf_size_mask;
  if ((flags & ~known_flags) != 0 || log2_size > most_log2_leaf_size) return DecodeStatus::unknown_version;
  const bool has_tracks = (flags & has_tracks_flag) != 0;
  if (has_tracks ? (flags & has_groups_flag) != 0 : (flags & two_track_models_flag) != 0) return DecodeStatus::unknown_version;
  if (!is_codable(shape, log2_size)) return DecodeStatus::out_of_range;
  model.has_tracks = has_tracks;
  model.track_models = (flags & two_track_models_flag) != 0 ? TrackModels::two : TrackModels::one;
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

/// Reads which pixels of a batch of frames are lit, and lists them.
/// \returns false if there are more than `n_events` in all, or some outside the detector
template <TrackModels models>
bool read_tracks(DecoderMemory& m, StreamReader& stream, const BlockShape& shape, std::uint32_t n_frames, std::size_t n_events,
                 std::size_t& n_read) {
  const QuadGrid& grid = m.track_frames.grid();
  const auto stride = static_cast<std::ptrdiff_t>(grid.stride);
  std::uint32_t* const pixels = m.pixels.data();
  for (std::uint32_t f = 0; f < n_frames; ++f) {
    BorrowedCoder borrowed(stream);
    std::size_t n = n_read;
    bool sound = true;
    std::uint32_t row_end = 3 * grid.stride, row = 0;  // row: its first pixel
    std::uint32_t row_start = grid.slot(0, 0);
    m.track_frames.visit_frame(f, [&](std::uint32_t slot, const std::uint8_t* at) {
      const unsigned lit = m.model.tracks.code<models>(borrowed.coder, track_context<models>(at, stride), 0);
      for (; slot >= row_end; row_end += grid.stride, row_start += grid.stride) row += shape.det_x;
      sound &= slot + 1 != row_end || (lit & ~grid.last_of_row) == 0;
      if (n > n_events) return 0U;
      const std::uint32_t first = row + (slot - row_start) * quad_pixels;
      const QuadPixels& quad = pixels_of_quad[lit];
      for (unsigned i = 0; i < quad_pixels; ++i) pixels[n + i] = first + quad.pixels[i];
      n += quad.n_lit;
      return lit;
    });
    m.frame_events.push_back(static_cast<std::uint32_t>(n - n_read));
    n_read = n;
    if (!sound || n > n_events) return false;
  }
  return true;
}

/// Classes, places and, but for tracks, counts of the events of some frames; the latter have quads in place of pixels.
[[nodiscard]] bool read_events(StreamReader& stream, const BlockShape& shape, PixelNumbers numbers, DecoderMemory& m,
                               EventReader& reader) {
  if (!m.model.code_classes(stream, shape) || !m.model.code_values(stream, shape)) return false;
  m.model.leaves.build_segments(shape, m.model.grid, numbers);
  return reader.read(stream);
}

/// A block with tracks: which quads start one, then which pixels of these and their neighbours are lit, then counts.
template <class Target>
DecodeStatus decode_tracks(StreamReader& stream, const BlockShape& shape, DecoderMemory& m, Target& target) {
  const QuadGrid grid(shape);
  const BlockShape quads = quads_of(shape);
  EventReader starters(m, quads);
  if (!read_events(stream, quads, {grid.slot(0, 0), grid.stride}, m, starters)) return DecodeStatus::corrupt;
  TrackCounts counts;
  if (!m.model.code_track_counts(stream, shape, counts)) return DecodeStatus::corrupt;
  const std::uint32_t n_events = counts.n_events;
  const std::uint32_t n_batch = batch_frames(quads);
  m.track_frames.reset(grid, n_batch);
  m.pixels.reserve(n_events + 2 * std::size_t{quad_pixels});
  m.frame_events.clear();
  StarterTarget marks{m.track_frames};
  std::size_t n_read = 0;
  for (std::uint32_t f = 0, n_frames = 0; f < shape.n_frames; f += n_frames) {
    n_frames = std::min(n_batch, shape.n_frames - f);
    starters.batch(f, n_frames, marks);
    const bool sound = m.model.tracks.models() == TrackModels::one
                           ? read_tracks<TrackModels::one>(m, stream, shape, n_frames, n_events, n_read)
                           : read_tracks<TrackModels::two>(m, stream, shape, n_frames, n_events, n_read);
    if (!sound) return DecodeStatus::corrupt;
  }
  if (n_read != n_events || !starters.sound()) return DecodeStatus::corrupt;
  Cdf16 cdf = counts.cdf();
  m.values.reserve(n_events);
  read_values(stream, cdf, counts.range(), m.model.outliers, n_events, m.values.data());
  target.put_frames(m.frame_events, m.pixels.data(), m.values.data());
  return DecodeStatus::okay;
}

/// The events of the frames of one group.
template <class Target>
DecodeStatus decode_group(StreamReader& stream, std::span<const std::uint32_t> frames, BlockShape shape, DecoderMemory& m,
                          Target& target) {
  shape.n_frames = static_cast<std::uint32_t>(frames.size());
  EventReader reader(m, shape);
  if (!read_events(stream, shape, {0, shape.det_x}, m, reader)) return DecodeStatus::corrupt;
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
  if (payload.size() < 1 + states_bytes || (payload.size() - 1) % word_bytes != 0) return DecodeStatus::truncated;
  const auto flags = std::to_integer<unsigned>(payload[0]);
  DecodeStatus status = read_flags(flags, shape, m.model);
  if (status != DecodeStatus::okay) return status;
  StreamReader stream(payload.subspan(1));
  if ((flags & has_groups_flag) != 0)
    m.groups.code(stream, shape);
  else
    m.groups.set_single(shape);
  if (m.model.has_tracks) {
    status = decode_tracks(stream, shape, m, target);
    if (status != DecodeStatus::okay) return status;
  } else {
    for (const std::vector<std::uint32_t>& frames : m.groups.frames) {
      if (frames.empty()) continue;
      status = decode_group(stream, frames, shape, m, target);
      if (status != DecodeStatus::okay) return status;
    }
  }
  if (!stream.finished()) return DecodeStatus::corrupt;
  target.end_block(m.groups);
  return target.sound() ? DecodeStatus::okay : DecodeStatus::out_of_range;
}

/// Receives events in batches of frames; within a batch in any order (add) or by frame (append).
template <class Count>
class DenseTarget {
 public:
  DenseTarget(Count* dense, std::size_t n_pixels) : dense_(dense), n_pixels_(n_pixels) {}
  void expect(std::size_t, std::uint32_t) {}
  void begin_batch(std::span<const std::uint32_t> frames) {
    frames_.clear();
    for (const std::uint32_t f : frames) {
      frames_.push_back(dense_ + f * n_pixels_);
      std::fill_n(frames_.back(), n_pixels_, Count{0});
    }
  }
  void add_one(std::uint32_t frame, std::uint32_t pixel) { frames_[frame][pixel] = 1; }
  void add(std::uint32_t frame, std::uint32_t pixel, std::uint32_t count) {
    sound_ &= count - 1 < std::numeric_limits<Count>::max();
    frames_[frame][pixel] = static_cast<Count>(count);
  }
  [[nodiscard]] static std::size_t n_added() { return 0; }
  void raise(std::size_t, std::uint32_t frame, std::uint32_t pixel, std::uint32_t count) { add(frame, pixel, count); }
  void put_frames(std::span<const std::uint32_t> frame_events, const std::uint32_t* pixels, const std::uint32_t* counts) {
    Count* frame = dense_;
    for (const std::uint32_t n : frame_events) {
      std::fill_n(frame, n_pixels_, Count{0});
      for (std::uint32_t i = 0; i < n; ++i) {
        sound_ &= counts[i] - 1 < std::numeric_limits<Count>::max();
        frame[pixels[i]] = static_cast<Count>(counts[i]);
      }
      frame += n_pixels_, pixels += n, counts += n;
    }
  }
  void end_batch() {}
  void end_block(const FrameGroups&) {}
  [[nodiscard]] bool sound() const noexcept { return sound_; }

 private:
  Count* dense_;
  std::size_t n_pixels_;
  std::vector<Count*> frames_;
  bool sound_ = true;
};

class SinkTarget {
 public:
  SinkTarget(EventSink& sink, FrameCollector& collector, const BlockShape& shape)
      : sink_(sink), collector_(collector), n_pixels_(static_cast<std::uint32_t>(shape.n_pixels())) {
    sink_.counts.resize(sink_.pixels.size());
    // The old events stay until they are overwritten: filling with zeros would cost as much.
    sink_.frame_events.assign(shape.n_frames, 0);
  }
  void expect(std::size_t n_events, std::uint32_t n_batch) {
    n_expected_ += n_events;
    grow(n_expected_ + FrameCollector::n_spare);
    collector_.reset(n_pixels_, n_batch);
    stride_ = collector_.stride();
  }
  void begin_batch(std::span<const std::uint32_t> frames) { frames_ = frames; }
  void add_one(std::uint32_t frame, std::uint32_t pixel) { collector_.add_one(frame * stride_ + pixel); }
  void add(std::uint32_t frame, std::uint32_t pixel, std::uint32_t count) {
    sound_ &= count != 0;
    collector_.add(frame * stride_ + pixel, count);
  }
  [[nodiscard]] static std::size_t n_added() { return 0; }
  void raise(std::size_t, std::uint32_t frame, std::uint32_t pixel, std::uint32_t count) { add(frame, pixel, count); }
  void put_frames(std::span<const std::uint32_t> frame_events, const std::uint32_t* pixels, const std::uint32_t* counts) {
    std::copy(frame_events.begin(), frame_events.end(), sink_.frame_events.begin());
    for (const std::uint32_t n : frame_events) n_expected_ += n;
    grow(n_expected_);
    at_ = n_expected_;
    std::copy_n(pixels, n_expected_, sink_.pixels.data());
    std::copy_n(counts, n_expected_, sink_.counts.data());
    sound_ &= std::find(counts, counts + n_expected_, 0U) == counts + n_expected_;
  }
  void end_batch() {
    for (std::size_t f = 0; f < frames_.size(); ++f) {
      const std::size_t n = collector_.take(f, sink_.pixels.data() + at_, sink_.counts.data() + at_);
      sink_.frame_events[frames_[f]] = static_cast<std::uint32_t>(n);
      at_ += n;
    }
  }
  // Groups came one after the other: back to the order of the frames.
  void end_block(const FrameGroups& groups) {
    sink_.pixels.resize(at_);
    sink_.counts.resize(at_);
    if (groups.n_groups == 1 || !sound()) return;
    const EventSink by_group = sink_;
    std::vector<std::size_t> starts(sink_.frame_events.size());
    std::size_t at = 0;
    for (const std::vector<std::uint32_t>& frames : groups.frames)
      for (const std::uint32_t f : frames) {
        starts[f] = at;
        at += sink_.frame_events[f];
      }
    at = 0;
    for (std::size_t f = 0; f < starts.size(); ++f) {
      const std::size_t n = sink_.frame_events[f];
      std::copy_n(by_group.pixels.data() + starts[f], n, sink_.pixels.data() + at);
      std::copy_n(by_group.counts.data() + starts[f], n, sink_.counts.data() + at);
      at += n;
    }
  }
  [[nodiscard]] bool sound() const noexcept { return sound_ && at_ == n_expected_; }

 private:
  void grow(std::size_t n) {
    if (n <= sink_.pixels.size()) return;
    sink_.pixels.resize(n);
    sink_.counts.resize(n);
  }

  EventSink& sink_;
  FrameCollector& collector_;
  std::span<const std::uint32_t> frames_;
  std::uint32_t n_pixels_, stride_ = 0;
  std::size_t n_expected_ = 0, at_ = 0;
  bool sound_ = true;
};

/// Lists events as they come.
class SlotTarget {
 public:
  SlotTarget(std::vector<std::uint32_t>& slots, std::vector<std::uint32_t>& counts, const BlockShape& shape)
      : slots_(slots), counts_(counts), n_pixels_(static_cast<std::uint32_t>(shape.n_pixels())) {}
  void expect(std::size_t n_events, std::uint32_t) { grow(n_ + n_events); }
  void begin_batch(std::span<const std::uint32_t> frames) {
    first_slots_.clear();
    for (const std::uint32_t f : frames) first_slots_.push_back(f * n_pixels_);
  }
  void add_one(std::uint32_t frame, std::uint32_t pixel) { put(frame, pixel, 1); }
  void add(std::uint32_t frame, std::uint32_t pixel, std::uint32_t count) {
    sound_ &= count != 0;
    put(frame, pixel, count);
  }
  [[nodiscard]] std::size_t n_added() const noexcept { return n_; }
  void raise(std::size_t nth, std::uint32_t, std::uint32_t, std::uint32_t count) {
    sound_ &= count != 0;
    counts_[nth] = count;
  }
  void put_frames(std::span<const std::uint32_t> frame_events, const std::uint32_t* pixels, const std::uint32_t* counts) {
    std::size_t n_events = 0;
    for (const std::uint32_t n : frame_events) n_events += n;
    grow(n_events);
    std::uint32_t first = 0;
    for (const std::uint32_t n : frame_events) {
      for (const std::size_t end = n_ + n; n_ < end; ++n_) slots_[n_] = first + pixels[n_];
      first += n_pixels_;
    }
    std::copy_n(counts, n_events, counts_.data());
    sound_ &= std::find(counts, counts + n_events, 0U) == counts + n_events;
  }
  void end_batch() {}
  void end_block(const FrameGroups&) {
    slots_.resize(n_);
    counts_.resize(n_);
  }
  [[nodiscard]] bool sound() const noexcept { return sound_; }

 private:
  void put(std::uint32_t frame, std::uint32_t pixel, std::uint32_t count) {
    slots_[n_] = first_slots_[frame] + pixel;
    counts_[n_++] = count;
  }
  void grow(std::size_t n) {
    if (n <= slots_.size()) return;
    slots_.resize(n);
    counts_.resize(n);
  }

  std::vector<std::uint32_t>&slots_, &counts_;
  std::vector<std::uint32_t> first_slots_;  ///< of the batch's frames
  std::uint32_t n_pixels_;
  std::size_t n_ = 0;
  bool sound_ = true;
};

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
