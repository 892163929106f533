// SPDX-License-Identifier: Apache-2.0
#include "verify/check_chunk.hpp"

#include <cstring>
#include <string_view>

#include "base/hash.hpp"
#include "esieve/error.hpp"

namespace esieve {
namespace {

/// Whether event `i` says that the element is `value`.
template <class T>
bool says(const ChunkEvents& events, std::size_t i, T value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  if (bits == 0) return false;
  if (!events.bits.empty()) return events.bits[i] == bits;
  if constexpr (std::is_integral_v<T>) {
    if (events.quantum == 1) return value > 0 && static_cast<std::uint64_t>(value) == events.counts[i];
    return static_cast<double>(value) == events.counts[i] * events.quantum;
  } else {
    const T expected = static_cast<T>(events.counts[i] * events.quantum);
    return std::memcmp(&expected, &value, sizeof value) == 0;
  }
}

/// First event of [first, end) that is not an element of `frame`, or `end`.
template <class T>
std::size_t first_wrong_event(const ChunkEvents& events, std::size_t first, std::size_t end, std::span<const T> frame) {
  for (std::size_t i = first; i < end; ++i) {
    const std::uint32_t pixel = events.pixels[i];
    const bool ascends = i == first || pixel > events.pixels[i - 1];
    if (!ascends || pixel >= frame.size() || !says(events, i, frame[pixel])) return i;
  }
  return end;
}

/// The reader's message without file and chunk, which the report names itself.
std::string reason_of(const DataError& error) {
  constexpr std::string_view preamble = "is damaged: ";
  const std::string_view message = error.what();
  const std::size_t at = message.find(preamble);
  return std::string(at == std::string_view::npos ? message : message.substr(at + preamble.size()));
}

}  // namespace

std::string compare_events(const ChunkEvents& events, std::span<const std::byte> dense, DType dtype,
                           std::span<const CountedFrame> counted) {
  if (events.frame_events.size() < counted.size()) return "its events are of fewer frames than it has";
  const std::size_t n_events = events.pixels.size();
  if ((events.bits.empty() ? events.counts.size() : events.bits.size()) != n_events) return "its events do not all have a value";
  if (counted.empty()) return "";
  return visit_dtype(dtype, [&]<class T>(T) -> std::string {
    const T* frame = reinterpret_cast<const T*>(dense.data());
    const std::size_t n_pixels = dense.size() / sizeof(T) / counted.size();
    std::size_t first = 0;
    for (std::size_t i = 0; i < counted.size(); ++i, frame += n_pixels) {
      const std::size_t end = first + events.frame_events[i];
      const std::string where = " in frame " + std::to_string(i) + " of the chunk";
      // As many events as there are non-zero elements, each of them one and no two the same: then none is missing.
      if (events.frame_events[i] != counted[i].n_events || end > n_events)
        return "it decodes to " + std::to_string(events.frame_events[i]) + " events but " + std::to_string(counted[i].n_events) +
               " non-zero pixels" + where;
      const std::size_t wrong = first_wrong_event(events, first, end, std::span(frame, n_pixels));
      if (wrong != end)
        return "its event at pixel " + std::to_string(events.pixels[wrong]) + where + " is not in its dense frame";
      first = end;
    }
    return first == n_events ? "" : "it has events after its last frame";
  });
}

std::string ChunkChecker::check(const Reader& reader, std::uint64_t chunk) {
  const FileInfo& info = reader.info();
  frames_ = info.grid.frames(chunk, info.scan);
  stored_bytes_ = 0;
  if (std::string damage = decode(reader, chunk); !damage.empty()) return damage;

  const std::uint64_t frame_bytes = info.frame_bytes();
  counted_.resize(frames_.count);
  for (std::size_t i = 0; i < counted_.size(); ++i)
    counted_[i] = count_frame(dense_.subspan(i * frame_bytes, frame_bytes), info.dtype);
  hashes_.resize(frames_.count);
  hash_frames(dense_, frame_bytes, hashes_);
  return compare_events(events_, dense_, info.dtype, counted_);
}

std::string ChunkChecker::decode(const Reader& reader, std::uint64_t chunk) {
  const FileInfo& info = reader.info();
  std::vector<std::byte> bytes;
  try {
    bytes = reader.chunk(chunk);
  } catch (const DataError& error) {
    return reason_of(error);
  }
  stored_bytes_ = bytes.size();
  ChunkHeader header;
  if (const ChunkStatus status = ChunkCodec::inspect(bytes, header); status != ChunkStatus::okay) return describe(status);
  if (header.n_frames < frames_.count)
    return "it has " + std::to_string(header.n_frames) + " frames (" + std::to_string(frames_.count) + " expected)";
  buffer_.resize(info.chunk_parameters.dense_bytes());
  if (const ChunkStatus status = codec_.decode(bytes, info.chunk_parameters, buffer_); status != ChunkStatus::okay)
    return describe(status);
  if (const ChunkStatus status = codec_.decode_events(bytes, info.chunk_parameters, events_); status != ChunkStatus::okay)
    return std::string("decoded to events: ") + describe(status);
  dense_ = std::span(buffer_).first(frames_.count * info.frame_bytes());
  return "";
}

}  // namespace esieve
