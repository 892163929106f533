// SPDX-License-Identifier: Apache-2.0
//
// Groups and datasets in as few bytes as HDF5 can hold them.
//
// An object header that ends where the file ends grows in place; later it can only grow by a costly continuation. So
// objects are made complete, without a name, and named by the groups that hold them, which are made after them.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "h5/h5.hpp"

namespace esieve::h5 {

/// A string of variable length. It takes a heap of at least 4096 bytes, once a file; a plain one takes its length.
/// emdfile sees only variable ones as text.
struct VariableText {
  std::string text;
};

struct Attribute {
  using Value = std::variant<std::string, VariableText, std::vector<std::string>, std::vector<std::uint64_t>, std::uint8_t,
                             std::uint32_t, std::uint64_t, double, bool>;
  std::string name;
  Value value;  ///< bool as h5py stores NumPy's.
};

/// Attributes with some left out.
using Attributes = std::vector<Attribute>;

void set_attributes(hid_t object, const Attributes& attributes);

struct Link {
  std::string name;
  hid_t object = -1;
  std::string soft_target{};  ///< If given, a soft link to this path instead of a hard link to `object`.
};

/// Makes `link.name` in `group` one more name of `link.object`.
void add_link(hid_t group, const Link& link);

/// For an object just made that will get several names: makes room for their number while that is cheap. To be followed,
/// when it has its names, by `names_complete`.
void expect_names(hid_t object);
void names_complete(hid_t object);

/// A group without a name yet, anywhere in the file of `file`.
Id make_group(hid_t file, const Attributes& attributes, const std::vector<Link>& links);

/// A dataset without a name yet. Values from `min_gzip_bytes` on are stored with byte shuffle and gzip.
Id make_array(hid_t file, DType dtype, std::span<const hsize_t> dims, const void* values, const Attributes& attributes,
              std::uint64_t min_gzip_bytes = 512);

/// A string as a dataset without a name yet: a scalar, or gzip-compressed with shape (1) where that is shorter.
Id make_text(hid_t file, std::string_view text);

/// Nothing if it is missing or not a fixed-length string of at most `max_bytes`.
std::optional<std::string> read_text(hid_t parent, const std::string& path, std::size_t max_bytes);

}  // namespace esieve::h5
