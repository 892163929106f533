// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/bytes.hpp"
#include "esieve/error.hpp"
#include "mib_files.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_data.hpp"

namespace esieve {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

template <class T>
std::vector<T> values_of(const std::vector<std::byte>& bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

TEST(MibSource, reads_converted_frames_of_every_width) {
  const TemporaryFolder folder;
  std::mt19937_64 random(test_seed(16));
  const std::pair<const char*, std::size_t> types[] = {{"U08", 1}, {"U16", 2}, {"U32", 4}};
  for (const auto& [type, item] : types) {
    MibFrames frames;
    frames.pixel_type = type;
    frames.columns = 256;
    frames.rows = 64;  // a detector region
    std::vector<std::vector<std::byte>> bodies;
    std::vector<std::byte> expected;
    for (int i = 0; i < 6; ++i) {
      bodies.push_back(random_bytes(random, 256 * 64 * item));
      expected.insert(expected.end(), bodies.back().begin(), bodies.back().end());
    }
    swap_bytes(expected, item);
    write_mib(folder / "x.mib", frames, bodies);
    const auto source = open_source(folder / "x.mib");
    EXPECT_EQ(source->info().detector, (DetectorShape{64, 256}));
    EXPECT_EQ(item_bytes(source->info().dtype), item);
    expect_frames(*source, expected, random);
  }
}

/// Random counts below 2^bits.
std::vector<std::uint32_t> random_counts(std::mt19937_64& random, std::size_t n, int bits) {
  std::vector<std::uint32_t> counts(n);
  for (std::uint32_t& count : counts) count = static_cast<std::uint32_t>(random() >> (64 - bits));
  return counts;
}

/// What a source reads, whatever its type.
std::vector<std::uint32_t> widened(const Source& source) {
  return visit_dtype(source.info().dtype, [&]<class T>(T) {
    const std::vector<T> values = values_of<T>(read_all(source));
    return std::vector<std::uint32_t>(values.begin(), values.end());
  });
}

/// Stored frame of a counter of `bits`, of pixels in stored order.
std::vector<std::byte> raw_frame(const std::vector<std::uint32_t>& pixels, int bits) {
  if (bits < 24) return raw_image(pixels, bits == 1 ? 1 : bits == 6 ? 8 : 16);
  std::vector<std::uint32_t> upper, lower;
  for (const std::uint32_t pixel : pixels) {
    upper.push_back(pixel >> 12);
    lower.push_back(pixel & 0xFFF);
  }
  std::vector<std::byte> frame = raw_image(upper, 16), second = raw_image(lower, 16);
  frame.insert(frame.end(), second.begin(), second.end());
  return frame;
}

TEST(MibSource, unpacks_raw_frames_of_one_chip) {
  const TemporaryFolder folder;
  std::mt19937_64 random(test_seed(17));
  for (const int bits : {1, 6, 12, 24}) {
    SCOPED_TRACE(bits);
    const std::vector<std::uint32_t> counts = random_counts(random, 256 * 32, bits);
    MibFrames frames{384, 1, bits == 24 ? 512 : 256, 32, "R64", "   1x1", bits};
    write_mib(folder / "x.mib", frames, {raw_frame(counts, bits)});
    EXPECT_EQ(widened(*open_source(folder / "x.mib")), counts);
  }
}

TEST(MibSource, puts_the_four_chips_of_a_square_where_they_sit) {
  const TemporaryFolder folder;
  std::mt19937_64 random(test_seed(18));
  constexpr std::size_t rows = 16, side = 256;
  for (const int bits : {1, 6, 12, 24}) {
    SCOPED_TRACE(bits);
    const std::vector<std::uint32_t> counts = random_counts(random, 2 * rows * 2 * side, bits);  // as on the detector
    std::vector<std::uint32_t> stored(counts.size());
    const auto detector = [&](std::size_t y, std::size_t x) { return counts[y * 2 * side + x]; };
    for (std::size_t y = 0; y < rows; ++y)
      for (std::size_t x = 0; x < side; ++x) {
        std::uint32_t* row = &stored[y * 4 * side];
        row[3 * side + x] = detector(y, x);                                // chip 1: upper left
        row[2 * side + x] = detector(y, side + x);                         // chip 2: upper right
        row[1 * side + x] = detector(2 * rows - 1 - y, side - 1 - x);      // chip 3: lower left, turned
        row[0 * side + x] = detector(2 * rows - 1 - y, 2 * side - 1 - x);  // chip 4: lower right, turned
      }
    MibFrames frames{768, 4, bits == 24 ? 2048 : 1024, rows, "R64", "   2x2", bits};
    write_mib(folder / "x.mib", frames, {raw_frame(stored, bits), raw_frame(stored, bits)});
    const auto source = open_source(folder / "x.mib");
    EXPECT_EQ(source->info().detector, (DetectorShape{2 * rows, 2 * side}));
    std::vector<std::uint32_t> twice = counts;
    twice.insert(twice.end(), counts.begin(), counts.end());
    EXPECT_EQ(widened(*source), twice);
  }
}

void write_some(const TemporaryFolder& folder, std::size_t n_frames) {
  MibFrames frames;
  frames.rows = 2;
  write_mib(folder / "x.mib", frames, std::vector<std::vector<std::byte>>(n_frames, std::vector<std::byte>(256 * 2 * 2)));
}

TEST(MibSource, takes_the_scan_from_the_text_file_beside_it) {
  const TemporaryFolder folder;
  write_some(folder, 8);
  EXPECT_EQ(open_source(folder / "x.mib")->info().scan, (ScanShape{1, 8}));
  write_bytes(folder / "x.hdr", "HDR,\t\r\nFrames in Acquisition (Number):\t8\r\nFrames per Trigger (Number):\t4\r\nEnd\t");
  EXPECT_EQ(open_source(folder / "x.mib")->info().scan, (ScanShape{2, 4}));
  EXPECT_EQ(open_source(folder / "x.hdr")->info().scan, (ScanShape{2, 4}));
  write_bytes(folder / "x.hdr", "HDR,\t\nFrames per Trigger (Number):\t8\nScanX:\t2\nScanY:\t4\nEnd\t");
  EXPECT_EQ(open_source(folder / "x.mib")->info().scan, (ScanShape{4, 2}));
  SourceOptions options;
  options.scan_shape = ScanShape{8, 1};
  EXPECT_EQ(open_source(folder / "x.mib", options)->info().scan, (ScanShape{8, 1}));
}

TEST(MibSource, takes_whole_rows_of_an_interrupted_scan_and_one_row_otherwise) {
  const TemporaryFolder folder;
  write_bytes(folder / "x.hdr", "HDR,\t\nScanX:\t4\nScanY:\t100\nEnd\t");
  write_some(folder, 8);
  EXPECT_EQ(open_source(folder / "x.mib")->info().scan, (ScanShape{2, 4}));
  write_some(folder, 7);
  EXPECT_EQ(open_source(folder / "x.mib")->info().scan, (ScanShape{1, 7}));
}

TEST(MibSource, keeps_headers_and_dwell_time) {
  const TemporaryFolder folder;
  write_some(folder, 2);
  write_bytes(folder / "x.hdr", "HDR,\t\nTemperature (C):\t43 \xB0 C\nEnd\t");
  const auto mib = nlohmann::json::parse(open_source(folder / "x.mib")->info().metadata_json)["mib"];
  EXPECT_EQ(mib["dwell_time_s"], 0.002);
  EXPECT_THAT(mib["first_frame_header"].get<std::string>(), HasSubstr("2024-07-02T11:49:15"));
  EXPECT_THAT(mib["hdr"]["latin1"].get<std::string>(), HasSubstr("43 ° C"));
}

TEST(MibSource, names_what_is_damaged_or_not_known) {
  const TemporaryFolder folder;
  write_some(folder, 3);
  std::filesystem::resize_file(folder / "x.mib", 2 * (384 + 1024) + 500);
  EXPECT_THAT([&] { open_source(folder / "x.mib"); },
              ThrowsMessage<DataError>(HasSubstr("ends within frame 2, 500 of 1408 bytes")));
  write_bytes(folder / "short.mib", "MQ1,000001,00384,01,0256");
  EXPECT_THROW(open_source(folder / "short.mib"), DataError);
  write_bytes(folder / "bad.mib", "MQ1,000001,00384,01,0256,9999999999,U16,   1x1" + std::string(400, '\0'));
  EXPECT_THROW(open_source(folder / "bad.mib"), DataError);

  MibFrames odd{384, 1, 256, 2, "R64", "   1x1", 7};
  write_mib(folder / "x.mib", odd, {std::vector<std::byte>(1024)});
  EXPECT_THAT([&] { open_source(folder / "x.mib"); }, ThrowsMessage<UnsupportedError>(HasSubstr("7 bits")));
  MibFrames row{384, 3, 768, 2, "R64", "   3x1", 12};
  write_mib(folder / "x.mib", row, {std::vector<std::byte>(3072)});
  EXPECT_THAT([&] { open_source(folder / "x.mib"); }, ThrowsMessage<UnsupportedError>(HasSubstr("3 chips as 3x1")));
}

TEST(MibSource, notices_frames_that_are_out_of_step) {
  const TemporaryFolder folder;
  write_some(folder, 2);
  std::fstream file(folder / "x.mib", std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(384 + 1024);
  file.write("oops", 4);
  file.close();
  EXPECT_THAT([&] { read_all(*open_source(folder / "x.mib")); },
              ThrowsMessage<DataError>(HasSubstr("frame 1 has no Merlin header")));
}

TEST(MibSource, survives_any_single_byte_changed_in_its_header) {
  const TemporaryFolder folder;
  const MibFrames frames{384, 4, 1024, 2, "R64", "   2x2", 6};
  survives_changed_bytes(folder / "x.mib", mib_header(frames, 0) + std::string(1024 * 2, '\1'), 200);
}

/// Unpacks the real files; false if there is no program to do it with.
bool unzip(const std::filesystem::path& archive, const TemporaryFolder& folder) {
  const std::string command = "unzip -qo '" + archive.string() + "' -d '" + folder.path().string() + "' 2>/dev/null || " +
                              "python3 -m zipfile -e '" + archive.string() + "' '" + folder.path().string() + "' 2>/dev/null";
  return std::system(command.c_str()) == 0;
}

/// Correlation of the mean frames of two files in a quarter of the detector.
double correlation(const Source& a, const Source& b, std::uint32_t quarter) {
  const DetectorShape shape = a.info().detector;
  const auto mean = [&](const Source& source) {
    std::vector<double> sums(shape.n_pixels() / 4);
    const std::vector<std::byte> frames = read_all(source);
    const std::uint32_t y0 = quarter / 2 * shape.det_y / 2, x0 = quarter % 2 * shape.det_x / 2;
    for (std::uint64_t frame = 0; frame < source.info().scan.n_frames(); ++frame)
      for (std::uint32_t y = 0; y < shape.det_y / 2; ++y)
        for (std::uint32_t x = 0; x < shape.det_x / 2; ++x)
          sums[y * shape.det_x / 2 + x] +=
              std::to_integer<int>(frames[frame * shape.n_pixels() + (y0 + y) * shape.det_x + x0 + x]);
    return sums;
  };
  const std::vector<double> u = mean(a), v = mean(b);
  double su = 0, sv = 0, suu = 0, svv = 0, suv = 0;
  for (std::size_t i = 0; i < u.size(); ++i) {
    su += u[i];
    sv += v[i];
    suu += u[i] * u[i];
    svv += v[i] * v[i];
    suv += u[i] * v[i];
  }
  const double n = static_cast<double>(u.size());
  return (suv - su * sv / n) / std::sqrt((suu - su * su / n) * (svv - sv * sv / n));
}

TEST(MibSource, shows_the_same_hot_pixels_in_real_raw_and_converted_files) {
  const std::filesystem::path archive = "merlin_mib/Merlin_Single_Quad.zip";
  ESIEVE_NEEDS_DATA(archive);
  const TemporaryFolder folder;
  if (!unzip(test_data_folder() / archive, folder)) GTEST_SKIP() << "neither unzip nor python3 is here";
  for (const char* name : {"Single_9_Frame", "Quad_9_Frame", "Single_1_Frame", "Quad_1_Frame"}) {
    const auto raw = open_source(folder / (std::string(name) + "_CounterDepth_1_Rows_256RAW.mib"));
    const auto converted = open_source(folder / (std::string(name) + "_CounterDepth_1_Rows_256.mib"));
    ASSERT_EQ(raw->info().shape, converted->info().shape);
    for (std::uint32_t quarter = 0; quarter < 4; ++quarter) EXPECT_GT(correlation(*raw, *converted, quarter), 0.95) << name;
  }
}

TEST(MibSource, opens_every_real_file) {
  const TemporaryFolder folder;
  int n_files = 0;
  for (const char* archive : {"Merlin_Single_Quad", "Merlin_navigation4x2_ROI", "Merlin_navigation4x2_signalNx256_ROI"}) {
    const std::filesystem::path path = std::filesystem::path("merlin_mib") / (std::string(archive) + ".zip");
    ESIEVE_NEEDS_DATA(path);
    if (!unzip(test_data_folder() / path, folder)) GTEST_SKIP() << "neither unzip nor python3 is here";
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
    if (entry.path().extension() != ".mib") continue;
    const auto source = open_source(entry.path());
    EXPECT_EQ(read_all(*source).size(), source->info().dense_bytes()) << entry.path();
    ++n_files;
  }
  EXPECT_EQ(n_files, 24);
  const auto scan = open_source(folder / "003_merlin_test_roi_sig256x64_nav4x2_hot_pixel_52x_39y.mib");
  EXPECT_EQ(scan->info().scan, (ScanShape{2, 4}));
  EXPECT_EQ(scan->info().detector, (DetectorShape{64, 256}));
}

}  // namespace
}  // namespace esieve
