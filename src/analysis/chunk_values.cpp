// SPDX-License-Identifier: Apache-2.0
#include "analysis/chunk_values.hpp"

#include <cstring>
#include <numeric>
#include <string>

#include "esieve/error.hpp"

namespace esieve {
namespace {

/// Elements as doubles, 64-bit integers rounded.
void convert(const ChunkEvents& events, DType dtype, std::vector<double>& values) {
  values.resize(events.bits.empty() ? events.counts.size() : events.bits.size());
  visit_dtype(dtype, [&]<class T>(T) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      T value;
      if (events.bits.empty())
        value = static_cast<T>(events.counts[i] * events.quantum);
      else
        std::memcpy(&value, &events.bits[i], sizeof value);
      values[i] = static_cast<double>(value);
    }
  });
}

}  // namespace

void ChunkValues::decode(const Reader& reader, std::uint64_t chunk) {
  const FileInfo& info = reader.info();
  const auto fail = [&](const char* reason) {
    const FrameRange frames = info.grid.frames(chunk, info.scan);
    throw DataError(info.path.string() + ": chunk " + std::to_string(chunk) + " (frames " + std::to_string(frames.first) +
                    " to " + std::to_string(frames.end() - 1) + ") is damaged: " + reason);
  };
  const std::vector<std::byte> bytes = reader.chunk(chunk);
  ChunkHeader header;
  ChunkStatus status = ChunkCodec::inspect(bytes, header);
  if (status == ChunkStatus::okay) status = codec_.decode_events(bytes, info.chunk_parameters, events_, EventOrder::any);
  if (status != ChunkStatus::okay) fail(describe(status));
  n_frames_ = header.n_frames;
  n_pixels_ = static_cast<std::uint32_t>(info.detector.n_pixels());
  if (n_frames_ < info.grid.frames(chunk, info.scan).count) fail("it lacks frames");
  if (std::accumulate(events_.frame_events.begin(), events_.frame_events.end(), std::uint64_t{0}) > events_.pixels.size())
    fail("it lacks events");
  if (events_.bits.empty() && events_.quantum == 1)
    values_.clear();
  else
    convert(events_, info.dtype, values_);
}

}  // namespace esieve
