// SPDX-License-Identifier: Apache-2.0
#include "record/store.hpp"

#include <algorithm>

#include "esieve/error.hpp"

namespace esieve {
namespace {

/// Disk space that completing the file takes, generously: previews and index.
std::uint64_t completion_bytes(std::uint64_t n_frames) { return (std::uint64_t{4} << 20) + 32 * n_frames; }

}  // namespace

Store::Store(ContainerWriter& container, JournalWriter& journal, BlockBoard& board, Monitor& monitor, std::filesystem::path folder,
             bool sums, std::uint64_t max_waiting_bytes)
    : container_(container), journal_(journal), board_(board), monitor_(monitor), folder_(std::move(folder)), sums_(sums),
      max_waiting_bytes_(max_waiting_bytes), thread_([this] { run(); }) {}

Store::~Store() { finish(); }

void Store::add(EncodedBlock block) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return waiting_bytes_ <= max_waiting_bytes_; });
  waiting_bytes_ += block.bytes.size();
  queue_.push_back(std::move(block));
  changed_.notify_all();
}

void Store::skip(std::uint64_t ticket) { done(ticket); }

void Store::done(std::uint64_t ticket) {
  const std::lock_guard lock(mutex_);
  done_.insert(ticket);
  while (done_.erase(done_before_) != 0) ++done_before_;
  changed_.notify_all();
}

void Store::wait_for(std::uint64_t ticket) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return done_before_ > ticket; });
}

void Store::finish() {
  {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void Store::run() {
  for (;;) {
    EncodedBlock block;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return !queue_.empty() || finished_; });
      if (queue_.empty()) return;
      block = std::move(queue_.front());
      queue_.pop_front();
      waiting_bytes_ -= block.bytes.size();
      changed_.notify_all();
    }
    if (!board_.failed()) {
      try {
        write(block);
      } catch (...) {
        board_.fail(std::current_exception());
      }
    }
    done(block.ticket);
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
    throw IoError("cannot record into " + folder_.string() + " (the disk is full); frames up to here are kept");
  const bool all_okay = std::all_of(block.status.begin(), block.status.end(), [](FrameStatus s) { return s == FrameStatus::okay; });
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

Keeper::Keeper(ContainerWriter& container, JournalWriter& journal, const RecordingFolder& folder, BlockBoard& board,
               Store& store, Monitor& monitor, BlockEncoder encoder, Setup setup)
    : container_(container), journal_(journal), folder_(folder), board_(board), store_(store), monitor_(monitor),
      encoder_(std::move(encoder)), setup_(std::move(setup)),
      tails_{JournalWriter(folder.path() / recording::tails[0]), JournalWriter(folder.path() / recording::tails[1])} {}

Keeper::~Keeper() { finish(); }

void Keeper::start() { thread_ = std::thread([this] { run(); }); }

void Keeper::flush() {
  const std::lock_guard lock(flush_mutex_);
  if (flushes_ended_) throw UsageError("the recording is closed; there is nothing to flush");
  flush_now();
}

void Keeper::flush_now() {
  folder_.check_present();
  BlockBoard::View view = board_.view();
  const std::uint64_t bytes = store_.bytes_since_flush();
  std::map<std::uint64_t, Fragment> open;
  try {
    for (const BlockBoard::Open& block : view.open) {
      const auto known = open_.find(block.block->chunk);
      if (!block.changed && known != open_.end() && known->second.epoch == block.block->epoch) {
        open.emplace(known->first, known->second);
        continue;
      }
      board_.copy(block, dense_);
      open.emplace(block.block->chunk,
                   encoder_.encode_fragment(block.block->chunk, block.block->frames.first, dense_, block.status,
                                            block.block->epoch, setup_.sums));
    }
  } catch (...) {
    open_.clear();  // the board takes these blocks for looked at: the next tail begins anew
    board_.unpin(view);
    throw;
  }
  board_.unpin(view);
  open_ = std::move(open);
  store_.wait_for(view.last_ticket);
  container_.sync();
  journal_.sync();
  if (!open_.empty()) {
    std::vector<Fragment> fragments;
    for (const auto& [chunk, fragment] : open_) fragments.push_back(fragment);
    JournalWriter& tail = tails_[++sequence_ % 2];
    tail.rewind();
    tail.write_tail(sequence_, fragments);
    tail.sync();
  }
  store_.flushed(bytes);
  if (!board_.failed()) monitor_.n_durable = view.n_settled;
}

void Keeper::finish() {
  {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(flush_mutex_);
  flushes_ended_ = true;
}

void Keeper::run() {
  const bool flushes = setup_.flush_interval.count() > 0, takes = setup_.snapshot_interval.count() > 0;
  auto next_flush = Clock::now() + setup_.flush_interval, next_snapshot = Clock::now();
  std::unique_lock lock(mutex_);
  while (!finished_) {
    auto next = Clock::now() + std::chrono::milliseconds(200);
    if (!board_.failed()) {
      if (flushes) next = std::min(next, next_flush);
      if (takes) next = std::min(next, next_snapshot);
    }
    wake_.wait_until(lock, next);
    if (finished_ || board_.failed()) continue;
    lock.unlock();
    try {
      if (flushes && (Clock::now() >= next_flush || store_.bytes_since_flush() >= setup_.flush_bytes)) {
        flush();
        next_flush = Clock::now() + setup_.flush_interval;
      }
    } catch (...) {
      board_.fail(std::current_exception());
    }
    try {
      if (takes && Clock::now() >= next_snapshot) {
        write_snapshot(folder_.path() / recording::snapshot, setup_.snapshot());
        next_snapshot = Clock::now() + setup_.snapshot_interval;
      }
    } catch (const Error&) {  // a look that failed is no harm to the recording
      next_snapshot = Clock::now() + setup_.snapshot_interval;
    }
    lock.lock();
  }
}

}  // namespace esieve
