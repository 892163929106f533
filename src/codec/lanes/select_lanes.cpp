// SPDX-License-Identifier: Apache-2.0
#include "base/cpu.hpp"
#include "codec/lanes/kernel.hpp"

namespace esieve::codec::lanes {

const Kernels& kernels() {
#if defined(__x86_64__)
  if (instruction_set() >= InstructionSet::avx512) return kernels_avx512;
  if (instruction_set() >= InstructionSet::avx2) return kernels_avx2;
#endif
  return kernels_baseline;
}

}  // namespace esieve::codec::lanes
