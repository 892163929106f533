// SPDX-License-Identifier: Apache-2.0
//
// Each way to push gives the file that the C++ writer makes of the same frames.
#include <gtest/gtest.h>

#include <thread>

#include "unit/c/handles.hpp"

namespace esieve {
namespace {

class CWriter : public testing::Test {
 protected:
  CWriter() : source(counted_source({6, 8}, {16, 12})), csr(csr_of(source)) {
    Writer writer(folder / "cpp.hdf5", options_for(source));
    writer.push_frames(source.bytes());
    writer.close();
  }

  /// Records with `push(writer)` and compares.
  template <class Push>
  void expect_same_file(const esieve_writer_options& options, const Push& push) {
    const WriterHandle writer = open_writer(folder / "c.hdf5", options);
    ASSERT_NE(writer, nullptr);
    push(writer.get());
    EXPECT_EQ(esieve_writer_close(writer.get()), ESIEVE_OKAY) << esieve_writer_message(writer.get());
    EXPECT_EQ(stats_of(writer).n_stored, 48U);
    EXPECT_TRUE(holds(folder / "c.hdf5", source));
    const Reader recorded(folder / "c.hdf5");
    expect_equal_files(recorded, Reader(folder / "cpp.hdf5"));
    EXPECT_EQ(recorded.frame_status(), repeated(48, FrameStatus::okay));
  }
  template <class Push>
  void expect_same_file(const Push& push) {
    expect_same_file(c_options_for(source), push);
  }

  const std::byte* frame(std::size_t i) { return source.frame(i).data(); }
  std::size_t frame_bytes() const { return source.info().frame_bytes(); }

