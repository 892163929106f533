// SPDX-License-Identifier: Apache-2.0
//
// Writer: the frame path. Everything behind it happens in other threads.
#include "esieve/writer.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

#include "base/copy_streaming.hpp"
#include "base/hash.hpp"
#include "container/fragments.hpp"
#include "esieve/error.hpp"
#include "record/block_board.hpp"
#include "record/encode_block.hpp"
#include "record/frame_input.hpp"
#include "record/hit_sorter.hpp"
#include "record/keeper.hpp"
#include "record/scheduling.hpp"
#include "record/monitor.hpp"
#include "record/recording_folder.hpp"
#include "record/spill.hpp"
#include "record/store.hpp"

namespace esieve {
namespace {

std::uint64_t or_one(std::int64_t length) { return length == ScanGeometry::unknown ? 1 : static_cast<std::uint64_t>(length); }

Growing growing_axis(const ScanGeometry& geometry) {
  if (geometry.scan_x == ScanGeometry::unknown) return Growing::scan_x;
  return geometry.scan_y == ScanGeometry::unknown ? Growing::scan_y : Growing::no;
}

int n_encoders(int threads) {
  if (threads > 0) return threads;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

/// What was pushed must be sizes and options that fit each other. \throws UsageError
WriterOptions checked(WriterOptions options) {
  check(options.scan);
  if (options.when_repeated == WhenRepeated::keep && options.scan.frames_per_position == 1)
    throw UsageError("keeping the frames of a position needs to know how many there are (frames_per_position)");
  if (options.when_repeated == WhenRepeated::error && options.scan.frames_per_position > 1)
    throw UsageError("several frames of a position are to be summed or kept; say which (when_repeated)");
  for (auto* duration : {&options.block_timeout, &options.flush_interval, &options.snapshot_interval})
    *duration = std::min<std::chrono::milliseconds>(*duration, std::chrono::hours(24 * 365));  // a clock can add that
  return options;
}

/// Where a frame comes from: dense, or events of it.
struct Content {
  std::span<const std::byte> dense;
  std::span<const std::uint32_t> pixels, counts;
  bool is_events = false;
};

}  // namespace

struct Writer::Impl {
  Impl(std::filesystem::path output, const WriterOptions& given)
      : path(std::move(output)),
        options(checked(given)),
        growing(growing_axis(options.scan)),
        n_scan_x(or_one(options.scan.scan_x)),
        kept_frames(options.when_repeated == WhenRepeated::keep ? options.scan.frames_per_position : 1),
        input(options.detector, options.crop, options.dtype),
        info(make_info()),
        threshold(options.threshold.active() ? std::make_unique<Threshold>(options.threshold, info.detector, info.dtype)
                                             : nullptr),
        lists_frames(threshold == nullptr && can_list(info.dtype, info.frame_bytes())),
        folder((check_output(), path)),
        container(path, info, container_options()),
        journal(folder.path() / recording::journal),
        monitor(info.scan, growing, info.detector, info.dtype),
        board(board_setup()),
        spill(make_spill()),
        store(container, journal, board, monitor, folder.path(), options.when_repeated == WhenRepeated::sum,
              options.queue_bytes / 4),
        keeper(container, journal, folder, board, store, monitor, BlockEncoder(info, container.parameters(), threshold.get()),
               {.flush_interval = options.flush_interval,
                .snapshot_interval = options.snapshot_interval,
                .flush_bytes = options.flush_bytes,
                .sums = options.when_repeated == WhenRepeated::sum,
                .snapshot = [this] { return snapshot(); }}) {
    folder.lock(journal.descriptor());
    journal.write(RecordingDescription{info, container.parameters(), growing, options.threshold});
    journal.sync();
    container.sync();
    folder.sync();
    try {
      for (int i = 0; i < n_encoders(options.threads); ++i) encoders.emplace_back([this] { encode_blocks(); });
    } catch (...) {
      stop();
      throw;
    }
  }

  ~Impl() { stop(); }

  void check_output() const {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) throw UsageError(path.string() + " is a directory (a file name is needed)");
    if (!options.overwrite && std::filesystem::exists(path, error))
      throw UsageError(path.string() + " exists; choose another name, or allow it to be overwritten");
  }

