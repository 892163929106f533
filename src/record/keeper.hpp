// SPDX-License-Identifier: Apache-2.0
//
// A thread that sees to it that what was recorded reaches the disk, and that others can look at it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "container/journal.hpp"
#include "esieve/container.hpp"
#include "record/block_board.hpp"
#include "record/encode_block.hpp"
#include "record/monitor.hpp"
#include "record/recording_folder.hpp"
#include "record/store.hpp"

namespace esieve {

/// Flushes and takes snapshots when it is time to.
class Keeper {
 public:
  struct Setup {
    std::chrono::milliseconds flush_interval, snapshot_interval;
    std::uint64_t flush_bytes = 0;
    bool sums = false;
    std::function<Snapshot()> snapshot;
  };
  Keeper(ContainerWriter& container, JournalWriter& journal, const RecordingFolder& folder, BlockBoard& board, Store& store,
         Monitor& monitor, BlockEncoder encoder, Setup setup);
  ~Keeper();

  /// Returns when everything settled so far is on the disk. \throws what failed
  void flush();
  /// Waits for what is under way; from then on there are no flushes and snapshots.
  void finish();

 private:
  void run();
  void flush_now();

  ContainerWriter& container_;
  JournalWriter& journal_;
  const RecordingFolder& folder_;
  BlockBoard& board_;
  Store& store_;
  Monitor& monitor_;
  BlockEncoder encoder_;
  const Setup setup_;
  std::mutex flush_mutex_;
  bool flushes_ended_ = false;
  JournalWriter tails_[2];
  std::uint64_t sequence_ = 0;
  std::map<std::uint64_t, Fragment> open_;  ///< What the tail holds.
  std::vector<std::byte> dense_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool finished_ = false;
  std::thread thread_;
};

}  // namespace esieve
