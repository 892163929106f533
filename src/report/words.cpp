// SPDX-License-Identifier: Apache-2.0
#include "report/words.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace esieve {
namespace {

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }

std::string fixed(double value, int decimals) {
  std::array<char, 64> text;
  const int n = std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return {text.data(), static_cast<std::size_t>(n)};
}

}  // namespace

std::string grouped(std::uint64_t n) {
  std::string text = std::to_string(n);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, ",");
  return text;
}

std::string rounded(double value) {
  const double size = std::abs(value);
  if (!std::isfinite(value) || size >= 1e18 || (size < 1e-4 && size > 0)) {
    std::array<char, 32> text;
    const int n = std::snprintf(text.data(), text.size(), "%.3g", value);
    return {text.data(), static_cast<std::size_t>(n)};
  }
  if (size >= 99.95) return (value < 0 ? "-" : "") + grouped(static_cast<std::uint64_t>(std::llround(size)));
  if (size == 0) return "0";
  return fixed(value, 2 - static_cast<int>(std::floor(std::log10(size * 1.0005))));
}

std::string percent(double share) { return rounded(100 * share) + " %"; }

std::string size_in_words(std::uint64_t bytes) {
  constexpr std::array<const char*, 6> units = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return std::to_string(bytes) + " bytes";
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; value >= 1023.95 && unit + 1 < units.size(); ++unit) value /= 1024;
  return fixed(value, 1) + " " + units[unit];
}

std::string plural(std::uint64_t n, std::string_view noun) { return grouped(n) + " " + std::string(noun) + (n == 1 ? "" : "s"); }

std::size_t n_columns(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), &begins_character));
}

std::string end_of(std::string_view text, std::size_t columns) {
  if (n_columns(text) <= columns) return std::string(text);
  while (n_columns(text) > columns - 3 || !begins_character(text.front())) text.remove_prefix(1);
  return "..." + std::string(text);
}

std::string end_of_path(std::string_view path, std::size_t columns) {
  if (n_columns(path) <= columns) return std::string(path);
  for (std::size_t slash = path.find('/', 1); slash != std::string_view::npos; slash = path.find('/', slash + 1))
    if (n_columns(path.substr(slash)) + 3 <= columns) return "..." + std::string(path.substr(slash));
  return end_of(path, columns);
}

std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::size_t blank = text.find(' ');
    const std::string word = end_of(text.substr(0, blank), columns - indent);
    text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
    const std::size_t width = n_columns(word);
    if (column > indent && column + 1 + width > columns) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += width;
  }
  return out;
}

}  // namespace esieve
