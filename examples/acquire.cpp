// SPDX-License-Identifier: Apache-2.0
//
// Records a camera while the microscope scans: frames in, an event file out, nothing dense in between.
// Read virtual_image.cpp first, which reads such a file.
//
//   acquire OUT.hdf5 [FRAMES_PER_SECOND [LINES]]
#include <esieve/esieve.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <thread>
#include <vector>

namespace {

constexpr std::uint32_t det_y = 128, det_x = 128;
constexpr std::uint64_t electrons_per_frame = 200;

struct Frame {
  std::uint64_t number = 0;  // counted by the camera, lost frames included
  std::vector<std::uint16_t> counts = std::vector<std::uint16_t>(det_y * det_x);
};

/// Stands for a camera: frames come at a rate, and some are lost on the way. Put the camera's own interface here.
class Camera {
 public:
  Camera(double frames_per_second, std::uint64_t n_frames) : period_(1 / frames_per_second), n_frames_(n_frames) {}

  /// Waits for the next frame that arrives; false when there are no more.
  bool next(Frame& frame) {
    while (next_ % 50 == 37) ++next_;  // lost
    if (next_ >= n_frames_) return false;
    std::this_thread::sleep_until(start_ + std::chrono::duration_cast<Clock::duration>(period_ * next_));
    frame.number = next_++;
    expose(frame);
    return true;
  }

 private:
  using Clock = std::chrono::steady_clock;

  /// Electrons around the middle of the detector, different ones in each frame.
  static void expose(Frame& frame) {
    std::fill(frame.counts.begin(), frame.counts.end(), std::uint16_t{0});
    std::uint64_t random = frame.number + 1;
    for (std::uint64_t i = 0; i < electrons_per_frame; ++i) {
      random = random * 6364136223846793005U + 1442695040888963407U;
      const std::uint64_t y = 33 + (random >> 20) % 32 + (random >> 30) % 32;
      const std::uint64_t x = 33 + (random >> 40) % 32 + (random >> 50) % 32;
      ++frame.counts[y * det_x + x];
    }
  }

  std::chrono::duration<double> period_;
  std::uint64_t n_frames_, next_ = 0;
  Clock::time_point start_ = Clock::now();
};

esieve::WriterOptions describe(std::int64_t lines) {
  esieve::WriterOptions options;
  options.scan.scan_y = lines;
  options.scan.scan_x = 32;
  options.scan.flyback_lines = 1;  // after each line the beam returns as slowly as it came: frames of no position
  options.detector = {det_y, det_x};
  options.dtype = esieve::DType::u16;
  options.axes[0].scale = options.axes[1].scale = 0.05;
  options.axes[0].units = options.axes[1].units = "nm";
  options.when_full = esieve::WhenFull::spill;  // the camera never waits, and nothing is lost
  return options;
}

void record(Camera& camera, std::uint64_t n_frames, esieve::Writer& writer) {
  Frame frame;
  std::uint64_t expected = 0;
  while (camera.next(frame)) {
    if (frame.number > expected) writer.drop(frame.number - expected);  // so that all others keep their places
    writer.push(std::as_bytes(std::span(frame.counts)));
    expected = frame.number + 1;
  }
  if (expected < n_frames) writer.drop(n_frames - expected);
}

}  // namespace

int main(int argc, char** argv) try {
  const double rate = argc > 2 ? std::atof(argv[2]) : 1000;
  const std::int64_t lines = argc > 3 ? std::atoll(argv[3]) : 16;
  if (argc < 2 || argc > 4 || !(rate > 0) || lines < 1) {
    std::fprintf(stderr, "usage: acquire OUT.hdf5 [FRAMES_PER_SECOND [LINES]]\n");
    return 2;
  }
  const esieve::WriterOptions options = describe(lines);
  const std::uint64_t n_frames = *esieve::n_camera_frames(options.scan);
  esieve::Writer writer(argv[1], options);
  Camera camera(rate, n_frames);
  record(camera, n_frames, writer);
  const esieve::WriterStats stats = writer.close();

  std::printf("%llu frames pushed (%llu flyback), %llu dropped, %llu stored with %llu events in %.2f s\n",
              static_cast<unsigned long long>(stats.n_pushed), static_cast<unsigned long long>(stats.n_flyback),
              static_cast<unsigned long long>(stats.n_dropped), static_cast<unsigned long long>(stats.n_stored),
              static_cast<unsigned long long>(stats.n_events), stats.elapsed_s);
  std::printf("%.1f MB of frames became %.3f MB\n", static_cast<double>(stats.dense_bytes) * 1e-6,
              static_cast<double>(stats.stored_bytes) * 1e-6);
} catch (const esieve::Error& error) {
  std::fprintf(stderr, "acquire: %s\n", error.what());
  return 1;
}
