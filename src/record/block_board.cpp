// SPDX-License-Identifier: Apache-2.0
#include "record/block_board.hpp"

#include <algorithm>
#include <cstring>

#include "container/fragments.hpp"
#include "esieve/error.hpp"

namespace esieve {
namespace {

/// From one buffer to the next: whole cache lines, so that all begin with one.
std::uint64_t buffer_stride(std::uint64_t block_bytes) { return (block_bytes + 63) / 64 * 64; }

}  // namespace

BlockBoard::BlockBoard(const Setup& setup)
    : setup_(setup),
      block_frames_(setup.grid.scan_rows * setup.grid.scan_columns),
      block_bytes_(block_frames_ * setup.frame_bytes),
      memory_(setup.n_buffers * buffer_stride(block_bytes_)),
      pusher_cpu_(::sched_getcpu()) {
  for (std::uint64_t i = 0; i < setup.n_buffers; ++i)
    free_.push_back(memory_.bytes().subspan((setup.n_buffers - 1 - i) * buffer_stride(block_bytes_), block_bytes_));
}

std::string BlockBoard::name_of(std::uint64_t scan_index) const {
  return "position (" + std::to_string(scan_index / setup_.n_scan_x) + ", " + std::to_string(scan_index % setup_.n_scan_x) + ")";
}

/// Frames of the camera that make one stored frame; 0 where nobody knows before the end.
std::uint64_t BlockBoard::frames_expected() const {
  if (setup_.when_repeated != WhenRepeated::sum) return 1;
  return setup_.frames_per_position > 1 ? setup_.frames_per_position : 0;
}

BlockBoard::Key BlockBoard::key_of(std::uint64_t scan_index) const {
  const std::uint64_t kept = setup_.when_repeated == WhenRepeated::keep ? setup_.frames_per_position : 1;
  if (scan_index >= setup_.scan.n_frames() / kept)
    throw UsageError("position " + std::to_string(scan_index) + " is outside the scan, which has at most " +
                     std::to_string(setup_.scan.n_frames() / kept));
  scan_index *= kept;
  const std::uint64_t chunk = setup_.grid.chunk_of(scan_index, setup_.scan);
  return {chunk, scan_index - setup_.grid.frames(chunk, setup_.scan).first};
}

void BlockBoard::rethrow() const {
  if (error_) std::rethrow_exception(error_);
}

void BlockBoard::check_open() const {
  rethrow();
  if (closing_) throw UsageError("the recording is closed; nothing more can be pushed");
}

void BlockBoard::check() const {
  const std::lock_guard lock(mutex_);
  rethrow();
}

std::uint64_t BlockBoard::last_ticket() const {
  const std::lock_guard lock(mutex_);
  return last_ticket_;
}

Block& BlockBoard::open_block(std::uint64_t chunk) {
  auto& block = open_[chunk];
  if (block) return *block;
  block = std::make_unique<Block>();
  block->chunk = chunk;
  block->frames = setup_.grid.frames(chunk, setup_.scan);
  block->status.resize(block->frames.count, FrameStatus::missing);
  block->n_received.resize(block->frames.count);
  block->n_accounted.resize(block->frames.count);
  block->n_listed.resize(block->frames.count, dense_frame);
  block->hashes.resize(block->frames.count);
  block->busy.resize(block->frames.count);
  block->opened = Clock::now();
  if (const auto earlier = fragmented_.find(chunk); earlier != fragmented_.end()) {
    block->epoch = earlier->second.next_epoch;
    block->n_accounted = earlier->second.n_accounted;
    if (const std::uint64_t expected = frames_expected())
      block->n_settled = static_cast<std::uint64_t>(
          std::count_if(block->n_accounted.begin(), block->n_accounted.end(), [&](std::uint32_t n) { return n >= expected; }));
  }
  return *block;
}

/// Which frame of the block takes the next one of this position.
std::uint64_t BlockBoard::free_place(const Block& block, std::uint64_t i, std::uint64_t scan_index) const {
  if (setup_.when_repeated == WhenRepeated::keep) {
    for (std::uint64_t k = 0; k < setup_.frames_per_position; ++k)
      if (block.n_accounted[i + k] == 0 && !block.busy[i + k]) return i + k;
    throw UsageError(name_of(scan_index) + " has its " + std::to_string(setup_.frames_per_position) + " frames already");
  }
  const std::uint64_t expected = frames_expected();
  // What was given up as lost may come after all.
  const bool was_lost = expected == 1 && block.status[i] == FrameStatus::dropped;
  if (expected != 0 && block.n_accounted[i] + (block.busy[i] ? 1U : 0U) >= expected && !was_lost)
    throw UsageError(name_of(scan_index) + " is filled already" +
                     (expected > 1 ? " with its " + std::to_string(expected) + " frames" : "") +
                     "; see when_repeated for several frames of a position");
  return i;
}

void BlockBoard::make_fragment(Block& block) {
  block.is_fragment = true;
  fragmented_[block.chunk] = {block.epoch + 1, block.n_accounted};
}

void BlockBoard::evict_one() {
  Block* oldest = nullptr;
  for (const auto& [chunk, block] : open_)
    if (block->n_pins == 0 && !block->dense.empty() && (oldest == nullptr || block->last_use < oldest->last_use))
      oldest = block.get();
  if (oldest == nullptr) return;
  make_fragment(*oldest);
  queue(std::move(open_.extract(oldest->chunk).mapped()));
}

void BlockBoard::take_buffer(Block& block) {
  block.dense = free_.back();
  free_.pop_back();
  ++n_in_use_;
  memory_.will_use(static_cast<std::size_t>(block.dense.data() + block.dense.size() - memory_.bytes().data()));
}

void BlockBoard::give_back(Block& block) {
  if (block.dense.empty()) return;
  free_.push_back(block.dense);
  block.dense = {};
  --n_in_use_;
}

bool BlockBoard::get_buffer(std::unique_lock<std::mutex>& lock, Block& block, std::optional<Clock::time_point> deadline) {
  while (block.dense.empty()) {
    rethrow();
    if (!free_.empty()) {
      take_buffer(block);
      // Room for the next block, before somebody has to wait for it.
      if (free_.empty() && queue_.empty() && n_encoding_ == 0) evict_one();
      return true;
    }
    // All memory holds blocks that wait for frames: the one that waited longest makes room.
    if (queue_.empty() && n_encoding_ == 0) evict_one();
    if (!deadline) return false;
    const auto waited = room_.wait_until(lock, *deadline);
    if (waited == std::cv_status::timeout && free_.empty() && block.dense.empty()) return false;
  }
  return true;
}

BlockBoard::Room BlockBoard::claim(std::uint64_t scan_index, std::optional<Clock::time_point> deadline, Slot& slot) {
  std::unique_lock lock(mutex_);
  check_open();
  pusher_cpu_ = ::sched_getcpu();
  const auto [chunk, first] = key_of(scan_index);
  if (chunk < done_before_ || done_.contains(chunk))
    throw UsageError(name_of(scan_index) + " is filled already; see when_repeated for several frames of a position");
  Block& block = open_block(chunk);
  block.last_use = ++uses_;
  ++block.n_pins;
  std::uint64_t i = 0;
  try {
    if (!get_buffer(lock, block, deadline)) {
      unpin(block);
      return Room::none;
    }
    i = free_place(block, first, scan_index);
  } catch (...) {
    unpin(block);
    throw;
  }
  slot.block = &block;
  slot.i = i;
  slot.adds = setup_.when_repeated == WhenRepeated::sum;
  slot.out = slot.adds ? std::span<std::byte>() : block.slot(i, setup_.frame_bytes);
  block.busy[i] = true;
  return Room::given;
}

/// A scan that grows does so with frames that are there or known to be lost.
void BlockBoard::reach(const Block& block, std::uint64_t i) {
  const std::uint64_t kept = setup_.when_repeated == WhenRepeated::keep ? setup_.frames_per_position : 1;
  end_of_scan_ = std::max(end_of_scan_, (block.frames.first + i) / kept + 1);
}

void BlockBoard::account(Block& block, std::uint64_t i) {
  ++block.n_accounted[i];
  block.changed = true;
  if (block.n_accounted[i] == std::max<std::uint64_t>(1, frames_expected())) {
    ++block.n_settled;
    ++n_settled_;
  }
}

bool BlockBoard::is_complete(const Block& block) const { return frames_expected() != 0 && block.n_settled == block.frames.count; }

void BlockBoard::settle(const Slot& slot, bool partial, std::span<const std::byte> addend) {
  const std::lock_guard lock(mutex_);
  Block& block = *slot.block;
  const std::uint64_t i = slot.i;
  if (slot.adds) {
    const auto at = block.slot(i, setup_.frame_bytes);
    std::vector<std::byte> sum(addend.begin(), addend.end());
    if (block.n_received[i] > 0) std::copy(at.begin(), at.end(), sum.begin());
    if (block.n_received[i] > 0 && !add_elements(sum, addend, setup_.dtype)) {
      block.busy[i] = false;
      unpin(block);
      throw UsageError("the sum of the frames of " + name_of(block.frames.first + i) + " does not fit " +
                       std::string(dtype_name(setup_.dtype)));
    }
    std::copy(sum.begin(), sum.end(), at.begin());
  }
  block.busy[i] = false;
  reach(block, i);
  const bool was_lost = block.status[i] == FrameStatus::dropped;
  ++block.n_received[i];
  if (was_lost && frames_expected() == 1) {
    block.changed = true;  // accounted for when it was lost
  } else {
    account(block, i);
  }
  const bool has_gaps = partial || block.status[i] == FrameStatus::partial || (was_lost && frames_expected() > 1);
  block.status[i] = has_gaps ? FrameStatus::partial : block.n_received[i] > 1 ? FrameStatus::summed : FrameStatus::okay;
  unpin(block);
}

void BlockBoard::abandon(const Slot& slot) {
  const std::lock_guard lock(mutex_);
  slot.block->busy[slot.i] = false;
  unpin(*slot.block);
}

void BlockBoard::drop(std::uint64_t scan_index) {
  const std::lock_guard lock(mutex_);
  check_open();
  const auto [chunk, first] = key_of(scan_index);
  if (chunk < done_before_ || done_.contains(chunk)) return;  // it is there
  Block& block = open_block(chunk);
  ++block.n_pins;
  try {
    const std::uint64_t i = free_place(block, first, scan_index);
    if (block.n_received[i] == 0)
      block.status[i] = FrameStatus::dropped;
    else
      block.status[i] = FrameStatus::partial;
    account(block, i);
    reach(block, i);
  } catch (const UsageError&) {  // it is there
  }
  unpin(block);
}

void BlockBoard::unpin(Block& block) {
  if (--block.n_pins != 0) return;
  // Woken when the lock is free: who closes, and who waits for room that this block may now make.
  if (closing_ || (queue_.empty() && n_encoding_ == 0)) room_.notify_all();
  if (is_complete(block)) {
    auto node = open_.extract(block.chunk);
    const std::uint64_t chunk = node.key();
    if (fragmented_.contains(chunk)) make_fragment(block);  // the last; they are put together at the end
    done_.insert(chunk);
    while (done_.erase(done_before_) != 0) ++done_before_;
    queue(std::move(node.mapped()));
  } else if (block.dense.empty() && std::all_of(block.status.begin(), block.status.end(),
                                                [](FrameStatus frame) { return frame == FrameStatus::missing; })) {
    open_.erase(block.chunk);  // nothing came of it
  }
}

void BlockBoard::queue(std::unique_ptr<Block> block) {
  block->ticket = ++last_ticket_;
  queue_.push_back(std::move(block));
  work_.release();
}

std::unique_ptr<Block> BlockBoard::next_to_encode() {
  if (!work_.try_acquire()) {
    step_aside();
    work_.acquire();
  }
  const std::lock_guard lock(mutex_);
  if (queue_.empty()) {
    work_.release();  // finished, and for the other encoders too
    return nullptr;
  }
  std::unique_ptr<Block> block = std::move(queue_.front());
  queue_.pop_front();
  ++n_encoding_;
  return block;
}

void BlockBoard::recycle(Block& block) {
  const std::lock_guard lock(mutex_);
  --n_encoding_;
  give_back(block);
  // Who waits for room is woken for a few blocks together, or when no more of it is to come.
  const std::uint64_t worth_waking = std::max<std::uint64_t>(1, setup_.n_buffers / 16);
  if (free_.size() >= worth_waking || (queue_.empty() && n_encoding_ == 0)) room_.notify_all();
}

void BlockBoard::close_to_frames() {
  std::unique_lock lock(mutex_);
  closing_ = true;
  memory_.stop();
  room_.wait(
      lock, [&] { return std::none_of(open_.begin(), open_.end(), [](const auto& entry) { return entry.second->n_pins > 0; }); });
}

void BlockBoard::hand_over_all(ScanShape final) {
  const std::lock_guard lock(mutex_);
  std::vector<std::uint64_t> chunks;
  for (const auto& [chunk, block] : open_) chunks.push_back(chunk);
  std::sort(chunks.begin(), chunks.end());
  for (const std::uint64_t chunk : chunks) {
    auto node = open_.extract(chunk);
    Block& block = *node.mapped();
    if (block.frames.first >= final.n_frames()) {
      give_back(block);
      continue;
    }
    block.frames.count = std::min(block.frames.count, final.n_frames() - block.frames.first);
    block.status.resize(block.frames.count);
    if (fragmented_.contains(chunk)) make_fragment(block);
    queue(std::move(node.mapped()));
  }
}

std::unique_ptr<Block> BlockBoard::empty_block() {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [&] { return !free_.empty(); });
  auto block = std::make_unique<Block>();
  take_buffer(*block);
  return block;
}

