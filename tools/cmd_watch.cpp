// SPDX-License-Identifier: Apache-2.0
//
// esieve watch: progress, rates and images of a recording that another process makes.
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <thread>

#include "command.hpp"
#include "esieve/analysis.hpp"
#include "esieve/error.hpp"
#include "esieve/watch.hpp"
#include "options.hpp"
#include "picture.hpp"
#include "png_writer.hpp"
#include "progress_bar.hpp"

namespace esieve::tools {
namespace {

using Seconds = std::chrono::duration<double>;

struct Arguments {
  std::filesystem::path path, png;
  bool once = false;
  double interval_s = 1;
};

template <class... Values>
std::string format(const char* text, Values... values) {
  char out[256];
  std::snprintf(out, sizeof out, text, values...);
  return out;
}

double of(std::uint64_t n) { return static_cast<double>(n); }

std::string frames_text(std::uint64_t n, std::uint64_t n_expected) {
  if (n_expected == 0) return format("%.0f frames", of(n));
  return format("%.0f of %.0f frames (%.1f %%)", of(n), of(n_expected), 100 * of(n) / of(n_expected));
}

/// "12.0 s: 2048 of 4096 frames (50.0 %), 10000 frames/s, ..."
std::string stats_text(const WriterStats& s) {
  return format("%.1f s: ", s.elapsed_s) + frames_text(s.n_stored, s.n_frames_expected) +
         format(", %.0f frames/s, in %.1f MB/s, out %.1f MB/s, %.3g events/s", s.frames_per_s, s.in_bytes_per_s / 1e6,
                s.out_bytes_per_s / 1e6, s.events_per_s) +
         format(", queue %.0f %%, lag %.2f s, dropped %.0f, spilled %.0f",
                100 * of(s.queue_bytes) / std::max(1.0, of(s.queue_capacity_bytes)), s.lag_s, of(s.n_dropped), of(s.n_spilled));
}

/// Sums of frames; NaN where there is none.
std::vector<double> with_gaps(const Snapshot& snapshot) {
  std::vector<double> image = snapshot.scan_image;
  for (std::size_t i = 0; i < image.size(); ++i)
    if (!is_data(static_cast<FrameStatus>(snapshot.frame_status[i]))) image[i] = std::numeric_limits<double>::quiet_NaN();
  return image;
}

void write_png(const std::filesystem::path& path, const Picture& scan_image, std::span<const double> pattern,
               DetectorShape detector) {
  write_text(path, to_png(beside(scan_image, make_picture(pattern, detector.det_y, detector.det_x, Contrast::square_root))));
}

Colours colours_of_terminal() {
  const char* term = std::getenv("COLORTERM");
  const std::string name = term != nullptr ? term : "";
  return name == "truecolor" || name == "24bit" ? Colours::c24bit : Colours::c256;
}

/// Text and image at one place of a terminal, each time over those before; lines of text in a pipe.
class Screen {
 public:
  void show(const std::string& text, const Picture* image) {
    if (!terminal_) return put(text + "\n");
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
      size = {.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
    std::string page = wrapped(text, size.ws_col);
    const auto n_text = std::count(page.begin(), page.end(), '\n');
    const auto room = static_cast<std::ptrdiff_t>(size.ws_row) - n_text - 1;
    if (image != nullptr && room > 0)
      page += to_terminal(*image, size.ws_col, static_cast<std::size_t>(room), colours_of_terminal());
    const auto n_lines = std::count(page.begin(), page.end(), '\n');
    put((n_lines_ > 0 ? "\x1b[" + std::to_string(n_lines_) + "A\x1b[J" : "") + page);
    n_lines_ = n_lines;
  }

 private:
  static std::string wrapped(const std::string& text, std::size_t columns) {
    std::string page;
    for (std::size_t at = 0; at < text.size();) {
      std::size_t n = std::min(columns, text.size() - at);
      if (at + n < text.size())
        if (const std::size_t comma = text.rfind(", ", at + n - 1); comma != std::string::npos && comma > at) n = comma + 2 - at;
      page += text.substr(at, n) + "\n";
      at += n;
    }
    return page;
  }
  static void put(const std::string& text) {
    if (std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0) throw IoError("cannot write to standard output");
  }

  bool terminal_ = ::isatty(STDOUT_FILENO) == 1;
  std::ptrdiff_t n_lines_ = 0;
};

/// One look at a recording that runs.
void look(const Arguments& arguments, Screen& screen) {
  const std::optional<Snapshot> snapshot = read_snapshot(arguments.path);
  if (!snapshot) return screen.show("the recording has put no snapshot beside it yet", nullptr);
  const Picture image = make_picture(with_gaps(*snapshot), snapshot->scan.scan_y, snapshot->scan.scan_x, Contrast::linear);
  screen.show(stats_text(snapshot->stats), &image);
  if (!arguments.png.empty()) write_png(arguments.png, image, snapshot->mean_pattern, snapshot->detector);
}

/// The account of a file that is complete.
void conclude(const Arguments& arguments, Screen& screen) {
  const Reader reader(arguments.path);
  const FileInfo& info = reader.info();
  const std::vector<FrameStatus> status = reader.frame_status();
  const auto n_data = static_cast<std::uint64_t>(std::count_if(status.begin(), status.end(), is_data));
  const std::string frames = frames_text(status.empty() ? info.scan.n_frames() : n_data, info.scan.n_frames());
  screen.show(info.path.string() + " is complete: " + frames +
                  format(", %.0f events, %.1f MB (%.4g : 1)", of(info.n_events), of(info.stored_bytes) / 1e6,
                         of(info.dense_bytes()) / of(info.stored_bytes)),
              nullptr);
  if (arguments.png.empty()) return;
  std::vector<double> image = scan_image(reader);
  write_png(arguments.png, make_picture(image, info.scan.scan_y, info.scan.scan_x, Contrast::linear), mean_pattern(reader),
            info.detector);
}

/// A recording that has just begun looks dead for a moment.
Recording settled_state(const std::filesystem::path& path) {
  const Recording state = recording_state(path);
  if (state != Recording::interrupted) return state;
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  return recording_state(path);
}

void wait(double seconds) {
  const auto end = std::chrono::steady_clock::now() + Seconds(seconds);
  while (std::chrono::steady_clock::now() < end && !stop_was_requested())
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  if (stop_was_requested()) throw Interrupted("stopped watching; the recording goes on");
}

ExitCode run(const Arguments& arguments) {
  Screen screen;
  for (;;) {
    switch (settled_state(arguments.path)) {
      case Recording::running: look(arguments, screen); break;
      case Recording::complete: conclude(arguments, screen); return ExitCode::okay;
      case Recording::interrupted: {
        const std::string name = arguments.path.string();
        throw DataError("the writer of " + name + " died before it was complete; keep its frames with 'esieve recover " + name +
                        " OUT.hdf5'");
      }
    }
    if (arguments.once) return ExitCode::okay;
    wait(arguments.interval_s);
  }
}

}  // namespace

void add_watch(CLI::App& app, Run& run_later) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("watch", "Progress, rates and images of a recording while it runs");
  command->add_option("FILE", arguments->path, "The file that is being recorded, or its folder FILE.recording")->required();
  command->add_option("--png", arguments->png, "Write scan image and mean pattern, anew at each look")->type_name("OUT.png");
  command->add_flag("--once", arguments->once, "Look once");
  command->add_option("--interval", arguments->interval_s, "Between looks; the writer makes a snapshot about every second")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.05, 3600.0))
      ->capture_default_str();
  command->footer(
      "Ends when the recording ends. The writer is not disturbed. On a terminal the scan image is shown, dark where there are\n"
      "no frames yet; in a pipe each look is one line.\n"
      "Exit code 3: the writer died; 'esieve recover' makes a file of what it left.\n"
      "Examples:\n"
      "  esieve watch scan.hdf5\n"
      "  esieve watch scan.hdf5 --once --png scan.png");
  command->callback([arguments, &run_later] { run_later = [arguments] { return run(*arguments); }; });
}

}  // namespace esieve::tools
