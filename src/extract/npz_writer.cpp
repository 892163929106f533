// SPDX-License-Identifier: Apache-2.0
#include "extract/npz_writer.hpp"

#include <zip.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "esieve/error.hpp"
#include "extract/npy_header.hpp"

namespace esieve {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const char* reason) {
  throw IoError("cannot write " + path.string() + " (" + reason + ")");
}

/// A member's bytes, in memory that libzip frees.
zip_source_t* member(zip_t* archive, const NpzArray& array) {
  const std::vector<std::uint64_t> one_dimension = {array.values.size() / item_bytes(array.dtype)};
  const std::string header = npy_header(array.dtype, array.shape.value_or(one_dimension));
  const std::size_t size = header.size() + array.values.size();
  auto* bytes = static_cast<std::byte*>(std::malloc(size));
  if (bytes == nullptr) throw std::bad_alloc();
  std::memcpy(bytes, header.data(), header.size());
  std::copy(array.values.begin(), array.values.end(), bytes + header.size());
  zip_source_t* source = zip_source_buffer(archive, bytes, size, 1);
  if (source == nullptr) std::free(bytes);
  return source;
}

}  // namespace

void write_npz(const std::filesystem::path& path, std::span<const NpzArray> arrays, ZipMembers members) {
  int code = 0;
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  if (archive == nullptr) fail(path, "the archive cannot be created");
  for (const NpzArray& array : arrays) {
    zip_source_t* source = member(archive, array);
    const zip_int64_t at =
        source == nullptr ? -1 : zip_file_add(archive, (array.name + ".npy").c_str(), source, ZIP_FL_ENC_UTF_8);
    if (at < 0 || (members == ZipMembers::stored &&
                   zip_set_file_compression(archive, static_cast<zip_uint64_t>(at), ZIP_CM_STORE, 0) != 0)) {
      if (at < 0) zip_source_free(source);
      zip_discard(archive);
      fail(path, "a member cannot be added");
    }
  }
  if (zip_close(archive) != 0) {
    const std::string reason = zip_strerror(archive);
    zip_discard(archive);
    fail(path, reason.c_str());
  }
}

}  // namespace esieve
