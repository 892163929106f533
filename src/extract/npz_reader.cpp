// SPDX-License-Identifier: Apache-2.0
#include "extract/npz_reader.hpp"

#include <zip.h>

#include <memory>

#include "base/file.hpp"
#include "esieve/error.hpp"
#include "source/read_npy_header.hpp"

namespace esieve {
namespace {

constexpr zip_int64_t max_members = 1000;

struct Close {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

[[noreturn]] void fail(const std::string& name, const std::string& reason) {
  throw DataError(name + " is not a snapshot, or damaged (" + reason + ")");
}

/// Items of an array of `shape`, if they can be in `bytes` bytes.
bool fills(const std::vector<std::uint64_t>& shape, std::size_t item, std::size_t bytes) {
  std::uint64_t n = item;
  for (const std::uint64_t length : shape) {
    if (length != 0 && n > bytes / length) return false;
    n *= length;
  }
  return n == bytes;
}

NpzMember parse_member(const std::vector<std::byte>& bytes, const std::string& name) {
  const NpyHeader header = parse_npy_header(bytes, name);
  const auto dtype = parse_dtype(header.descr);
  if (!dtype || header.fortran_order || header.descr.front() == '>') fail(name, "a type that is not expected");
  NpzMember member{*dtype, header.shape, {bytes.begin() + static_cast<std::ptrdiff_t>(header.data_offset_bytes), bytes.end()}};
  if (!fills(member.shape, item_bytes(*dtype), member.values.size())) fail(name, "its values are not as many as its shape says");
  return member;
}

std::vector<std::byte> read_member(zip_t* archive, zip_uint64_t i, std::uint64_t file_bytes, const std::string& name) {
  zip_stat_t stat;
  constexpr zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_NAME;
  if (zip_stat_index(archive, i, 0, &stat) != 0 || (stat.valid & needed) != needed) fail(name, zip_strerror(archive));
  if (stat.comp_method != ZIP_CM_STORE || stat.size > file_bytes) fail(name, "its members are compressed");
  std::vector<std::byte> bytes(stat.size);
  const std::unique_ptr<zip_file_t, Close> file(zip_fopen_index(archive, i, 0));
  // One byte more, so that libzip sees the end and compares the checksum.
  std::byte beyond;
  if (!file || zip_fread(file.get(), bytes.data(), bytes.size()) != static_cast<zip_int64_t>(bytes.size()) ||
      zip_fread(file.get(), &beyond, 1) != 0)
    fail(name, "a member cannot be read");
  return bytes;
}

}  // namespace

std::map<std::string, NpzMember> read_npz(const std::filesystem::path& path) {
  const InputFile readable(path);
  int code = 0;
  const std::unique_ptr<zip_t, Close> archive(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (!archive) fail(path.string(), "it is not a zip archive");
  std::map<std::string, NpzMember> members;
  const zip_int64_t n = zip_get_num_entries(archive.get(), 0);
  if (n < 0 || n > max_members) fail(path.string(), "it has too many members");
  for (zip_int64_t i = 0; i < n; ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    const char* name = zip_get_name(archive.get(), index, 0);
    const std::string member = name != nullptr ? name : "";
    if (!member.ends_with(".npy")) fail(path.string(), "it has a member that is no array");
    members.emplace(
        member.substr(0, member.size() - 4),
        parse_member(read_member(archive.get(), index, readable.size(), path.string()), path.string() + ":" + member));
  }
  return members;
}

}  // namespace esieve
