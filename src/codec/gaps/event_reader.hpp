// SPDX-License-Identifier: Apache-2.0
//
// The events of a block or a group as they are read: class by class, then put into frames batch by batch.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/quotient.hpp"
#include "base/raw_memory.hpp"
#include "codec/gaps/runs.hpp"
#include "codec/gaps/side_info.hpp"

namespace esieve::codec::gaps {

/// Where a class has got to: what has been read of it, and what has been placed.
struct ClassReader {
  const std::uint32_t* positions;   ///< frame * n_ranks + rank of the events not yet placed; the largest number follows the last
  const std::uint32_t* values;      ///< their counts, or null
  const std::uint32_t* exceptions;  ///< which of its events have counts above one; the largest number follows the last
  const std::uint32_t* exception_values;
  const std::uint32_t* first;  ///< where `positions` began
  const std::uint32_t* segments;
  std::uint32_t n_ranks;  ///< of a frame
  Quotient frame_of;      ///< division by n_ranks
};

struct EventMemory {
  std::vector<ClassReader> readers;
  RawMemory<std::uint32_t> positions, values;  // of all classes, with room for an end each
};

/// Reads the events of a block, class by class, and gives them to a target batch by batch.
class EventReader {
 public:
  EventReader(BlockModel& model, EventMemory& memory, const BlockShape& shape)
      : model_(model), m_(memory), n_frames_(shape.n_frames), log2_size_(model.grid.log2_size) {}

  /// \returns false if the streams say what cannot be
  [[nodiscard]] bool read(StreamReader& side, RunReader& runs) {
    const std::size_t n_classes = model_.leaves.classes.size(), n_events = model_.leaves.n_events();
    if (n_events > runs.most_tokens()) return false;
    m_.positions.reserve(n_events + n_classes + run_spare);
    m_.values.reserve(2 * (n_events + n_classes) + run_spare);
    m_.readers.clear();
    std::uint32_t *positions = m_.positions.data(), *values = m_.values.data();
    for (std::size_t c = 0; c < n_classes; ++c)
      if (!read_class(side, runs, c, positions, values)) return false;
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
  static constexpr std::uint32_t never = 0xffffffff;

  bool read_class(StreamReader& side, RunReader& runs, std::size_t c, std::uint32_t*& positions, std::uint32_t*& values) {
    const LeafClass& of = model_.leaves.classes[c];
    const std::size_t n = of.n_events;
    const std::uint32_t n_ranks = model_.n_ranks(c);
    ClassReader r{.positions = positions,
                  .values = nullptr,
                  .exceptions = nullptr,
                  .exception_values = nullptr,
                  .first = positions,
                  .segments = model_.leaves.segments.data() + of.first_segment,
                  .n_ranks = n_ranks,
                  .frame_of = Quotient(n_ranks)};
    if (!read_positions(runs, model_.gap_laws[c], n, std::uint64_t{n_ranks} * n_frames_, positions)) return false;
    positions[n] = never;
    positions += n + 1;
    if (!model_.has_tracks) {
      const ValueModel& law = model_.values[c];
      const std::size_t n_above_one = model_.above_one[c];
      if (law.each()) {
        if (!law.read(runs, side, model_.outliers, n, values)) return false;
        r.values = values;
        values += n;
      } else if (n_above_one != 0) {
        if (!read_positions(runs, law.ones_law(), n_above_one, n, values)) return false;
        values[n_above_one] = never;
        if (!law.read(runs, side, model_.outliers, n_above_one, values + n_above_one + 1)) return false;
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
    const Quotient frame_of = r.frame_of;
    const std::uint32_t n_ranks = r.n_ranks;
    const unsigned log2_size = large_leaves ? log2_size_ : 0;
    const std::uint32_t low_mask = (1U << log2_size) - 1;
    bool sound = true;
    const auto place_of = [&](std::uint32_t position) {
      position -= start;
      const std::uint32_t frame = frame_of(position);
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

  BlockModel& model_;
  EventMemory& m_;
  std::uint32_t n_frames_;
  unsigned log2_size_;
  bool sound_ = true;
};

}  // namespace esieve::codec::gaps
