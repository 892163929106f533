// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)
#include "base/hash_kernels.hpp"

#define XXH_INLINE_ALL
#define XXH_VECTOR XXH_AVX2
#include <xxhash.h>

namespace esieve {

std::uint64_t hash64_avx2(const void* bytes, std::size_t n) { return XXH3_64bits(bytes, n); }

}  // namespace esieve
#endif
