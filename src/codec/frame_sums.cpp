// SPDX-License-Identifier: Apache-2.0
#include "codec/frame_sums.hpp"

#include "base/cpu.hpp"
#include "codec/frame_sums_plain.hpp"

namespace esieve::codec {

const FrameSumKernels frame_sums_baseline = {plain_sums<std::uint8_t>, plain_sums<std::uint16_t>, plain_sums<std::uint32_t>};

const FrameSumKernels& frame_sum_kernels() {
#if defined(__x86_64__)
  switch (instruction_set()) {
    case InstructionSet::avx512: return frame_sums_avx512;
    case InstructionSet::avx2: return frame_sums_avx2;
    case InstructionSet::baseline: break;
  }
#endif
  return frame_sums_baseline;
}

}  // namespace esieve::codec
