// SPDX-License-Identifier: Apache-2.0
//
// Single hits, nearly in order of time, become events of frames.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace esieve {

struct FrameHits {
  std::uint64_t frame = 0;            ///< Of the camera.
  std::vector<std::uint32_t> pixels;  ///< Ascending.
  std::vector<std::uint32_t> counts;
};

class HitSorter {
 public:
  /// \returns false if the frame was given out before
  bool add(std::uint64_t frame, std::uint32_t pixel) {
    if (frame < next_frame_) return false;
    pending_[frame].push_back(pixel);
    return true;
  }

  /// Takes out the frames that can no longer get hits: all before the last but one, those without hits too; or all.
  std::vector<FrameHits> take_complete(bool all = false);

  std::uint64_t next_frame() const { return next_frame_; }

 private:
  std::map<std::uint64_t, std::vector<std::uint32_t>> pending_;
  std::uint64_t next_frame_ = 0;
};

}  // namespace esieve
