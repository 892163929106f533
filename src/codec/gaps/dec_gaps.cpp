// SPDX-License-Identifier: Apache-2.0
//
// Decoder: gaps to events, frame by frame, straight into dense counts or into an event list.
#include <algorithm>
#include <bit>
#include <limits>

#include "codec/gaps/frame_collector.hpp"
#include "codec/gaps/gaps.hpp"
#include "codec/gaps/payload_flags.hpp"
#include "codec/gaps/side_info.hpp"

namespace esieve::codec {
namespace gaps {
namespace {

/// Where a class has got to.
struct ClassReader {
  std::uint32_t next;     ///< its next event: frame * n_ranks + rank, frames counted in this batch
  std::uint32_t n_left;   ///< events not yet read, the next one included
  std::uint32_t n_ranks;  ///< of a frame
  std::uint32_t n_ones;   ///< events of count 1 before the next larger one
  std::uint32_t n_above_one_left;
  std::uint64_t inverse;  ///< 2^inverse_bits / n_ranks, rounded up
  const std::uint32_t* segments;
  const GapLaw* law;
  ValueModel* values;
};

struct DecoderMemory {
  BlockModel model;
  FrameGroups groups;
  std::vector<ClassReader> readers;
  FrameCollector collector;
  TrackFrames track_frames;
  std::vector<std::uint32_t> padded_counts;  // of one frame; zero between frames
  std::vector<std::uint32_t> lit_slots;
};

// Exact for positions of a batch: n_ranks * position < 2^inverse_bits if a batch has many frames,
// and if it has one, every position of it is below n_ranks.
constexpr unsigned inverse_bits = 40;

/// Reads the events of a block and gives them to a target, class by class within each batch.
class EventReader {
 public:
  EventReader(DecoderMemory& m, const StreamReader& stream) : m_(m), stream_(stream), log2_size_(m.model.grid.log2_size) {}

  void begin() {
    m_.readers.clear();
    for (std::size_t c = 0; c < m_.model.leaves.classes.size(); ++c) begin_class(c);
  }

  /// Calls target.add(frame of the batch, pixel, count) for each event of the next frames.
  template <class Target>
  void batch(std::uint32_t n_frames, Target& target) {
    for (ClassReader& reader : m_.readers) {
      const std::uint32_t end = n_frames * reader.n_ranks;
      if (reader.next < end) {
        if (reader.values->each())
          class_events<true, true>(reader, end, target);
        else if (log2_size_ == 0)
          class_events<false, false>(reader, end, target);
        else
          class_events<false, true>(reader, end, target);
      }
      reader.next -= end;
    }
  }

  [[nodiscard]] StreamReader& stream() noexcept { return stream_; }
  [[nodiscard]] bool finished() const noexcept {
    return sound_ && std::all_of(m_.readers.begin(), m_.readers.end(), [](const ClassReader& r) { return r.n_left == 0; });
  }

 private:
  static constexpr std::uint32_t never = 0xffffffff;

  void begin_class(std::size_t c) {
    const LeafClass& of = m_.model.leaves.classes[c];
    ClassReader r{};
    r.n_left = of.n_events;
    r.n_ranks = m_.model.n_ranks(c);
    r.inverse = (std::uint64_t{1} << inverse_bits) / r.n_ranks + 1;
    r.segments = m_.model.leaves.segments.data() + of.first_segment;
    r.law = &m_.model.gap_laws[c];
    r.values = &m_.model.values[c];
    r.n_above_one_left = m_.model.above_one[c];
    r.next = code_gap(stream_, *r.law, 0, never_more);
    if (!r.values->each()) read_ones(stream_, r);
    m_.readers.push_back(r);
  }

  static constexpr std::uint32_t never_more = static_cast<std::uint32_t>(most_slots);

  static void read_ones(StreamReader& stream, ClassReader& r) {
    r.n_ones = r.n_above_one_left == 0 ? never : code_gap(stream, r.values->ones_law(), 0, never_more);
  }

