// SPDX-License-Identifier: Apache-2.0
//
// Scattering factors and wavelengths against other tables than those they were made from.
#include "simulate/scattering_factor.hpp"

#include <gtest/gtest.h>

#include <numbers>
#include <utility>

namespace esieve::simulate {
namespace {

TEST(ScatteringFactor, forward_values_agree_with_doyle_and_turner) {
  // P. A. Doyle & P. S. Turner, Acta Cryst. A24 (1968) 390, table 1, in angstrom.
  EXPECT_NEAR(electron_scattering_factor(Element::carbon, 0), 2.509, 0.05);
  EXPECT_NEAR(electron_scattering_factor(Element::oxygen, 0), 1.983, 0.04);
  EXPECT_NEAR(electron_scattering_factor(Element::titanium, 0), 8.776, 0.2);
  EXPECT_NEAR(electron_scattering_factor(Element::strontium, 0), 13.109, 0.3);
}

TEST(ScatteringFactor, becomes_rutherfords_at_large_angles) {
  constexpr double bohr_radius = 0.529177;
  const double q_squared = 100;
  for (const auto& [element, number] :
       {std::pair{Element::carbon, 6}, {Element::oxygen, 8}, {Element::titanium, 22}, {Element::strontium, 38}}) {
    const double rutherford = number / (2 * std::numbers::pi * std::numbers::pi * bohr_radius * q_squared);
    EXPECT_NEAR(electron_scattering_factor(element, q_squared) / rutherford, 1, 0.06) << number;
  }
}

TEST(ElectronWave, has_the_relativistic_wavelength) {
  EXPECT_NEAR(ElectronWave(100).wavelength, 0.037014, 1e-6);
  EXPECT_NEAR(ElectronWave(200).wavelength, 0.025079, 1e-6);
  EXPECT_NEAR(ElectronWave(300).wavelength, 0.019687, 1e-6);
  EXPECT_NEAR(ElectronWave(200).mass_ratio, 1.39139, 1e-5);
}

}  // namespace
}  // namespace esieve::simulate
