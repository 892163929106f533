// SPDX-License-Identifier: Apache-2.0
//
// Reads journals and tails, which may be damaged, and believes nothing that no writer writes.
#include <nlohmann/json.hpp>

#include "base/byte_reader.hpp"
#include "container/journal.hpp"
#include "container/journal_record.hpp"
#include "esieve/error.hpp"

namespace esieve {

using namespace journal;

namespace {

/// Whether a writer could have made it: chunks of its frames, and a scan whose frames can be counted.
bool is_possible(const RecordingDescription& d) {
  const ScanShape scan = d.info.scan;
  return d.info.dtype == d.parameters.dtype && !d.parameters.opaque && !d.parameters.big_endian &&
         d.info.detector.det_y == d.parameters.det_y && d.info.detector.det_x == d.parameters.det_x && is_countable(scan) &&
         d.info.frames_per_position != 0 && scan.scan_x % d.info.frames_per_position == 0;
}

std::optional<RecordingDescription> parse_description(std::string_view text) try {
  const auto json = nlohmann::json::parse(text);
  RecordingDescription d;
  d.info.path = json.at("path").get<std::string>();
  d.info.format = "recording";
  d.info.scan = {json.at("scan").at(0), json.at("scan").at(1)};
  d.info.frames_per_position = json.at("frames_per_position");
  d.info.detector = {json.at("detector").at(0), json.at("detector").at(1)};
  const auto dtype = parse_dtype(json.at("dtype").get<std::string>());
  const auto parameters = from_filter_values(json.at("filter_values").get<std::vector<std::uint32_t>>());
  const auto growing = json.at("growing").get<std::uint64_t>();
  if (!dtype || !parameters || growing > static_cast<std::uint64_t>(Growing::scan_x)) return std::nullopt;
  d.info.dtype = *dtype;
  d.parameters = *parameters;
  d.growing = static_cast<Growing>(growing);
  if (!is_possible(d)) return std::nullopt;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto& axis = json.at("axes").at(i);
    d.info.axes[i] = {axis.at("name"), axis.at("offset"), axis.at("scale"), axis.at("units")};
  }
  d.info.title = json.at("title");
  d.info.units = json.at("units");
  d.info.metadata_json = json.at("metadata");
  if (json.contains("threshold")) d.threshold.threshold = json.at("threshold").get<double>();
  return d;
} catch (const nlohmann::json::exception&) {
  return std::nullopt;
}

std::optional<std::vector<FrameStatus>> take_status(ByteReader& reader) {
  const auto bytes = reader.take(reader.number<std::uint32_t>());
  std::vector<FrameStatus> status(bytes.size());
  for (std::size_t i = 0; i < status.size(); ++i) {
    status[i] = static_cast<FrameStatus>(bytes[i]);
    if (status[i] > FrameStatus::summed) return std::nullopt;
  }
  if (!reader.ok()) return std::nullopt;
  return status;
}

std::optional<Fragment> parse_fragment(std::span<const std::byte> payload) {
  ByteReader reader(payload);
  Fragment result;
  result.chunk = reader.number<std::uint64_t>();
  result.epoch = reader.number<std::uint32_t>();
  result.sums = reader.number<std::uint32_t>() != 0;
  auto status = take_status(reader);
  if (!status) return std::nullopt;
  result.status = std::move(*status);
  result.bytes.assign(reader.rest().begin(), reader.rest().end());
  return result;
}

/// Walks over the records of a file from an offset.
class RecordReader {
 public:
  RecordReader(const std::filesystem::path& path, std::uint64_t from) : file_(path), at_(from) {}

  /// The next sound record. Where one is not sound, the next that is is looked for.
  bool next(std::uint32_t& kind, std::vector<std::byte>& payload) {
    if (read(at_, kind, payload)) return true;
    const std::uint64_t from = at_;
    for (std::uint64_t at = from + 8; at + head_bytes <= file_.size(); at += 8)
      if (read(at, kind, payload)) {
        n_skipped_ += at - from;
        return true;
      }
    return false;
  }

  /// Behind the last sound record.
  std::uint64_t at() const { return at_; }
  std::uint64_t n_skipped() const { return n_skipped_; }

 private:
  bool read(std::uint64_t at, std::uint32_t& kind, std::vector<std::byte>& payload) {
    if (at > file_.size() || file_.size() - at < head_bytes) return false;
    std::array<std::byte, head_bytes> head;
    file_.read(at, head);
    const auto n_bytes = load_le<std::uint64_t>(head, at_payload_bytes);
    if (load_le<std::uint32_t>(head, 0) != record_magic || n_bytes > max_payload_bytes ||
        n_bytes > file_.size() - at - head_bytes)
      return false;
    record_.assign(head.begin(), head.end());
    record_.resize(head_bytes + n_bytes);
    file_.read(at + head_bytes, std::span(record_).subspan(head_bytes));
    if (record_hash(record_) != load_le<std::uint64_t>(head, at_checksum)) return false;
    kind = load_le<std::uint32_t>(head, at_kind);
    payload.assign(record_.begin() + head_bytes, record_.end());
    at_ = at + (head_bytes + n_bytes + 7) / 8 * 8;
    return true;
  }

