// SPDX-License-Identifier: Apache-2.0
//
// Which instruction sets kernels may use. Every kernel gives the same results on all of them.
#pragma once

#include <cstdint>

namespace esieve {

/// Ordered: a processor that has one has those before it.
enum class InstructionSet : std::uint8_t {
  baseline = 0,
  avx2 = 1,    ///< AVX2, BMI1/2, LZCNT, POPCNT: Haswell, Zen and later
  avx512 = 2,  ///< AVX-512 F/BW/DQ/VL/CD/VBMI/VBMI2: Ice Lake, Zen 4 and later
};

/// The best this processor and operating system have, less those named in the environment variable
/// ESIEVE_DISABLE_CPU ("avx512", "avx512,avx2"). Settled at the first call.
InstructionSet instruction_set();

}  // namespace esieve
