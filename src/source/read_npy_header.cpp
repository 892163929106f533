// SPDX-License-Identifier: Apache-2.0
#include "source/read_npy_header.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "esieve/error.hpp"

namespace esieve {
namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::uint32_t max_header_bytes = 1 << 20;

/// Reads the Python literal a header consists of: {'descr': '<u2', 'fortran_order': False, 'shape': (3, 4), }
class Literal {
 public:
  explicit Literal(std::string_view text) : text_(text) {}

  bool accept(char c) {
    skip_blanks();
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool accept(std::string_view word) {
    skip_blanks();
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  std::optional<std::string> string() {
    skip_blanks();
    if (text_.empty() || (text_.front() != '\'' && text_.front() != '"')) return std::nullopt;
    const std::size_t end = text_.find(text_.front(), 1);
    if (end == std::string_view::npos) return std::nullopt;
    std::string value(text_.substr(1, end - 1));
    text_.remove_prefix(end + 1);
    return value;
  }
  std::optional<std::uint64_t> integer() {
    skip_blanks();
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error != std::errc()) return std::nullopt;
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    accept('L');  // Python 2 wrote 3L
    return value;
  }
  /// Skips a bracketed list, nested ones included.
  bool skip_list() {
    if (!accept('[')) return false;
    for (int depth = 1; depth > 0; text_.remove_prefix(1)) {
      if (text_.empty()) return false;
      depth += text_.front() == '[' ? 1 : text_.front() == ']' ? -1 : 0;
    }
    return true;
  }

 private:
  void skip_blanks() {
    const std::size_t n = text_.find_first_not_of(" \t\r\n");
    text_.remove_prefix(std::min(n, text_.size()));
  }
  std::string_view text_;
};

bool read_shape(Literal& literal, std::vector<std::uint64_t>& shape) {
  if (!literal.accept('(')) return false;
  while (!literal.accept(')')) {
    const auto n = literal.integer();
    if (!n || shape.size() == 64) return false;
    shape.push_back(*n);
    if (!literal.accept(',')) return literal.accept(')');
  }
  return true;
}

bool read_value(Literal& literal, const std::string& key, NpyHeader& header) {
  if (key == "descr") {
    if (literal.skip_list()) {
      header.descr = "structured";
      return true;
    }
    const auto text = literal.string();
    header.descr = text.value_or("");
    return text.has_value();
  }
  if (key == "fortran_order") {
    header.fortran_order = literal.accept("True");
    return header.fortran_order || literal.accept("False");
  }
  return key == "shape" && read_shape(literal, header.shape);
}

bool parse(std::string_view text, NpyHeader& header) {
  Literal literal(text);
  if (!literal.accept('{')) return false;
  int n_keys = 0;
  while (!literal.accept('}')) {
    const auto key = literal.string();
    if (!key || !literal.accept(':') || !read_value(literal, *key, header)) return false;
    ++n_keys;
    if (!literal.accept(',')) {
      if (!literal.accept('}')) return false;
      break;
    }
  }
  return n_keys == 3;
}

}  // namespace

bool is_npy(const InputFile& file) { return begins_with(file, magic); }

NpyHeader parse_npy_header(std::span<const std::byte> bytes, const std::string& name) {
  if (bytes.size() < 12 || std::memcmp(bytes.data(), magic.data(), magic.size()) != 0)
    throw DataError(name + " is not a .npy file (it does not begin with NumPy's magic bytes)");
  const auto version = std::to_integer<int>(bytes[6]);
  if (version < 1 || version > 3)
    throw UnsupportedError(name + " is .npy version " + std::to_string(version) + " (1 to 3 are known)");
  const std::size_t text_at = version == 1 ? 10 : 12;
  const std::size_t text_bytes = version == 1 ? load_le<std::uint16_t>(bytes, 8) : load_le<std::uint32_t>(bytes, 8);
  if (text_bytes > max_header_bytes) throw DataError(name + " is damaged (its .npy header claims to be huge)");
  if (text_bytes > bytes.size() - text_at) throw DataError(name + " is truncated (in its .npy header)");
  NpyHeader header;
  if (!parse({reinterpret_cast<const char*>(bytes.data()) + text_at, text_bytes}, header))
    throw DataError(name + " is damaged (its .npy header cannot be understood)");
  header.data_offset_bytes = text_at + text_bytes;
  return header;
}

NpyHeader read_npy_header(const InputFile& file) {
  std::vector<std::byte> start(std::min<std::uint64_t>(file.size(), max_header_bytes + 12));
  file.read(0, start);
  return parse_npy_header(start, file.path().string());
}

}  // namespace esieve
