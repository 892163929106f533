// SPDX-License-Identifier: Apache-2.0
#include "codec/gaps/list_marks.hpp"

#include <bit>
#include <cstring>
#include <utility>

#include "base/cpu.hpp"
#include "codec/gaps/put_lit.hpp"

namespace esieve::codec::gaps {
namespace {

using Put = PutPlain;
#include "codec/gaps/list_marks.inc"

}  // namespace

const ListKernels list_kernels_baseline = {list_marked, list_marked_values};

const ListKernels& list_kernels() {
#if defined(__x86_64__)
  if (instruction_set() >= InstructionSet::avx512) return list_kernels_avx512;
#endif
  return list_kernels_baseline;
}

}  // namespace esieve::codec::gaps
