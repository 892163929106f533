// SPDX-License-Identifier: Apache-2.0
//
// The bounded queue: which block a frame goes into, whether there is room for it, and which blocks are ready to be encoded.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <vector>

#include "container/journal.hpp"
#include "esieve/container.hpp"
#include "esieve/writer.hpp"
#include "parallel/semaphore.hpp"
#include "record/block.hpp"
#include "record/queue_memory.hpp"
#include "record/scheduling.hpp"

namespace esieve {

/// Any number of threads may use it.
class BlockBoard {
 public:
  struct Setup {
    ScanShape scan;              ///< The longest there can be; scan_x includes the frames kept at a position.
    std::uint64_t n_scan_x = 0;  ///< Positions of a line, for messages.
    ChunkGrid grid;
    std::uint64_t frame_bytes = 0;
    DType dtype = DType::u16;
    std::uint64_t n_buffers = 2;
    WhenRepeated when_repeated = WhenRepeated::error;
    std::uint64_t frames_per_position = 1;
  };
  explicit BlockBoard(const Setup& setup);

  /// Where a frame is to be copied to.
  struct Slot {
    Block* block = nullptr;
    std::uint64_t i = 0;
    std::span<std::byte> out;
    bool adds = false;  ///< `settle` wants the frame instead, to add it to what is there; `out` is empty.
  };
  enum class Room : std::uint8_t { given, none };

  /// Finds room for a frame of position `scan_index`. Without waiting returns `none` if there is none.
  /// \param deadline  nothing: does not wait
  /// \throws UsageError  the position is outside the scan, or filled; and what `fail` was given
  Room claim(std::uint64_t scan_index, std::optional<Clock::time_point> deadline, Slot& slot);
  /// The frame is there, and `n_listed` of the block says how. \throws UsageError  the sum does not fit the element type; nothing
  /// was added then
  void settle(const Slot& slot, bool partial, std::span<const std::byte> addend = {});
  /// The frame is not coming after all; the slot is free again.
  void abandon(const Slot& slot);
  /// A frame of the position was lost.
  void drop(std::uint64_t scan_index);

  /// The next block to encode; nothing when `finish` was called and all are done.
  std::unique_ptr<Block> next_to_encode();
  /// Takes back a block's memory.
  void recycle(Block& block);

  /// For threads that are about to wait: leaves the processor that frames are pushed from.
  void step_aside() const { leave_cpu(pusher_cpu_); }

  /// Lets no more frames in and waits for those being copied.
  void close_to_frames();
  /// Hands over all open blocks, cut to the final scan. \pre closed to frames
  void hand_over_all(ScanShape final);
  /// A block with memory for one that is made elsewhere (from fragments); waits until there is some. \pre all were handed over
  std::unique_ptr<Block> empty_block();
  /// One more block to encode.
  void hand_over(std::unique_ptr<Block> block);
  void finish();

  /// For tails: calls `take(block, status now)` for every open block, which may look at frames that are data by `status`.
  struct Open {
    Block* block;
    std::vector<FrameStatus> status;
    bool changed;
  };
  struct View {
    std::vector<Open> open;  ///< Pinned: to be given to `unpin`.
    std::uint64_t last_ticket = 0;
    std::uint64_t n_settled = 0;
  };
  View view();
  /// Copies the frames of an open block that are data.
  void copy(const Open& open, std::vector<std::byte>& out);
  void unpin(const View& view);

  /// Every later call throws this. \param error  an Error
  void fail(std::exception_ptr error);
  bool failed() const { return failed_; }
  /// \throws what `fail` was given
  void check() const;
  /// Of the block handed over last.
  std::uint64_t last_ticket() const;

  /// Fragments of a chunk went to the journal, so it cannot be complete before the end.
  std::set<std::uint64_t> fragmented() const;

  std::uint64_t bytes_in_use() const;
  std::uint64_t capacity_bytes() const { return setup_.n_buffers * block_bytes_; }
  /// One more than the last position touched.
  std::uint64_t end_of_scan() const;
  std::optional<Clock::time_point> oldest() const;

 private:
  struct Key {
    std::uint64_t chunk, i;
  };
  Key key_of(std::uint64_t scan_index) const;
  Block& open_block(std::uint64_t chunk);
  std::uint64_t free_place(const Block& block, std::uint64_t i, std::uint64_t scan_index) const;
  bool get_buffer(std::unique_lock<std::mutex>& lock, Block& block, std::optional<Clock::time_point> deadline);
  void account(Block& block, std::uint64_t i);
  void unpin(Block& block);
  void take_buffer(Block& block);
  void give_back(Block& block);
  void reach(const Block& block, std::uint64_t i);
  bool is_complete(const Block& block) const;
  void queue(std::unique_ptr<Block> block);
  void evict_one();
  void make_fragment(Block& block);
  std::string name_of(std::uint64_t scan_index) const;
  std::uint64_t frames_expected() const;
  void rethrow() const;
  void check_open() const;

  const Setup setup_;
  const std::uint64_t block_frames_, block_bytes_;
  mutable std::mutex mutex_;
  std::condition_variable room_;
  Semaphore work_;  ///< As many as blocks in `queue_`; one more when finished.
  std::unordered_map<std::uint64_t, std::unique_ptr<Block>> open_;
  struct Fragmented {
    std::uint32_t next_epoch = 0;
    std::vector<std::uint32_t> n_accounted;  ///< In earlier epochs.
  };
  std::unordered_map<std::uint64_t, Fragmented> fragmented_;  ///< Chunks that have fragments.
  std::set<std::uint64_t> done_;                              ///< Handed over complete, from `done_before_` on.
  std::uint64_t done_before_ = 0;                             ///< All chunks before it were.
  std::deque<std::unique_ptr<Block>> queue_;
  QueueMemory memory_;
  std::vector<std::span<std::byte>> free_;  ///< Of block_bytes_ each, in `memory_`.
  std::uint64_t n_in_use_ = 0;              ///< Buffers not free.
  std::uint64_t n_encoding_ = 0;            ///< Blocks taken and not yet recycled.
  std::uint64_t last_ticket_ = 0, n_settled_ = 0, end_of_scan_ = 0, uses_ = 0;
  bool closing_ = false;
  std::atomic<int> pusher_cpu_;  ///< Where a frame came from last.
  std::exception_ptr error_;
  std::atomic<bool> failed_ = false;
};

}  // namespace esieve
