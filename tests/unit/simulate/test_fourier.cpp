// SPDX-License-Identifier: Apache-2.0
//
// Fourier transforms against their definition.
#include "simulate/fourier.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

#include "simulate/random.hpp"
#include "support/test_data.hpp"

namespace esieve::simulate {
namespace {

Field<double> random_field(int size, std::uint64_t seed) {
  Random random(seed, 0);
  Field<double> field(size);
  for (double& value : field.re) value = random.uniform() - 0.5;
  for (double& value : field.im) value = random.uniform() - 0.5;
  return field;
}

std::complex<double> by_definition(const Field<double>& field, int ky, int kx) {
  std::complex<double> sum = 0;
  for (int y = 0; y < field.size; ++y)
    for (int x = 0; x < field.size; ++x)
      sum += std::complex(field.re[field.at(y, x)], field.im[field.at(y, x)]) *
             std::polar(1.0, -2 * std::numbers::pi * ((ky * y + kx * x) % field.size) / field.size);
  return sum;
}

TEST(Fourier, forward_is_the_defining_sum_for_every_mix_of_radices) {
  const std::uint64_t seed = test_seed(1);
  SCOPED_TRACE(seed);
  for (const int size : {1, 2, 3, 4, 5, 6, 8, 12, 15, 16, 18, 20, 30, 36}) {
    SCOPED_TRACE(size);
    const Field<double> field = random_field(size, seed);
    Field<double> transformed = field, scratch(size);
    Fourier<double>(size).forward(transformed, scratch);
    for (int ky = 0; ky < size; ky += 1 + size / 7)
      for (int kx = 0; kx < size; kx += 1 + size / 9) {
        const std::complex<double> expected = by_definition(field, ky, kx);
        EXPECT_NEAR(transformed.re[field.at(ky, kx)], expected.real(), 1e-11);
        EXPECT_NEAR(transformed.im[field.at(ky, kx)], expected.imag(), 1e-11);
      }
  }
}

TEST(Fourier, inverse_undoes_forward_up_to_the_number_of_points) {
  const std::uint64_t seed = test_seed(2);
  SCOPED_TRACE(seed);
  for (const int size : {10, 40, 48, 90, 128}) {
    SCOPED_TRACE(size);
    const Field<double> field = random_field(size, seed);
    Field<double> twice = field, scratch(size);
    const Fourier<double> fourier(size);
    fourier.forward(twice, scratch);
    fourier.inverse(twice, scratch);
    for (std::size_t i = 0; i < field.re.size(); i += 7) {
      EXPECT_NEAR(twice.re[i] / (size * size), field.re[i], 1e-13);
      EXPECT_NEAR(twice.im[i] / (size * size), field.im[i], 1e-13);
    }
  }
}

TEST(Fourier, good_sizes_are_even_products_of_2_3_and_5) {
  EXPECT_EQ(Fourier<float>::good_size(1), 2);
  EXPECT_EQ(Fourier<float>::good_size(36), 36);
  EXPECT_EQ(Fourier<float>::good_size(37), 40);
  EXPECT_EQ(Fourier<float>::good_size(129), 144);
}

}  // namespace
}  // namespace esieve::simulate
