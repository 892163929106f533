// SPDX-License-Identifier: Apache-2.0
//
// What is known of the frame at a scan position.
#pragma once

#include <cstdint>

namespace esieve {

/// Stored in `/entry/frame_status`: append, never renumber.
enum class FrameStatus : std::uint8_t {
  missing = 0,  ///< Never received; the frame reads as zeros and is no data.
  okay = 1,
  dropped = 2,  ///< Lost on the way (the camera said so, or the queue was full); reads as zeros and is no data.
  partial = 3,  ///< Received, but the camera did not deliver all of its pixels.
  summed = 4,   ///< The sum of several frames.
};

/// Whether the frame holds something that was measured.
constexpr bool is_data(FrameStatus status) { return status != FrameStatus::missing && status != FrameStatus::dropped; }

}  // namespace esieve
