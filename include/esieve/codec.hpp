// SPDX-License-Identifier: Apache-2.0
//
// The codec: one chunk of dense frames <-> one self-describing run of bytes.
//
// Layout of the bytes: docs/format/codec.md. The same code serves the library and the HDF5 filter; it knows neither
// HDF5 nor threads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "esieve/dtype.hpp"
#include "esieve/export.hpp"

namespace esieve {

/// How much work the encoder does; one decoder reads all. Stored in files: append, never renumber.
enum class Level : std::uint8_t { fast = 1, standard = 2, max = 3 };

/// HDF5 filter id. In the range for testing until The HDF Group assigns one; files written with any id of
/// `known_filter_ids` stay readable.
inline constexpr std::uint32_t filter_id = 58576;
inline constexpr std::array<std::uint32_t, 1> known_filter_ids = {filter_id};

/// What every chunk of a dataset shares: the HDF5 filter's parameters.
struct ChunkParameters {
  std::uint32_t n_frames = 0;  ///< Frames a chunk holds, ragged or not.
  std::uint32_t det_y = 0;
  std::uint32_t det_x = 0;
  std::uint32_t scan_row_frames = 0;  ///< Frames of one scan row within a chunk; n_frames if it is one row or part of one.
  DType dtype = DType::u16;
  bool big_endian = false;  ///< Of the dense bytes. Only the filter meets this.
  bool opaque = false;      ///< Elements are not numbers we know (compounds, 16-bit floats): bytes are kept as they are.
  std::uint32_t opaque_item_bytes = 0;
  Level level = Level::standard;
  std::uint64_t dataset_id = 0;  ///< Ties chunks to their dataset; 0: none.

  ESIEVE_API std::uint64_t dense_bytes() const;
  friend bool operator==(const ChunkParameters&, const ChunkParameters&) = default;
};

/// At most 16 values, as h5py cannot read more.
ESIEVE_API std::vector<std::uint32_t> to_filter_values(const ChunkParameters& parameters);

/// \returns nothing if the values are not ours, out of range, or ask for chunks of 4 GiB or more
ESIEVE_API std::optional<ChunkParameters> from_filter_values(std::span<const std::uint32_t> values);

/// Where a chunk that does not know its place says so (chunks written through the HDF5 filter).
inline constexpr std::uint64_t unknown_frame = ~std::uint64_t{0};

/// Why a chunk could not be decoded. Written into reports: append, never renumber.
enum class ChunkStatus : std::uint8_t {
  okay = 0,
  truncated = 1,
  bad_checksum = 2,
  unknown_version = 3,
  out_of_range = 4,
  corrupt = 5,
  trailing_bytes = 6,
  not_ours = 7,          ///< No magic.
  wrong_parameters = 8,  ///< Sound, but not of this dataset or not of this shape.
};
ESIEVE_API const char* describe(ChunkStatus status);

/// The header of a chunk, readable without decoding the rest.
struct ChunkHeader {
  std::uint64_t dataset_id = 0;
  std::uint64_t first_frame = unknown_frame;  ///< Scan index of the first frame.
  std::uint32_t n_frames = 0;                 ///< Frames encoded; the rest of a ragged chunk is zero.
  std::uint32_t n_events = 0;                 ///< Non-zero elements.
  std::uint32_t chunk_bytes = 0;              ///< Length of the whole chunk, header included.
};

/// Totals of one frame, gathered while encoding and stored in the file's index.
struct FrameTotals {
  std::uint32_t n_events = 0;  ///< Elements that are not zero, bit for bit (negative zero and NaN are events).
  double electrons = 0;        ///< Sum of the values; exact while below 2^53. NaN is left out.
  friend bool operator==(const FrameTotals&, const FrameTotals&) = default;
};

/// When decoded frames will be read. Those of a block that is much larger than the caches are written past them, if nobody wants
/// them soon: that is faster, and leaves in the caches what is there.
enum class Wanted : std::uint8_t { soon, later };

/// In what order events are wanted. Any takes less time, and does for sums.
enum class EventOrder : std::uint8_t { frames_and_pixels, any };

/// Events of one chunk with values in 64 bits: what `decode_events` yields.
///
/// Either `counts` or `bits` has an entry an event, the other is empty. In any order, and where that saves work, `slots` has an
/// entry an event and `frame_events` and `pixels` are empty.
struct ChunkEvents {
  std::vector<std::uint32_t> frame_events;  ///< Events of each encoded frame.
  std::vector<std::uint32_t> pixels;        ///< Ascending within a frame.
  std::vector<std::uint32_t> counts;        ///< Never 0; an element is counts[i] * quantum, rounded to its type if a float.
  std::vector<std::uint64_t> bits;          ///< The elements' bit patterns, zero-extended, where they are not such counts.
  double quantum = 1;                       ///< 0 if `bits` is in use. Not 1 for floats only.
  std::vector<std::uint32_t> slots{};       ///< frame * n_pixels + pixel; each event once, those of a frame not all together.

