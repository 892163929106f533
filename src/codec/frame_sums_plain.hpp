// SPDX-License-Identifier: Apache-2.0
//
// Frame sums without vector instructions: the reference, and the last elements of the kernels that have them.
#pragma once

#include "codec/frame_sums.hpp"

namespace esieve::codec {
namespace {  // each instruction set compiles its own

template <class T>
FrameSums plain_sums(const T* elements, std::size_t n) {
  FrameSums sums;
  for (std::size_t i = 0; i < n; ++i) {
    sums.n_lit += elements[i] != 0;
    sums.n_top_bit += elements[i] >> (8 * sizeof(T) - 1);
    sums.sum += elements[i];
  }
  return sums;
}

template <class T>
FrameSums plus_rest(FrameSums sums, const T* rest, std::size_t n) {
  const FrameSums more = plain_sums(rest, n);
  sums.n_lit += more.n_lit;
  sums.n_top_bit += more.n_top_bit;
  sums.sum += more.sum;
  return sums;
}

}  // namespace
}  // namespace esieve::codec