  InputFile file_;
  std::uint64_t at_, n_skipped_ = 0;
  std::vector<std::byte> record_;
};

void read_map(std::span<const std::byte> payload, RecordingState& state) {
  ByteReader reader(payload);
  const auto which = reader.number<std::uint32_t>();
  const auto origin = reader.take(reader.number<std::uint32_t>());
  if (!state.description || !reader.ok() || which >= map_members.size()) return;
  PixelMap map;
  map.origin.assign(reinterpret_cast<const char*>(origin.data()), origin.size());
  map.values.resize(reader.rest().size() / sizeof(double));
  for (double& value : map.values) value = reader.number<double>();
  state.description->threshold.*map_members[which] = std::move(map);
}

void read_note(std::span<const std::byte> payload, RecordingState& state) {
  ByteReader reader(payload);
  ChunkNote result;
  result.chunk = reader.number<std::uint64_t>();
  auto status = take_status(reader);
  if (!status) return;
  result.status = std::move(*status);
  const auto n_dropped = reader.number<std::uint32_t>();
  for (std::uint32_t i = 0; i < n_dropped && reader.ok(); ++i) {
    DroppedFrame frame;
    frame.n_pixels = reader.number<std::uint64_t>();
    frame.intensity = reader.number<double>();
    frame.maximum = reader.number<double>();
    result.dropped.push_back(frame);
  }
  if (reader.ok()) state.notes.push_back(std::move(result));
}

void read_record(std::uint32_t kind, std::span<const std::byte> payload, RecordingState& state) {
  switch (kind) {
    case Kind::description:
      if (!state.description)
        state.description = parse_description({reinterpret_cast<const char*>(payload.data()), payload.size()});
      return;
    case Kind::map: return read_map(payload, state);
    case Kind::note: return read_note(payload, state);
    case Kind::place: {
      ByteReader reader(payload);
      const ChunkPlace where{reader.number<std::uint64_t>(), reader.number<std::uint64_t>(), reader.number<std::uint64_t>()};
      if (reader.ok()) state.places.push_back(where);
      return;
    }
    case Kind::fragment:
      if (auto part = parse_fragment(payload)) state.fragments.push_back(std::move(*part));
      return;
    default: return;  // of a later version, or a tail's head where none belongs
  }
}

/// The fragments of a tail, if it is whole and newer than the state's.
void read_tail(const std::filesystem::path& path, RecordingState& state) {
  RecordReader reader(path, 0);
  std::uint32_t kind = 0;
  std::vector<std::byte> payload;
  if (!reader.next(kind, payload) || kind != Kind::tail) return;
  ByteReader head(payload);
  const auto sequence = head.number<std::uint64_t>();
  const auto n_fragments = head.number<std::uint64_t>();
  const auto expected_hash = head.number<std::uint64_t>();
  if (!head.ok() || sequence <= state.tail_sequence) return;
  std::vector<Fragment> fragments;
  std::vector<std::byte> hashes;
  while (fragments.size() < n_fragments) {
    if (!reader.next(kind, payload) || kind != Kind::fragment || reader.n_skipped() != 0) return;
    auto part = parse_fragment(payload);
    if (!part) return;
    append_le(hashes, hash64(payload));
    fragments.push_back(std::move(*part));
  }
  if (hash64(hashes) != expected_hash) return;  // sound records, but of an older tail in the same file
  state.tail = std::move(fragments);
  state.tail_sequence = sequence;
}

}  // namespace

Fragment read_fragment(const std::filesystem::path& journal, std::uint64_t at) {
  RecordReader reader(journal, at);
  std::uint32_t kind = 0;
  std::vector<std::byte> payload;
  if (reader.next(kind, payload) && kind == Kind::fragment && reader.n_skipped() == 0)
    if (auto fragment = parse_fragment(payload)) return std::move(*fragment);
  throw DataError(journal.string() + " is damaged (no fragment at byte " + std::to_string(at) + ")");
}

void read_recording(const std::filesystem::path& folder, RecordingState& state) {
  std::error_code error;
  // Tails first: a chunk that a tail lacks because it was complete is then in what is read of the journal.
  for (const char* name : recording::tails)
    if (std::filesystem::exists(folder / name, error)) read_tail(folder / name, state);
  if (!std::filesystem::exists(folder / recording::journal, error)) return;
  RecordReader reader(folder / recording::journal, state.journal_bytes);
  std::uint32_t kind = 0;
  std::vector<std::byte> payload;
  while (reader.next(kind, payload)) read_record(kind, payload, state);
  state.journal_bytes = reader.at();
  state.n_damaged_bytes += reader.n_skipped();
}

}  // namespace esieve
