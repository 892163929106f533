// SPDX-License-Identifier: Apache-2.0
#include "record/keeper.hpp"

#include <algorithm>

#include "esieve/error.hpp"
#include "record/scheduling.hpp"

namespace esieve {

Keeper::Keeper(ContainerWriter& container, JournalWriter& journal, const RecordingFolder& folder, BlockBoard& board, Store& store,
               Monitor& monitor, BlockEncoder encoder, Setup setup)
    : container_(container),
      journal_(journal),
      folder_(folder),
      board_(board),
      store_(store),
      monitor_(monitor),
      encoder_(std::move(encoder)),
      setup_(std::move(setup)),
      tails_{JournalWriter(folder.path() / recording::tails[0]), JournalWriter(folder.path() / recording::tails[1])},
      thread_([this] { run(); }) {}

Keeper::~Keeper() { finish(); }

void Keeper::flush() {
  const std::lock_guard lock(flush_mutex_);
  if (flushes_ended_) throw UsageError("the recording is closed; there is nothing to flush");
  try {
    flush_now();
  } catch (...) {  // the operating system tells of a failed write once: a later flush would seem to succeed
    board_.fail(std::current_exception());
    throw;
  }
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
      open.emplace(block.block->chunk, encoder_.encode_fragment(block.block->chunk, block.block->frames.first, dense_,
                                                                block.status, block.block->epoch, setup_.sums));
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
  yield_to_others();
  const bool flushes = setup_.flush_interval.count() > 0, takes = setup_.snapshot_interval.count() > 0;
  auto next_flush = Clock::now() + setup_.flush_interval, next_snapshot = Clock::now();
  std::unique_lock lock(mutex_);
  while (!finished_) {
    auto next = Clock::now() + std::chrono::milliseconds(200);
    if (!board_.failed()) {
      if (flushes) next = std::min(next, next_flush);
      if (takes) next = std::min(next, next_snapshot);
    }
    board_.step_aside();
    wake_.wait_until(lock, next);
    if (finished_ || board_.failed()) continue;
    lock.unlock();
    try {
      if (flushes && (Clock::now() >= next_flush || store_.bytes_since_flush() >= setup_.flush_bytes)) {
        flush();
        next_flush = Clock::now() + setup_.flush_interval;
      }
    } catch (...) {  // the board knows
    }
    try {
      if (takes && Clock::now() >= next_snapshot) {
        write_snapshot(folder_.path() / recording::snapshot, setup_.snapshot());
        next_snapshot = Clock::now() + setup_.snapshot_interval;
      }
    } catch (const std::exception&) {  // a look that failed is no harm to the recording
      next_snapshot = Clock::now() + setup_.snapshot_interval;
    }
    lock.lock();
  }
}

}  // namespace esieve