  // The stream is copied so that its states stay in registers.
  template <bool each, bool large_leaves, class Target>
  void class_events(ClassReader& r, std::uint32_t end, Target& target) {
    StreamReader stream = stream_;
    const GapLaw& law = *r.law;
    const std::uint32_t* const segments = r.segments;
    const std::uint64_t inverse = r.inverse;
    const std::uint32_t n_ranks = r.n_ranks;
    const unsigned log2_size = large_leaves ? log2_size_ : 0;
    const std::uint32_t low_mask = (1U << log2_size) - 1;
    std::uint32_t next = r.next, n_left = r.n_left, n_ones = r.n_ones;
    do {
      const auto frame = static_cast<std::uint32_t>(next * inverse >> inverse_bits);
      const std::uint32_t rank = next - frame * n_ranks;
      std::uint32_t pixel = segments[rank >> log2_size];
      if (large_leaves) {
        const std::uint32_t more = rank & low_mask;
        sound_ &= more <= segment_more(pixel);
        pixel = segment_pixel(pixel) + (more <= segment_more(pixel) ? more : 0);
      }
      if (each) {
        target.add(frame, pixel, r.values->code(stream, m_.model.outliers, 0));
      } else if (n_ones-- == 0) [[unlikely]] {
        target.add(frame, pixel, r.values->code(stream, m_.model.outliers, 0));
        --r.n_above_one_left;
        read_ones(stream, r);
        n_ones = r.n_ones;
      } else {
        target.add_one(frame, pixel);
      }
      if (--n_left == 0) [[unlikely]] {
        next = never;
        break;
      }
      next += 1 + code_gap(stream, law, 0, never_more);
    } while (next < end);
    r.next = next, r.n_left = n_left, r.n_ones = n_ones;
    stream_ = stream;
  }

  DecoderMemory& m_;
  StreamReader stream_;
  unsigned log2_size_;
  bool sound_ = true;
};

DecodeStatus read_flags(unsigned flags, const BlockShape& shape, BlockModel& model) {
  const unsigned log2_size = flags & leaf_size_mask;
  if ((flags & ~known_flags) != 0 || log2_size > most_log2_leaf_size) return DecodeStatus::unknown_version;
  if ((flags & two_track_models_flag) != 0 && (flags & has_tracks_flag) == 0) return DecodeStatus::unknown_version;
  if (!is_codable(shape, log2_size)) return DecodeStatus::out_of_range;
  model.has_tracks = (flags & has_tracks_flag) != 0;
  model.track_models = (flags & two_track_models_flag) != 0 ? TrackModels::two : TrackModels::one;
  model.grid = LeafGrid(shape.det_y, shape.det_x, log2_size);
  model.begin_block();
  return DecodeStatus::okay;
}

/// Puts starters into a TrackFrames.
struct StarterTarget {
  TrackFrames& frames;
  void add_one(std::uint32_t frame, std::uint32_t slot) { frames.add_starter(frame, slot); }
  void add(std::uint32_t frame, std::uint32_t slot, std::uint32_t) { add_one(frame, slot); }
};

/// Turns the padded numbers of a frame's events, ascending, into pixels.
class Unpadder {
 public:
  explicit Unpadder(const PaddedGrid& grid) noexcept
      : stride_(grid.stride), row_end_(3 * grid.stride), offset_(grid.slot(0, 0)) {}
  std::uint32_t operator()(std::uint32_t slot) noexcept {
    for (; slot >= row_end_; row_end_ += stride_) offset_ += 3;
    return slot - offset_;
  }

