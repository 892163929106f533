// SPDX-License-Identifier: Apache-2.0
#include "container/journal.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <nlohmann/json.hpp>

#include "base/byte_reader.hpp"
#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "esieve/error.hpp"

namespace esieve {
namespace {

// A record: magic, kind, length of the payload, XXH3-64 of these three and the payload; then the payload, filled up with
// zeros to a multiple of 8 bytes.
constexpr std::uint32_t record_magic = 0x314a5345;  // "ESJ1"
constexpr std::size_t at_kind = 4, at_payload_bytes = 8, at_checksum = 16, head_bytes = 24;
constexpr std::uint64_t max_payload_bytes = std::uint64_t{1} << 33;

enum Kind : std::uint32_t { description = 1, note = 2, place = 3, fragment = 4, map = 5, tail = 6 };

constexpr std::array<std::optional<PixelMap> ThresholdOptions::*, 4> map_members = {
    &ThresholdOptions::threshold_map, &ThresholdOptions::dark, &ThresholdOptions::gain, &ThresholdOptions::mask};

std::uint64_t record_hash(std::span<const std::byte> record) {
  std::vector<std::byte> hashed(record.begin(), record.begin() + at_checksum);
  append_le(hashed, hash64(record.subspan(head_bytes)));
  return hash64(hashed);
}

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

/// Whether a writer could have made it: chunks of its frames, and a scan whose frames can be counted.
bool is_possible(const RecordingDescription& d) {
  const ScanShape scan = d.info.scan;
  return d.info.dtype == d.parameters.dtype && !d.parameters.opaque &&
         !d.parameters.big_endian && d.info.detector.det_y == d.parameters.det_y &&
         d.info.detector.det_x == d.parameters.det_x && is_countable(scan) && d.info.frames_per_position != 0 &&
         scan.scan_x % d.info.frames_per_position == 0;
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

void append_status(std::vector<std::byte>& out, std::span<const FrameStatus> status) {
  append_le(out, static_cast<std::uint32_t>(status.size()));
  for (const FrameStatus frame : status) out.push_back(static_cast<std::byte>(frame));
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

std::vector<std::byte> fragment_payload(const Fragment& of) {
  std::vector<std::byte> payload;
  append_le(payload, of.chunk);
  append_le(payload, of.epoch);
  append_le(payload, static_cast<std::uint32_t>(of.sums));
  append_status(payload, of.status);
  payload.insert(payload.end(), of.bytes.begin(), of.bytes.end());
  return payload;
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

template <class T>
bool add_as(std::byte* a, const std::byte* b, std::size_t n) {
  T* sums = reinterpret_cast<T*>(a);
  const T* values = reinterpret_cast<const T*>(b);
  bool fits = true;
  for (std::size_t i = 0; i < n; ++i) {
    if constexpr (std::is_integral_v<T>) {
      fits &= !__builtin_add_overflow(sums[i], values[i], &sums[i]);
    } else {
      sums[i] += values[i];
    }
  }
  return fits;
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
  if (std::filesystem::exists(folder / recording::journal, error)) {
    RecordReader reader(folder / recording::journal, state.journal_bytes);
    std::uint32_t kind = 0;
    std::vector<std::byte> payload;
    while (reader.next(kind, payload)) read_record(kind, payload, state);
    state.journal_bytes = reader.at();
    state.n_damaged_bytes += reader.n_skipped();
  }
  for (const char* name : recording::tails)
    if (std::filesystem::exists(folder / name, error)) read_tail(folder / name, state);
}

bool add_elements(std::span<std::byte> a, std::span<const std::byte> b, DType dtype) {
  return visit_dtype(dtype, [&]<class T>(T) { return add_as<T>(a.data(), b.data(), a.size() / sizeof(T)); });
}

bool merge_fragments(std::span<const Fragment* const> fragments, const ChunkParameters& parameters, ChunkCodec& codec,
                     std::span<std::byte> dense, std::vector<FrameStatus>& status) {
  std::fill(dense.begin(), dense.end(), std::byte{0});
  status.clear();
  std::vector<std::byte> part(dense.size());
  const std::size_t frame_bytes = dense.size() / parameters.n_frames;
  bool okay = true;
  for (const Fragment* fragment : fragments) {
    if (fragment->status.size() > parameters.n_frames || codec.decode(fragment->bytes, parameters, part) != ChunkStatus::okay) {
      okay = false;
      continue;
    }
    status.resize(std::max(status.size(), fragment->status.size()), FrameStatus::missing);
    for (std::size_t i = 0; i < fragment->status.size(); ++i) {
      if (fragment->status[i] == FrameStatus::missing) continue;
      const auto to = dense.subspan(i * frame_bytes, frame_bytes);
      const auto from = std::span(part).subspan(i * frame_bytes, frame_bytes);
      if (fragment->sums && is_data(status[i]) && is_data(fragment->status[i])) {
        okay &= add_elements(to, from, parameters.dtype);
        status[i] = FrameStatus::summed;
      } else if (!is_data(status[i])) {
        std::copy(from.begin(), from.end(), to.begin());
        status[i] = fragment->status[i];
      }
    }
  }
  return okay;
}

}  // namespace esieve