  SourceInfo make_info() const {
    SourceInfo result;
    result.path = path;
    result.format = "recording";
    result.scan = {or_one(options.scan.scan_y), n_scan_x * kept_frames};
    result.frames_per_position = kept_frames;
    result.detector = input.kept();
    result.shape = {result.scan.scan_y, result.scan.scan_x, result.detector.det_y, result.detector.det_x};
    result.dtype = options.dtype;
    result.axes = options.axes;
    if (options.crop) {
      result.axes[2].offset += result.axes[2].scale * options.crop->first_y;
      result.axes[3].offset += result.axes[3].scale * options.crop->first_x;
    }
    result.title = options.title;
    result.units = options.units;
    result.metadata_json = options.metadata_json;
    return result;
  }

  ContainerOptions container_options() const {
    ContainerOptions result;
    result.level = options.level;
    result.frames_per_chunk = options.frames_per_chunk;
    result.overwrite = options.overwrite;
    if (options.threshold.active()) result.threshold = options.threshold;
    result.growing = growing;
    result.frame_status = true;
    result.temporary_path = folder.path() / recording::data;
    return result;
  }

  BlockBoard::Setup board_setup() const {
    const ChunkGrid& grid = container.grid();
    const std::uint64_t block_bytes = grid.scan_rows * grid.scan_columns * info.frame_bytes();
    // Enough for those being filled, waiting and encoded; no more than the scan has.
    const auto fewest = static_cast<std::uint64_t>(n_encoders(options.threads)) + 3;
    const std::uint64_t most = growing == Growing::no ? grid.n_chunks() + 1 : std::uint64_t{1} << 20;
    return {.scan = longest(info.scan, growing),
            .n_scan_x = growing == Growing::scan_x ? std::uint64_t{1} << 40 : n_scan_x,
            .grid = grid,
            .frame_bytes = info.frame_bytes(),
            .dtype = info.dtype,
            .n_buffers = std::max(fewest, std::min(most, options.queue_bytes / std::max<std::uint64_t>(1, block_bytes))),
            .when_repeated = options.when_repeated,
            .frames_per_position = options.scan.frames_per_position};
  }

  std::unique_ptr<Spill> make_spill() {
    if (options.when_full != WhenFull::spill) return nullptr;
    return std::make_unique<Spill>(
        folder.path() / recording::spill, input.kept_bytes(), options.spill_bytes,
        [this](const Spill::Entry& entry, std::span<const std::byte> frame) { put_spilled(entry, frame); });
  }

  // -- the frame path

  /// The position of the next frame of the camera; nothing where it has none.
  std::optional<std::uint64_t> next_position() {
    const std::lock_guard lock(order_mutex);
    const std::uint64_t n = next_frame++;
    return position_of(n);
  }

  std::optional<std::uint64_t> position_of(std::uint64_t n) {
    const auto total = n_camera_frames(options.scan);
    if (total && n >= *total)
      throw UsageError("frame " + std::to_string(n) + " is one too many: the scan " + shape_text() + " has all its frames");
    return scan_index_of(options.scan, n);
  }

  std::string shape_text() const {
    return "(" + std::to_string(options.scan.scan_y) + ", " + std::to_string(options.scan.scan_x) + ")";
  }

  void check_position(std::uint64_t scan_index) const {
    if (options.scan.is_unbounded() || scan_index < or_one(options.scan.scan_y) * n_scan_x) return;
    throw UsageError("position " + std::to_string(scan_index) + " is outside the scan " + shape_text());
  }

  void check_open() const {
    if (closed) throw_closed();
  }

  [[noreturn]] void throw_closed() const { throw UsageError(path.string() + " is closed; nothing more can be pushed"); }

  void push(const Content& content, const Placement& at) {
    check_open();
    std::optional<std::uint64_t> position = at.scan_index;
    if (position)
      check_position(*position);
    else
      position = next_position();
    count_and_put(content, position, at.partial);
  }

