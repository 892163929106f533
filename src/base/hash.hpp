// SPDX-License-Identifier: Apache-2.0
//
// XXH3 checksums and digests. The only file that knows xxHash.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace esieve {

/// XXH3-64 with seed 0.
std::uint64_t hash64(std::span<const std::byte> bytes);

/// The same of each of hashes.size() frames of `frame_bytes` bytes.
void hash_frames(std::span<const std::byte> frames, std::size_t frame_bytes, std::span<std::uint64_t> hashes);

/// XXH3-128 with seed 0 of bytes that arrive piece by piece.
class Hash128 {
 public:
  Hash128();
  ~Hash128();
  Hash128(Hash128&&) noexcept;
  Hash128& operator=(Hash128&&) noexcept;

  void update(std::span<const std::byte> bytes);
  /// 32 lower-case hexadecimal digits, most significant first, as `xxhash.xxh3_128(...).hexdigest()` prints them.
  std::string hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace esieve
