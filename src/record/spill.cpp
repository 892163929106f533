// SPDX-License-Identifier: Apache-2.0
#include "record/spill.hpp"

#include "base/hash.hpp"
#include "esieve/error.hpp"

namespace esieve {

Spill::Spill(std::filesystem::path path, std::size_t frame_bytes, std::uint64_t max_bytes,
             std::function<void(const Entry&, std::span<const std::byte>)> drain)
    : file_(std::move(path)), frame_bytes_(frame_bytes), max_bytes_(max_bytes), put_(std::move(drain)), thread_([this] {
        run();
      }) {}

Spill::~Spill() { finish(); }

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
  if (finished_) return false;
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
  file_.write(at, frame);
  entries_.push_back({scan_index, partial, at, hash64(frame)});
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
  std::vector<std::byte> frame;
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return !entries_.empty() || finished_; });
    if (entries_.empty()) return;
    const Entry entry = entries_.front();
    lock.unlock();
    frame.resize(frame_bytes_);
    try {
      file_.read(entry.offset, frame);
      if (hash64(frame) != entry.hash) frame.clear();
    } catch (const Error&) {
      frame.clear();
    }
    put_(entry, frame);
    lock.lock();
    entries_.pop_front();
    changed_.notify_all();
  }
}

}  // namespace esieve
