// SPDX-License-Identifier: Apache-2.0
//
// Writes journals and tails.
#include "container/journal.hpp"

#include <bit>
#include <nlohmann/json.hpp>

#include "container/journal_record.hpp"

namespace esieve {

using namespace journal;

namespace {

std::string describe(const RecordingDescription& d) {
  nlohmann::json axes = nlohmann::json::array();
  for (const Axis& axis : d.info.axes)
    axes.push_back({{"name", axis.name}, {"offset", axis.offset}, {"scale", axis.scale}, {"units", axis.units}});
  nlohmann::json json = {{"version", 1},
                         {"path", d.info.path.string()},
                         {"scan", {d.info.scan.scan_y, d.info.scan.scan_x}},
                         {"frames_per_position", d.info.frames_per_position},
                         {"detector", {d.info.detector.det_y, d.info.detector.det_x}},
                         {"dtype", dtype_name(d.info.dtype)},
                         {"growing", static_cast<int>(d.growing)},
                         {"filter_values", to_filter_values(d.parameters)},
                         {"axes", axes},
                         {"title", d.info.title},
                         {"units", d.info.units},
                         {"metadata", d.info.metadata_json}};
  if (d.threshold.threshold) json["threshold"] = *d.threshold.threshold;
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void append_status(std::vector<std::byte>& out, std::span<const FrameStatus> status) {
  append_le(out, static_cast<std::uint32_t>(status.size()));
  for (const FrameStatus frame : status) out.push_back(static_cast<std::byte>(frame));
}

std::vector<std::byte> fragment_payload(const Fragment& of) {
  std::vector<std::byte> payload;
  append_le(payload, of.chunk);
  append_le(payload, of.epoch);
  append_le(payload, static_cast<std::uint32_t>(of.sums));
  append_status(payload, of.status);
  payload.insert(payload.end(), of.bytes.begin(), of.bytes.end());
  return payload;
}

}  // namespace

void JournalWriter::append(std::uint32_t kind, std::span<const std::byte> payload) {
  record_.clear();
  append_le(record_, record_magic);
  append_le(record_, kind);
  append_le(record_, static_cast<std::uint64_t>(payload.size()));
  append_le(record_, std::uint64_t{0});
  record_.insert(record_.end(), payload.begin(), payload.end());
  store_le(record_, at_checksum, record_hash(record_));
  record_.resize((record_.size() + 7) / 8 * 8);
  file_.write(at_, record_);
  at_ += record_.size();
}

void JournalWriter::write(const RecordingDescription& of) {
  const std::string text = describe(of);
  append(Kind::description, std::as_bytes(std::span(text)));
  for (std::uint32_t i = 0; i < map_members.size(); ++i) {
    const std::optional<PixelMap>& map = of.threshold.*map_members[i];
    if (!map) continue;
    std::vector<std::byte> payload;
    append_le(payload, i);
    append_le(payload, static_cast<std::uint32_t>(map->origin.size()));
    const auto origin = std::as_bytes(std::span(map->origin)), values = std::as_bytes(std::span(map->values));
    payload.insert(payload.end(), origin.begin(), origin.end());
    payload.insert(payload.end(), values.begin(), values.end());
    append(Kind::map, payload);
  }
}

void JournalWriter::write(const ChunkNote& of) {
  std::vector<std::byte> payload;
  append_le(payload, of.chunk);
  append_status(payload, of.status);
  append_le(payload, static_cast<std::uint32_t>(of.dropped.size()));
  for (const DroppedFrame& frame : of.dropped) {
    append_le(payload, frame.n_pixels);
    append_le(payload, std::bit_cast<std::uint64_t>(frame.intensity));
    append_le(payload, std::bit_cast<std::uint64_t>(frame.maximum));
  }
  append(Kind::note, payload);
}

void JournalWriter::write(const ChunkPlace& of) {
  std::vector<std::byte> payload;
  for (const std::uint64_t value : {of.chunk, of.address, of.size}) append_le(payload, value);
  append(Kind::place, payload);
}

std::uint64_t JournalWriter::write(const Fragment& of) {
  const std::uint64_t at = at_;
  append(Kind::fragment, fragment_payload(of));
  return at;
}

void JournalWriter::write_tail(std::uint64_t sequence, std::span<const Fragment> fragments) {
  std::vector<std::byte> payload;
  append_le(payload, sequence);
  append_le(payload, static_cast<std::uint64_t>(fragments.size()));
  std::vector<std::byte> hashes;
  for (const Fragment& of : fragments) append_le(hashes, hash64(fragment_payload(of)));
  append_le(payload, hash64(hashes));
  append(Kind::tail, payload);
  for (const Fragment& of : fragments) write(of);
}

}  // namespace esieve
