// SPDX-License-Identifier: Apache-2.0
//
// Where a decoder puts events: dense frames, events sorted by frame and pixel, or a list in any order.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "codec/block_shape.hpp"
#include "codec/event_sink.hpp"
#include "codec/gaps/frame_collector.hpp"
#include "codec/gaps/frame_groups.hpp"

namespace esieve::codec::gaps {

/// Receives events in batches of frames, within a batch in any order; or all frames at once, each in order (put_frames).
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
    sink_.frame_events.assign(shape.n_frames, 0);
  }
  void expect(std::size_t n_events, std::uint32_t n_batch) {
    n_expected_ += n_events;
    sink_.make_room(n_expected_ + list_spare);
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
    sink_.make_room(n_expected_);
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

}  // namespace esieve::codec::gaps