  void count_and_put(const Content& content, std::optional<std::uint64_t> position, bool partial) {
    ++monitor.n_pushed;
    monitor.dense_bytes += input.kept_bytes();
    if (!position) {
      ++monitor.n_flyback;
      return;
    }
    try {
      put(content, *position, partial);
    } catch (...) {
      --monitor.n_pushed;
      monitor.dense_bytes -= input.kept_bytes();
      throw;
    }
  }

  void put(const Content& content, std::uint64_t position, bool partial) {
    BlockBoard::Slot slot;
    // Without waiting first: the clock is only asked when there is no room.
    if (board.claim(position, std::nullopt, slot) == BlockBoard::Room::given) return fill(content, slot, partial);
    switch (options.when_full) {
      case WhenFull::drop: ++monitor.n_dropped; return board.drop(position);
      case WhenFull::spill:
        if (spill_frame(content, position, partial)) return;
        break;
      case WhenFull::block: break;
    }
    wait_for_room(position, slot);
    fill(content, slot, partial);
  }

  void wait_for_room(std::uint64_t position, BlockBoard::Slot& slot) {
    constexpr auto patience = std::chrono::milliseconds(100);
    const auto deadline = Clock::now() + options.block_timeout;
    while (board.claim(position, std::min(deadline, Clock::now() + patience), slot) == BlockBoard::Room::none) {
      if (Clock::now() >= deadline)
        throw IoError("the queue of " + path.string() + " was full for " + std::to_string(options.block_timeout.count()) +
                      " ms; frames come faster than they can be encoded or written");
      if (options.while_blocked) options.while_blocked();
    }
  }

  bool spill_frame(const Content& content, std::uint64_t position, bool partial) {
    std::vector<std::byte> memory;
    return spill->add(position, partial, kept_frame(content, memory));
  }

  /// The frame as it is to be kept: the caller's memory, or `memory`.
  std::span<const std::byte> kept_frame(const Content& content, std::vector<std::byte>& memory) const {
    if (!content.is_events && !input.crops()) return content.dense;
    memory.resize(input.kept_bytes());
    if (!content.is_events)
      input.crop(content.dense, memory);
    else if (!input.fill(content.pixels, content.counts, memory))
      throw UsageError("a pixel has two counts in one frame; add them up");
    return memory;
  }

  void fill(const Content& content, const BlockBoard::Slot& slot, bool partial) {
    thread_local std::vector<std::byte> memory;
    std::span<const std::byte> frame;
    try {
      frame = kept_frame(content, memory);
      monitor.see_frame(frame);
    } catch (...) {
      board.abandon(slot);
      throw;
    }
    settle(frame, slot, partial);
  }

  void settle(std::span<const std::byte> frame, const BlockBoard::Slot& slot, bool partial) {
    if (slot.adds) return board.settle(slot, partial, frame);
    std::uint32_t& n_listed = slot.block->n_listed[slot.i];
    n_listed = lists_frames && blocks_are_sparse ? list_frame(frame, options.dtype, slot.out) : dense_frame;
    if (n_listed == dense_frame) {
      copy_streaming(frame, slot.out.data());
      finish_streaming();
    } else {
      slot.block->hashes[slot.i] = hash64(frame);
    }
    board.settle(slot, partial);
  }

  void put_spilled(const Spill::Entry& entry, std::span<const std::byte> frame) {
    BlockBoard::Slot slot;
    try {
      if (frame.empty()) {
        board.drop(entry.scan_index);
        ++monitor.n_dropped;
        return;
      }
      while (board.claim(entry.scan_index, Clock::now() + std::chrono::seconds(1), slot) == BlockBoard::Room::none) {
      }
      settle(frame, slot, entry.partial);
    } catch (const Error&) {
      ++monitor.n_dropped;  // the recording has failed, or the position was filled meanwhile
    }
  }

  void drop(std::uint64_t n_frames, const Placement& at) {
    check_open();
    for (std::uint64_t i = 0; i < n_frames; ++i) {
      const auto position = at.scan_index ? std::optional(*at.scan_index + i) : next_position();
      if (!position) {
        ++monitor.n_flyback;
        continue;
      }
      check_position(*position);
      board.drop(*position);
      ++monitor.n_dropped;
    }
  }

