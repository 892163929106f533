// SPDX-License-Identifier: Apache-2.0
//
// Random blocks of every kind the codec has to take, and a plain scan of dense elements to compare its events with.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "esieve/codec.hpp"

namespace esieve {

/// What the elements of a random block look like.
enum class Content : std::uint8_t {
  zero,      ///< nothing
  counts,    ///< small Poisson-like counts
  wide,      ///< now and then a value over the whole range
  noise,     ///< random bits
  quarters,  ///< counts times 0.25, 1/16 or 0.1 in floats, counts elsewhere
  masked,    ///< counts, and pixels that are -1, -2 or the largest value in every frame
  specials,  ///< counts, and NaNs with payloads, -0.0, infinities, denormals, extremes
};
inline constexpr Content all_contents[] = {Content::zero,     Content::counts, Content::wide,    Content::noise,
                                           Content::quarters, Content::masked, Content::specials};
std::string name_of(Content content);

struct Block {
  ChunkParameters parameters;
  std::vector<std::byte> dense;  ///< Whole frames, maybe fewer than the chunk holds.

  std::size_t n_frames() const;
  /// As `decode` has to return it: padded with zero frames.
  std::vector<std::byte> padded() const;
  std::string description() const;
};

/// \param density  share of elements that are not zero, roughly
Block random_block(std::mt19937_64& random, DType dtype, Content content, double density);

/// Bit patterns of the non-zero elements of `block`, frame by frame.
struct PlainEvents {
  std::vector<std::uint32_t> frame_events;
  std::vector<std::uint32_t> pixels;
  std::vector<std::uint64_t> bits;
};
PlainEvents scan_plainly(const Block& block);

/// The same from what the codec yields: counts turned back into elements.
PlainEvents as_plain(const ChunkEvents& events, DType dtype);

}  // namespace esieve
