// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/copy_streaming.hpp"

namespace esieve {
namespace {

TEST(CopyStreaming, copies_any_length_to_any_place_and_nothing_else) {
  std::vector<std::byte> from(5000);
  for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<std::byte>(i * 37 % 251);
  for (const std::size_t n : {0U, 1U, 63U, 64U, 1023U, 1024U, 1025U, 1091U, 2048U, 4099U})
    for (std::size_t shift = 0; shift < 65; shift += 13) {
      std::vector<std::byte> to(5200, std::byte{0xEE});
      copy_streaming(std::span(from).subspan(shift, n), to.data() + 7 + shift);
      EXPECT_TRUE(std::equal(from.begin() + static_cast<std::ptrdiff_t>(shift),
                             from.begin() + static_cast<std::ptrdiff_t>(shift + n),
                             to.begin() + static_cast<std::ptrdiff_t>(7 + shift)));
      EXPECT_EQ(std::count(to.begin(), to.begin() + static_cast<std::ptrdiff_t>(7 + shift), std::byte{0xEE}),
                static_cast<std::ptrdiff_t>(7 + shift));
      EXPECT_TRUE(std::all_of(to.begin() + static_cast<std::ptrdiff_t>(7 + shift + n), to.end(),
                              [](std::byte b) { return b == std::byte{0xEE}; }));
    }
}

}  // namespace
}  // namespace esieve
