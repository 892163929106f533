// SPDX-License-Identifier: Apache-2.0
//
// The irregular layer is a weak phase object fixed to the specimen.
#include "simulate/surface_layer.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace esieve::simulate {
namespace {

struct Setting {
  Setting() : sampling(choose_sampling(options(), wave)) {}
  static SimulateOptions options() {
    SimulateOptions o;
    o.detector = {64, 64};
    return o;
  }
  Field<float> plane_wave() const {
    Field<float> wave_field(sampling.grid);
    for (float& value : wave_field.re) value = 1;
    return wave_field;
  }
  ElectronWave wave{200};
  Sampling sampling;
};

TEST(SurfaceLayer, changes_the_phase_a_little_and_nothing_else) {
  const Setting s;
  Field<float> field = s.plane_wave();
  SurfaceLayer(s.wave, s.sampling, 20, 1).apply(0, 0, field);
  double sum = 0;
  for (std::size_t i = 0; i < field.re.size(); ++i) {
    EXPECT_NEAR(std::hypot(field.re[i], field.im[i]), 1, 1e-5);
    const double phase = std::atan2(field.im[i], field.re[i]);
    sum += phase * phase;
  }
  const double rms = std::sqrt(sum / static_cast<double>(field.re.size()));
  EXPECT_GT(rms, 0.03);
  EXPECT_LT(rms, 0.3);
}

TEST(SurfaceLayer, stays_in_place_while_the_probe_moves) {
  const Setting s;
  const SurfaceLayer layer(s.wave, s.sampling, 20, 1);
  const double pixel = s.sampling.pixel_angstrom();
  Field<float> here = s.plane_wave(), there = s.plane_wave();
  layer.apply(0, 0, here);
  layer.apply(5 * pixel, -3 * pixel, there);
  // Both boxes hold the specimen's middle, and a position has one index whatever box it is in.
  const int n = s.sampling.grid;
  for (int y = -n / 4; y < n / 4; ++y)
    for (int x = -n / 4; x < n / 4; ++x) {
      const std::size_t i = here.at(wrap(y, n), wrap(x, n));
      EXPECT_EQ(here.re[i], there.re[i]);
      EXPECT_EQ(here.im[i], there.im[i]);
    }
  // Beyond the edge of one box the other sees what lies on the other side of it.
  EXPECT_NE(here.im[here.at(n / 2 + 1, 0)], there.im[there.at(n / 2 + 1, 0)]);
}

TEST(SurfaceLayer, depends_on_the_seed_alone) {
  const Setting s;
  Field<float> one = s.plane_wave(), same = s.plane_wave(), other = s.plane_wave();
  SurfaceLayer(s.wave, s.sampling, 20, 5).apply(1, 2, one);
  SurfaceLayer(s.wave, s.sampling, 20, 5).apply(1, 2, same);
  SurfaceLayer(s.wave, s.sampling, 20, 6).apply(1, 2, other);
  EXPECT_EQ(one.im, same.im);
  EXPECT_NE(one.im, other.im);
}

}  // namespace
}  // namespace esieve::simulate
