// SPDX-License-Identifier: Apache-2.0
#include "record/queue_memory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

namespace esieve {
namespace {

TEST(QueueMemory, keeps_what_is_written_while_its_pages_come) {
  QueueMemory memory(std::size_t{32} << 20);
  const auto bytes = memory.bytes();
  ASSERT_EQ(bytes.size(), std::size_t{32} << 20);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(bytes.data()) % 4096, 0U);
  for (std::size_t i = 0; i < bytes.size(); i += 1000) bytes[i] = static_cast<std::byte>(i / 1000 % 255 + 1);
  for (std::size_t i = 0; i < bytes.size(); i += 1000) ASSERT_EQ(bytes[i], static_cast<std::byte>(i / 1000 % 255 + 1)) << i;
  EXPECT_TRUE(std::all_of(bytes.begin() + 1, bytes.begin() + 1000, [](std::byte byte) { return byte == std::byte{0}; }));
}

TEST(QueueMemory, ends_before_all_of_it_is_there) {
  for (int i = 0; i < 20; ++i) {
    QueueMemory memory(std::size_t{1} << 30);
    memory.bytes().back() = std::byte{1};
    if (i % 2 == 0) memory.stop();
  }
}

}  // namespace
}  // namespace esieve
