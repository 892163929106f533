// SPDX-License-Identifier: Apache-2.0
//
// Decoder: gaps to events, frame by frame, straight into dense counts or into an event list.
#include <algorithm>
#include <bit>
#include <limits>

#include "codec/gaps/frame_collector.hpp"
#include "codec/gaps/gaps.hpp"
#include "codec/gaps/side_info.hpp"

namespace esieve::codec {
namespace gaps {
namespace {

/// Where a class has got to.
struct ClassReader {
  std::uint32_t next;     ///< rank of its next event, counted from the start of this frame
  std::uint32_t n_left;   ///< events not yet read, the next one included
  std::uint32_t n_ranks;  ///< of a frame
  std::uint32_t n_ones;   ///< events of count 1 before the next larger one
  std::uint32_t n_above_one_left;
  const std::uint32_t* segments;  ///< first pixels
  const GapLaw* law;
  ValueModel* values;
};

struct DecoderMemory {
  BlockModel model;
  std::vector<ClassReader> readers;
  FrameCollector collector;
};

/// Reads the events of a block and gives them to a sink, class by class within each frame.
class EventReader {
 public:
  EventReader(DecoderMemory& m, StreamReader& stream, const BlockShape& shape)
      : m_(m), stream_(stream), log2_size_(m.model.grid.log2_size), det_x_(shape.det_x),
        n_slots_(static_cast<std::uint32_t>(most_slots)) {}

  void begin() {
    m_.readers.clear();
    for (std::size_t c = 0; c < m_.model.leaves.classes.size(); ++c) begin_class(c);
  }

  /// Calls sink(pixel, count) for each event of the next frame.
  template <class Sink>
  void frame(Sink&& sink) {
    for (ClassReader& reader : m_.readers) {
      if (reader.values->each())
        frame_of_class<true>(reader, sink);
      else
        frame_of_class<false>(reader, sink);
      reader.next -= reader.n_ranks;
    }
  }

  [[nodiscard]] bool finished() const noexcept {
    return std::all_of(m_.readers.begin(), m_.readers.end(),
                       [](const ClassReader& r) { return r.n_left == 0; });
  }

 private:
  static constexpr std::uint32_t never = 0xffffffff;

  void begin_class(std::size_t c) {
    const LeafClass& of = m_.model.leaves.classes[c];
    ClassReader r{};
    r.n_left = of.n_events;
    r.n_ranks = m_.model.n_ranks(c);
    r.segments = m_.model.leaves.segment_pixels.data() + of.first_segment;
    r.law = &m_.model.gap_laws[c];
    r.values = &m_.model.values[c];
    r.n_above_one_left = m_.model.above_one[c];
    r.next = code_gap(stream_, *r.law, 0, n_slots_);
    if (!r.values->each()) read_ones(r);
    m_.readers.push_back(r);
  }

  void read_ones(ClassReader& r) {
    r.n_ones = r.n_above_one_left == 0 ? never
                                       : code_gap(stream_, r.values->ones_law(), 0, n_slots_);
  }

  template <bool each, class Sink>
  void frame_of_class(ClassReader& r, Sink& sink) {
    while (r.next < r.n_ranks) {
      if (r.n_left == 0) return;
      std::uint32_t count = 1;
      if (each) {
        count = r.values->code(stream_, m_.model.outliers, 0);
      } else if (r.n_ones-- == 0) {
        count = r.values->code(stream_, m_.model.outliers, 0);
        --r.n_above_one_left;
        read_ones(r);
      }
      sink(r.segments[r.next >> log2_size_] + (r.next & ((1U << log2_size_) - 1)), count);
      if (--r.n_left == 0) return;
      r.next += 1 + code_gap(stream_, *r.law, 0, n_slots_);
    }
  }

