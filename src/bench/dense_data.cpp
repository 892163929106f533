// SPDX-License-Identifier: Apache-2.0
#include "bench/dense_data.hpp"

#include <algorithm>
#include <cstring>

#include "parallel/parallel.hpp"

namespace esieve::bench {
namespace {

template <class Bits>
std::uint64_t count_bits_set(std::span<const std::byte> bytes) {
  std::uint64_t n = 0;
  for (std::size_t i = 0; i + sizeof(Bits) <= bytes.size(); i += sizeof(Bits)) {
    Bits value;
    std::memcpy(&value, bytes.data() + i, sizeof value);
    n += value != 0 ? 1 : 0;
  }
  return n;
}

std::uint64_t count_nonzero(std::span<const std::byte> bytes, std::size_t item_bytes) {
  switch (item_bytes) {
    case 1: return count_bits_set<std::uint8_t>(bytes);
    case 2: return count_bits_set<std::uint16_t>(bytes);
    case 4: return count_bits_set<std::uint32_t>(bytes);
    default: return count_bits_set<std::uint64_t>(bytes);
  }
}

}  // namespace

DenseData::DenseData(SourceInfo info, std::vector<std::byte> bytes)
    : Source(std::move(info)), bytes_(std::move(bytes)), n_nonzero_(count_nonzero(bytes_, item_bytes(info_.dtype))) {}

void DenseData::read(FrameRange range, std::span<std::byte> out) const {
  std::memcpy(out.data(), bytes_.data() + range.first * info_.frame_bytes(), out.size());
}

std::optional<std::span<const std::byte>> DenseData::view(FrameRange range) const {
  return bytes().subspan(range.first * info_.frame_bytes(), range.count * info_.frame_bytes());
}

ScanRegion choose_part(ScanShape scan, std::uint64_t frame_bytes, std::uint64_t max_bytes) {
  const std::uint64_t max_frames = std::max<std::uint64_t>(1, max_bytes / std::max<std::uint64_t>(1, frame_bytes));
  const std::uint64_t n_y = std::clamp<std::uint64_t>(max_frames / scan.scan_x, 1, scan.scan_y);
  const std::uint64_t n_x = std::min(scan.scan_x, max_frames);
  return {.first_y = (scan.scan_y - n_y) / 2, .n_y = n_y, .first_x = (scan.scan_x - n_x) / 2, .n_x = n_x};
}

DenseData load(const Source& source, const ScanRegion& part, int threads) {
  const SourceInfo& whole = source.info();
  SourceInfo info = whole;
  info.scan = {part.n_y, part.n_x};
  info.shape = {part.n_y, part.n_x, whole.detector.det_y, whole.detector.det_x};
  if (part.n_frames() != whole.scan.n_frames()) info.floor_bits.reset();  // it is of all frames together
  std::vector<std::byte> bytes(part.n_frames() * whole.frame_bytes());
  parallel_for(part.n_y, threads, [&](std::size_t row) {
    source.read({(part.first_y + row) * whole.scan.scan_x + part.first_x, part.n_x},
                std::span(bytes).subspan(row * part.n_x * whole.frame_bytes(), part.n_x * whole.frame_bytes()));
  });
  return {std::move(info), std::move(bytes)};
}

}  // namespace esieve::bench
