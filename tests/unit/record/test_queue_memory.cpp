// SPDX-License-Identifier: Apache-2.0
#include "record/queue_memory.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <thread>
#include <vector>

namespace esieve {
namespace {

TEST(QueueMemory, keeps_what_is_written_while_its_pages_come) {
  constexpr std::size_t step = 512;  // the first of a page among them
  QueueMemory memory(std::size_t{64} << 20);
  const auto bytes = memory.bytes();
  ASSERT_EQ(bytes.size(), std::size_t{64} << 20);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(bytes.data()) % 4096, 0U);
  for (std::size_t i = 0; i < bytes.size(); i += step) {
    if (i % (std::size_t{1} << 20) == 0) memory.will_use(i);
    bytes[i] = static_cast<std::byte>(i / step % 255 + 1);
  }
  for (std::size_t i = 0; i < bytes.size(); i += step) ASSERT_EQ(bytes[i], static_cast<std::byte>(i / step % 255 + 1)) << i;
  EXPECT_TRUE(std::all_of(bytes.begin() + 1, bytes.begin() + step, [](std::byte byte) { return byte == std::byte{0}; }));
}

TEST(QueueMemory, brings_in_what_is_used_and_a_little_more) {
  QueueMemory memory(std::size_t{256} << 20);
  const auto n_there = [&] {
    std::vector<unsigned char> pages(memory.bytes().size() / 4096);
    EXPECT_EQ(::mincore(memory.bytes().data(), memory.bytes().size(), pages.data()), 0);
    return static_cast<std::size_t>(std::count_if(pages.begin(), pages.end(), [](unsigned char page) { return page & 1; }));
  };
  std::size_t before = 0;
  for (const std::size_t used : {std::size_t{0}, std::size_t{64} << 20}) {
    memory.will_use(used);
    while (n_there() <= std::max(before, used / 4096)) std::this_thread::yield();
    before = n_there();
    EXPECT_LE(before, (used + (std::size_t{18} << 20)) / 4096);  // pages of 2 MiB may come
  }
}

TEST(QueueMemory, is_as_large_as_it_was_asked_for) {
  QueueMemory memory(5000);
  memory.will_use(5000);
  memory.bytes().back() = std::byte{1};
  EXPECT_EQ(memory.bytes().size(), 5000U);
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
