// SPDX-License-Identifier: Apache-2.0
#include "base/hash.hpp"

#define XXH_INLINE_ALL  // the distribution's shared object is built for the oldest processors
#include <xxhash.h>

#include <cstdio>

#include "base/cpu.hpp"
#include "base/hash_kernels.hpp"

namespace esieve {

std::uint64_t hash64(std::span<const std::byte> bytes) {
#if defined(__x86_64__)
  constexpr std::size_t worth_it = 1024;  // short ones never reach the vector loop
  if (bytes.size() >= worth_it && instruction_set() >= InstructionSet::avx2) return hash64_avx2(bytes.data(), bytes.size());
#endif
  return XXH3_64bits(bytes.data(), bytes.size());
}

void hash_frames(std::span<const std::byte> frames, std::size_t frame_bytes, std::span<std::uint64_t> hashes) {
  for (std::size_t i = 0; i < hashes.size(); ++i) hashes[i] = hash64(frames.subspan(i * frame_bytes, frame_bytes));
}

struct Hash128::State {
  XXH3_state_t xxh;
};

Hash128::Hash128() : state_(std::make_unique<State>()) { XXH3_128bits_reset(&state_->xxh); }
Hash128::~Hash128() = default;
Hash128::Hash128(Hash128&&) noexcept = default;
Hash128& Hash128::operator=(Hash128&&) noexcept = default;

void Hash128::update(std::span<const std::byte> bytes) { XXH3_128bits_update(&state_->xxh, bytes.data(), bytes.size()); }

std::string Hash128::hex() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(&state_->xxh);
  char text[33];
  std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(hash.high64),
                static_cast<unsigned long long>(hash.low64));
  return text;
}

}  // namespace esieve
