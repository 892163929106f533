// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "naive_threshold.hpp"
#include "support/test_data.hpp"
#include "threshold/threshold_plan.hpp"

namespace esieve {
namespace {

constexpr DType all_dtypes[] = {DType::u8,  DType::u16, DType::u32, DType::u64, DType::i8,
                                DType::i16, DType::i32, DType::i64, DType::f32, DType::f64};

bool same_bits(const DroppedFrame& a, const DroppedFrame& b) {
  return a.n_pixels == b.n_pixels && std::memcmp(&a.intensity, &b.intensity, sizeof a.intensity) == 0 && a.maximum == b.maximum;
}

struct Maps {
  std::vector<double> dark, gain, least;
};

Maps random_maps(std::mt19937_64& random, std::size_t n) {
  Maps maps{random_map(random, n, 0, 0.3, 9).values, random_map(random, n, 0.1, 0.7, 9).values,
            random_map(random, n, -1, 0.5, 9).values};
  for (double& limit : maps.least)
    if (random() % 5 == 0) limit = std::numeric_limits<double>::quiet_NaN();
  return maps;
}

TEST(ThresholdKernels, all_correct_alike_to_the_last_bit_of_every_sum) {
  const std::uint64_t seed = test_seed(7);
  SCOPED_TRACE("ESIEVE_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (const ThresholdKernels* kernels : usable_threshold_kernels())
    for (const DType dtype : all_dtypes)
      visit_dtype(dtype, [&]<class T>(T) {
        for (const std::size_t n : {1U, 7U, 64U, 511U, 512U, 513U, 2000U}) {
          SCOPED_TRACE(std::string(kernels->name) + " " + std::string(dtype_name(dtype)) + " " + std::to_string(n));
          const std::vector<T> raw = random_values<T>(random, n);
          const Maps maps = random_maps(random, n);
          const CorrectMaps pointers{maps.dark.data(), maps.gain.data(), maps.least.data()};
          std::vector<T> out(n), expected(n);
          const auto* in = reinterpret_cast<const std::byte*>(raw.data());
          const DroppedFrame ours = kernels->correct_frame(dtype, in, reinterpret_cast<std::byte*>(out.data()), n, pointers);
          const DroppedFrame baseline =
              threshold_kernels_baseline.correct_frame(dtype, in, reinterpret_cast<std::byte*>(expected.data()), n, pointers);
          EXPECT_TRUE(same_bits(ours, baseline) || (std::isnan(ours.intensity) && std::isnan(baseline.intensity)));
          EXPECT_EQ(std::memcmp(out.data(), expected.data(), n * sizeof(T)), 0);
        }
      });
}

TEST(ThresholdKernels, all_cut_alike_to_the_last_bit_of_every_sum) {
  const std::uint64_t seed = test_seed(8);
  SCOPED_TRACE("ESIEVE_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (const ThresholdKernels* kernels : usable_threshold_kernels())
    for (const DType dtype : all_dtypes)
      visit_dtype(dtype, [&]<class T>(T) {
        for (const std::size_t n : {1U, 15U, 64U, 65U, 9000U}) {
          SCOPED_TRACE(std::string(kernels->name) + " " + std::string(dtype_name(dtype)) + " " + std::to_string(n));
          const std::vector<T> raw = random_values<T>(random, n), least = random_values<T>(random, n);
          std::vector<std::byte> allowed(n * sizeof(T), std::byte{0xFF});
          std::fill_n(allowed.begin(), sizeof(T) * (n / 3), std::byte{0});
          const CutMaps maps{reinterpret_cast<const std::byte*>(least.data()), allowed.data(), true};
          std::vector<T> out(n), expected(n);
          const auto* in = reinterpret_cast<const std::byte*>(raw.data());
          const DroppedFrame ours = kernels->cut_frame(dtype, in, reinterpret_cast<std::byte*>(out.data()), n, maps);
          const DroppedFrame baseline =
              threshold_kernels_baseline.cut_frame(dtype, in, reinterpret_cast<std::byte*>(expected.data()), n, maps);
          EXPECT_TRUE(same_bits(ours, baseline) || (std::isnan(ours.intensity) && std::isnan(baseline.intensity)));
          EXPECT_EQ(std::memcmp(out.data(), expected.data(), n * sizeof(T)), 0);
        }
      });
}

TEST(ThresholdKernels, sums_of_full_frames_do_not_overflow) {
  constexpr std::size_t n = 300'000;
  for (const ThresholdKernels* kernels : usable_threshold_kernels())
    for (const DType dtype : all_dtypes)
      visit_dtype(dtype, [&]<class T>(T) {
        if constexpr (std::is_integral_v<T> && sizeof(T) < 8) {
          for (const T value : {std::numeric_limits<T>::max(), std::numeric_limits<T>::min()}) {
            if (value == 0) continue;
            SCOPED_TRACE(std::string(kernels->name) + " " + std::string(dtype_name(dtype)));
            std::vector<T> frame(n, value);
            const T limit = 0;
            const std::vector<std::byte> allowed(sizeof(T));
            auto* bytes = reinterpret_cast<std::byte*>(frame.data());
            const DroppedFrame dropped =
                kernels->cut_frame(dtype, bytes, bytes, n, {reinterpret_cast<const std::byte*>(&limit), allowed.data(), false});
            EXPECT_EQ(dropped.n_pixels, n);
            EXPECT_EQ(dropped.intensity, static_cast<double>(n) * static_cast<double>(value));
            EXPECT_EQ(dropped.maximum, static_cast<double>(value));
            EXPECT_EQ(std::count(frame.begin(), frame.end(), T{0}), static_cast<std::ptrdiff_t>(n));
          }
        }
      });
}

}  // namespace
}  // namespace esieve
