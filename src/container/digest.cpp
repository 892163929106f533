// SPDX-License-Identifier: Apache-2.0
#include "container/digest.hpp"

#include "base/bytes.hpp"  // asserts that integers in memory are little endian
#include "esieve/container.hpp"

namespace esieve {

void DigestStream::add(FrameRange frames, std::span<const std::uint64_t> hashes) {
  if (frames.first != next_frame_) {
    early_.emplace(frames.first, std::vector(hashes.begin(), hashes.end()));
    return;
  }
  hash_.update(std::as_bytes(hashes));
  next_frame_ += hashes.size();
  for (auto next = early_.find(next_frame_); next != early_.end(); next = early_.find(next_frame_)) {
    hash_.update(std::as_bytes(std::span(next->second)));
    next_frame_ += next->second.size();
    early_.erase(next);
  }
}

std::string dense_digest(std::span<const std::uint64_t> frame_hashes) {
  Hash128 hash;
  hash.update(std::as_bytes(frame_hashes));
  return hash.hex();
}

}  // namespace esieve