 private:
  std::uint32_t stride_, row_end_, offset_;
};

/// The events of blocks with tracks: starters of the whole batch first, then frame by frame.
template <class Target>
void track_batch(DecoderMemory& m, EventReader& reader, const PaddedGrid& grid, std::uint32_t n_frames, Target& target) {
  StarterTarget starters{m.track_frames};
  reader.batch(n_frames, starters);
  for (std::uint32_t f = 0; f < n_frames; ++f) {
    Unpadder unpad(grid);
    m.lit_slots.clear();
    m.track_frames.read_frame(reader.stream(), m.model.tracks, f, m.padded_counts.data(),
                              [&](std::uint32_t slot, std::uint32_t count) {
                                m.lit_slots.push_back(slot);
                                target.append(f, unpad(slot), count);
                              });
    for (const std::uint32_t slot : m.lit_slots) m.padded_counts[slot] = 0;
    target.end_frame(f);
  }
}

/// The events of the frames of one group.
template <class Target>
DecodeStatus decode_group(StreamReader& stream, std::span<const std::uint32_t> frames, BlockShape shape, DecoderMemory& m,
                          Target& target) {
  shape.n_frames = static_cast<std::uint32_t>(frames.size());
  if (!m.model.code_classes(stream, shape) || !m.model.code_values(stream, shape)) return DecodeStatus::corrupt;
  const PaddedGrid grid(shape);
  m.model.leaves.build_segments(shape, m.model.grid,
                                m.model.has_tracks ? PixelNumbers{grid.slot(0, 0), grid.stride} : PixelNumbers{0, shape.det_x});
  EventReader reader(m, stream);
  reader.begin();
  const std::uint32_t n_batch = batch_frames(shape);
  if (m.model.has_tracks) {
    m.track_frames.reset(grid, shape.det_y, n_batch);
    m.padded_counts.assign(grid.n_slots, 0);
  } else {
    target.expect(m.model.leaves.n_events(), n_batch);
  }
  for (std::uint32_t f = 0; f < shape.n_frames;) {
    const std::uint32_t n_frames = std::min(n_batch, shape.n_frames - f);
    target.begin_batch(frames.subspan(f, n_frames));
    if (m.model.has_tracks) {
      track_batch(m, reader, grid, n_frames, target);
    } else {
      reader.batch(n_frames, target);
      target.end_batch();
    }
    f += n_frames;
  }
  stream = reader.stream();
  return reader.finished() ? DecodeStatus::okay : DecodeStatus::corrupt;
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
  for (const std::vector<std::uint32_t>& frames : m.groups.frames) {
    if (frames.empty()) continue;
    status = decode_group(stream, frames, shape, m, target);
    if (status != DecodeStatus::okay) return status;
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
  void append(std::uint32_t frame, std::uint32_t pixel, std::uint32_t count) { add(frame, pixel, count); }
  void end_frame(std::uint32_t) {}
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
    grow(n_expected_);
    collector_.reset(n_pixels_, n_batch);
    stride_ = collector_.stride();
  }
  void begin_batch(std::span<const std::uint32_t> frames) { frames_ = frames; }
  void add_one(std::uint32_t frame, std::uint32_t pixel) { collector_.add_one(frame * stride_ + pixel); }
  void add(std::uint32_t frame, std::uint32_t pixel, std::uint32_t count) {
    sound_ &= count != 0;
    collector_.add(frame * stride_ + pixel, count);
  }
  void append(std::uint32_t, std::uint32_t pixel, std::uint32_t count) {
    sound_ &= count != 0;
    if (n_expected_ == sink_.pixels.size()) grow(2 * n_expected_ + 64);
    sink_.pixels[n_expected_] = pixel;
    sink_.counts[n_expected_++] = count;
  }
  void end_frame(std::uint32_t frame) {
    sink_.frame_events[frames_[frame]] = static_cast<std::uint32_t>(n_expected_ - at_);
    at_ = n_expected_;
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
  void append(std::uint32_t frame, std::uint32_t pixel, std::uint32_t count) {
    if (n_ == slots_.size()) grow(2 * n_ + 64);
    add(frame, pixel, count);
  }
  void end_frame(std::uint32_t) {}
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