  void push_hits(std::uint64_t n, auto frame_of, std::span<const std::uint16_t> x, std::span<const std::uint16_t> y) {
    check_open();
    if (x.size() != n || y.size() != n)
      throw UsageError("hits need as many x and y as times (" + std::to_string(n) + ", " + std::to_string(x.size()) + ", " +
                       std::to_string(y.size()) + ")");
    const std::uint64_t most_frames = n_camera_frames(options.scan).value_or(std::uint64_t{1} << 32);
    const std::lock_guard lock(hits_mutex);
    for (std::size_t i = 0; i < n; ++i) {
      if (x[i] >= options.detector.det_x || y[i] >= options.detector.det_y)
        throw UsageError("hit " + std::to_string(i) + " at (" + std::to_string(y[i]) + ", " + std::to_string(x[i]) +
                         ") is outside the detector");
      const std::uint64_t frame = frame_of(i);
      if (frame >= most_frames)
        throw UsageError("hit " + std::to_string(i) + " is of frame " + std::to_string(frame) + "; the scan has at most " +
                         std::to_string(most_frames));
      if (!hits.add(frame, y[i] * options.detector.det_x + x[i]))
        throw UsageError("hit " + std::to_string(i) + " is of frame " + std::to_string(frame) + ", but frame " +
                         std::to_string(hits.next_frame() - 1) + " is complete already; hits may be late by two frames");
    }
    push_complete(hits.take_complete());
  }

  void push_complete(const std::vector<FrameHits>& frames) {
    for (const FrameHits& frame : frames) {
      input.check(frame.pixels, frame.counts);
      std::optional<std::uint64_t> position;
      {
        const std::lock_guard lock(order_mutex);
        next_frame = frame.frame + 1;
        position = position_of(frame.frame);
      }
      count_and_put({.dense = {}, .pixels = frame.pixels, .counts = frame.counts, .is_events = true}, position, false);
    }
  }

  // -- behind it

  void encode_blocks() {
    yield_to_others();
    BlockEncoder encoder(info, container.parameters(), threshold.get());
    while (std::unique_ptr<Block> block = board.next_to_encode()) {
      if (board.failed()) {
        store.skip(block->ticket);
      } else {
        try {
          EncodedBlock encoded = store.spare_block();
          encoder.encode(*block, encoded);
          if (!encoded.is_fragment) blocks_are_sparse = encoder.was_sparse();
          board.recycle(*block);
          store.add(std::move(encoded));
          continue;
        } catch (...) {
          board.fail(std::current_exception());
          store.skip(block->ticket);
        }
      }
      board.recycle(*block);
    }
  }

  void stop() {
    if (spill) spill->finish();
    board.finish();
    for (std::thread& thread : encoders) thread.join();
    encoders.clear();
    keeper.finish();
    store.finish();
  }

  ScanShape final_scan() const {
    const std::uint64_t end = board.end_of_scan();
    if (growing == Growing::scan_x) return {1, end * kept_frames};
    if (growing == Growing::scan_y) return {(end + n_scan_x - 1) / n_scan_x, info.scan.scan_x};
    return info.scan;
  }

  /// Chunks that were written in parts are put together.
  void merge(ScanShape scan) {
    BlockEncoder encoder(info, container.parameters(), threshold.get());
    ChunkCodec codec;
    ChunkGrid grid = container.grid();
    for (const std::uint64_t chunk : board.fragmented()) {
      std::vector<Fragment> fragments;
      if (const auto places = store.fragments().find(chunk); places != store.fragments().end())
        for (const std::uint64_t at : places->second) fragments.push_back(read_fragment(folder.path() / recording::journal, at));
      std::vector<const Fragment*> pointers;
      for (const Fragment& fragment : fragments) pointers.push_back(&fragment);
      FrameRange frames = grid.frames(chunk, longest(info.scan, growing));
      if (frames.first >= scan.n_frames()) continue;
      frames.count = std::min(frames.count, scan.n_frames() - frames.first);
      std::unique_ptr<Block> block = board.empty_block();
      block->chunk = chunk;
      block->frames = frames;
      if (!merge_fragments(pointers, container.parameters(), codec, block->dense, block->status))
        throw DataError(folder.path().string() + ": parts of chunk " + std::to_string(chunk) +
                        " cannot be put together (damaged, or a sum does not fit " + std::string(dtype_name(info.dtype)) + ")");
      block->status.resize(block->frames.count, FrameStatus::missing);
      board.hand_over(std::move(block));
    }
  }

