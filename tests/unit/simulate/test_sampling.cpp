// SPDX-License-Identifier: Apache-2.0
//
// Grids for every detector, and refusals.
#include "simulate/sampling.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "esieve/error.hpp"
#include "simulate/crystal.hpp"

namespace esieve::simulate {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

Sampling sample(const SimulateOptions& options) { return choose_sampling(options, ElectronWave(options.energy_kev)); }

TEST(Sampling, the_grid_holds_detector_and_aperture_on_a_whole_number_of_cells) {
  for (const std::uint32_t det_y : {1U, 2U, 7U, 16U, 64U, 128U, 130U, 256U, 515U, 1024U})
    for (const std::uint32_t det_x : {1U, 64U, 192U, 1024U}) {
      SimulateOptions options;
      options.detector = {det_y, det_x};
      SCOPED_TRACE(testing::Message() << det_y << " x " << det_x);
      const Sampling s = sample(options);
      EXPECT_GE(s.grid, s.bin * static_cast<int>(std::max(det_y, det_x)));
      EXPECT_GT(s.grid, 2 * s.aperture_radius + 6);
      EXPECT_NEAR(s.box_angstrom(), s.cells * lattice_angstrom, 1e-9);
      EXPECT_GE(s.box_angstrom(), 19);
      EXPECT_GE(s.cell_grid * s.cells, 3 * (s.grid / 2));  // detector within the band limit
      EXPECT_FALSE(s.terrace_cells.empty());
    }
}

TEST(Sampling, a_blurred_probe_gets_a_larger_box) {
  SimulateOptions options;
  options.detector = {32, 32};
  const double sharp = sample(options).box_angstrom();
  options.defocus_nm = 60;
  EXPECT_GT(sample(options).box_angstrom(), 2 * 600 * 20e-3);
  EXPECT_GT(sample(options).box_angstrom(), sharp);
}

TEST(Sampling, refuses_what_cannot_be_simulated_and_says_what_can) {
  const auto refusal = [](auto change, const char* words) {
    SimulateOptions options;
    change(options);
    EXPECT_THAT([&] { sample(options); }, ThrowsMessage<UsageError>(HasSubstr(words)));
  };
  refusal([](auto& o) { o.scan = {0, 4}; }, "0 scan positions along an axis (1 to 65536");
  refusal([](auto& o) { o.detector = {64, 2000}; }, "2000 detector pixels along an axis (1 to 1024");
  refusal([](auto& o) { o.dose_electrons = 0; }, "dose of 0 electrons");
  refusal([](auto& o) { o.dose_electrons = std::numeric_limits<double>::quiet_NaN(); }, "dose of nan");
  refusal([](auto& o) { o.energy_kev = 5; }, "beam energy of 5 keV (20 to 1000");
  refusal([](auto& o) { o.semi_angle_mrad = 90; }, "semi-angle of 90 mrad");
  refusal([](auto& o) { o.thickness_nm = 1e4; }, "thickness of 10000 nm");
  refusal([](auto& o) { o.scan_step_nm = -1; }, "scan step of -1 nm");
  refusal(
      [](auto& o) {
        o.defocus_nm = 100;
        o.semi_angle_mrad = 60;
      },
      "Use less defocus");
}

}  // namespace
}  // namespace esieve::simulate