  /// Keeps the memory.
  void clear() {
    frame_events.clear();
    pixels.clear();
    counts.clear();
    bits.clear();
    quantum = 1;
    slots.clear();
  }
};

/// Events of unsigned counts, frame after frame.
struct ListedEvents {
  std::span<const std::uint32_t> frame_events;    ///< Events of each frame.
  std::span<const std::uint32_t> pixels, counts;  ///< Pixels (det_y * n_det_x + det_x) ascend within a frame; counts are never 0.
};

/// Encodes and decodes chunks. Holds scratch memory, so one object serves one thread; results do not depend on
/// what it did before.
class ESIEVE_API ChunkCodec {
 public:
  ChunkCodec();
  ~ChunkCodec();
  ChunkCodec(ChunkCodec&&) noexcept;
  ChunkCodec& operator=(ChunkCodec&&) noexcept;

  /// Appends one chunk to `out` and returns its header. Deterministic: equal input gives equal bytes on every machine.
  ///
  /// \param dense        C order (frame, det_y, det_x), a whole number of frames, at most parameters.n_frames
  /// \param first_frame  scan index of the first frame, or `unknown_frame`
  /// \param totals       empty, or one entry a frame, filled
  /// \param hashes       empty, or one entry a frame, filled: XXH3-64 (seed 0) of its bytes in `dense`
  /// \throws std::bad_alloc  `out` is then as it was
  /// \throws std::invalid_argument  `dense`, `totals` or `hashes` is of another length
  ChunkHeader encode(std::span<const std::byte> dense, const ChunkParameters& parameters, std::uint64_t first_frame,
                     std::vector<std::byte>& out, std::span<FrameTotals> totals = {}, std::span<std::uint64_t> hashes = {});

  /// The same chunk from events: byte for byte what `encode` makes of dense frames that hold them. Elements are u8, u16 or u32.
  /// \throws std::bad_alloc  `out` is then as it was
  /// \throws std::invalid_argument  lists of different lengths, more frames than a chunk holds, pixels outside the detector or
  ///         not ascending, counts of 0 or that the element type cannot hold, another element type
  ChunkHeader encode_events(const ListedEvents& events, const ChunkParameters& parameters, std::uint64_t first_frame,
                            std::vector<std::byte>& out, std::span<FrameTotals> totals = {});

  /// Events of the block encoded last, where listing them was part of `encode`'s work: mostly empty blocks of unsigned integers.
  /// Valid until the next call.
  std::optional<ListedEvents> listed_events() const;

  /// Each pixel's sum over the frames of the block encoded last, where summing was part of that work; else empty. Valid until the
  /// next call.
  std::span<const std::uint64_t> pixel_sums() const;

  /// Reads a chunk's header and checks it, not its checksum. `chunk` may be longer than the chunk.
  [[nodiscard]] static ChunkStatus inspect(std::span<const std::byte> chunk, ChunkHeader& header);

  /// Decodes into `dense`, parameters.dense_bytes() long or fewer frames; those beyond the ones encoded become zero. More encoded
  /// than `dense` holds give ChunkStatus::wrong_parameters.
  ///
  /// `chunk` may be hostile: nothing is read or written out of bounds, and no more is allocated than a small multiple of
  /// parameters.dense_bytes(). On failure `dense` is unspecified.
  /// \throws std::bad_alloc
  /// \throws std::invalid_argument  `dense` is longer than a chunk, or no whole number of frames
  [[nodiscard]] ChunkStatus decode(std::span<const std::byte> chunk, const ChunkParameters& parameters,
                                   std::span<std::byte> dense, Wanted wanted = Wanted::soon);

  /// Decodes to events without making dense frames (unless the chunk itself is stored dense). Elements of more than
  /// 8 bytes give ChunkStatus::wrong_parameters.
  [[nodiscard]] ChunkStatus decode_events(std::span<const std::byte> chunk, const ChunkParameters& parameters,
                                          ChunkEvents& events, EventOrder order = EventOrder::frames_and_pixels);

 private:
  struct Scratch;
  std::unique_ptr<Scratch> scratch_;
};

/// Most bytes `encode` can append for a chunk of these parameters.
ESIEVE_API std::uint64_t max_chunk_bytes(const ChunkParameters& parameters);

}  // namespace esieve
