// SPDX-License-Identifier: Apache-2.0
//
// Numbers and sizes as people write them, and text that fits a line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace esieve {

std::string grouped(std::uint64_t n);            ///< "1,234,567"
std::string rounded(double value);               ///< Three significant digits or whole: "0.0123", "4.17", "65.6", "1,234"
std::string percent(double share);               ///< 0.338 → "33.8 %", 0.00012 → "0.012 %"
std::string size_in_words(std::uint64_t bytes);  ///< "34.5 MiB"
std::string plural(std::uint64_t n, std::string_view noun);  ///< "1 frame", "2,304 frames"

/// Characters of UTF-8 text; a byte that is not UTF-8 counts as one.
std::size_t n_columns(std::string_view text);

/// `text`, its beginning replaced by "..." where it has more than `columns` characters.
std::string end_of(std::string_view text, std::size_t columns);

/// `path`, its first folders replaced by "..." where it has more than `columns` characters.
std::string end_of_path(std::string_view path, std::size_t columns);

/// Breaks at blanks so that text that begins in column `indent` ends before column `columns`; later lines begin with
/// `indent` blanks.
std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent);

}  // namespace esieve
