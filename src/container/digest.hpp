// SPDX-License-Identifier: Apache-2.0
//
// The digest of dense content, from frame hashes that arrive chunk by chunk in any order.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "esieve/shape.hpp"

namespace esieve {

/// Digests frame hashes in scan order. Hashes that come early wait; those in turn are not kept.
class DigestStream {
 public:
  void add(FrameRange frames, std::span<const std::uint64_t> hashes);
  /// \pre every frame was added
  std::string hex() const { return hash_.hex(); }

 private:
  Hash128 hash_;
  std::uint64_t next_frame_ = 0;
  std::map<std::uint64_t, std::vector<std::uint64_t>> early_;  ///< By first frame.
};

}  // namespace esieve
