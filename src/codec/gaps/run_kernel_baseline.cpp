// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/cpu.hpp"
#include "codec/gaps/run_kernel.hpp"

namespace esieve::codec::gaps {
namespace {

#include "codec/gaps/run_kernel_plain.inc"

namespace few {
using Simd = Plain<few_lanes>;
#include "codec/gaps/run_kernel.inc"
}  // namespace few

namespace most {
using Simd = Plain<most_lanes>;
#include "codec/gaps/run_kernel.inc"
}  // namespace most

}  // namespace

RunLaw::RunLaw(const Cdf16& cdf, unsigned low_bits) noexcept : n_low_bits(low_bits) {
  for (unsigned s = 0; s < n_symbols; ++s) {
    starts[s] = cdf.start[s];
    start[s] = cdf.start[s];
    width[s] = cdf.width(s);
  }
}

const RunKernels run_kernels_few = {few::Runs::read_positions, few::Runs::read_values, few::Runs::write};
const RunKernels run_kernels_baseline = {most::Runs::read_positions, most::Runs::read_values, most::Runs::write};

const RunKernels& run_kernels() {
#if defined(__x86_64__)
  switch (instruction_set()) {
    case InstructionSet::avx512: return run_kernels_avx512;
    case InstructionSet::avx2: return run_kernels_avx2;
    case InstructionSet::baseline: break;
  }
#endif
  return run_kernels_baseline;
}

}  // namespace esieve::codec::gaps
