// SPDX-License-Identifier: Apache-2.0
//
// Recovery through the C interface.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "unit/c/handles.hpp"

namespace esieve {
namespace {

std::vector<char> bytes_of_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Breaks a byte in the middle of chunk `i`.
void damage_chunk(const std::filesystem::path& path, std::uint64_t i) {
  const std::vector<std::byte> chunk = Reader(path).chunk(i);
  std::vector<char> file = bytes_of_file(path);
  const auto* sought = reinterpret_cast<const char*>(chunk.data());
  const auto at = std::search(file.begin(), file.end(), sought, sought + chunk.size());
  ASSERT_NE(at, file.end());
  at[static_cast<std::ptrdiff_t>(chunk.size() / 2)] ^= 0x55;
  std::ofstream(path, std::ios::binary).write(file.data(), static_cast<std::streamsize>(file.size()));
}

TEST(CRecover, tells_a_sound_file_from_one_that_lost_something) {
  TemporaryFolder folder;
  MemorySource source = counted_source({4, 4}, {16, 16});
  WriterOptions options = options_for(source);
  options.frames_per_chunk = 4;
  Writer writer(folder / "a.hdf5", options);
  writer.push_frames(source.bytes());
  writer.close();
  EXPECT_EQ(esieve_recover((folder / "a.hdf5").c_str(), (folder / "b.hdf5").c_str()), ESIEVE_OKAY) << esieve_last_message();
  EXPECT_TRUE(holds(folder / "b.hdf5", source));

  damage_chunk(folder / "a.hdf5", 1);
  EXPECT_EQ(esieve_recover((folder / "a.hdf5").c_str(), (folder / "c.hdf5").c_str()), ESIEVE_DIFFERS);
  EXPECT_NE(std::string(esieve_last_message()).find("1 chunks"), std::string::npos) << esieve_last_message();
  const auto status = Reader(folder / "c.hdf5").frame_status();
  EXPECT_EQ(std::count(status.begin(), status.end(), FrameStatus::missing), 4);
}

TEST(CRecover, refuses_what_is_not_there) {
  TemporaryFolder folder;
  EXPECT_EQ(esieve_recover((folder / "no.hdf5").c_str(), (folder / "b.hdf5").c_str()), ESIEVE_IO);
  EXPECT_EQ(esieve_recover(nullptr, (folder / "b.hdf5").c_str()), ESIEVE_USAGE);
  EXPECT_EQ(esieve_recover((folder / "no.hdf5").c_str(), nullptr), ESIEVE_USAGE);
}

}  // namespace
}  // namespace esieve
