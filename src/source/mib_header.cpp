// SPDX-License-Identifier: Apache-2.0
#include "source/mib_header.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <vector>

#include "esieve/error.hpp"

namespace esieve {
namespace {

constexpr std::string_view magic = "MQ1,";
constexpr std::uint32_t min_header_bytes = 64, max_header_bytes = 1 << 16;

std::string_view trim(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> fields;
  std::istringstream stream{std::string(text)};
  for (std::string field; std::getline(stream, field, ',');) fields.emplace_back(trim(field));
  return fields;
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : 0;
}

std::uint32_t small_number(const std::vector<std::string>& fields, std::size_t i) {
  const std::uint64_t value = i < fields.size() ? number(fields[i]) : 0;
  return value <= max_header_bytes ? static_cast<std::uint32_t>(value) : 0;
}

/// The extension "MQ1A,time,exposure in ns,counter bits" at the end, which not every version of the software
/// writes.
void read_extension(const std::vector<std::string>& fields, MibHeader& header) {
  const auto found = std::find(fields.begin(), fields.end(), "MQ1A");
  if (fields.end() - found < 4) return;
  if (found[2].ends_with("ns")) header.exposure_s = std::strtod(found[2].c_str(), nullptr) * 1e-9;
  header.counter_bits = static_cast<int>(std::min<std::uint64_t>(number(found[3]), 64));
}

}  // namespace

bool is_mib(const InputFile& file) { return begins_with(file, magic); }

MibHeader read_mib_header(const InputFile& file) {
  const std::string name = file.path().string();
  std::string start(std::min<std::uint64_t>(file.size(), min_header_bytes), '\0');
  file.read(0, std::as_writable_bytes(std::span(start)));
  MibHeader header;
  header.header_bytes = small_number(split(start), 2);
  if (!start.starts_with(magic) || header.header_bytes < min_header_bytes || header.header_bytes > max_header_bytes)
    throw DataError(name + " is damaged (its first frame has no Merlin header)");
  std::string text(header.header_bytes, '\0');
  file.read(0, std::as_writable_bytes(std::span(text)));
  header.text = trim(text.substr(0, text.find('\0')));
  const std::vector<std::string> fields = split(header.text);
  header.n_chips = small_number(fields, 3);
  header.columns = small_number(fields, 4);
  header.rows = small_number(fields, 5);
  if (header.n_chips == 0 || header.columns == 0 || header.rows == 0 || fields.size() < 8)
    throw DataError(name + " is damaged (its Merlin header does not say how large a frame is)");
  header.pixel_type = fields[6];
  header.layout = fields[7];
  if (fields.size() > 10 && !fields[10].empty()) header.exposure_s = std::strtod(fields[10].c_str(), nullptr);
  read_extension(fields, header);
  return header;
}

HdrFile read_hdr(const std::filesystem::path& mib_path) {
  constexpr std::uint64_t max_bytes = 1 << 20;
  HdrFile hdr;
  std::filesystem::path path = mib_path;
  path.replace_extension(mib_path.extension() == ".MIB" ? ".HDR" : ".hdr");
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return hdr;
  const std::vector<std::byte> bytes = read_small_file(path, max_bytes);
  hdr.text = trim(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  ScanShape scan;
  std::istringstream lines(hdr.text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string::npos) continue;
    const std::string_view key = trim(std::string_view(line).substr(0, tab)), value = trim(std::string_view(line).substr(tab));
    if (key == "ScanX:") scan.scan_x = number(value);
    if (key == "ScanY:") scan.scan_y = number(value);
    if (key == "Frames per Trigger (Number):") hdr.frames_per_trigger = number(value);
    if (key == "Counter Depth (number):") hdr.counter_bits = static_cast<int>(std::min<std::uint64_t>(number(value), 64));
  }
  if (scan.scan_x > 0 && scan.scan_y > 0) hdr.scan = scan;
  return hdr;
}

}  // namespace esieve