void BlockBoard::hand_over(std::unique_ptr<Block> block) {
  const std::lock_guard lock(mutex_);
  queue(std::move(block));
}

void BlockBoard::finish() { work_.release(); }

BlockBoard::View BlockBoard::view() {
  const std::lock_guard lock(mutex_);
  View result{.open = {}, .last_ticket = last_ticket_, .n_settled = n_settled_};
  for (const auto& [chunk, block] : open_) {
    ++block->n_pins;
    result.open.push_back({block.get(), block->status, block->changed});
    block->changed = false;
  }
  return result;
}

void BlockBoard::copy(const Open& open, std::vector<std::byte>& out) {
  // Frames that are added to change under the lock only.
  std::unique_lock lock(mutex_, std::defer_lock);
  if (setup_.when_repeated == WhenRepeated::sum) lock.lock();
  out.assign(open.status.size() * setup_.frame_bytes, std::byte{0});
  for (std::size_t i = 0; i < open.status.size(); ++i)
    if (is_data(open.status[i])) {
      const auto slot = open.block->slot(i, setup_.frame_bytes);
      const auto frame = std::span(out).subspan(i * setup_.frame_bytes, setup_.frame_bytes);
      const std::uint32_t n_listed = open.block->n_listed[i];
      if (n_listed == dense_frame)
        std::memcpy(frame.data(), slot.data(), frame.size());
      else
        add_events(events_in(slot, n_listed), setup_.dtype, frame);
    }
}

