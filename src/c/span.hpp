// SPDX-License-Identifier: Apache-2.0
//
// Pointers with a length, as spans.
#pragma once

#include <cstddef>
#include <span>

#include "c/guard.hpp"

namespace esieve::c {

/// \throws UsageError  null, but not empty
template <class T>
std::span<T> span_of(T* data, std::size_t n, const char* name) {
  if (n != 0) deref(data, name);
  return {data, n};
}

inline std::span<const std::byte> bytes_of(const void* data, std::size_t n, const char* name) {
  return span_of(static_cast<const std::byte*>(data), n, name);
}

inline std::span<std::byte> bytes_of(void* data, std::size_t n, const char* name) {
  return span_of(static_cast<std::byte*>(data), n, name);
}

}  // namespace esieve::c
