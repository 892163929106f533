// SPDX-License-Identifier: Apache-2.0
#include "recover/object_header.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/byte_reader.hpp"
#include "container/journal.hpp"

namespace esieve {
namespace {

constexpr std::uint8_t dataspace_message = 1, filter_message = 11;
constexpr std::uint64_t max_header_bytes = 1 << 16;  // what we look for comes first

struct Dataspace {
  std::vector<std::uint64_t> dims, max_dims;  ///< Of the latter none where they are the same.
};

Dataspace parse_dataspace(ByteReader message) {
  Dataspace space;
  if (message.number<std::uint8_t>() != 2) return space;
  const auto rank = message.number<std::uint8_t>();
  const auto flags = message.number<std::uint8_t>();
  message.take(1);
  if (rank < 2 || rank > 5) return space;
  for (int i = 0; i < rank; ++i) space.dims.push_back(message.number<std::uint64_t>());
  if ((flags & 1) != 0)
    for (int i = 0; i < rank; ++i) space.max_dims.push_back(message.number<std::uint64_t>());
  return message.ok() ? space : Dataspace{};
}

/// The axis without an end; only of datasets as writers make them.
Growing growing_axis(const Dataspace& space) {
  constexpr std::uint64_t unlimited = ~std::uint64_t{0};
  if (space.max_dims.size() < 4) return Growing::no;
  if (space.max_dims[0] == unlimited) return Growing::scan_y;
  return space.max_dims[1] == unlimited && space.dims[0] == 1 ? Growing::scan_x : Growing::no;
}

std::optional<ChunkParameters> parse_filter(ByteReader message) {
  if (message.number<std::uint8_t>() != 2 || message.number<std::uint8_t>() != 1) return std::nullopt;
  const auto id = message.number<std::uint16_t>();
  if (std::find(known_filter_ids.begin(), known_filter_ids.end(), id) == known_filter_ids.end()) return std::nullopt;
  const auto name_bytes = message.number<std::uint16_t>();
  message.take(2);
  const auto n_values = message.number<std::uint16_t>();
  message.take(name_bytes);
  std::vector<std::uint32_t> values;
  for (int i = 0; i < n_values && message.ok(); ++i) values.push_back(message.number<std::uint32_t>());
  return message.ok() ? from_filter_values(values) : std::nullopt;
}

std::optional<RawDescription> parse_header(ByteReader bytes) {
  bytes.take(4);
  if (bytes.number<std::uint8_t>() != 2) return std::nullopt;
  const auto flags = bytes.number<std::uint8_t>();
  if ((flags & 0x20) != 0) bytes.take(16);  // times
  if ((flags & 0x10) != 0) bytes.take(4);   // where attributes go
  std::uint64_t n_bytes = 0;
  switch (flags & 3) {
    case 0: n_bytes = bytes.number<std::uint8_t>(); break;
    case 1: n_bytes = bytes.number<std::uint16_t>(); break;
    case 2: n_bytes = bytes.number<std::uint32_t>(); break;
    default: n_bytes = bytes.number<std::uint64_t>(); break;
  }
  // The end may be missing.
  ByteReader messages(bytes.take(std::min<std::uint64_t>({n_bytes, bytes.rest().size(), max_header_bytes})));
  Dataspace space;
  std::optional<ChunkParameters> parameters;
  while (messages.ok() && !messages.rest().empty()) {
    const auto type = messages.number<std::uint8_t>();
    const auto size = messages.number<std::uint16_t>();
    messages.take((flags & 4) != 0 ? 3 : 1);
    const ByteReader message(messages.take(size));
    if (type == dataspace_message) space = parse_dataspace(message);
    if (type == filter_message) parameters = parse_filter(message);
  }
  std::vector<std::uint64_t>& dims = space.dims;
  if (!parameters || dims.size() < 2) return std::nullopt;
  if (parameters->opaque || parameters->big_endian) return std::nullopt;  // not written by us, and not frames as ours
  RawDescription result;
  result.parameters = *parameters;
  result.growing = growing_axis(space);
  if (dims.size() == 5) {
    if (!is_countable({dims[1], dims[2]})) return std::nullopt;
    result.frames_per_position = dims[2];
    dims = {dims[0], dims[1] * dims[2], dims[3], dims[4]};
  }
  dims.insert(dims.begin(), 4 - dims.size(), 1);
  if (dims[2] != parameters->det_y || dims[3] != parameters->det_x) return std::nullopt;
  result.scan = {dims[0], dims[1]};
  if (!is_countable(result.scan)) return std::nullopt;
  return result;
}

}  // namespace

std::optional<RawDescription> find_object_header(std::span<const std::byte> bytes) {
  constexpr std::string_view signature = "OHDR";
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (std::size_t at = text.find(signature); at != std::string_view::npos; at = text.find(signature, at + 1))
    if (auto found = parse_header(ByteReader(bytes.subspan(at)))) return found;
  return std::nullopt;
}

}  // namespace esieve