void BlockBoard::unpin(const View& view) {
  const std::lock_guard lock(mutex_);
  for (const Open& open : view.open) unpin(*open.block);
}

void BlockBoard::fail(std::exception_ptr error) {
  const std::lock_guard lock(mutex_);
  if (!error_) error_ = std::move(error);
  failed_ = true;
  room_.notify_all();
}

std::set<std::uint64_t> BlockBoard::fragmented() const {
  const std::lock_guard lock(mutex_);
  std::set<std::uint64_t> chunks;
  for (const auto& [chunk, epochs] : fragmented_) chunks.insert(chunk);
  return chunks;
}

std::uint64_t BlockBoard::bytes_in_use() const {
  const std::lock_guard lock(mutex_);
  return n_in_use_ * block_bytes_;
}

std::uint64_t BlockBoard::end_of_scan() const {
  const std::lock_guard lock(mutex_);
  return end_of_scan_;
}

std::optional<Clock::time_point> BlockBoard::oldest() const {
  const std::lock_guard lock(mutex_);
  std::optional<Clock::time_point> result;
  const auto take = [&](const Block& block) {
    if (!result || block.opened < *result) result = block.opened;
  };
  for (const auto& [chunk, block] : open_) take(*block);
  for (const auto& block : queue_) take(*block);
  return result;
}

}  // namespace esieve
