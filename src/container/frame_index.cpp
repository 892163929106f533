// SPDX-License-Identifier: Apache-2.0
#include "container/frame_index.hpp"

#include <cmath>

namespace esieve {
namespace {

bool fits_u32(double value) { return value >= 0 && value <= 4294967295.0 && std::trunc(value) == value && !std::signbit(value); }
bool fits_u53(double value) { return value >= 0 && value <= 9007199254740992.0 && std::trunc(value) == value; }

}  // namespace

FrameIndex::FrameIndex(ScanShape scan) : events_(scan.n_frames()), electrons_(scan.n_frames()) {}

void FrameIndex::resize(std::uint64_t n_frames) {
  events_.resize(n_frames);
  (wide_.empty() ? electrons_.resize(n_frames) : wide_.resize(n_frames));
}

void FrameIndex::add(FrameRange frames, std::span<const FrameTotals> totals) {
  if (frames.end() > events_.size()) resize(frames.end());
  for (std::uint64_t i = 0; i < frames.count; ++i) {
    const FrameTotals& frame = totals[i];
    events_[frames.first + i] = frame.n_events;
    n_events_ += frame.n_events;
    n_electrons_ += frame.electrons;
    if (wide_.empty() && !fits_u32(frame.electrons)) {
      wide_.assign(electrons_.begin(), electrons_.end());
      electrons_ = {};
    }
    if (wide_.empty()) {
      electrons_[frames.first + i] = static_cast<std::uint32_t>(frame.electrons);
    } else {
      wide_[frames.first + i] = frame.electrons;
      integral_ = integral_ && fits_u53(frame.electrons);
    }
  }
}

h5::Id FrameIndex::make_events(hid_t file, std::span<const hsize_t> dims) const {
  return h5::make_array(file, DType::u32, dims, events_.data(), {});
}

h5::Id FrameIndex::make_electrons(hid_t file, std::span<const hsize_t> dims, const h5::Attributes& attributes) const {
  if (wide_.empty()) return h5::make_array(file, DType::u32, dims, electrons_.data(), attributes);
  if (!integral_) return h5::make_array(file, DType::f64, dims, wide_.data(), attributes);
  const std::vector<std::uint64_t> integers(wide_.begin(), wide_.end());
  return h5::make_array(file, DType::u64, dims, integers.data(), attributes);
}

}  // namespace esieve
