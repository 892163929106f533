// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "esieve/codec.hpp"

namespace esieve {
namespace {

ChunkParameters usual() {
  return {.n_frames = 128,
          .det_y = 256,
          .det_x = 250,
          .scan_row_frames = 64,
          .dtype = DType::i16,
          .big_endian = true,
          .level = Level::max,
          .dataset_id = 0x123456789abcdef0};
}

TEST(FilterValues, give_back_the_parameters) {
  ChunkParameters opaque = usual();
  opaque.opaque = true;
  opaque.big_endian = false;
  opaque.dtype = DType::u16;
  opaque.opaque_item_bytes = 12;
  for (const ChunkParameters& p : {usual(), opaque}) {
    const auto values = to_filter_values(p);
    EXPECT_LE(values.size(), 16U);
    EXPECT_EQ(from_filter_values(values), p);
  }
}

TEST(FilterValues, begin_with_the_level_as_users_give_it) { EXPECT_EQ(to_filter_values(usual())[0], 3U); }

TEST(FilterValues, of_any_other_form_are_refused) {
  const auto good = to_filter_values(usual());
  for (std::size_t n = 0; n < good.size(); ++n) EXPECT_FALSE(from_filter_values(std::span(good).first(n)));
  for (std::size_t i = 0; i < good.size() - 2; ++i) {  // the last two, the id, may be anything
    auto values = good;
    values[i] = 0xffffffff;
    EXPECT_FALSE(from_filter_values(values)) << "value " << i;
    values[i] = 0;
    EXPECT_EQ(from_filter_values(values).has_value(), i == 7) << "value " << i;  // 7 is 0 unless items are opaque
  }
}

TEST(FilterValues, that_ask_for_4_gib_or_more_are_refused) {
  ChunkParameters p{.n_frames = 1, .det_y = 65536, .det_x = 65536, .scan_row_frames = 1, .dtype = DType::u8};
  EXPECT_FALSE(from_filter_values(to_filter_values(p)));
  p.det_y = 65535;
  EXPECT_TRUE(from_filter_values(to_filter_values(p)));
  p = {.n_frames = 0xffffffff, .det_y = 0xffffffff, .det_x = 0xffffffff, .scan_row_frames = 1, .dtype = DType::f64};
  EXPECT_FALSE(from_filter_values(to_filter_values(p)));
}

TEST(ChunkStatusText, is_there_for_every_status) {
  for (int status = 0; status <= static_cast<int>(ChunkStatus::wrong_parameters); ++status)
    EXPECT_STRNE(describe(static_cast<ChunkStatus>(status)), "in an unknown state");
}

}  // namespace
}  // namespace esieve
