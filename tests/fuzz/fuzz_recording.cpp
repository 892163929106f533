// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer target: bytes become the records of a journal and of a tail, sound as far as their checksums go; and the beginning of
// a damaged event file.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

#include "base/byte_reader.hpp"
#include "base/bytes.hpp"
#include "base/file.hpp"
#include "base/hash.hpp"
#include "container/fragments.hpp"
#include "container/journal.hpp"
#include "recover/object_header.hpp"

namespace {

using namespace esieve;

/// In memory, where there is such a folder.
const std::filesystem::path& folder() {
  static const std::filesystem::path path = [] {
    std::string pattern = (::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") + std::string("/esieve_fuzz_XXXXXX");
    if (::mkdtemp(pattern.data()) == nullptr) std::abort();
    static std::string kept;
    kept = pattern;
    std::atexit([] { std::filesystem::remove_all(kept); });
    return std::filesystem::path(pattern);
  }();
  return path;
}

/// docs/format/recording.md, "Records".
void append_record(std::vector<std::byte>& out, std::uint32_t kind, std::span<const std::byte> payload) {
  std::vector<std::byte> head;
  append_le(head, std::uint32_t{0x314a5345});
  append_le(head, kind);
  append_le(head, std::uint64_t{payload.size()});
  std::vector<std::byte> hashed = head;
  append_le(hashed, hash64(payload));
  append_le(head, hash64(hashed));
  out.insert(out.end(), head.begin(), head.end());
  out.insert(out.end(), payload.begin(), payload.end());
  out.resize((out.size() + 7) / 8 * 8);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  static_cast<void>(find_object_header(bytes));

  std::vector<std::byte> journal, tail;
  ByteReader reader(bytes);
  while (!reader.rest().empty()) {
    const auto kind = reader.number<std::uint8_t>();
    const auto n_bytes = reader.number<std::uint16_t>();
    const auto payload = reader.take(std::min<std::size_t>(n_bytes, reader.rest().size()));
    if ((kind & 0x40) != 0) {  // as it is, without a checksum
      journal.insert(journal.end(), payload.begin(), payload.end());
      continue;
    }
    append_record((kind & 0x80) != 0 ? tail : journal, kind & 7, payload);
  }
  WritableFile(folder() / recording::journal).write(0, journal);
  WritableFile(folder() / recording::tails[0]).write(0, tail);
  RecordingState state;
  read_recording(folder(), state);
  ChunkCodec codec;
  for (const Fragment& fragment : state.fragments) {
    if (!state.description || state.description->parameters.dense_bytes() > (1 << 20)) break;
    std::vector<std::byte> dense(state.description->parameters.dense_bytes());
    std::vector<FrameStatus> status;
    const Fragment* const pointer = &fragment;
    static_cast<void>(merge_fragments(std::span(&pointer, 1), state.description->parameters, codec, dense, status));
  }
  return 0;
}
