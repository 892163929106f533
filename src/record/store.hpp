// SPDX-License-Identifier: Apache-2.0
//
// The files of a recording: one thread writes encoded blocks, another sees to it that they reach the disk.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "container/journal.hpp"
#include "esieve/container.hpp"
#include "record/block_board.hpp"
#include "record/encode_block.hpp"
#include "record/monitor.hpp"
#include "record/recording_folder.hpp"

namespace esieve {

/// Writes blocks in the order in which they come. After a failure blocks are discarded; the board is told.
class Store {
 public:
  Store(ContainerWriter& container, JournalWriter& journal, BlockBoard& board, Monitor& monitor, std::filesystem::path folder,
        bool sums, std::uint64_t max_waiting_bytes);
  ~Store();

  /// Waits while too many encoded bytes wait already.
  void add(EncodedBlock block);
  /// A block that could not be encoded.
  void skip(std::uint64_t ticket);

  /// Waits until all blocks with tickets up to `ticket` are written, or discarded.
  void wait_for(std::uint64_t ticket);
  void finish();

  /// Where the journal has fragments of a chunk.
  const std::map<std::uint64_t, std::vector<std::uint64_t>>& fragments() const { return fragments_; }
  std::uint64_t bytes_since_flush() const { return bytes_since_flush_; }
  void flushed(std::uint64_t bytes) { bytes_since_flush_ -= bytes; }

 private:
  void run();
  void write(const EncodedBlock& block);
  void done(std::uint64_t ticket);

  ContainerWriter& container_;
  JournalWriter& journal_;
  BlockBoard& board_;
  Monitor& monitor_;
  const std::filesystem::path folder_;
  const bool sums_;
  const std::uint64_t max_waiting_bytes_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<EncodedBlock> queue_;
  std::uint64_t waiting_bytes_ = 0;
  std::uint64_t done_before_ = 1;      ///< All tickets below are written.
  std::set<std::uint64_t> done_;
  bool finished_ = false;
  std::map<std::uint64_t, std::vector<std::uint64_t>> fragments_;
  std::atomic<std::uint64_t> bytes_since_flush_ = 0;
  std::thread thread_;
};

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

  /// Begins, when what it looks at is there.
  void start();
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
