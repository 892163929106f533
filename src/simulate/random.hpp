// SPDX-License-Identifier: Apache-2.0
//
// Random numbers that depend on a seed and a stream alone, never on threads or order.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace esieve::simulate {

/// xoshiro256** (D. Blackman & S. Vigna, ACM Trans. Math. Softw. 47 (2021) 36), started by splitmix64 from a seed and a
/// stream: each frame has a stream of its own.
class Random {
 public:
  static constexpr std::uint64_t specimen_stream = ~std::uint64_t{0};

  Random(std::uint64_t seed, std::uint64_t stream) {
    std::uint64_t state = split(seed) ^ stream;
    for (std::uint64_t& word : state_) word = split(state);
  }

  std::uint64_t next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9, t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  /// Uniform in [0, 1), a multiple of 2^-53.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

 private:
  static std::uint64_t split(std::uint64_t& state) {
    std::uint64_t z = (state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  std::array<std::uint64_t, 4> state_{};
};

}  // namespace esieve::simulate
