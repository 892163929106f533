// SPDX-License-Identifier: Apache-2.0
//
// Which thresholding kernels this processor can run.
#include <array>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "threshold/kernels.hpp"

namespace esieve {
namespace {

bool is_disabled(std::string_view name) {
  const char* names = std::getenv("ESIEVE_DISABLE_CPU");
  return names != nullptr && std::string_view(names).find(name) != std::string_view::npos;
}

std::vector<const ThresholdKernels*> find_usable() {
  std::vector<const ThresholdKernels*> usable;
#if defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2") && !is_disabled("avx2");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && !is_disabled("avx512");
  if (avx512) usable.push_back(&threshold_kernels_avx512);
  if (avx2) usable.push_back(&threshold_kernels_avx2);
#endif
  usable.push_back(&threshold_kernels_baseline);
  return usable;
}

}  // namespace

std::span<const ThresholdKernels* const> usable_threshold_kernels() {
  static const std::vector<const ThresholdKernels*> usable = find_usable();
  return usable;
}

}  // namespace esieve
