// SPDX-License-Identifier: Apache-2.0
#include "base/cpu.hpp"

#include <cstdlib>
#include <string_view>

namespace esieve {
namespace {

#if defined(__x86_64__)
bool has_avx2() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
         __builtin_cpu_supports("popcnt");
}

bool has_avx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512vbmi") &&
         __builtin_cpu_supports("avx512vbmi2");
}
#else
bool has_avx2() { return false; }
bool has_avx512() { return false; }
#endif

bool disabled(std::string_view name) {
  const char* list = std::getenv("ESIEVE_DISABLE_CPU");
  return list != nullptr && std::string_view(list).find(name) != std::string_view::npos;
}

InstructionSet detect() {
  if (!has_avx2() || disabled("avx2")) return InstructionSet::baseline;
  if (!has_avx512() || disabled("avx512")) return InstructionSet::avx2;
  return InstructionSet::avx512;
}

}  // namespace

InstructionSet instruction_set() {
  static const InstructionSet found = detect();
  return found;
}

}  // namespace esieve
