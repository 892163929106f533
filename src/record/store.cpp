// SPDX-License-Identifier: Apache-2.0
#include "record/store.hpp"

#include <algorithm>

#include "esieve/error.hpp"
#include "record/scheduling.hpp"

namespace esieve {
namespace {

/// Disk space that completing the file takes, generously: previews and index.
std::uint64_t completion_bytes(std::uint64_t n_frames) { return (std::uint64_t{4} << 20) + 32 * n_frames; }

/// How long, and how many, blocks are gathered before they are written, unless somebody waits for them.
constexpr std::chrono::milliseconds gathering_time{5};
constexpr std::size_t most_gathered = 64;

}  // namespace

Store::Store(ContainerWriter& container, JournalWriter& journal, BlockBoard& board, Monitor& monitor,
             std::filesystem::path folder, bool sums, std::uint64_t max_waiting_bytes)
    : container_(container),
      journal_(journal),
      board_(board),
      monitor_(monitor),
      folder_(std::move(folder)),
      sums_(sums),
      max_waiting_bytes_(max_waiting_bytes),
      thread_([this] { run(); }) {}

Store::~Store() { finish(); }

EncodedBlock Store::spare_block() {
  const std::lock_guard lock(mutex_);
  if (spare_.empty()) return {};
  EncodedBlock block = std::move(spare_.back());
  spare_.pop_back();
  return block;
}

void Store::add(EncodedBlock block) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return waiting_bytes_ <= max_waiting_bytes_; });
  waiting_bytes_ += block.bytes.size();
  queue_.push_back(std::move(block));
  if (queue_.size() == 1 || queue_.size() == most_gathered) work_.notify_one();
}

void Store::skip(std::uint64_t ticket) {
  const std::lock_guard lock(mutex_);
  done(ticket);
}

void Store::done(std::uint64_t ticket) {
  done_.insert(ticket);
  while (done_.erase(done_before_) != 0) ++done_before_;
  changed_.notify_all();
}

void Store::wait_for(std::uint64_t ticket) {
  std::unique_lock lock(mutex_);
  ++n_in_a_hurry_;
  work_.notify_one();
  changed_.wait(lock, [&] { return done_before_ > ticket; });
  --n_in_a_hurry_;
}

void Store::finish() {
  {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    work_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void Store::run() {
  yield_to_others();
  for (;;) {
    std::deque<EncodedBlock> blocks;
    {
      board_.step_aside();
      std::unique_lock lock(mutex_);
      work_.wait(lock, [&] { return !queue_.empty() || finished_; });
      if (queue_.empty()) return;
      // Waking up for every block would take about as long as writing it.
      work_.wait_for(lock, gathering_time, [&] { return queue_.size() >= most_gathered || n_in_a_hurry_ > 0 || finished_; });
      blocks.swap(queue_);
    }
    for (EncodedBlock& block : blocks) {
      if (!board_.failed()) {
        try {
          write(block);
        } catch (...) {
          board_.fail(std::current_exception());
        }
      }
      const std::lock_guard lock(mutex_);
      waiting_bytes_ -= block.bytes.size();
      done(block.ticket);
      if (spare_.size() < most_gathered) spare_.push_back(std::move(block));
    }
  }
}

void Store::write(const EncodedBlock& block) {
  if (block.is_fragment) {
    Fragment fragment{.chunk = block.chunk, .epoch = block.epoch, .sums = sums_, .status = block.status, .bytes = block.bytes};
    fragments_[block.chunk].push_back(journal_.write(fragment));
    bytes_since_flush_ += block.bytes.size();
    return;
  }
  if (!container_.reserve(block.bytes.size() + completion_bytes(block.frames.end())))
    throw IoError("cannot record into " + folder_.string() + " (the disk is full)");
  const bool all_okay =
      std::all_of(block.status.begin(), block.status.end(), [](FrameStatus s) { return s == FrameStatus::okay; });
  if (!all_okay || !block.dropped.empty()) {
    journal_.write(ChunkNote{block.chunk, block.status, block.dropped});
    // A chunk must never be there without what tells which of its frames are data.
    if (!all_okay) journal_.sync();
  }
  container_.write(block.chunk, block.bytes, block.account());
  const ContainerWriter::Place place = container_.place(block.chunk);
  journal_.write(ChunkPlace{block.chunk, place.address, place.size});
  monitor_.add(block);
  bytes_since_flush_ += block.bytes.size();
}

}  // namespace esieve
