// SPDX-License-Identifier: Apache-2.0
//
// Damaged files: what is sound comes back, what is not is not believed.
#include "esieve/recover.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "base/file.hpp"
#include "esieve/error.hpp"
#include "unit/record/recordings.hpp"

namespace esieve {
namespace {

void write_bytes(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

class Recover : public ::testing::Test {
 protected:
  Recover() {
    convert(source, folder / "sound.hdf5", {.level = Level::fast, .frames_per_chunk = 8, .threshold = {}, .progress = {}});
    bytes = read_small_file(folder / "sound.hdf5", 1 << 24);
  }

  /// Frames with status okay equal the source's, all others are missing. \returns the number of the former
  std::uint64_t check_recovered() {
    const Reader reader(folder / "recovered.hdf5");
    EXPECT_TRUE(verify(reader, nullptr, {}).okay());
    EXPECT_EQ(reader.info().scan, source.info().scan);
    const auto dense = all_frames(reader);
    const auto status = reader.frame_status();
    const std::size_t n = source.info().frame_bytes();
    std::uint64_t n_okay = 0;
    for (std::uint64_t i = 0; i < status.size(); ++i) {
      if (status[i] != FrameStatus::okay) {
        EXPECT_EQ(status[i], FrameStatus::missing);
        continue;
      }
      ++n_okay;
      EXPECT_TRUE(std::ranges::equal(source.frame(i), std::span(dense).subspan(i * n, n)));
    }
    return n_okay;
  }

  TemporaryFolder folder;
  MemorySource source = counted_source({8, 8}, {16, 16});
  std::vector<std::byte> bytes;
};

TEST_F(Recover, a_sound_file_comes_back_whole) {
  const Recovery recovery = recover(folder / "sound.hdf5", folder / "recovered.hdf5");
  EXPECT_FALSE(recovery.lost_something());
  EXPECT_TRUE(recovery.hdf5_opens);
  EXPECT_EQ(recovery.n_chunks, 8U);
  EXPECT_EQ(check_recovered(), 64U);
  EXPECT_EQ(Reader(folder / "recovered.hdf5").info().digest, Reader(folder / "sound.hdf5").info().digest);
}

TEST_F(Recover, a_file_without_its_end_gives_the_chunks_it_has) {
  for (const double share : {0.3, 0.6, 0.9}) {
    write_bytes(folder / "damaged.hdf5",
                std::span(bytes).first(static_cast<std::size_t>(share * static_cast<double>(bytes.size()))));
    const Recovery recovery = recover(folder / "damaged.hdf5", folder / "recovered.hdf5", {.overwrite = true});
    EXPECT_EQ(recovery.described_by, "object header");
    EXPECT_EQ(check_recovered(), recovery.n_frames_data);
    EXPECT_EQ(recovery.n_frames_data, 8 * recovery.n_chunks);
    EXPECT_GE(recovery.n_chunks, share > 0.5 ? 3U : 1U);
  }
}

TEST_F(Recover, a_damaged_chunk_is_not_believed) {
  const std::vector<std::byte> chunk = Reader(folder / "sound.hdf5").chunk(3);
  const auto at = std::ranges::search(bytes, chunk).begin();
  at[50] ^= std::byte{1};
  write_bytes(folder / "damaged.hdf5", bytes);
  const Recovery recovery = recover(folder / "damaged.hdf5", folder / "recovered.hdf5");
  EXPECT_TRUE(recovery.lost_something());
  EXPECT_EQ(recovery.n_chunks_damaged, 1U);
  EXPECT_EQ(recovery.missing, (std::vector<FrameRange>{{24, 8}}));
  EXPECT_EQ(check_recovered(), 56U);
}

TEST_F(Recover, a_growing_recording_of_which_only_the_data_are_left_has_all_its_rows) {
  WriterOptions options = options_for(source);
  options.scan.scan_y = ScanGeometry::unknown;
  options.frames_per_chunk = 8;
  Writer writer(folder / "scan.hdf5", options);
  writer.push_frames(source.bytes());
  writer.flush();
  std::filesystem::copy_file(folder / "scan.hdf5.recording/data.hdf5", folder / "alone.hdf5");
  EXPECT_EQ(recover(folder / "alone.hdf5", folder / "recovered.hdf5").described_by, "object header");
  EXPECT_EQ(check_recovered(), 64U);
}

TEST_F(Recover, stops_when_it_is_told_to_and_leaves_nothing) {
  for (const int n_calls : {1, 2}) {
    int n = 0;
    const auto progress = [&](const Progress&) { return ++n == n_calls ? Continue::stop : Continue::yes; };
    EXPECT_THROW(recover(folder / "sound.hdf5", folder / "recovered.hdf5", {.progress = progress}), Interrupted);
    EXPECT_FALSE(std::filesystem::exists(folder / "recovered.hdf5"));
  }
}

TEST_F(Recover, the_damaged_file_stays_as_it_is) {
  recover(folder / "sound.hdf5", folder / "recovered.hdf5");
  EXPECT_EQ(read_small_file(folder / "sound.hdf5", 1 << 24), bytes);
  EXPECT_THROW(recover(folder / "sound.hdf5", folder / "sound.hdf5", {.overwrite = true}), UsageError);
  EXPECT_THROW(recover(folder / "sound.hdf5", folder / "recovered.hdf5"), UsageError);
}

TEST_F(Recover, what_is_no_event_file_is_refused) {
  write_bytes(folder / "noise", std::vector<std::byte>(4096, std::byte{'E'}));
  EXPECT_THROW(recover(folder / "noise", folder / "recovered.hdf5"), DataError);
  EXPECT_THROW(recover(folder / "nothing", folder / "recovered.hdf5"), IoError);
}

TEST_F(Recover, a_running_recording_is_left_alone) {
  Writer writer(folder / "scan.hdf5", options_for(source));
  writer.push(source.frame(0));
  EXPECT_THROW(recover(folder / "scan.hdf5.recording", folder / "recovered.hdf5"), UsageError);
}

}  // namespace
}  // namespace esieve
