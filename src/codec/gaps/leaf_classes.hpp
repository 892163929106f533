// SPDX-License-Identifier: Apache-2.0
//
// Pixels sorted into classes of similar rate, and their numbering (rank) within a class.
//
// A *segment* is the part of one detector row that lies in one leaf. The ranks of a class run
// through its segments in raster order, leaf_size ranks each, so that raster order within a frame
// is rank order within a class.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "codec/block_shape.hpp"
#include "codec/gaps/laws.hpp"
#include "codec/gaps/leaf_map.hpp"

namespace esieve::codec::gaps {

/// Class of leaves without events.
inline constexpr std::uint16_t no_class = 0xffff;

/// Pixels of similar rate.
struct LeafClass {
  std::uint32_t n_events = 0;       ///< in the block; not known to build()
  std::uint32_t n_segments = 0;     ///< of one frame
  std::uint32_t first_segment = 0;  ///< index into LeafClasses::segments
  bool bright = false;              ///< values around a mean above one rather than mostly ones
  Mean16 mean = 0;                  ///< counts per pixel and frame, roughly; if bright
};

/// A segment: the number of its first pixel, and how many more pixels it has within the detector.
inline constexpr unsigned pixel_bits = 27;
[[nodiscard]] constexpr std::uint32_t segment_pixel(std::uint32_t segment) noexcept { return segment & ((1U << pixel_bits) - 1); }
[[nodiscard]] constexpr std::uint32_t segment_more(std::uint32_t segment) noexcept { return segment >> pixel_bits; }

/// How pixels are numbered: first + y * stride + x.
struct PixelNumbers {
  std::uint32_t first, stride;
};

/// Bright: a single pixel lit in about half of the frames or more.
[[nodiscard]] constexpr bool is_bright(std::uint16_t rate_key, std::uint32_t n_frames, unsigned log2_leaf_size) noexcept {
  return log2_leaf_size == 0 && lowest_of_key(rate_key) > n_frames / 2;
}

/// Class keys: rate keys, and, from here on, eighth octaves of the mean count of bright pixels.
inline constexpr std::uint16_t first_bright_key = n_rate_keys;
inline constexpr std::uint16_t n_class_keys = 512;
[[nodiscard]] std::uint16_t bright_key(std::uint64_t total_counts, std::uint32_t n_frames) noexcept;
[[nodiscard]] Mean16 bright_mean(std::uint16_t key) noexcept;

/// The classes of a block in ascending order of their keys.
struct LeafClasses {
  std::vector<LeafClass> classes;
  std::vector<std::uint16_t> leaf_class;  ///< class of each leaf, or no_class
  std::vector<std::uint32_t> segments;    ///< class by class, in raster order; a decoder's

  [[nodiscard]] std::size_t n_events() const noexcept;
  /// \param leaf_keys  class key of each leaf; 0 where there are no events
  void build(const BlockShape& shape, const LeafGrid& grid, std::span<const std::uint16_t> leaf_keys);
  /// Fills `segments`. \pre build
  void build_segments(const BlockShape& shape, const LeafGrid& grid, PixelNumbers numbers);
  /// Ranks of the pixels of a leaf with events: first + step * row + column.
  struct LeafRanks {
    std::uint32_t first, step;
    std::uint32_t of;  ///< The class.
  };
  /// Fills `ranks`, one for each leaf; what it has for leaves without events is unspecified.
  void build_ranks(const BlockShape& shape, const LeafGrid& grid, std::vector<LeafRanks>& ranks);

 private:
  /// A leaf with events in the row of leaves being looked at.
  struct RowLeaf {
    std::uint32_t x;
    std::uint16_t of;
    std::uint32_t place;  ///< of its segment of the first detector row
    std::uint32_t step;   ///< to that of the next detector row
  };
  /// Calls visit(leaf_y) for each row of leaves, whose leaves with events row_leaves_ then has.
  template <class Visit>
  void for_each_row(const BlockShape& shape, const LeafGrid& grid, Visit visit);
  std::vector<RowLeaf> row_leaves_;
};

}  // namespace esieve::codec::gaps
