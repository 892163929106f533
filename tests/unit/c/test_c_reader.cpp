// SPDX-License-Identifier: Apache-2.0
//
// What the C reader gives is what the C++ reader gives.
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "unit/c/handles.hpp"

namespace esieve {
namespace {

class CReader : public testing::Test {
 protected:
  CReader() : source(counted_source({4, 6}, {10, 9})) {
    Writer writer(path, options_for(source));
    writer.push_frames(source.bytes());
    writer.close();
  }

  /// Events of all frames with counts of type T.
  template <class T>
  Csr events(esieve_reader* reader, std::int32_t dtype, std::uint64_t first, std::uint64_t n) {
    std::uint64_t n_events = 0;
    EXPECT_EQ(esieve_reader_count_events(reader, first, n, &n_events), ESIEVE_OKAY);
    Csr csr;
    std::vector<T> counts(n_events);
    csr.offsets.resize(n + 1);
    csr.pixels.resize(n_events);
    EXPECT_EQ(esieve_reader_events(reader, first, n, csr.offsets.data(), csr.pixels.data(), counts.data(), dtype, n_events),
              ESIEVE_OKAY)
        << esieve_reader_message(reader);
    for (const T count : counts) csr.counts.push_back(static_cast<std::uint32_t>(count));
    return csr;
  }