  WriterStats close() {
    if (closed.exchange(true)) throw_closed();
    folder.keep(true);
    if (spill) spill->finish();
    keeper.finish();  // a flush looks at blocks that are now handed over
    board.close_to_frames();
    const ScanShape scan = final_scan();
    if (scan.n_frames() == 0 && !board.failed()) {
      folder.keep(false);
      throw UsageError("nothing was recorded, and the scan has no length of its own; there is no file");
    }
    try {
      board.hand_over_all(scan);
      store.wait_for(board.last_ticket());
      if (!board.failed()) merge(scan);
    } catch (...) {
      board.fail(std::current_exception());
    }
    stop();
    try {
      board.check();
      folder.check_present();
      container.close(scan);
    } catch (const IoError& error) {
      folder.unlock(journal.descriptor());
      throw IoError(error.what() + hint());
    } catch (const DataError& error) {
      folder.unlock(journal.descriptor());
      throw DataError(error.what() + hint());
    }
    folder.keep(false);
    folder.remove();
    completed = true;
    return stats();
  }

  /// For those whose recording could not be completed.
  std::string hint() const {
    return "; what was stored is in " + folder.path().string() + ", 'esieve recover' makes a file of it";
  }

  WriterStats stats() {
    WriterStats result;
    result.n_pushed = monitor.n_pushed;
    result.n_flyback = monitor.n_flyback;
    result.n_stored = monitor.n_stored;
    result.n_durable = completed ? result.n_stored : monitor.n_durable.load();
    result.n_dropped = monitor.n_dropped;
    result.n_spilled = spill ? spill->n_waiting() : 0;
    result.n_events = monitor.n_events;
    result.dense_bytes = monitor.dense_bytes;
    result.stored_bytes = monitor.stored_bytes;
    result.queue_bytes = board.bytes_in_use();
    result.queue_capacity_bytes = board.capacity_bytes();
    if (const auto oldest = board.oldest()) result.lag_s = std::chrono::duration<double>(Clock::now() - *oldest).count();
    if (!options.scan.is_unbounded()) result.n_frames_expected = info.scan.n_frames();
    monitor.rate(result);
    return result;
  }

  Snapshot snapshot() {
    Snapshot result = monitor.snapshot();
    result.mean_pattern = container.mean_pattern();
    result.stats = stats();
    return result;
  }

