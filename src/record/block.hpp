// SPDX-License-Identifier: Apache-2.0
//
// Frames of one chunk while they are gathered.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "esieve/frame_status.hpp"
#include "esieve/shape.hpp"
#include "record/frame_slot.hpp"

namespace esieve {

using Clock = std::chrono::steady_clock;

struct Block {
  std::uint64_t chunk = 0;
  FrameRange frames;
  std::span<std::byte> dense;              ///< A buffer of the board's, from the first frame with data on: slots of frames.
  std::vector<FrameStatus> status;         ///< One a frame.
  std::vector<std::uint32_t> n_received;   ///< Frames of the camera in each.
  std::vector<std::uint32_t> n_accounted;  ///< Of these and those lost.
  std::vector<std::uint32_t> n_listed;     ///< Of frames that lie in their slots as events, how many; or `dense_frame`.
  std::vector<std::uint64_t> hashes;       ///< Of those as well.
  std::vector<bool> busy;                  ///< Being copied into.
  std::uint64_t n_settled = 0;             ///< Frames nothing more is expected for.
  std::uint32_t n_pins = 0;                ///< Somebody copies into it or out of it.
  std::uint32_t epoch = 0;
  bool changed = false;      ///< Since it was last put into a tail.
  bool is_fragment = false;  ///< Handed over before it was complete, to make room.
  std::uint64_t ticket = 0;  ///< Order of handing over.
  std::uint64_t last_use = 0;
  Clock::time_point opened;

  std::span<std::byte> slot(std::size_t i, std::size_t frame_bytes) const { return dense.subspan(i * frame_bytes, frame_bytes); }
};

}  // namespace esieve