  TemporaryFolder folder;
  const std::filesystem::path path = folder / "a.hdf5";
  MemorySource source;
};

TEST_F(CReader, tells_shape_and_type) {
  const ReaderHandle reader = open_reader(path);
  esieve_file_info info = {};
  info.struct_bytes = sizeof info;
  ASSERT_EQ(esieve_reader_info(reader.get(), &info), ESIEVE_OKAY);
  const FileInfo expected = Reader(path).info();
  EXPECT_EQ(info.scan_y, 4U);
  EXPECT_EQ(info.scan_x, 6U);
  EXPECT_EQ(info.frames_per_position, 1U);
  EXPECT_EQ(info.det_y, 10U);
  EXPECT_EQ(info.det_x, 9U);
  EXPECT_EQ(info.dtype, ESIEVE_UINT16);
  EXPECT_EQ(info.is_lossless, 1);
  EXPECT_EQ(info.frame_bytes, 180U);
  EXPECT_EQ(info.n_events, expected.n_events);
  EXPECT_EQ(info.n_electrons, expected.n_electrons);
  EXPECT_EQ(info.stored_bytes, std::filesystem::file_size(path));
}

TEST_F(CReader, reads_frames_and_their_status) {
  const ReaderHandle reader = open_reader(path);
  std::vector<std::byte> frames(5 * 180);
  ASSERT_EQ(esieve_reader_frames(reader.get(), 7, 5, frames.data(), frames.size()), ESIEVE_OKAY);
  EXPECT_TRUE(std::equal(frames.begin(), frames.end(), source.frame(7).data()));
  std::vector<std::uint8_t> status(5);
  ASSERT_EQ(esieve_reader_frame_status(reader.get(), 7, 5, status.data()), ESIEVE_OKAY);
  EXPECT_EQ(status, std::vector<std::uint8_t>(5, ESIEVE_FRAME_OKAY));
}

TEST_F(CReader, a_file_that_says_nothing_of_its_frames_has_all_of_them) {
  convert(source, folder / "b.hdf5");
  const ReaderHandle reader = open_reader(folder / "b.hdf5");
  std::vector<std::uint8_t> status(24);
  ASSERT_EQ(esieve_reader_frame_status(reader.get(), 0, 24, status.data()), ESIEVE_OKAY);
  EXPECT_EQ(status, std::vector<std::uint8_t>(24, ESIEVE_FRAME_OKAY));
}

TEST_F(CReader, reads_events_with_counts_of_each_type) {
  const ReaderHandle reader = open_reader(path);
  const Csr expected = csr_of(source);
  const auto equal = [&](const Csr& csr) {
    return csr.offsets == expected.offsets && csr.pixels == expected.pixels && csr.counts == expected.counts;
  };
  EXPECT_TRUE(equal(events<std::uint32_t>(reader.get(), ESIEVE_UINT32, 0, 24)));
  EXPECT_TRUE(equal(events<std::uint64_t>(reader.get(), ESIEVE_UINT64, 0, 24)));
  EXPECT_TRUE(equal(events<std::int64_t>(reader.get(), ESIEVE_INT64, 0, 24)));
  EXPECT_TRUE(equal(events<float>(reader.get(), ESIEVE_FLOAT32, 0, 24)));
  EXPECT_TRUE(equal(events<double>(reader.get(), ESIEVE_FLOAT64, 0, 24)));
  const Csr part = events<std::uint32_t>(reader.get(), ESIEVE_UINT32, 3, 2);
  EXPECT_EQ(part.offsets[2], expected.offsets[5] - expected.offsets[3]);
  EXPECT_TRUE(std::equal(part.pixels.begin(), part.pixels.end(), expected.pixels.begin() + expected.offsets[3]));
}

TEST_F(CReader, refuses_what_does_not_fit) {
  const ReaderHandle reader = open_reader(path);
  esieve_reader* r = reader.get();
  std::vector<std::byte> frames(180);
  std::vector<std::uint8_t> status(1);
  std::uint64_t n_events = 0;
  EXPECT_EQ(esieve_reader_frames(r, 0, 1, frames.data(), 179), ESIEVE_USAGE);
  EXPECT_EQ(esieve_reader_frames(r, 24, 1, frames.data(), 180), ESIEVE_USAGE);
  EXPECT_EQ(esieve_reader_frames(r, 0, 1, nullptr, 180), ESIEVE_USAGE);
  EXPECT_EQ(esieve_reader_frames(r, UINT64_MAX, 2, frames.data(), 180), ESIEVE_USAGE);
  EXPECT_EQ(esieve_reader_frame_status(r, 24, 1, status.data()), ESIEVE_USAGE);
  EXPECT_EQ(esieve_reader_frame_status(r, 0, 1, nullptr), ESIEVE_USAGE);
  EXPECT_EQ(esieve_reader_count_events(r, 20, 5, &n_events), ESIEVE_USAGE);
  EXPECT_EQ(esieve_reader_count_events(r, 0, 1, nullptr), ESIEVE_USAGE);
  EXPECT_EQ(esieve_reader_info(r, nullptr), ESIEVE_USAGE);
  std::vector<std::int64_t> offsets(25);
  std::vector<std::uint32_t> pixels(1), counts(1);
  EXPECT_EQ(esieve_reader_events(r, 0, 24, offsets.data(), pixels.data(), counts.data(), ESIEVE_UINT32, 1), ESIEVE_USAGE);
  EXPECT_NE(std::string(esieve_reader_message(r)).find("room for 1"), std::string::npos) << esieve_reader_message(r);
  EXPECT_EQ(esieve_reader_events(r, 0, 24, nullptr, nullptr, nullptr, ESIEVE_UINT32, 1000000), ESIEVE_USAGE);
  EXPECT_EQ(esieve_reader_events(r, 0, 1, offsets.data(), pixels.data(), counts.data(), ESIEVE_UINT8, 1), ESIEVE_USAGE);
}

TEST_F(CReader, a_file_that_cannot_be_read_says_why) {
  auto* reader = reinterpret_cast<esieve_reader*>(&source);
  EXPECT_EQ(esieve_reader_open((folder / "no.hdf5").c_str(), &reader), ESIEVE_IO);
  EXPECT_EQ(reader, nullptr);
  std::ofstream(folder / "text") << "not an event file, and longer than any signature could be";
  EXPECT_EQ(esieve_reader_open((folder / "text").c_str(), &reader), ESIEVE_BAD_DATA);
  EXPECT_NE(std::string(esieve_last_message()).find("text"), std::string::npos) << esieve_last_message();
  EXPECT_EQ(esieve_reader_open(nullptr, &reader), ESIEVE_USAGE);
  EXPECT_EQ(esieve_reader_open(path.c_str(), nullptr), ESIEVE_USAGE);
  EXPECT_EQ(esieve_reader_info(nullptr, nullptr), ESIEVE_USAGE);
  EXPECT_STREQ(esieve_reader_message(nullptr), "");
  esieve_reader_close(nullptr);
}

TEST_F(CReader, threads_read_from_one_handle) {
  const ReaderHandle reader = open_reader(path);
  const auto read_all = [&] {
    std::vector<std::byte> frame(180);
    for (std::uint64_t i = 0; i < 24; ++i) {
      EXPECT_EQ(esieve_reader_frames(reader.get(), i, 1, frame.data(), 180), ESIEVE_OKAY);
      EXPECT_TRUE(std::equal(frame.begin(), frame.end(), source.frame(i).data()));
    }
  };
  std::thread other(read_all);
  read_all();
  other.join();
}

}  // namespace
}  // namespace esieve
