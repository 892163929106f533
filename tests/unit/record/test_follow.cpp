// SPDX-License-Identifier: Apache-2.0
//
// A reader looks at a recording while another process makes it.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <random>
#include <thread>

#include "base/file.hpp"
#include "container/recording.hpp"
#include "esieve/error.hpp"
#include "unit/recover/recording_of_blocks.hpp"

namespace esieve {
namespace {

std::ptrdiff_t n_with(const std::vector<FrameStatus>& frames, FrameStatus status) {
  return std::count(frames.begin(), frames.end(), status);
}

/// Seen by both processes.
struct Shared {
  std::atomic<std::uint64_t> n_flushed = 0, n_looks = 0;
};

class Follow : public ::testing::Test {
 protected:
  Follow() {
    use_memory_for_files();
    void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    shared = new (memory) Shared;
    folder = std::make_unique<TemporaryFolder>();
    recorded_source();
  }
  ~Follow() override {
    if (child > 0) ::kill(child, SIGKILL), ::waitpid(child, nullptr, 0);
    ::munmap(shared, sizeof *shared);
  }

  std::filesystem::path file() const { return *folder / "scan.hdf5"; }

  /// Another process records; after each flush it waits until it was looked at. `die` ends it before it closes.
  void start_recording(bool die) {
    child = ::fork();
    if (child != 0) return;
    const auto look = [this](std::uint64_t n_looks) {
      while (shared->n_looks < n_looks) ::usleep(100);
    };
    record_blocks(
        file(), [&](std::uint64_t n) { shared->n_flushed = n, look(shared->n_looks + 1); },
        [&](Writer&) {
          if (die) ::kill(::getpid(), SIGKILL);
        });
    ::_exit(0);
  }

  Reader open_when_begun() const {
    while (shared->n_flushed == 0) ::usleep(100);
    return Reader(file());
  }

  /// Every frame that is said to be there is right, and all that was flushed before the last look is there.
  void expect_right(const Reader& reader, std::uint64_t n_flushed) {
    MemorySource& source = recorded_source();
    const std::vector<FrameStatus> status = reader.frame_status();
    ASSERT_EQ(status.size(), source.info().scan.n_frames());
    const std::vector<std::byte> dense = all_frames(reader);
    const auto events = reader.events<std::uint32_t>(FrameRange{0, status.size()});
    const std::size_t n = source.info().frame_bytes();
    const auto counts = source.values<std::uint16_t>();
    const std::size_t n_pixels = source.info().detector.n_pixels();
    std::uint64_t n_wrong = 0, n_lacking = 0;
    for (std::uint64_t i = 0; i < status.size(); ++i) {
      const std::span frame = std::span(dense).subspan(i * n, n);
      const auto first = static_cast<std::size_t>(events.offsets[i]), end = static_cast<std::size_t>(events.offsets[i + 1]);
      if (status[i] == FrameStatus::missing)
        n_lacking += i < n_flushed;
      else
        n_wrong += status[i] != (is_lost(i) ? FrameStatus::dropped : FrameStatus::okay);
      if (!is_data(status[i])) {
        n_wrong += first != end || std::any_of(frame.begin(), frame.end(), [](std::byte b) { return b != std::byte{0}; });
        continue;
      }
      n_wrong += !std::ranges::equal(frame, source.frame(i));
      const auto expected = counts.subspan(i * n_pixels, n_pixels);
      n_wrong +=
          end - first != static_cast<std::size_t>(std::count_if(expected.begin(), expected.end(), [](auto c) { return c != 0; }));
      for (std::size_t k = first; k < end; ++k)
        n_wrong += events.counts[k] != expected[static_cast<std::size_t>(events.pixels[k])];
    }
    EXPECT_EQ(n_lacking, 0U) << "of " << n_flushed << " flushed frames";
    EXPECT_EQ(n_wrong, 0U);
    const auto known = std::count_if(status.begin(), status.end(), [](FrameStatus s) { return s != FrameStatus::missing; });
    EXPECT_GE(known, n_known) << "frames vanished";
    n_states += known != n_known;
    n_known = known;
  }

  /// Looks again and again until nothing more comes.
  Reader follow() {
    Reader reader = open_when_begun();
    EXPECT_EQ(reader.info().recording, Recording::running);
    for (bool more = true; more && !HasFailure();) {
      const std::uint64_t n_flushed = shared->n_flushed;
      more = reader.refresh();
      expect_right(reader, n_flushed);
      ++shared->n_looks;
    }
    return reader;
  }