  DecoderMemory& m_;
  StreamReader& stream_;
  unsigned log2_size_;
  std::uint32_t det_x_;
  std::uint32_t n_slots_;
};

/// Reads what comes before the events.
DecodeStatus read_model(std::span<const std::byte> payload, const BlockShape& shape,
                        BlockModel& model, StreamReader& stream) {
  const unsigned log2_size = std::to_integer<unsigned>(payload[0]);
  if (log2_size > most_log2_leaf_size) return DecodeStatus::unknown_version;
  if (!is_codable(shape, log2_size)) return DecodeStatus::out_of_range;
  model.grid = LeafGrid(shape.det_y, shape.det_x, log2_size);
  const bool sound = model.code_classes(stream, shape) && model.code_values(stream, shape);
  return sound ? DecodeStatus::okay : DecodeStatus::corrupt;
}

/// Calls begin_block(n_events), then begin_frame(f), sink(pixel, count)..., end_frame(f).
template <class Target>
DecodeStatus decode(std::span<const std::byte> payload, const BlockShape& shape, DecoderMemory& m,
                    Target& target) {
  if (payload.size() < 1 + states_bytes) return DecodeStatus::truncated;
  StreamReader stream(payload.subspan(1));
  const DecodeStatus status = read_model(payload, shape, m.model, stream);
  if (status != DecodeStatus::okay) return status;
  EventReader reader(m, stream, shape);
  reader.begin();
  target.begin_block(m.model.leaves.n_events());
  for (std::uint32_t f = 0; f < shape.n_frames; ++f) {
    target.begin_frame(f);
    reader.frame([&](std::uint32_t pixel, std::uint32_t count) { target.add(pixel, count); });
    target.end_frame(f);
  }
  if (!reader.finished() || !stream.finished()) return DecodeStatus::corrupt;
  return target.sound() ? DecodeStatus::okay : DecodeStatus::out_of_range;
}

template <class Count>
class DenseTarget {
 public:
  DenseTarget(Count* dense, std::size_t n_pixels) : next_(dense), n_pixels_(n_pixels) {}
  void begin_block(std::size_t) {}
  void begin_frame(std::uint32_t) {
    frame_ = next_;
    next_ += n_pixels_;
    std::fill(frame_, next_, Count{0});
  }
  void add(std::uint32_t pixel, std::uint32_t count) {
    const bool sound = pixel < n_pixels_ && count - 1 < std::numeric_limits<Count>::max();
    sound_ &= sound;
    if (sound) frame_[pixel] = static_cast<Count>(count);
  }
  void end_frame(std::uint32_t) {}
  [[nodiscard]] bool sound() const noexcept { return sound_; }

 private:
  Count* next_;
  Count* frame_ = nullptr;
  std::size_t n_pixels_;
  bool sound_ = true;
};

class SinkTarget {
 public:
  SinkTarget(EventSink& sink, FrameCollector& collector, const BlockShape& shape)
      : sink_(sink), collector_(collector), n_pixels_(shape.n_pixels()) {
    sink_.clear();
    sink_.frame_events.resize(shape.n_frames);
    collector_.reset(n_pixels_);
  }
  void begin_block(std::size_t n_events) {
    n_events_ = n_events;
    sink_.pixels.resize(n_events);
    sink_.counts.resize(n_events);
  }
  void begin_frame(std::uint32_t) {}
  void add(std::uint32_t pixel, std::uint32_t count) {
    const bool sound = pixel < n_pixels_ && count != 0;
    sound_ &= sound;
    if (sound) collector_.add(pixel, count);
  }
  void end_frame(std::uint32_t f) {
    const std::size_t n = collector_.take(sink_.pixels.data() + at_, sink_.counts.data() + at_);
    sink_.frame_events[f] = static_cast<std::uint32_t>(n);
    at_ += n;
  }
  [[nodiscard]] bool sound() const noexcept { return sound_ && at_ == n_events_; }

 private:
  EventSink& sink_;
  FrameCollector& collector_;
  std::size_t n_pixels_;
  std::size_t n_events_ = 0, at_ = 0;
  bool sound_ = true;
};

}  // namespace
}  // namespace gaps

template <class Count>
DecodeStatus decode_gaps(std::span<const std::byte> payload, const BlockShape& shape,
                         Scratch& scratch, Count* dense) {
  gaps::DenseTarget<Count> target(dense, shape.n_pixels());
  return gaps::decode(payload, shape, scratch.get<gaps::DecoderMemory>(), target);
}

DecodeStatus decode_gaps_events(std::span<const std::byte> payload, const BlockShape& shape,
                                Scratch& scratch, EventSink& sink) {
  auto& memory = scratch.get<gaps::DecoderMemory>();
  gaps::SinkTarget target(sink, memory.collector, shape);
  return gaps::decode(payload, shape, memory, target);
}

template DecodeStatus decode_gaps(std::span<const std::byte>, const BlockShape&, Scratch&,
                                  std::uint8_t*);
template DecodeStatus decode_gaps(std::span<const std::byte>, const BlockShape&, Scratch&,
                                  std::uint16_t*);
template DecodeStatus decode_gaps(std::span<const std::byte>, const BlockShape&, Scratch&,
                                  std::uint32_t*);

}  // namespace esieve::codec
