// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "esieve/error.hpp"
#include "hdf5_files.hpp"
#include "source_checks.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_data.hpp"

namespace esieve {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

using Row = std::vector<std::uint32_t>;

struct Events {
  std::int64_t version = 3;  ///< 0: without the attribute, as before it was introduced.
  std::vector<Row> rows;
  std::vector<std::int64_t> positions;
  std::uint64_t scan_y = 2, scan_x = 3, det_y = 2, det_x = 4;
};

void write_events(const std::filesystem::path& path, const Events& events) {
  const h5::Id file = create_file(path);
  if (events.version > 0) h5::set_attribute(h5::open_group(file.get(), "/").get(), "version", events.version);
  std::vector<hvl_t> lists;
  for (const Row& row : events.rows) lists.push_back({row.size(), const_cast<std::uint32_t*>(row.data())});
  const h5::Id type(H5Tvlen_create(H5T_STD_U32LE), H5Tclose);
  const h5::Id frames = write_array(file.get(), "/electron_events/frames", type.get(), {lists.size()}, lists.data(), type.get());
  h5::set_attribute(frames.get(), "Nx", events.det_y);
  h5::set_attribute(frames.get(), "Ny", events.det_x);
  const h5::Id positions =
      write_array(file.get(), "/electron_events/scan_positions", DType::i64, {events.positions.size()}, events.positions.data());
  h5::set_attribute(positions.get(), "Nx", events.scan_x);
  h5::set_attribute(positions.get(), "Ny", events.scan_y);
}

/// Frames of 8 pixels that have the counts listed, all others zero: (position, pixel, count).
std::vector<std::byte> frames_with(std::initializer_list<std::array<std::size_t, 3>> counts) {
  std::vector<std::byte> frames(6 * 8);
  for (const auto& [position, pixel, count] : counts) frames[position * 8 + pixel] = static_cast<std::byte>(count);
  return frames;
}

const std::vector<std::int64_t> six = {0, 1, 2, 3, 4, 5};

TEST(StempySource, sums_the_frames_of_a_position_in_version_3) {
  const TemporaryFolder folder;
  Events events;
  events.rows = {{0, 7}, {7}, {}, {}, {3}, {3}, {1}, {2}, {}, {5}, {0}, {}};
  events.positions = six;
  write_events(folder / "x.h5", events);
  const auto source = open_source(folder / "x.h5");
  EXPECT_EQ(source->info().format, "stempy");
  EXPECT_EQ(source->info().scan, (ScanShape{2, 3}));
  EXPECT_EQ(source->info().detector, (DetectorShape{2, 4}));
  EXPECT_EQ(source->info().dtype, DType::u8);
  std::mt19937_64 random(1);
  expect_frames(*source, frames_with({{0, 0, 1}, {0, 7, 2}, {2, 3, 2}, {3, 1, 1}, {3, 2, 1}, {4, 5, 1}, {5, 0, 1}}), random);
}

TEST(StempySource, puts_frames_in_any_order_where_version_2_says_they_belong) {
  const TemporaryFolder folder;
  for (const std::int64_t version : {0, 2}) {
    Events events;
    events.version = version;
    events.rows = {{4}, {1, 2}, {1}, {6}, {1, 2}};
    events.positions = {5, 1, 1, 0, 1};
    write_events(folder / "x.h5", events);
    std::mt19937_64 random(1);
    expect_frames(*open_source(folder / "x.h5"), frames_with({{0, 6, 1}, {1, 1, 3}, {1, 2, 2}, {5, 4, 1}}), random);
  }
}

TEST(StempySource, counts_repeated_pixels_of_version_1) {
  const TemporaryFolder folder;
  Events events;
  events.version = 0;
  events.rows = {{3, 1, 3, 3}, {}, {0}, {}, {}, {7, 7}};
  events.positions = six;
  write_events(folder / "x.h5", events);
  EXPECT_EQ(read_all(*open_source(folder / "x.h5")), frames_with({{0, 1, 1}, {0, 3, 3}, {2, 0, 1}, {5, 7, 2}}));
}

TEST(StempySource, widens_to_hold_the_largest_count) {
  const TemporaryFolder folder;
  Events events;
  events.version = 0;
  events.rows = {Row(300, 2), {}, {}, {}, {}, {}};
  events.positions = six;
  write_events(folder / "x.h5", events);
  const auto source = open_source(folder / "x.h5");
  EXPECT_EQ(source->info().dtype, DType::u16);
  std::vector<std::uint16_t> expected(48);
  expected[2] = 300;
  EXPECT_EQ(read_all(*source), bytes_of(expected));
}

TEST(StempySource, refuses_events_that_do_not_fit) {
  const TemporaryFolder folder;
  const auto open = [&](const Events& events) {
    write_events(folder / "x.h5", events);
    open_source(folder / "x.h5");
  };
  Events outside;
  outside.rows = {{0}, {1}, {8}, {}, {}, {}};
  outside.positions = six;
  EXPECT_THAT([&] { open(outside); }, ThrowsMessage<DataError>(HasSubstr("scan position 2 is in pixel 8 of 8")));
  Events uneven;
  uneven.rows = {{0}, {1}, {2}, {}};
  uneven.positions = six;
  EXPECT_THAT([&] { open(uneven); }, ThrowsMessage<DataError>(HasSubstr("4 frames do not fill 6")));
  Events lost;
  lost.version = 2;
  lost.rows = {{0}, {1}};
  lost.positions = {0, -1};
  EXPECT_THAT([&] { open(lost); }, ThrowsMessage<DataError>(HasSubstr("scan position -1 of 6")));
  Events later = uneven;
  later.version = 4;
  EXPECT_THAT([&] { open(later); }, ThrowsMessage<UnsupportedError>(HasSubstr("version 4")));
}

TEST(StempySource, agrees_with_the_dense_array_of_a_file_that_stempy_wrote) {
  ESIEVE_NEEDS_DATA("stempy/stempy_v3_scan3x4_2fpp_det8x6.h5");
  const auto source = open_source(test_data_folder() / "stempy/stempy_v3_scan3x4_2fpp_det8x6.h5");
  const auto dense = open_source(test_data_folder() / "stempy/stempy_v3_dense.npy");
  ASSERT_EQ(source->info().shape, dense->info().shape);
  ASSERT_EQ(dense->info().dtype, DType::u32);
  const std::vector<std::byte> ours = read_all(*source), theirs = read_all(*dense);
  for (std::size_t i = 0; i < ours.size(); ++i) {
    std::uint32_t count;
    std::memcpy(&count, &theirs[i * sizeof count], sizeof count);
    ASSERT_EQ(std::to_integer<std::uint32_t>(ours[i]), count) << "item " << i;
  }
}

}  // namespace
}  // namespace esieve