  Shared* shared = nullptr;
  std::unique_ptr<TemporaryFolder> folder;
  pid_t child = -1;
  std::ptrdiff_t n_known = 0;
  int n_states = 0;
};

TEST_F(Follow, what_was_flushed_is_there_and_right_until_the_file_is_complete) {
  start_recording(/*die=*/false);
  const Reader reader = follow();
  EXPECT_EQ(reader.info().recording, Recording::complete);
  EXPECT_EQ(reader.info().path, file());
  EXPECT_GE(n_states, 10);
  EXPECT_EQ(n_known, std::ptrdiff_t{recorded_rows * recorded_columns});
  EXPECT_TRUE(verify(reader, nullptr, {}).digest_equal);
  int status = 1;
  ::waitpid(std::exchange(child, -1), &status, 0);
  EXPECT_EQ(status, 0) << "the writer was disturbed";
}

TEST_F(Follow, what_a_killed_writer_flushed_stays) {
  start_recording(/*die=*/true);
  Reader reader = follow();
  EXPECT_EQ(reader.info().recording, Recording::interrupted);
  EXPECT_FALSE(reader.refresh());
  EXPECT_GE(n_known, std::ptrdiff_t{recorded_rows * recorded_columns / flush_every * flush_every});
  recover(file(), *folder / "recovered.hdf5");
  expect_recovered(*folder / "recovered.hdf5", shared->n_flushed);
}

TEST_F(Follow, every_name_of_a_recording_opens_it) {
  MemorySource source = counted_source({4, 8}, {8, 8});
  std::optional<Writer> writer(std::in_place, file(), options_for(source));
  writer->push_frames(source.bytes().first(20 * source.info().frame_bytes()));
  writer->flush();
  const std::filesystem::path recording = recording_folder(file());
  for (const auto& name : {file(), recording, recording / "", recording / "data.hdf5"}) {
    const Reader reader(name);
    EXPECT_EQ(reader.info().recording, Recording::running) << name;
    EXPECT_EQ(n_with(reader.frame_status(), FrameStatus::okay), 20) << name;
    EXPECT_EQ(reader.info().scan, (ScanShape{4, 8}));
    EXPECT_TRUE(verify(reader, nullptr, {}).okay());
  }
  Reader reader(recording);
  writer->close();
  EXPECT_FALSE(reader.refresh());
  EXPECT_EQ(reader.info().recording, Recording::complete);
  EXPECT_EQ(Reader(recording).info().path, file());
}

TEST_F(Follow, a_file_that_is_being_replaced_stays_what_it_is) {
  MemorySource source = counted_source({2, 2}, {8, 8});
  convert(source, file());
  WriterOptions options = options_for(source);
  options.overwrite = true;
  Writer writer(file(), options);
  EXPECT_EQ(Reader(file()).info().recording, Recording::complete);
  Reader reader(recording_folder(file()));
  EXPECT_TRUE(reader.refresh());
  writer.close();
  EXPECT_FALSE(reader.refresh());
  EXPECT_EQ(n_with(reader.frame_status(), FrameStatus::missing), 4);
}

TEST_F(Follow, a_scan_without_length_grows) {
  MemorySource source = counted_source({6, 8}, {8, 8});
  for (const bool lines_known : {true, false}) {
    WriterOptions options = options_for(source);
    options.scan = {.scan_y = ScanGeometry::unknown, .scan_x = lines_known ? 8 : ScanGeometry::unknown};
    options.frames_per_chunk = 4;
    options.overwrite = true;
    Writer writer(file(), options);
    Reader reader(recording_folder(file()));
    for (std::uint64_t n = 0; n < 43; n += 1 + n % 5) {
      while (writer.stats().n_pushed < n) writer.push(source.frame(writer.stats().n_pushed));
      writer.flush();
      EXPECT_TRUE(reader.refresh());
      const std::uint64_t rows = std::max<std::uint64_t>(1, (n + 7) / 8);
      EXPECT_EQ(reader.info().scan, lines_known ? (ScanShape{rows, 8}) : (ScanShape{1, std::max<std::uint64_t>(1, n)}));
      EXPECT_EQ(n_with(reader.frame_status(), FrameStatus::okay), static_cast<std::ptrdiff_t>(n));
      const auto dense = all_frames(reader);
      const std::size_t bytes = n * source.info().frame_bytes();
      EXPECT_TRUE(std::ranges::equal(std::span(dense).first(bytes), source.bytes().first(bytes)));
    }
    const auto n_pushed = static_cast<std::ptrdiff_t>(writer.close().n_pushed);
    EXPECT_GT(n_pushed, 40);
    EXPECT_FALSE(reader.refresh());
    EXPECT_EQ(n_with(reader.frame_status(), FrameStatus::okay), n_pushed);
  }
}

TEST_F(Follow, frames_are_thresholded_before_their_chunk_is_complete) {
  MemorySource source = counted_source({2, 8}, {8, 8}, DType::u16, 4.0);
  WriterOptions options = options_for(source);
  options.frames_per_chunk = 8;
  options.threshold.threshold = 3;
  options.threshold.dark = PixelMap{std::vector<double>(64, -1.0), ""};  // makes something of nothing
  Writer writer(file(), options);
  for (std::uint64_t i = 0; i < 11; ++i) writer.push(source.frame(i));
  writer.flush();
  const Reader reader(file());
  EXPECT_EQ(reader.info().fidelity, Fidelity::thresholded);
  EXPECT_EQ(reader.threshold()->threshold, 3);
  std::vector<std::byte> expected(source.bytes().begin(), source.bytes().end());
  std::vector<DroppedFrame> dropped(16);
  Threshold(options.threshold, source.info().detector, source.info().dtype).apply(expected, expected, dropped);
  std::fill(expected.begin() + static_cast<std::ptrdiff_t>(11 * source.info().frame_bytes()), expected.end(), std::byte{0});
  EXPECT_EQ(all_frames(reader), expected);
}

TEST_F(Follow, parts_that_were_put_away_are_read) {
  MemorySource source = counted_source({40, 16}, {8, 8});
  WriterOptions options = options_for(source);
  options.frames_per_chunk = 16;
  options.queue_bytes = 1;  // the fewest blocks: most are put away before they are complete
  options.threads = 1;
  Writer writer(file(), options);
  std::uint64_t n = 0;
  for (; n < 500; ++n) writer.push(source.frame(n * 37 % 640), {.scan_index = n * 37 % 640});
  writer.flush();
  const Reader reader(file());
  const auto status = reader.frame_status();
  const auto dense = all_frames(reader);
  for (std::uint64_t i = 0; i < 500; ++i) {
    const std::uint64_t at = i * 37 % 640;
    EXPECT_EQ(status[at], FrameStatus::okay);
    EXPECT_TRUE(std::ranges::equal(source.frame(at),
                                   std::span(dense).subspan(at * source.info().frame_bytes(), source.info().frame_bytes())));
  }
  EXPECT_EQ(n_with(status, FrameStatus::missing), 140);
}

TEST_F(Follow, asking_whether_somebody_records_never_refuses_the_writer) {
  MemorySource source = counted_source({1, 2}, {4, 4});
  std::atomic<bool> stop = false;
  std::thread asking([&] {
    while (!stop) static_cast<void>(is_being_recorded(recording_folder(file())));
  });
  for (int i = 0; i < 50; ++i) {
    WriterOptions options = options_for(source);
    options.overwrite = true;
    options.threads = 1;
    EXPECT_NO_THROW(Writer(file(), options).close());
  }
  stop = true;
  asking.join();
}

TEST_F(Follow, a_damaged_journal_is_not_believed) {
  MemorySource source = counted_source({8, 8}, {8, 8});
  WriterOptions options = options_for(source);
  options.frames_per_chunk = 8;
  Writer writer(file(), options);
  for (std::uint64_t i = 0; i < 60; ++i) {
    if (i % 5 == 0)
      writer.drop();
    else
      writer.push(source.frame(i));
  }
  writer.flush();
  const std::filesystem::path sound = recording_folder(file()), damaged = *folder / "damaged.hdf5.recording";
  std::filesystem::copy(sound, damaged);
  const auto journal = read_small_file(sound / "journal", 1 << 20);
  std::mt19937_64 random(9);
  int n_refused = 0;
  for (int trial = 0; trial < 300; ++trial) {
    auto bytes = journal;
    bytes[random() % bytes.size()] ^= static_cast<std::byte>(1 + random() % 255);
    std::ofstream(damaged / "journal", std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    try {
      const Reader reader(damaged);
      const auto status = reader.frame_status();
      const auto dense = all_frames(reader);
      for (std::uint64_t i = 0; i < status.size(); ++i) {
        const auto frame = std::span(dense).subspan(i * source.info().frame_bytes(), source.info().frame_bytes());
        ASSERT_TRUE(!is_data(status[i]) || (i % 5 != 0 && std::ranges::equal(frame, source.frame(i)))) << i;
      }
    } catch (const DataError&) {
      ++n_refused;
    }
  }
  EXPECT_GT(n_refused, 200);
}

TEST_F(Follow, what_says_nothing_of_its_frames_is_refused) {
  std::filesystem::create_directory(recording_folder(file()));
  EXPECT_THROW(Reader{file()}, DataError);
  std::filesystem::create_directory(*folder / "plain");
  EXPECT_THROW(Reader{*folder / "plain"}, IoError);
  EXPECT_THROW(Reader{*folder / "nothing.hdf5"}, IoError);
}

}  // namespace
}  // namespace esieve
