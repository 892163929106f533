// SPDX-License-Identifier: Apache-2.0
//
// A frame that is listed in its slot is the frame it was, and the slot is never left.
#include "record/frame_slot.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

#include "support/test_data.hpp"

namespace esieve {
namespace {

constexpr std::byte guard{0xa5};

/// A slot between guards, at an address that a block's slots may have.
class Slot {
 public:
  explicit Slot(std::size_t n_bytes) : memory_(n_bytes + 128, guard), n_bytes_(n_bytes) {}
  std::span<std::byte> bytes() { return std::span(memory_).subspan(64, n_bytes_); }
  bool guards_hold() const {
    const auto held = [](std::byte byte) { return byte == guard; };
    return std::all_of(memory_.begin(), memory_.begin() + 64, held) && std::all_of(memory_.end() - 64, memory_.end(), held);
  }

 private:
  std::vector<std::byte> memory_;
  std::size_t n_bytes_;
};

template <class Count>
void expect_listed(std::size_t n_pixels, std::size_t n_lit, DType dtype, std::mt19937_64& random) {
  std::vector<Count> frame(n_pixels);
  for (std::size_t i = 0; i < n_lit; ++i) frame[i] = static_cast<Count>(random() >> random() % 64 | 1);
  const bool at_the_end = random() % 4 == 0;  // all lit pixels together, where a list is longest before anybody counts
  if (at_the_end)
    std::reverse(frame.begin(), frame.end());
  else if (random() % 4 != 0)
    std::shuffle(frame.begin(), frame.end(), random);
  const auto bytes = std::as_bytes(std::span(frame));
  if (!can_list(dtype, bytes.size())) return;
  Slot slot(bytes.size());
  const std::uint32_t n = list_frame(bytes, dtype, slot.bytes());
  EXPECT_TRUE(slot.guards_hold());
  EXPECT_EQ(n != dense_frame, n_lit <= n_pixels / 12);
  if (n == dense_frame) return;
  EXPECT_EQ(n, n_lit);
  const SlotEvents events = events_in(slot.bytes(), n);
  EXPECT_TRUE(std::is_sorted(events.pixels.begin(), events.pixels.end()));
  std::vector<std::byte> again(bytes.size());
  add_events(events, dtype, again);
  EXPECT_TRUE(std::equal(again.begin(), again.end(), bytes.begin()));
}

TEST(FrameSlot, a_listed_frame_is_the_frame_it_was) {
  const std::uint64_t seed = test_seed(3);
  std::mt19937_64 random(seed);
  for (const std::size_t n_pixels : {4u, 16u, 20u, 31u, 480u, 1000u, 1024u, 1040u, 4096u, 65'536u, 100'000u})
    for (const std::size_t share : {0u, 1u, 50u, 99u, 100u, 101u, 300u, 1600u})  // of the most that are listed, in per cent
      for (int repeat = 0; repeat < 4; ++repeat) {
        const std::size_t n_lit = std::min(n_pixels, (n_pixels / 12 * share + 99) / 100);
        SCOPED_TRACE("seed " + std::to_string(seed) + ", " + std::to_string(n_lit) + " of " + std::to_string(n_pixels));
        expect_listed<std::uint8_t>(n_pixels, n_lit, DType::u8, random);
        expect_listed<std::uint16_t>(n_pixels, n_lit, DType::u16, random);
        expect_listed<std::uint32_t>(n_pixels, n_lit, DType::u32, random);
        if (HasFailure()) return;
      }
}

TEST(FrameSlot, only_unsigned_counts_in_frames_of_some_size_are_listed) {
  EXPECT_TRUE(can_list(DType::u8, 24));
  EXPECT_TRUE(can_list(DType::u32, 64 * 64 * 4));
  EXPECT_FALSE(can_list(DType::u8, 20)) << "not one event";
  EXPECT_FALSE(can_list(DType::u8, 1025)) << "slots of a block would not be aligned";
  for (const DType dtype : {DType::i8, DType::i16, DType::i32, DType::u64, DType::i64, DType::f32, DType::f64})
    EXPECT_FALSE(can_list(dtype, 1 << 16)) << dtype_name(dtype);
}

TEST(FrameSlot, a_frame_that_is_not_aligned_is_left_dense) {
  alignas(8) std::byte frame[2056]{};
  std::vector<std::uint32_t> slot(512);
  EXPECT_EQ(list_frame(std::span(frame).subspan(1, 2048), DType::u16, std::as_writable_bytes(std::span(slot))), dense_frame);
  EXPECT_EQ(list_frame(std::span(frame).subspan(2, 2048), DType::u16, std::as_writable_bytes(std::span(slot))), 0U);
}

}  // namespace
}  // namespace esieve
