// SPDX-License-Identifier: Apache-2.0
//
// XXH3-64 for instruction sets beyond the baseline; the result is the same.
#pragma once

#include <cstddef>
#include <cstdint>

namespace esieve {

#if defined(__x86_64__)
std::uint64_t hash64_avx2(const void* bytes, std::size_t n);
#endif

}  // namespace esieve
