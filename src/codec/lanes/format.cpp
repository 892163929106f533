// SPDX-License-Identifier: Apache-2.0
#include "codec/lanes/format.hpp"

#include "base/bytes.hpp"

namespace esieve::codec::lanes {
namespace {

class Cursor {
 public:
  explicit Cursor(std::span<const std::byte> bytes) : rest_(bytes) {}

  std::uint32_t number() {
    std::uint64_t value = 0;
    for (unsigned n_bits = 0; n_bits < 35; n_bits += 7) {
      if (rest_.empty()) break;
      const auto byte = static_cast<std::uint8_t>(rest_[0]);
      rest_ = rest_.subspan(1);
      value |= std::uint64_t{byte & 127U} << n_bits;
      if (byte < 128 && value <= 0xFFFFFFFFU) return static_cast<std::uint32_t>(value);
    }
    status_ = rest_.empty() ? DecodeStatus::truncated : DecodeStatus::out_of_range;
    return 0;
  }

  std::span<const std::byte> take(std::size_t n_bytes) {
    if (n_bytes > rest_.size()) {
      status_ = DecodeStatus::truncated;
      return {};
    }
    const auto taken = rest_.first(n_bytes);
    rest_ = rest_.subspan(n_bytes);
    return taken;
  }

  [[nodiscard]] DecodeStatus status() const {
    if (status_ != DecodeStatus::okay) return status_;
    return rest_.empty() ? DecodeStatus::okay : DecodeStatus::trailing_bytes;
  }

 private:
  std::span<const std::byte> rest_;
  DecodeStatus status_ = DecodeStatus::okay;
};

}  // namespace

void append_preamble(std::vector<std::byte>& out, const Preamble& preamble) {
  out.push_back(static_cast<std::byte>(static_cast<unsigned>(preamble.profile) | preamble.tile_shift << 4));
  append_varint(out, preamble.shrinkage);
  append_varint(out, preamble.side_bytes);
  for (const std::uint32_t n : preamble.n_words) append_varint(out, n);
  append_varint(out, preamble.escape_bytes);
}

DecodeStatus cut_sections(std::span<const std::byte> bytes, const BlockShape& shape, Sections& sections) {
  if (bytes.empty()) return DecodeStatus::truncated;
  const auto profile = static_cast<std::uint8_t>(bytes[0] & std::byte{15});
  const auto tile_shift = static_cast<unsigned>(bytes[0] >> 4);
  if (profile >= n_profiles || (tile_shift > most_tile_shift && tile_shift != no_map)) return DecodeStatus::unknown_version;
  Cursor cursor(bytes.subspan(1));
  Preamble& preamble = sections.preamble;
  preamble.profile = static_cast<Profile>(profile);
  preamble.tile_shift = tile_shift;
  preamble.shrinkage = cursor.number();
  preamble.side_bytes = cursor.number();
  for (std::uint32_t& n : preamble.n_words) n = cursor.number();
  preamble.escape_bytes = cursor.number();
  if (preamble.shrinkage > most_shrinkage) return DecodeStatus::out_of_range;
  sections.side = cursor.take(preamble.side_bytes);
  sections.states = cursor.take(Layout(shape, preamble.has_map()).n_states() * sizeof(std::uint32_t));
  for (std::size_t g = 0; g < n_groups; ++g) sections.words[g] = cursor.take(std::size_t{2} * preamble.n_words[g]);
  sections.escapes = cursor.take(preamble.escape_bytes);
  return cursor.status();
}

}  // namespace esieve::codec::lanes
