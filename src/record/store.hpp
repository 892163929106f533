// SPDX-License-Identifier: Apache-2.0
//
// A thread that writes encoded blocks into the files of the recording.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "container/journal.hpp"
#include "esieve/container.hpp"
#include "record/block_board.hpp"
#include "record/encode_block.hpp"
#include "record/monitor.hpp"

namespace esieve {

/// Writes blocks in the order in which they come. After a failure blocks are discarded; the board is told.
class Store {
 public:
  Store(ContainerWriter& container, JournalWriter& journal, BlockBoard& board, Monitor& monitor, std::filesystem::path folder,
        bool sums, std::uint64_t max_waiting_bytes);
  ~Store();

  /// One that was written, for its memory, or a new one.
  EncodedBlock spare_block();
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
  /// \pre mutex_ is locked
  void done(std::uint64_t ticket);

  ContainerWriter& container_;
  JournalWriter& journal_;
  BlockBoard& board_;
  Monitor& monitor_;
  const std::filesystem::path folder_;
  const bool sums_;
  const std::uint64_t max_waiting_bytes_;
  std::mutex mutex_;
  std::condition_variable work_, changed_;
  std::deque<EncodedBlock> queue_;
  std::vector<EncodedBlock> spare_;
  std::uint64_t waiting_bytes_ = 0;
  std::uint64_t done_before_ = 1;  ///< All tickets below are written.
  std::set<std::uint64_t> done_;
  int n_in_a_hurry_ = 0;  ///< Waiting for what is in the queue.
  bool finished_ = false;
  std::map<std::uint64_t, std::vector<std::uint64_t>> fragments_;
  std::atomic<std::uint64_t> bytes_since_flush_ = 0;
  std::thread thread_;
};

}  // namespace esieve
