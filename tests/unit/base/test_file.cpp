// SPDX-License-Identifier: Apache-2.0
#include "base/file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "esieve/error.hpp"
#include "support/temporary_folder.hpp"

namespace esieve {
namespace {

using ::testing::HasSubstr;
using ::testing::Throws;
using ::testing::ThrowsMessage;

void write_text(const std::filesystem::path& path, const std::string& text) { std::ofstream(path) << text; }

TEST(InputFile, reads_at_a_position_and_names_a_truncated_file) {
  const TemporaryFolder folder;
  write_text(folder / "a.bin", "0123456789");
  const InputFile file(folder / "a.bin");
  EXPECT_EQ(file.size(), 10U);
  std::vector<std::byte> bytes(3);
  file.read(4, bytes);
  EXPECT_EQ(bytes.front(), std::byte{'4'});
  EXPECT_THAT([&] { file.read(8, bytes); }, ThrowsMessage<DataError>(HasSubstr("a.bin is truncated (11 bytes")));
}

TEST(InputFile, says_why_a_file_cannot_be_opened) {
  const TemporaryFolder folder;
  EXPECT_THAT([&] { InputFile(folder / "none"); }, ThrowsMessage<IoError>(HasSubstr("No such file")));
  EXPECT_THAT([&] { InputFile{folder.path()}; }, ThrowsMessage<IoError>(HasSubstr("Is a directory")));
}

TEST(WritableFile, gives_back_what_was_written_and_no_more) {
  const TemporaryFolder folder;
  write_text(folder / "a.bin", "what was there before");
  WritableFile file(folder / "a.bin");
  const std::vector<std::byte> bytes(3, std::byte{7});
  file.write(4, bytes);
  file.sync();
  std::vector<std::byte> read(3);
  file.read(4, read);
  EXPECT_EQ(read, bytes);
  EXPECT_THAT([&] { file.read(5, read); },
              ThrowsMessage<DataError>(HasSubstr("a.bin is truncated (8 bytes are needed, it has 7)")));
  EXPECT_TRUE(file.reserve(7, 1 << 16));
  EXPECT_EQ(std::filesystem::file_size(folder / "a.bin"), 7U);
}

TEST(WritableFile, says_why_it_cannot_be_written) {
  const TemporaryFolder folder;
  EXPECT_THAT([&] { WritableFile(folder / "none/a.bin"); }, ThrowsMessage<IoError>(HasSubstr("No such file")));
  WritableFile full("/dev/full");
  EXPECT_THAT([&] { full.write(0, std::vector<std::byte>(3)); }, ThrowsMessage<IoError>(HasSubstr("No space left")));
}

TEST(PendingFile, leaves_nothing_behind_unless_committed) {
  const TemporaryFolder folder;
  {
    const PendingFile pending(folder / "out", PendingFile::IfExists::refuse);
    write_text(pending.temporary_path(), "half");
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(PendingFile, commit_gives_the_final_name_and_removes_the_temporary_one) {
  const TemporaryFolder folder;
  PendingFile pending(folder / "out", PendingFile::IfExists::refuse);
  write_text(pending.temporary_path(), "whole");
  EXPECT_FALSE(std::filesystem::exists(folder / "out"));
  pending.commit();
  EXPECT_EQ(std::filesystem::file_size(folder / "out"), 5U);
  EXPECT_FALSE(std::filesystem::exists(pending.temporary_path()));
}

TEST(PendingFile, refuses_an_existing_output_and_one_that_appears_meanwhile) {
  const TemporaryFolder folder;
  write_text(folder / "old", "old");
  EXPECT_THAT([&] { PendingFile(folder / "old", PendingFile::IfExists::refuse); },
              ThrowsMessage<UsageError>(HasSubstr("--force")));
  PendingFile pending(folder / "out", PendingFile::IfExists::refuse);
  write_text(pending.temporary_path(), "new");
  write_text(folder / "out", "other");
  EXPECT_THAT([&] { pending.commit(); }, Throws<UsageError>());
  EXPECT_EQ(std::filesystem::file_size(folder / "out"), 5U) << "the other file must survive";
}

TEST(PendingFile, names_a_missing_folder) {
  const TemporaryFolder folder;
  EXPECT_THAT([&] { PendingFile(folder / "none/out", PendingFile::IfExists::refuse); },
              ThrowsMessage<IoError>(HasSubstr("none")));
}

}  // namespace
}  // namespace esieve