  TemporaryFolder folder;
  MemorySource source;
  const Csr csr;
};

TEST_F(CWriter, frame_by_frame) {
  expect_same_file([&](esieve_writer* writer) {
    for (std::size_t i = 0; i < 48; ++i)
      EXPECT_EQ(esieve_writer_push(writer, frame(i), frame_bytes(), ESIEVE_NEXT, 0), ESIEVE_OKAY);
  });
}

TEST_F(CWriter, blocks_of_frames_in_any_order) {
  expect_same_file([&](esieve_writer* writer) {
    EXPECT_EQ(esieve_writer_push_frames(writer, frame(20), 28 * frame_bytes(), 20, 0), ESIEVE_OKAY);
    EXPECT_EQ(esieve_writer_push_frames(writer, frame(0), 20 * frame_bytes(), ESIEVE_NEXT, 0), ESIEVE_OKAY);
  });
}

TEST_F(CWriter, events_of_frames) {
  expect_same_file([&](esieve_writer* writer) {
    for (std::size_t i = 48; i-- > 0;) {
      const auto first = static_cast<std::size_t>(csr.offsets[i]), n = static_cast<std::size_t>(csr.offsets[i + 1]) - first;
      EXPECT_EQ(esieve_writer_push_events(writer, csr.pixels.data() + first, csr.counts.data() + first, n, i, 0), ESIEVE_OKAY);
    }
  });
}

TEST_F(CWriter, compressed_rows) {
  expect_same_file([&](esieve_writer* writer) {
    EXPECT_EQ(esieve_writer_push_csr(writer, csr.offsets.data(), 48, csr.pixels.data(), csr.counts.data(), csr.pixels.size(),
                                     ESIEVE_NEXT, 0),
              ESIEVE_OKAY);
  });
}

/// Every count as a hit of its own.
struct Hits {
  explicit Hits(const Csr& csr) {
    for (std::size_t f = 0; f + 1 < csr.offsets.size(); ++f)
      for (auto i = static_cast<std::size_t>(csr.offsets[f]); i < static_cast<std::size_t>(csr.offsets[f + 1]); ++i)
        for (std::uint32_t k = 0; k < csr.counts[i]; ++k) {
          frames.push_back(f);
          times_us.push_back(4.0 * static_cast<double>(f) + 0.01 * k);
          x.push_back(static_cast<std::uint16_t>(csr.pixels[i] % 12));
          y.push_back(static_cast<std::uint16_t>(csr.pixels[i] / 12));
        }
  }
  std::vector<std::uint64_t> frames;
  std::vector<double> times_us;
  std::vector<std::uint16_t> x, y;
};

TEST_F(CWriter, hits_by_frame) {
  const Hits hits(csr);
  expect_same_file([&](esieve_writer* writer) {
    EXPECT_EQ(esieve_writer_push_hits(writer, hits.frames.data(), hits.x.data(), hits.y.data(), hits.x.size()), ESIEVE_OKAY);
    EXPECT_EQ(esieve_writer_finish_hits(writer), ESIEVE_OKAY);
  });
}

TEST_F(CWriter, hits_by_time) {
  const Hits hits(csr);
  esieve_writer_options options = c_options_for(source);
  options.dwell_us = 4;
  expect_same_file(options, [&](esieve_writer* writer) {
    EXPECT_EQ(esieve_writer_push_timed_hits(writer, hits.times_us.data(), hits.x.data(), hits.y.data(), hits.x.size()),
              ESIEVE_OKAY);
  });
}

TEST_F(CWriter, two_threads_push) {
  expect_same_file([&](esieve_writer* writer) {
    const auto push_every_second = [&](std::size_t first) {
      for (std::size_t i = first; i < 48; i += 2)
        EXPECT_EQ(esieve_writer_push(writer, frame(i), frame_bytes(), i, 0), ESIEVE_OKAY);
    };
    std::thread other(push_every_second, 1);
    push_every_second(0);
    other.join();
  });
}

TEST_F(CWriter, dropped_and_partial_frames_are_marked) {
  const WriterHandle writer = open_writer(folder / "c.hdf5", c_options_for(source));
  EXPECT_EQ(esieve_writer_drop(writer.get(), 2, ESIEVE_NEXT), ESIEVE_OKAY);
  EXPECT_EQ(esieve_writer_push(writer.get(), frame(2), frame_bytes(), ESIEVE_NEXT, ESIEVE_PARTIAL), ESIEVE_OKAY);
  EXPECT_EQ(esieve_writer_drop(writer.get(), 1, 40), ESIEVE_OKAY);
  EXPECT_EQ(esieve_writer_flush(writer.get()), ESIEVE_OKAY);
  EXPECT_EQ(stats_of(writer).n_dropped, 3U);
  EXPECT_EQ(esieve_writer_close(writer.get()), ESIEVE_OKAY);
  std::vector<FrameStatus> expected = repeated(48, FrameStatus::missing);
  expected[0] = expected[1] = expected[40] = FrameStatus::dropped;
  expected[2] = FrameStatus::partial;
  EXPECT_EQ(Reader(folder / "c.hdf5").frame_status(), expected);
}

TEST_F(CWriter, flyback_threshold_and_crop_reach_the_writer) {
  esieve_writer_options options = c_options_for(source);
  options.flyback_frames = 1;
  options.crop_n_y = 9;
  options.crop_n_x = 12;
  options.has_threshold = 1;
  options.threshold = 2;
  const WriterHandle writer = open_writer(folder / "c.hdf5", options);
  for (std::size_t i = 0; i < 18; ++i)
    EXPECT_EQ(esieve_writer_push(writer.get(), frame(i), frame_bytes(), ESIEVE_NEXT, 0), ESIEVE_OKAY);
  EXPECT_EQ(stats_of(writer).n_flyback, 2U);
  EXPECT_EQ(stats_of(writer).n_frames_expected, 48U);
  EXPECT_EQ(esieve_writer_close(writer.get()), ESIEVE_OKAY);
  const Reader reader(folder / "c.hdf5");
  EXPECT_EQ(reader.info().detector, (DetectorShape{9, 12}));
  EXPECT_EQ(reader.info().fidelity, Fidelity::thresholded);
  EXPECT_EQ(reader.threshold()->threshold, 2);
}

TEST_F(CWriter, a_snapshot_fills_the_buffers_it_is_given) {
  const WriterHandle writer = open_writer(folder / "c.hdf5", c_options_for(source));
  EXPECT_EQ(esieve_writer_push_frames(writer.get(), frame(0), 48 * frame_bytes(), ESIEVE_NEXT, 0), ESIEVE_OKAY);
  EXPECT_EQ(esieve_writer_close(writer.get()), ESIEVE_OKAY);
  esieve_snapshot snapshot = {};
  snapshot.struct_bytes = sizeof snapshot;
  ASSERT_EQ(esieve_writer_snapshot(writer.get(), &snapshot), ESIEVE_OKAY);
  EXPECT_EQ(snapshot.scan_y, 6U);
  EXPECT_EQ(snapshot.scan_x, 8U);
  EXPECT_EQ(snapshot.det_y, 16U);
  EXPECT_EQ(snapshot.det_x, 12U);

  std::vector<double> image(48, -1), pattern(192, -1), last(192, -1);
  std::vector<std::uint8_t> status(48, 99);
  snapshot.scan_image = image.data();
  snapshot.frame_status = status.data();
  snapshot.scan_capacity = 40;
  snapshot.mean_pattern = pattern.data();
  snapshot.last_frame = last.data();
  snapshot.det_capacity = 192;
  ASSERT_EQ(esieve_writer_snapshot(writer.get(), &snapshot), ESIEVE_OKAY);
  const auto values = source.values<std::uint16_t>();
  const auto sum = [&](std::size_t f) { return std::accumulate(&values[f * 192], &values[f * 192] + 192, 0.0); };
  for (std::size_t f = 0; f < 40; ++f) {
    EXPECT_EQ(image[f], sum(f));
    EXPECT_EQ(status[f], ESIEVE_FRAME_OKAY);
  }
  EXPECT_EQ(image[40], -1);  // beyond what there was room for
  EXPECT_EQ(status[40], 99);
  double total = 0;
  for (std::size_t p = 0; p < 192; ++p) total += pattern[p] * 48;
  EXPECT_NEAR(total, Reader(folder / "c.hdf5").info().n_electrons, 1e-6);
  EXPECT_GE(*std::min_element(last.begin(), last.end()), 0);
}

}  // namespace
}  // namespace esieve
