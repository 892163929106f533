// SPDX-License-Identifier: Apache-2.0
#include "progress_bar.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdio>

namespace esieve::tools {
namespace {

volatile std::sig_atomic_t stop_requested = 0;

std::string format_duration(double seconds) {
  char text[32];
  const auto s = static_cast<long>(seconds + 0.5);
  if (s >= 3600)
    std::snprintf(text, sizeof text, "%ld h %02ld min", s / 3600, s / 60 % 60);
  else if (s >= 60)
    std::snprintf(text, sizeof text, "%ld min %02ld s", s / 60, s % 60);
  else
    std::snprintf(text, sizeof text, "%ld s", s);
  return text;
}

}  // namespace

void request_stop(int signal) {
  stop_requested = 1;
  std::signal(signal, SIG_DFL);
}

bool stop_was_requested() { return stop_requested != 0; }

ProgressBar::ProgressBar(std::string title)
    : title_(std::move(title)), terminal_(::isatty(STDERR_FILENO) == 1), started_(std::chrono::steady_clock::now()) {}

ProgressBar::~ProgressBar() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
}

ProgressCallback ProgressBar::callback() {
  return [this](const Progress& progress) {
    if (terminal_) draw(progress);
    return stop_was_requested() ? Continue::stop : Continue::yes;
  };
}

void ProgressBar::draw(const Progress& progress) {
  const auto now = std::chrono::steady_clock::now();
  if (drawn_ && now - last_drawn_ < std::chrono::milliseconds(100)) return;
  last_drawn_ = now;
  const double seconds = std::chrono::duration<double>(now - started_).count();
  const double fraction =
      progress.frames_total == 0 ? 1.0 : static_cast<double>(progress.frames_done) / static_cast<double>(progress.frames_total);
  constexpr int width = 24;
  const int filled = static_cast<int>(fraction * width);
  std::string bar(static_cast<std::size_t>(filled), '#');
  bar.resize(width, '.');
  const std::string left = fraction > 0 && seconds > 0.5 ? format_duration(seconds * (1 - fraction) / fraction) + " left" : "";
  std::fprintf(stderr, "\r\x1b[K%s [%s] %3.0f %%  %.0f MB/s  %s", title_.c_str(), bar.c_str(), 100 * fraction,
               seconds > 0 ? static_cast<double>(progress.dense_bytes_done) / seconds / 1e6 : 0.0, left.c_str());
  std::fflush(stderr);
  drawn_ = true;
}

}  // namespace esieve::tools
