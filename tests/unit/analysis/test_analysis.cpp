// SPDX-License-Identifier: Apache-2.0
//
// What is computed on events is what the dense frames give.
#include "esieve/analysis.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "esieve/error.hpp"
#include "support/memory_source.hpp"
#include "support/temporary_folder.hpp"
#include "support/write_event_file.hpp"

namespace esieve {
namespace {

constexpr DetectorShape detector{10, 12};
constexpr std::size_t n_pixels = 120;

struct Dense {
  std::vector<double> values;  ///< (frame, pixel)
  explicit Dense(MemorySource& source) {
    visit_dtype(source.info().dtype, [&]<class T>(T) {
      for (const T value : source.values<T>()) values.push_back(static_cast<double>(value));
    });
  }
  double sum(std::size_t frame, const std::vector<double>& weights) const {
    double total = 0;
    for (std::size_t p = 0; p < n_pixels; ++p) total += values[frame * n_pixels + p] * weights[p];
    return total;
  }
};

std::vector<double> weights_from(auto&& of) {
  std::vector<double> weights(n_pixels);
  for (std::size_t p = 0; p < n_pixels; ++p) weights[p] = of(p / detector.det_x, p % detector.det_x);
  return weights;
}

class Analysis : public ::testing::TestWithParam<DType> {
 protected:
  Analysis() {
    fill_with_counts(source, 0.7, 3);
    visit_dtype(GetParam(), [&]<class T>(T) {
      // Quanta, and values below zero.
      if constexpr (std::is_floating_point_v<T>)
        for (T& value : source.values<T>()) value *= T{0.25};
      else if constexpr (std::is_signed_v<T>)
        source.values<T>()[5] = T{-3};
    });
    write_event_file(source, folder / "a.hdf5", {.frames_per_chunk = 4, .threshold = {}, .floor_bits = {}});
  }

  TemporaryFolder folder;
  MemorySource source{{7, 6}, detector, GetParam()};
};

TEST_P(Analysis, virtual_images_are_weighted_sums_of_frames) {
  const Reader reader(folder / "a.hdf5");
  const Dense dense(source);
  const auto disc = weights_from([](auto y, auto x) { return std::hypot(double(y) - 4, double(x) - 5) < 4 ? 1.0 : 0.0; });
  const auto ramp = weights_from([](auto y, auto x) { return double(y) - 2.0 * double(x); });
  std::vector<double> both = disc;
  both.insert(both.end(), ramp.begin(), ramp.end());
  const auto one = virtual_image(reader, disc), two = virtual_image(reader, both);
  for (std::size_t frame = 0; frame < 42; ++frame) {
    EXPECT_EQ(one[frame], dense.sum(frame, disc));
    EXPECT_EQ(two[frame], dense.sum(frame, disc));
    EXPECT_EQ(two[42 + frame], dense.sum(frame, ramp));
  }
}

TEST_P(Analysis, scan_image_and_mean_pattern_are_sums) {
  const Reader reader(folder / "a.hdf5");
  const Dense dense(source);
  const auto image = scan_image(reader);
  for (std::size_t frame = 0; frame < 42; ++frame) EXPECT_EQ(image[frame], dense.sum(frame, std::vector<double>(n_pixels, 1)));
  const auto mean = mean_pattern(reader);
  for (std::size_t p = 0; p < n_pixels; ++p) {
    double sum = 0;
    for (std::size_t frame = 0; frame < 42; ++frame) sum += dense.values[frame * n_pixels + p];
    EXPECT_EQ(mean[p], sum / 42);
  }
}

TEST_P(Analysis, centre_of_mass_is_the_ratio_of_moments) {
  const Reader reader(folder / "a.hdf5");
  const Dense dense(source);
  const auto ones = std::vector<double>(n_pixels, 1);
  const auto ys = weights_from([](auto y, auto) { return double(y); }), xs = weights_from([](auto, auto x) { return double(x); });
  const auto centres = center_of_mass(reader);
  for (std::size_t frame = 0; frame < 42; ++frame) {
    EXPECT_DOUBLE_EQ(centres[frame][0], dense.sum(frame, ys) / dense.sum(frame, ones));
    EXPECT_DOUBLE_EQ(centres[frame][1], dense.sum(frame, xs) / dense.sum(frame, ones));
  }
}

TEST_P(Analysis, a_region_is_a_part_of_the_whole) {
  const Reader reader(folder / "a.hdf5");
  const std::vector<double> ones(n_pixels, 1);
  const auto whole = virtual_image(reader, ones);
  const auto part = virtual_image(reader, ones, {.region = ScanRegion{.first_y = 2, .n_y = 3, .first_x = 1, .n_x = 4}});
  ASSERT_EQ(part.size(), 12U);
  for (std::size_t i = 0; i < 12; ++i) EXPECT_EQ(part[i], whole[(2 + i / 4) * 6 + 1 + i % 4]);
}

TEST_P(Analysis, weights_of_another_size_are_refused) {
  const Reader reader(folder / "a.hdf5");
  EXPECT_THROW(virtual_image(reader, std::vector<double>(7)), UsageError);
  EXPECT_THROW(center_of_mass(reader, std::vector<double>(7)), UsageError);
}

INSTANTIATE_TEST_SUITE_P(Types, Analysis,
                         ::testing::Values(DType::u8, DType::u16, DType::u32, DType::u64, DType::i8, DType::i16, DType::i32,
                                           DType::i64, DType::f32, DType::f64));

TEST(AnalysisOfRecordings, frames_that_are_no_data_are_not_a_number) {
  TemporaryFolder folder;
  MemorySource source({1, 4}, detector, DType::u16);
  fill_with_counts(source, 1, 3);
  std::ranges::fill(source.frame(2), std::byte{0});
  std::vector<std::byte> chunk;
  std::vector<FrameTotals> totals(4);
  const std::vector<FrameStatus> status = {FrameStatus::okay, FrameStatus::partial, FrameStatus::dropped, FrameStatus::okay};
  ContainerWriter writer(folder / "a.hdf5", source.info(), {.threshold = {}, .floor_bits = {}, .frame_status = true});
  ChunkCodec().encode(source.bytes(), writer.parameters(), 0, chunk, totals);
  const auto hashes = hashes_of(source);
  const auto pattern = pattern_of(source.bytes(), DType::u16, n_pixels);
  writer.write(0, chunk, {.totals = totals, .hashes = hashes, .pattern_sum = pattern, .status = status});
  writer.close();
  const Reader reader(folder / "a.hdf5");
  const auto image = scan_image(reader);
  EXPECT_TRUE(std::isnan(image[2]));
  EXPECT_EQ(image[3], totals[3].electrons);
  EXPECT_EQ(mean_pattern(reader)[7], pattern[7] / 3);
}

}  // namespace
}  // namespace esieve
