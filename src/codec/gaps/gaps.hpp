// SPDX-License-Identifier: Apache-2.0
//
// The coder for blocks that are mostly zero. Its cost follows the events, not the pixels.
//
// Payload (normative: docs/format/codec_gaps.md):
//
//   flags     1 byte   bits 0-2: log2 of the leaf size; bit 3: long runs; bit 5: has groups of frames; bit 6:
//                      has tracks; bit 7: patterns of quads are learned; the others are 0
//   side                one rANS stream (rans.hpp), its length before it, that holds, in this order,
//     groups           if there are some: their number, the group of each frame (frame_groups.hpp)
//     then for each group, or once for the block,
//     leaf map         events of each leaf (leaf_map.hpp)
//     bright keys      class of each bright pixel (leaf_classes.hpp)
//     totals           per class: how many events it has, how many have a count above one, the law of counts
//     then, if the block has tracks,
//     quads            laws of their patterns, or, learned, per frame: which pixels are lit (tracks.hpp)
//   runs               (run_stream.hpp) that hold
//     events           per class: places, then counts (runs.hpp)
//     quads            patterns, if they are not learned
//     counts           of all lit pixels, if the block has tracks, in place of those
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/block_shape.hpp"
#include "codec/decode_status.hpp"
#include "codec/event_sink.hpp"
#include "codec/level.hpp"
#include "codec/scratch.hpp"
#include "esieve/codec.hpp"

namespace esieve::codec {
/// What becomes of blocks whose events touch each other more often than by chance, or (where a level looks for groups of frames)
/// whose frames differ by more than chance: coders that look at neighbouring pixels and frames store them as well or better, but
/// for events in tracks and frames that fall into groups of much the same rates. Solid shapes are never refused.
enum class Related : std::uint8_t { taken, taken_in_tracks_or_groups, refused };

/// Whether a block was coded; coded well if a coder that looks at every pixel is not likely to do better: events are not related
/// as above, or groups of frames save much.
enum class GapsOutcome : std::uint8_t { refused, coded, coded_well };

/// Appends the payload of a block. The same counts give the same bytes on every machine.
/// \param counts  (n_frames, det_y, det_x); std::uint8_t, std::uint16_t or std::uint32_t
/// \returns refused, too, if the block is not mostly zero or too large; `out` is then as it was
template <class Count>
GapsOutcome encode_gaps(const Count* counts, const BlockShape& shape, Level level, Scratch& scratch, std::vector<std::byte>& out,
                        Related related = Related::taken);

/// The same of a block whose events somebody has listed.
GapsOutcome encode_gaps(const ListedEvents& events, const BlockShape& shape, Level level, Scratch& scratch,
                        std::vector<std::byte>& out, Related related = Related::taken);

/// Writes every count of the block. The payload may be hostile.
/// \param dense  shape.n_counts() of them; unspecified unless okay
template <class Count>
[[nodiscard]] DecodeStatus decode_gaps(std::span<const std::byte> payload, const BlockShape& shape, Scratch& scratch,
                                       Count* dense);

/// As decode_gaps, but replaces the contents of `sink` by the block's events.
[[nodiscard]] DecodeStatus decode_gaps_events(std::span<const std::byte> payload, const BlockShape& shape, Scratch& scratch,
                                              EventSink& sink);

/// The same in no particular order: slots are frame * n_pixels + pixel.
[[nodiscard]] DecodeStatus decode_gaps_slots(std::span<const std::byte> payload, const BlockShape& shape, Scratch& scratch,
                                             std::vector<std::uint32_t>& slots, std::vector<std::uint32_t>& counts);

}  // namespace esieve::codec
