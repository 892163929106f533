// SPDX-License-Identifier: Apache-2.0
#include "unit/codec/chunk_blocks.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

namespace esieve {
namespace {

template <class T>
using BitsOf = std::conditional_t<
    sizeof(T) == 1, std::uint8_t,
    std::conditional_t<sizeof(T) == 2, std::uint16_t, std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>>;

template <class T>
T any_bits(std::mt19937_64& random) {
  return std::bit_cast<T>(static_cast<BitsOf<T>>(random()));
}

template <class T>
T special(std::mt19937_64& random) {
  using Limits = std::numeric_limits<T>;
  if constexpr (std::is_floating_point_v<T>) {
    const auto payload = static_cast<BitsOf<T>>(random() & 0xff);
    const T nan = std::bit_cast<T>(static_cast<BitsOf<T>>(std::bit_cast<BitsOf<T>>(Limits::quiet_NaN()) | payload));
    const T choices[] = {nan,
                         -nan,
                         T(-0.0),
                         Limits::infinity(),
                         -Limits::infinity(),
                         Limits::denorm_min(),
                         -Limits::denorm_min(),
                         Limits::max(),
                         Limits::lowest(),
                         T(-1),
                         T(-2)};
    return choices[random() % std::size(choices)];
  } else {
    const T choices[] = {Limits::max(),
                         Limits::min(),
                         static_cast<T>(-1),
                         static_cast<T>(-2),
                         static_cast<T>(Limits::max() - 1),
                         static_cast<T>(std::uint64_t{1} << (8 * sizeof(T) - 2))};
    return choices[random() % std::size(choices)];
  }
}

template <class T>
T count(std::mt19937_64& random) {
  std::geometric_distribution<int> law(0.4);
  return static_cast<T>(1 + std::min(law(random), 100));
}

template <class T>
T element(std::mt19937_64& random, Content content, double quantum) {
  switch (content) {
    case Content::zero: return T{};
    case Content::noise: return any_bits<T>(random);
    case Content::wide: return random() % 64 == 0 ? any_bits<T>(random) : count<T>(random);
    case Content::specials: return random() % 16 == 0 ? special<T>(random) : count<T>(random);
    case Content::quarters:
      return std::is_floating_point_v<T> ? static_cast<T>(count<double>(random) * quantum) : count<T>(random);
    case Content::counts:
    case Content::masked: break;
  }
  return count<T>(random);
}

template <class T>
std::vector<T> elements(std::mt19937_64& random, Content content, double density, std::size_t n_frames, std::size_t n_pixels) {
  const double quanta[] = {0.25, 0.0625, 0.1, 1.0 / 3};
  const double quantum = quanta[random() % std::size(quanta)];
  std::bernoulli_distribution lit(density);
  std::vector<T> values(n_frames * n_pixels);
  for (T& value : values)
    if (lit(random)) value = element<T>(random, content, quantum);
  if (content != Content::masked) return values;
  const T mask = special<T>(random);
  for (std::size_t pixel = 0; pixel < n_pixels; ++pixel) {
    if (random() % 20 != 0) continue;
    for (std::size_t f = 0; f < n_frames; ++f) values[f * n_pixels + pixel] = mask;
  }
  return values;
}

std::uint32_t random_extent(std::mt19937_64& random) {
  const std::uint32_t extents[] = {1, 2, 3, 7, 8, 15, 16, 33, 64, 70};
  return extents[random() % std::size(extents)];
}

}  // namespace

std::string name_of(Content content) {
  const char* names[] = {"zero", "counts", "wide", "noise", "quarters", "masked", "specials"};
  return names[static_cast<std::size_t>(content)];
}

std::size_t Block::n_frames() const {
  return dense.size() / (item_bytes(parameters.dtype) * parameters.det_y * parameters.det_x);
}

std::vector<std::byte> Block::padded() const {
  std::vector<std::byte> whole = dense;
  whole.resize(parameters.dense_bytes());
  return whole;
}

std::string Block::description() const {
  return std::string(dtype_name(parameters.dtype)) + (parameters.big_endian ? " big-endian " : " ") + std::to_string(n_frames()) +
         " of " + std::to_string(parameters.n_frames) + " frames of " + std::to_string(parameters.det_y) + " x " +
         std::to_string(parameters.det_x) + ", rows of " + std::to_string(parameters.scan_row_frames) + ", level " +
         std::to_string(static_cast<int>(parameters.level));
}

Block random_block(std::mt19937_64& random, DType dtype, Content content, double density) {
  Block block;
  ChunkParameters& p = block.parameters;
  p.dtype = dtype;
  p.det_y = random_extent(random);
  p.det_x = random_extent(random);
  p.n_frames = random_extent(random);
  p.scan_row_frames = 1 + static_cast<std::uint32_t>(random() % p.n_frames);
  p.level = static_cast<Level>(1 + random() % 3);
  p.dataset_id = random();
  const std::size_t n_frames = random() % 4 == 0 ? 1 + random() % p.n_frames : p.n_frames;
  visit_dtype(dtype, [&](auto zero) {
    using T = decltype(zero);
    const auto values = elements<T>(random, content, density, n_frames, std::size_t{p.det_y} * p.det_x);
    block.dense.resize(values.size() * sizeof(T));
    std::memcpy(block.dense.data(), values.data(), block.dense.size());
  });
  return block;
}

PlainEvents scan_plainly(const Block& block) {
  PlainEvents plain;
  const std::size_t width = item_bytes(block.parameters.dtype);
  const std::size_t n_pixels = std::size_t{block.parameters.det_y} * block.parameters.det_x;
  for (std::size_t f = 0; f < block.n_frames(); ++f) {
    std::uint32_t n_events = 0;
    for (std::uint32_t pixel = 0; pixel < n_pixels; ++pixel) {
      std::uint64_t bits = 0;
      std::memcpy(&bits, block.dense.data() + (f * n_pixels + pixel) * width, width);
      if (bits == 0) continue;
      plain.pixels.push_back(pixel);
      plain.bits.push_back(bits);
      ++n_events;
    }
    plain.frame_events.push_back(n_events);
  }
  return plain;
}

PlainEvents as_plain(const ChunkEvents& events, DType dtype) {
  PlainEvents plain{events.frame_events, events.pixels, events.bits};
  for (const std::uint32_t count : events.counts) {
    visit_dtype(dtype, [&](auto zero) {
      using T = decltype(zero);
      T value;
      if constexpr (std::is_floating_point_v<T>)
        value = static_cast<T>(count * events.quantum);
      else
        value = count <= static_cast<std::make_unsigned_t<T>>(std::numeric_limits<T>::max()) ? static_cast<T>(count) : T{};
      plain.bits.push_back(std::bit_cast<BitsOf<T>>(value));
    });
  }
  return plain;
}

}  // namespace esieve