  const std::filesystem::path path;
  const WriterOptions options;
  const Growing growing;
  const std::uint64_t n_scan_x, kept_frames;
  const FrameInput input;
  const SourceInfo info;
  const std::unique_ptr<Threshold> threshold;
  const bool lists_frames;                     ///< Frames with few events may be kept as these. Not if a threshold makes others.
  std::atomic<bool> blocks_are_sparse = true;  ///< Of late; if not, frames are copied without looking for events first.
  std::atomic<bool> closed = false, completed = false;
  RecordingFolder folder;
  ContainerWriter container;
  JournalWriter journal;
  Monitor monitor;
  BlockBoard board;
  std::unique_ptr<Spill> spill;  ///< Null: frames do not spill.
  Store store;
  Keeper keeper;
  std::mutex order_mutex;
  std::uint64_t next_frame = 0;
  std::mutex hits_mutex;
  HitSorter hits;
  std::vector<std::thread> encoders;
};

Writer::Writer(const std::filesystem::path& path, const WriterOptions& options) : impl_(std::make_unique<Impl>(path, options)) {}

Writer::~Writer() {
  try {
    if (!impl_->closed) finish_hits();
  } catch (...) {  // whoever wants to know calls `close`
  }
  try {
    if (!impl_->closed) impl_->close();
  } catch (...) {
  }
}

const std::filesystem::path& Writer::path() const { return impl_->path; }

void Writer::push(std::span<const std::byte> frame, const Placement& at) {
  if (frame.size() != impl_->input.pushed_bytes())
    throw UsageError("the frame has " + std::to_string(frame.size()) + " bytes, a frame of this recording " +
                     std::to_string(impl_->input.pushed_bytes()));
  impl_->push({.dense = frame, .pixels = {}, .counts = {}, .is_events = false}, at);
}

void Writer::push_frames(std::span<const std::byte> frames, const Placement& at) {
  const std::size_t frame_bytes = impl_->input.pushed_bytes();
  if (frames.size() % frame_bytes != 0)
    throw UsageError("the frames have " + std::to_string(frames.size()) + " bytes, no multiple of a frame's " +
                     std::to_string(frame_bytes));
  for (std::size_t i = 0; i < frames.size() / frame_bytes; ++i)
    push(frames.subspan(i * frame_bytes, frame_bytes),
         {.scan_index = at.scan_index ? std::optional(*at.scan_index + i) : std::nullopt, .partial = at.partial});
}

void Writer::push_events(std::span<const std::uint32_t> pixels, std::span<const std::uint32_t> counts, const Placement& at) {
  impl_->input.check(pixels, counts);
  impl_->push({.dense = {}, .pixels = pixels, .counts = counts, .is_events = true}, at);
}

void Writer::push_csr(std::span<const std::int64_t> offsets, std::span<const std::uint32_t> pixels,
                      std::span<const std::uint32_t> counts, const Placement& at) {
  if (offsets.empty()) throw UsageError("offsets are one more than there are frames; none were given");
  for (std::size_t i = 0; i < offsets.size(); ++i)
    if (offsets[i] < (i == 0 ? 0 : offsets[i - 1]) || static_cast<std::uint64_t>(offsets[i]) > pixels.size())
      throw UsageError("offset " + std::to_string(i) + " is " + std::to_string(offsets[i]) + ", with " +
                       std::to_string(pixels.size()) + " events; offsets ascend from 0 to that");
  impl_->input.check(pixels, counts);
  for (std::size_t i = 0; i + 1 < offsets.size(); ++i) {
    const auto first = static_cast<std::size_t>(offsets[i]), n = static_cast<std::size_t>(offsets[i + 1]) - first;
    impl_->push({.dense = {}, .pixels = pixels.subspan(first, n), .counts = counts.subspan(first, n), .is_events = true},
                {.scan_index = at.scan_index ? std::optional(*at.scan_index + i) : std::nullopt, .partial = at.partial});
  }
}

void Writer::push_hits(std::span<const std::uint64_t> frames, std::span<const std::uint16_t> x,
                       std::span<const std::uint16_t> y) {
  impl_->push_hits(
      frames.size(), [&](std::size_t i) { return frames[i]; }, x, y);
}

void Writer::push_timed_hits(std::span<const double> times_us, std::span<const std::uint16_t> x,
                             std::span<const std::uint16_t> y) {
  const double dwell_us = impl_->options.dwell_us;
  if (!(dwell_us > 0)) throw UsageError("hits by time need the dwell time (dwell_us)");
  for (const double time : times_us)
    if (!(time >= 0) || time / dwell_us > 1e15) throw UsageError("a hit has time " + std::to_string(time) + " us");
  impl_->push_hits(
      times_us.size(), [&](std::size_t i) { return static_cast<std::uint64_t>(times_us[i] / dwell_us); }, x, y);
}

void Writer::finish_hits() {
  const std::lock_guard lock(impl_->hits_mutex);
  impl_->push_complete(impl_->hits.take_complete(/*all=*/true));
}

void Writer::drop(std::uint64_t n_frames, const Placement& at) { impl_->drop(n_frames, at); }

void Writer::flush() {
  impl_->check_open();
  if (impl_->spill) impl_->spill->drain();
  impl_->board.check();
  impl_->keeper.flush();
  impl_->board.check();
}

WriterStats Writer::stats() const { return impl_->stats(); }
Snapshot Writer::snapshot() const { return impl_->snapshot(); }

WriterStats Writer::close() {
  if (!impl_->closed) finish_hits();
  return impl_->close();
}

}  // namespace esieve
