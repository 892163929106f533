// SPDX-License-Identifier: Apache-2.0
#include "record/spill.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "esieve/error.hpp"

namespace esieve {

Spill::Spill(std::filesystem::path path, std::size_t frame_bytes, std::uint64_t max_bytes,
             std::function<void(const Entry&, std::span<const std::byte>)> drain)
    : path_(std::move(path)), frame_bytes_(frame_bytes), max_bytes_(max_bytes), put_(std::move(drain)) {
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw IoError("cannot create " + path_.string() + " (" + std::strerror(errno) + ")");
  thread_ = std::thread([this] { run(); });
}

Spill::~Spill() {
  finish();
  ::close(descriptor_);
}

void Spill::finish() {
  {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

bool Spill::add(std::uint64_t scan_index, bool partial, std::span<const std::byte> frame) {
  const std::lock_guard lock(mutex_);
  if (entries_.empty()) next_offset_ = 0;
  const std::uint64_t end = next_offset_ + frame_bytes_;
  // A ring: behind the last entry, or at the front again where the first one no longer is.
  const bool wrapped = !entries_.empty() && next_offset_ <= entries_.front().offset;
  std::uint64_t at = next_offset_;
  if (wrapped) {
    if (end > entries_.front().offset) return false;
  } else if (end > max_bytes_) {
    if (entries_.empty() || frame_bytes_ > entries_.front().offset) return false;
    at = 0;
  }
  std::size_t done = 0;
  while (done < frame.size()) {
    const ssize_t n = ::pwrite(descriptor_, frame.data() + done, frame.size() - done, static_cast<off_t>(at + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw IoError("cannot write " + path_.string() + " (" + std::strerror(errno) + ")");
    done += static_cast<std::size_t>(n);
  }
  entries_.push_back({scan_index, partial, at});
  next_offset_ = at + frame_bytes_;
  changed_.notify_all();
  return true;
}

std::uint64_t Spill::n_waiting() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

void Spill::drain() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return entries_.empty(); });
}

void Spill::run() {
  std::vector<std::byte> frame(frame_bytes_);
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return !entries_.empty() || finished_; });
    if (entries_.empty()) return;
    const Entry entry = entries_.front();
    lock.unlock();
    std::size_t done = 0;
    while (done < frame.size()) {
      const ssize_t n = ::pread(descriptor_, frame.data() + done, frame.size() - done, static_cast<off_t>(entry.offset + done));
      if (n <= 0) break;
      done += static_cast<std::size_t>(n);
    }
    put_(entry, frame);
    lock.lock();
    entries_.pop_front();
    changed_.notify_all();
  }
}

}  // namespace esieve
