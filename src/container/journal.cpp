// SPDX-License-Identifier: Apache-2.0
#include "container/journal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

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

[[noreturn]] void fail(const char* verb, const std::filesystem::path& path) {
  throw IoError(std::string("cannot ") + verb + " " + path.string() + " (" + std::strerror(errno) + ")");
}

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
  if (!dtype || !parameters || d.info.frames_per_position == 0) return std::nullopt;
  d.info.dtype = *dtype;
  d.parameters = *parameters;
  d.growing = static_cast<Growing>(json.at("growing").get<int>());
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

/// Takes values off the front of a payload; `okay` turns false at its end.
class Cursor {
 public:
  explicit Cursor(std::span<const std::byte> bytes) : rest_(bytes) {}

  template <class T>
  T take() {
    T value{};
    if (sizeof value > rest_.size()) {
      okay_ = false;
      return value;
    }
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_ = rest_.subspan(sizeof value);
    return value;
  }

  std::vector<FrameStatus> take_status() {
    const auto n = take<std::uint32_t>();
    if (n > rest_.size()) okay_ = false;
    if (!okay_) return {};
    std::vector<FrameStatus> status(n);
    std::memcpy(status.data(), rest_.data(), n);
    rest_ = rest_.subspan(n);
    for (const FrameStatus frame : status) okay_ = okay_ && frame <= FrameStatus::summed;
    return status;
  }

  std::span<const std::byte> rest() const { return rest_; }
  bool okay() const { return okay_; }

 private:
  std::span<const std::byte> rest_;
  bool okay_ = true;
};

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
  Cursor cursor(payload);
  Fragment result;
  result.chunk = cursor.take<std::uint64_t>();
  result.epoch = cursor.take<std::uint32_t>();
  result.sums = cursor.take<std::uint32_t>() != 0;
  result.status = cursor.take_status();
  if (!cursor.okay()) return std::nullopt;
  result.bytes.assign(cursor.rest().begin(), cursor.rest().end());
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
  std::uint64_t size() const { return file_.size(); }

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
  Cursor cursor(payload);
  const auto which = cursor.take<std::uint32_t>();
  const auto origin_bytes = cursor.take<std::uint32_t>();
  const auto rest = cursor.rest();
  if (!state.description || which >= map_members.size() || origin_bytes > rest.size()) return;
  PixelMap map;
  map.origin.assign(reinterpret_cast<const char*>(rest.data()), origin_bytes);
  map.values.resize((rest.size() - origin_bytes) / sizeof(double));
  std::memcpy(map.values.data(), rest.data() + origin_bytes, map.values.size() * sizeof(double));
  state.description->threshold.*map_members[which] = std::move(map);
}

void read_note(std::span<const std::byte> payload, RecordingState& state) {
  Cursor cursor(payload);
  ChunkNote result;
  result.chunk = cursor.take<std::uint64_t>();
  result.status = cursor.take_status();
  const auto n_dropped = cursor.take<std::uint32_t>();
  for (std::uint32_t i = 0; i < n_dropped && cursor.okay(); ++i) {
    DroppedFrame frame;
    frame.n_pixels = cursor.take<std::uint64_t>();
    frame.intensity = cursor.take<double>();
    frame.maximum = cursor.take<double>();
    result.dropped.push_back(frame);
  }
  if (cursor.okay()) state.notes.push_back(std::move(result));
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
      Cursor cursor(payload);
      const ChunkPlace where{cursor.take<std::uint64_t>(), cursor.take<std::uint64_t>(), cursor.take<std::uint64_t>()};
      if (cursor.okay()) state.places.push_back(where);
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
  Cursor cursor(payload);
  const auto sequence = cursor.take<std::uint64_t>();
  const auto n_fragments = cursor.take<std::uint64_t>();
  const auto expected_hash = cursor.take<std::uint64_t>();
  if (!cursor.okay() || sequence <= state.tail_sequence) return;
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

JournalWriter::JournalWriter(std::filesystem::path path) : path_(std::move(path)) {
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail("create", path_);
}

JournalWriter::~JournalWriter() { ::close(descriptor_); }

void JournalWriter::append(std::uint32_t kind, std::span<const std::byte> payload) {
  record_.clear();
  append_le(record_, record_magic);
  append_le(record_, kind);
  append_le(record_, static_cast<std::uint64_t>(payload.size()));
  append_le(record_, std::uint64_t{0});
  record_.insert(record_.end(), payload.begin(), payload.end());
  store_le(record_, at_checksum, record_hash(record_));
  record_.resize((record_.size() + 7) / 8 * 8);
  std::size_t done = 0;
  while (done < record_.size()) {
    const ssize_t n = ::pwrite(descriptor_, record_.data() + done, record_.size() - done, static_cast<off_t>(at_ + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("write", path_);
    done += static_cast<std::size_t>(n);
  }
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

void JournalWriter::rewind() { at_ = 0; }

void JournalWriter::sync() {
  if (::fdatasync(descriptor_) != 0) fail("write", path_);
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
