// SPDX-License-Identifier: Apache-2.0
#include "recover/object_header.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "base/bytes.hpp"

namespace esieve {
namespace {

constexpr std::uint8_t dataspace_message = 1, filter_message = 11;

/// Takes integers off the front; zero and not okay beyond the end.
class Bytes {
 public:
  explicit Bytes(std::span<const std::byte> bytes) : rest_(bytes) {}

  template <class T>
  T take() {
    T value{};
    if (sizeof value > rest_.size()) {
      okay_ = false;
      return value;
    }
    std::memcpy(&value, rest_.data(), sizeof value);
    skip(sizeof value);
    return value;
  }
  void skip(std::size_t n) {
    if (n > rest_.size()) okay_ = false;
    rest_ = rest_.subspan(std::min(n, rest_.size()));
  }
  std::span<const std::byte> part(std::size_t n) {
    const auto result = rest_.first(std::min(n, rest_.size()));
    skip(n);
    return result;
  }
  bool okay() const { return okay_; }
  bool empty() const { return rest_.empty(); }

 private:
  std::span<const std::byte> rest_;
  bool okay_ = true;
};

std::vector<std::uint64_t> parse_dataspace(Bytes message) {
  std::vector<std::uint64_t> dims;
  if (message.take<std::uint8_t>() != 2) return dims;
  const auto rank = message.take<std::uint8_t>();
  message.skip(2);
  if (rank < 2 || rank > 5) return dims;
  for (int i = 0; i < rank; ++i) dims.push_back(message.take<std::uint64_t>());
  if (!message.okay()) dims.clear();
  return dims;
}

std::optional<ChunkParameters> parse_filter(Bytes message) {
  if (message.take<std::uint8_t>() != 2 || message.take<std::uint8_t>() != 1) return std::nullopt;
  const auto id = message.take<std::uint16_t>();
  if (std::find(known_filter_ids.begin(), known_filter_ids.end(), id) == known_filter_ids.end()) return std::nullopt;
  const auto name_bytes = message.take<std::uint16_t>();
  message.skip(2);
  const auto n_values = message.take<std::uint16_t>();
  message.skip(name_bytes);
  std::vector<std::uint32_t> values;
  for (int i = 0; i < n_values && message.okay(); ++i) values.push_back(message.take<std::uint32_t>());
  return message.okay() ? from_filter_values(values) : std::nullopt;
}

std::optional<RawDescription> parse_header(Bytes bytes) {
  bytes.skip(4);
  if (bytes.take<std::uint8_t>() != 2) return std::nullopt;
  const auto flags = bytes.take<std::uint8_t>();
  if ((flags & 0x20) != 0) bytes.skip(16);  // times
  if ((flags & 0x10) != 0) bytes.skip(4);   // where attributes go
  std::uint64_t n_bytes = 0;
  switch (flags & 3) {
    case 0: n_bytes = bytes.take<std::uint8_t>(); break;
    case 1: n_bytes = bytes.take<std::uint16_t>(); break;
    case 2: n_bytes = bytes.take<std::uint32_t>(); break;
    default: n_bytes = bytes.take<std::uint64_t>(); break;
  }
  Bytes messages(bytes.part(static_cast<std::size_t>(std::min<std::uint64_t>(n_bytes, 1 << 20))));
  std::vector<std::uint64_t> dims;
  std::optional<ChunkParameters> parameters;
  while (messages.okay() && !messages.empty()) {
    const auto type = messages.take<std::uint8_t>();
    const auto size = messages.take<std::uint16_t>();
    messages.skip((flags & 4) != 0 ? 3 : 1);
    const Bytes message(messages.part(size));
    if (type == dataspace_message) dims = parse_dataspace(message);
    if (type == filter_message) parameters = parse_filter(message);
  }
  if (!parameters || dims.size() < 2) return std::nullopt;
  RawDescription result;
  result.parameters = *parameters;
  if (dims.size() == 5) {
    result.frames_per_position = dims[2];
    dims = {dims[0], dims[1] * dims[2], dims[3], dims[4]};
  }
  dims.insert(dims.begin(), 4 - dims.size(), 1);
  if (dims[2] != parameters->det_y || dims[3] != parameters->det_x) return std::nullopt;
  result.scan = {dims[0], dims[1]};
  return result;
}

}  // namespace

std::optional<RawDescription> find_object_header(std::span<const std::byte> bytes) {
  constexpr std::string_view signature = "OHDR";
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (std::size_t at = text.find(signature); at != std::string_view::npos; at = text.find(signature, at + 1))
    if (auto found = parse_header(Bytes(bytes.subspan(at)))) return found;
  return std::nullopt;
}

}  // namespace esieve
