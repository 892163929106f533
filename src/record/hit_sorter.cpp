// SPDX-License-Identifier: Apache-2.0
#include "record/hit_sorter.hpp"

#include <algorithm>

namespace esieve {

std::vector<FrameHits> HitSorter::take_complete(bool all) {
  std::vector<FrameHits> result;
  if (pending_.empty()) return result;
  const std::uint64_t last = pending_.rbegin()->first;
  const std::uint64_t end = all ? last + 1 : last == 0 ? 0 : last - 1;
  for (; next_frame_ < end; ++next_frame_) {
    FrameHits frame{.frame = next_frame_, .pixels = {}, .counts = {}};
    if (auto node = pending_.extract(next_frame_)) {
      std::vector<std::uint32_t>& hits = node.mapped();
      std::sort(hits.begin(), hits.end());
      for (const std::uint32_t pixel : hits) {
        if (!frame.pixels.empty() && frame.pixels.back() == pixel) {
          ++frame.counts.back();
        } else {
          frame.pixels.push_back(pixel);
          frame.counts.push_back(1);
        }
      }
    }
    result.push_back(std::move(frame));
  }
  return result;
}

}  // namespace esieve
