// SPDX-License-Identifier: Apache-2.0
//
// Groups, attributes and datasets in as few bytes as HDF5 can hold them.
//
// A variable-length string takes a heap of at least 4096 bytes, once a file; fixed-length ones take their length.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "h5/h5.hpp"

namespace esieve::h5 {

/// How a string is stored. emdfile sees variable-length strings only.
enum class Text : std::uint8_t { fixed, variable };

/// A group with room in its header for exactly `n_links` links whose names have `name_bytes` bytes on average.
Id create_group(hid_t parent, const std::string& name, unsigned n_links, unsigned name_bytes);

/// Makes `name` in `parent` one more name of `object`.
void link(hid_t object, hid_t parent, const std::string& name);

void set_text(hid_t object, const std::string& name, std::string_view text, Text kind = Text::fixed);
/// An array of fixed-length strings.
void set_texts(hid_t object, const std::string& name, std::span<const std::string_view> texts);
void set_number(hid_t object, const std::string& name, DType dtype, const void* value);
inline void set_u8(hid_t object, const std::string& name, std::uint8_t value) {
  set_number(object, name, DType::u8, &value);
}

/// A string as a dataset: a scalar, or gzip-compressed with shape (1) where that is shorter.
void write_text(hid_t parent, const std::string& name, std::string_view text);
/// Nothing if it is missing or not a string of at most `max_bytes`.
std::optional<std::string> read_text(hid_t parent, const std::string& path, std::size_t max_bytes);

}  // namespace esieve::h5
