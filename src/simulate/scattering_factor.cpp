// SPDX-License-Identifier: Apache-2.0
#include "simulate/scattering_factor.hpp"

#include <array>
#include <cmath>
#include <cstddef>

namespace esieve::simulate {
namespace {

// f(q) = sum_i a_i / (q^2 + b_i) + c_i exp(-d_i q^2)
struct KirklandParameters {
  std::array<double, 3> a, b, c, d;
};

const KirklandParameters& parameters(Element element) {
  static constexpr std::array<KirklandParameters, 4> table = {{
      {{0.212080767, 0.199811865, 0.168254385},
       {0.208605417, 0.208610186, 5.57870773},
       {0.14204836, 0.363830672, 0.000835012},
       {1.33311887, 3.80800263, 0.040398262}},
      {{0.339969204, 0.307570172, 0.130369072},
       {0.38157028, 0.381571436, 19.1919745},
       {0.0883326058, 0.1965867, 0.00099622},
       {0.760635525, 2.07401094, 0.0303266869}},
      {{0.362383267, 0.984232966, 0.741715642},
       {0.0754707114, 0.497757309, 8.17659391},
       {0.362555269, 1.4915939, 0.0161659509},
       {0.955524906, 16.2221677, 0.0733140839}},
      {{0.0137373086, 1.97548672, 1.59261029},
       {0.0187469061, 6.3607923, 0.221992482},
       {0.173263882, 4.66280378, 0.0016126506},
       {0.201624958, 25.3027803, 0.0153610568}},
  }};
  return table[static_cast<std::size_t>(element)];
}

}  // namespace

double electron_scattering_factor(Element element, double q_squared) {
  const KirklandParameters& p = parameters(element);
  double sum = 0;
  for (std::size_t i = 0; i < 3; ++i) sum += p.a[i] / (q_squared + p.b[i]) + p.c[i] * std::exp(-p.d[i] * q_squared);
  return sum;
}

ElectronWave::ElectronWave(double energy_kev) {
  constexpr double rest_energy_kev = 510.99895;   // m c^2, CODATA 2018
  constexpr double hc_kev_angstrom = 12.3984198;  // h c
  wavelength = hc_kev_angstrom / std::sqrt(energy_kev * (2 * rest_energy_kev + energy_kev));
  mass_ratio = 1 + energy_kev / rest_energy_kev;
}

}  // namespace esieve::simulate
