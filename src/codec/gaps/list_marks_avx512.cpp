// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)
#include <bit>
#include <cstring>
#include <utility>

#include "codec/gaps/list_marks.hpp"
#include "codec/gaps/put_lit_avx512.hpp"

namespace esieve::codec::gaps {
namespace {

using Put = PutAvx512;
#include "codec/gaps/list_marks.inc"

}  // namespace

const ListKernels list_kernels_avx512 = {list_marked, list_marked_values};

}  // namespace esieve::codec::gaps
#endif
