// SPDX-License-Identifier: Apache-2.0
//
// What the chunks of a dataset share, and its form as HDF5 filter parameters: docs/format/codec.md, "Parameters".
#include "codec/chunk/header.hpp"
#include "esieve/codec.hpp"

namespace esieve {
namespace {

constexpr std::uint32_t layout_version = 1;
constexpr std::uint32_t big_endian_flag = 1u << 8;
constexpr std::uint32_t opaque_flag = 1u << 9;

// The order of the values. The level comes first because it is what users give.
enum : std::size_t {
  at_level,
  at_layout,
  at_n_frames,
  at_det_y,
  at_det_x,
  at_scan_row_frames,
  at_type,
  at_opaque_item_bytes,
  at_id_low,
  at_id_high,
  n_values
};

// Lengths inside a chunk are 32 bits wide.
constexpr std::uint64_t max_dense_bytes = 0xffff'ffffu - 1024;

bool multiply(std::uint64_t& product, std::uint64_t factor) { return !__builtin_mul_overflow(product, factor, &product); }

bool shape_is_possible(const ChunkParameters& p) {
  std::uint64_t bytes = p.opaque ? p.opaque_item_bytes : item_bytes(p.dtype);
  if (bytes == 0 || p.n_frames == 0 || p.det_y == 0 || p.det_x == 0) return false;
  if (p.scan_row_frames == 0 || p.scan_row_frames > p.n_frames) return false;
  return multiply(bytes, p.n_frames) && multiply(bytes, p.det_y) && multiply(bytes, p.det_x) && bytes <= max_dense_bytes;
}

}  // namespace

std::uint64_t ChunkParameters::dense_bytes() const {
  return (opaque ? opaque_item_bytes : item_bytes(dtype)) * std::uint64_t{n_frames} * det_y * det_x;
}

std::uint64_t max_chunk_bytes(const ChunkParameters& parameters) { return parameters.dense_bytes() + codec::frame_bytes; }

std::vector<std::uint32_t> to_filter_values(const ChunkParameters& p) {
  std::vector<std::uint32_t> values(n_values);
  values[at_level] = static_cast<std::uint32_t>(p.level);
  values[at_layout] = layout_version;
  values[at_n_frames] = p.n_frames;
  values[at_det_y] = p.det_y;
  values[at_det_x] = p.det_x;
  values[at_scan_row_frames] = p.scan_row_frames;
  values[at_type] = (p.opaque ? opaque_flag : static_cast<std::uint32_t>(p.dtype)) | (p.big_endian ? big_endian_flag : 0);
  values[at_opaque_item_bytes] = p.opaque ? p.opaque_item_bytes : 0;
  values[at_id_low] = static_cast<std::uint32_t>(p.dataset_id);
  values[at_id_high] = static_cast<std::uint32_t>(p.dataset_id >> 32);
  return values;
}

std::optional<ChunkParameters> from_filter_values(std::span<const std::uint32_t> values) {
  if (values.size() != n_values || values[at_layout] != layout_version) return std::nullopt;
  const std::uint32_t level = values[at_level], type = values[at_type] & 0xff;
  if (level < 1 || level > static_cast<std::uint32_t>(Level::max)) return std::nullopt;
  if ((values[at_type] & ~(0xffu | big_endian_flag | opaque_flag)) != 0) return std::nullopt;

  ChunkParameters p;
  p.level = static_cast<Level>(level);
  p.opaque = (values[at_type] & opaque_flag) != 0;
  p.big_endian = (values[at_type] & big_endian_flag) != 0;
  if (p.opaque ? type != 0 || p.big_endian : type < 1 || type > static_cast<std::uint32_t>(DType::f64)) return std::nullopt;
  if (!p.opaque) p.dtype = static_cast<DType>(type);
  p.opaque_item_bytes = values[at_opaque_item_bytes];
  if (!p.opaque && p.opaque_item_bytes != 0) return std::nullopt;
  p.n_frames = values[at_n_frames];
  p.det_y = values[at_det_y];
  p.det_x = values[at_det_x];
  p.scan_row_frames = values[at_scan_row_frames];
  p.dataset_id = values[at_id_low] | std::uint64_t{values[at_id_high]} << 32;
  if (!shape_is_possible(p)) return std::nullopt;
  return p;
}

const char* describe(ChunkStatus status) {
  switch (status) {
    case ChunkStatus::okay: return "sound";
    case ChunkStatus::truncated: return "truncated";
    case ChunkStatus::bad_checksum: return "damaged (checksum mismatch)";
    case ChunkStatus::unknown_version: return "written by a later version of esieve";
    case ChunkStatus::out_of_range: return "damaged (a value out of range)";
    case ChunkStatus::corrupt: return "damaged (it contradicts itself)";
    case ChunkStatus::trailing_bytes: return "damaged (longer than what it describes)";
    case ChunkStatus::not_ours: return "not an esieve chunk (wrong magic)";
    case ChunkStatus::wrong_parameters: return "not a chunk of this dataset";
  }
  return "in an unknown state";
}

}  // namespace esieve
