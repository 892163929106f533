// SPDX-License-Identifier: Apache-2.0
//
// Structs that begin with their size, so that callers older or newer than this library can be served.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

#include "c/guard.hpp"
#include "esieve/version.hpp"

namespace esieve::c {

/// More than any version will have. A larger size is no size but a struct that was not initialised.
inline constexpr std::size_t most_struct_bytes = 4096;

/// \throws UsageError  null, or a size that cannot be
template <class T>
std::size_t checked_size(const T* given, const char* name) {
  std::size_t size = 0;
  std::memcpy(&size, &deref(given, name), sizeof size);
  if (size < sizeof size || size > most_struct_bytes)
    throw UsageError(std::string(name) + ".struct_bytes is " + std::to_string(size) + "; set it to the size of the struct");
  return size;
}

/// What the caller gave, as this version's struct: what an older one lacks is 0.
/// \throws UsageError  also: a newer one that asks for what this version does not know
template <class T>
T read_struct(const T* given, const char* name) {
  const std::size_t size = checked_size(given, name), known = std::min(size, sizeof(T));
  const auto* bytes = reinterpret_cast<const unsigned char*>(given);
  if (std::any_of(bytes + known, bytes + size, [](unsigned char byte) { return byte != 0; }))
    throw UsageError(std::string(name) + " asks for something that esieve " + std::string(library_version) +
                     " does not know (the program was made for a later one); update libesieve");
  T result{};
  std::memcpy(&result, given, known);
  result.struct_bytes = sizeof(T);
  return result;
}

/// Fills the caller's struct as far as it goes; what a newer one has besides becomes 0.
template <class T>
void write_struct(const T& result, T* given, const char* name) {
  const std::size_t size = checked_size(given, name), known = std::min(size, sizeof(T));
  auto* bytes = reinterpret_cast<unsigned char*>(given);
  std::memcpy(bytes + sizeof size, reinterpret_cast<const unsigned char*>(&result) + sizeof size, known - sizeof size);
  std::fill(bytes + known, bytes + size, static_cast<unsigned char>(0));
}

}  // namespace esieve::c
