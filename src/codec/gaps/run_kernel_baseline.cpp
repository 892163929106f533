// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

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

RunLaw::RunLaw(const Cdf16& of, unsigned low_bits) noexcept : cdf(of), n_low_bits(low_bits) {
  for (unsigned s = 0; s < n_symbols; ++s) {
    start[s] = cdf.start[s];
    width[s] = cdf.width(s);
  }
}

RunTokens::RunTokens(const RunLaw& of, const std::uint8_t* some_symbols, const std::uint16_t* some_low,
                     std::size_t number) noexcept
    : law(of), symbols(some_symbols), low(some_low), n(number) {
  constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
  for (std::size_t s = 0; s < n_symbols; ++s) inverse[s] = static_cast<std::uint32_t>(std::min(most, (most + 1) / law.width[s]));
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
