// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <numeric>

#include "base/bytes.hpp"
#include "codec/frame_sums.hpp"
#include "codec/lanes/enc_model.hpp"
#include "codec/lanes/format.hpp"
#include "codec/lanes/lanes.hpp"
#include "codec/lanes/row_loader.hpp"
#include "codec/lanes/workspace.hpp"
#include "codec/spread.hpp"

namespace esieve::codec {
namespace lanes {
namespace {

/// What a level of effort means here.
struct Effort {
  Profile profile;
  std::size_t fit_columns;          ///< Columns (of 128 lanes) to learn weights from,
  std::size_t fit_columns_of_row;   ///< so many of a row where rows are narrow, else every 8th.
  std::size_t table_columns;        ///< Columns to learn tables from.
  std::size_t sparse_divisor;       ///< Of both, where the mean count is below 1/4: blocks that gaps are tried for as well.
  unsigned finest, coarsest;        ///< tile_shift of the rate map: the finest that pays.
  std::size_t least_mapped_frames;  ///< Below, lanes would be empty: no rate map, but all lanes in use.
};

Effort effort_of(Level level) {
  switch (level) {
    case Level::fast: return {Profile::near, 128, 16, 512, 1, 1, 2, 24};
    case Level::standard: return {Profile::near, 512, 32, 2048, 1, 0, 2, 0};
    case Level::max: break;
  }
  return {Profile::full, 2048, 16, 16384, 2, 0, 2, 0};
}

/// Counts of tiles of the detector over all frames.
struct TileSums {
  std::size_t width, height;
  std::vector<std::uint64_t> sums;

  /// Tiles of twice the size.
  [[nodiscard]] TileSums of_four() const {
    TileSums result{(width + 1) / 2, (height + 1) / 2, {}};
    result.sums.resize(result.width * result.height);
    for (std::size_t y = 0; y < height; ++y)
      for (std::size_t x = 0; x < width; ++x) result.sums[y / 2 * result.width + x / 2] += sums[y * width + x];
    return result;
  }

  /// Whether a rate for each tile saves more than it takes, against one for four; roughly, see mismatch_bits().
  [[nodiscard]] bool pay() const {
    constexpr double bits_of_a_class = 0.7;
    double squares = 0;  // of what differs / mean
    for (std::size_t y = 0; y + 1 < height; y += 2)
      for (std::size_t x = 0; x + 1 < width; x += 2) {
        const std::uint64_t* at = &sums[y * width + x];
        const std::array<double, 4> t = {static_cast<double>(at[0]), static_cast<double>(at[1]), static_cast<double>(at[width]),
                                         static_cast<double>(at[width + 1])};
        const double all = t[0] + t[1] + t[2] + t[3];
        if (all == 0) continue;
        squares += 4 * (t[0] * t[0] + t[1] * t[1] + t[2] * t[2] + t[3] * t[3]) / all - all;
      }
    return 0.4 * squares > bits_of_a_class * static_cast<double>(sums.size());
  }
};

template <class Count>
class BlockEncoder {
 public:
  BlockEncoder(const Count* counts, const ListedEvents* events, const BlockShape& shape, Level level, Workspace& workspace)
      : counts_(counts),
        events_(events),
        effort_(effort_of(level)),
        layout_(shape, shape.n_frames >= effort_.least_mapped_frames),
        workspace_(workspace),
        model_(workspace.model),
        rows_(counts, layout_, *workspace.kernels, workspace.window) {}

  bool encode(std::size_t bytes_to_beat, std::vector<std::byte>& out) {
    // What a sample promises is a percent or two off, most of it too little: nothing but counts is in it.
    if (layout_.shape.n_counts() == 0 || !choose_model(1.03 * static_cast<double>(bytes_to_beat))) return false;
    if (!encode_rows()) return false;
    append(out);
    return true;
  }

 private:
  [[nodiscard]] std::size_t profile() const { return static_cast<std::size_t>(model_.profile); }

  bool choose_model(double most_bytes) {
    model_.profile = effort_.profile;
    model_.shrinkage = one / 10;
    const std::uint64_t sum = layout_.mapped ? map_rates() : set_single_rate();
    if (sum == 0) return false;
    const std::size_t divisor = 4 * sum < layout_.shape.n_counts() ? effort_.sparse_divisor : 1;
    WeightFit fit(model_, layout_, *workspace_.kernels);
    const std::size_t stride = std::clamp<std::size_t>(layout_.shape.det_x / effort_.fit_columns_of_row, 1, 8);
    for_sampled_rows(
        effort_.fit_columns / divisor,
        [&](const RowTask& task, const std::uint16_t* row, std::size_t y, std::size_t i) {
          fit.add(task, row, y, i % stride, stride);
        },
        stride);
    model_.weights = fit.solve();
    workspace_.kernels->make_pixel_models[profile()](layout_, model_);
    LevelStatistics statistics(model_.profile, *workspace_.kernels, workspace_.histograms);
    workspace_.levels.resize(layout_.shape.det_x * n_lanes);
    std::uint64_t sampled = 0;
    for_sampled_rows(
        effort_.table_columns / divisor,
        [&](const RowTask& task, const std::uint16_t* row, std::size_t, std::size_t) {
          sampled = std::accumulate(row, row + layout_.shape.det_x * n_lanes, sampled);
          workspace_.kernels->find_levels[profile()](task, row, workspace_.levels.data());
          statistics.add(task, row, workspace_.levels.data());
        },
        1);
    LevelStatistics::Expected expected;
    tables_ = statistics.choose(expected);
    if (expected.bits > hopeless_share * 8 * sizeof(Count) * expected.n_counts) return false;
    if (expected.bits * static_cast<double>(sum) > 8 * most_bytes * static_cast<double>(sampled)) return false;
    if (sampled > 0) expected_bytes_ = expected.bits / 8 * static_cast<double>(sum) / static_cast<double>(sampled);
    expand_tables(tables_, model_.profile, workspace_.kernels->split_tables, model_.tables);
    note_tables(model_);
    return true;
  }

  /// Returns the sum of all counts, as below. If it is 0 nothing is done.
  std::uint64_t map_rates() {
    sum_pixels();
    TileSums tiles{layout_.shape.det_x, layout_.shape.det_y, workspace_.pixel_sums};
    const std::uint64_t sum = std::reduce(tiles.sums.begin(), tiles.sums.end());
    if (sum == 0) return 0;
    model_.rates = class_rates(layout_.shape.n_frames);
    for (tile_shift_ = 0; tile_shift_ < effort_.coarsest && (tile_shift_ < effort_.finest || !tiles.pay()); ++tile_shift_)
      tiles = tiles.of_four();
    choose_tiles(tiles);
    return sum;
  }

  void sum_pixels() {
    constexpr std::size_t chunk = 2048;  // sums stay in the first cache
    const std::size_t n_pixels = layout_.shape.n_pixels();
    if (events_ != nullptr) {
      workspace_.pixel_sums.assign(n_pixels, 0);
      std::uint64_t* const sums = workspace_.pixel_sums.data();
      for (std::size_t e = 0; e < events_->pixels.size(); ++e) sums[events_->pixels[e]] += events_->counts[e];
      return;
    }
    workspace_.pixel_sums.resize(n_pixels);
    std::array<std::conditional_t<sizeof(Count) < 4, std::uint32_t, std::uint64_t>, chunk> sums;
    for (std::size_t first = 0; first < n_pixels; first += chunk) {
      const std::size_t n = std::min(chunk, n_pixels - first);
      sums.fill(0);
      const std::size_t n_frames = layout_.shape.n_frames;
      const Count* from = counts_ + first;
      if constexpr (sizeof(Count) == 1)
        workspace_.kernels->add8(from, n_frames, n_pixels, n, sums.data());
      else if constexpr (sizeof(Count) == 2)
        workspace_.kernels->add16(from, n_frames, n_pixels, n, sums.data());
      else
        for (std::size_t f = 0; f < n_frames; ++f)
          for (std::size_t i = 0; i < n; ++i) sums[i] += from[f * n_pixels + i];
      std::copy_n(sums.begin(), n, workspace_.pixel_sums.begin() + static_cast<std::ptrdiff_t>(first));
    }
  }

  std::uint64_t set_single_rate() {
    const std::uint64_t sum = frame_sums(counts_, layout_.shape.n_counts()).sum;
    model_.rates = class_rates(rate_scale);
    tile_shift_ = layout_.shape.n_frames < least_mapped_frames ? 0 : no_map;
    const std::uint64_t mean = std::max<std::uint64_t>(1, sum * rate_scale / layout_.shape.n_counts());
    model_.classes.assign(layout_.n_models(), nearest_class(mean));
    return sum;
  }

  void choose_tiles(const TileSums& tiles) {
    const std::size_t side = std::size_t{1} << tile_shift_;
    std::vector<std::uint32_t> n_members(tiles.sums.size());
    for (std::size_t y = 0; y < tiles.height; ++y)
      for (std::size_t x = 0; x < tiles.width; ++x)
        n_members[y * tiles.width + x] = static_cast<std::uint32_t>(std::min(side, layout_.shape.det_y - y * side) *
                                                                    std::min(side, layout_.shape.det_x - x * side));
    choose_classes(tiles.sums, n_members, tiles.width, workspace_.tiles);
    expand_tiles(workspace_.tiles, layout_, tile_shift_, model_.classes);
  }

  /// Calls visit(task, row, y, i) for about n_columns / (width / stride) rows spread over the block; for all of
  /// them where there are fewer.
  template <class Visit>
  void for_sampled_rows(std::size_t n_columns, Visit visit, std::size_t stride) {
    const std::size_t n_all = layout_.n_steps * layout_.n_rows;
    const std::size_t per_row = std::max<std::size_t>(1, layout_.shape.det_x / stride);
    const std::size_t n = std::min(n_all, (n_columns - 1) / per_row + 1);
    for (std::size_t i = 0; i < n; ++i) {
      // All heights of the detector and all parts of the scan.
      const std::size_t at = n == n_all ? i : spread(i, n_all);
      const std::size_t step = at / layout_.n_rows, y = at % layout_.n_rows;
      visit(task_of(step, y), rows_.row(step, y), y, i);
    }
  }

  RowTask task_of(std::size_t step, std::size_t y) {
    const std::uint16_t* const above = rows_.above(step, y, 1);
    // Profile near does not look at it.
    const std::uint16_t* const above2 = model_.profile == Profile::near ? above : rows_.above(step, y, 2);
    RowTask task{&model_, layout_.shape.det_x, {}, above, above2, rows_.lanes(step, y).active};
    for (std::size_t g = 0; g < n_groups; ++g) task.first_model[g] = layout_.model_start(g, y);
    return task;
  }

  /// Room for one more row of words, growing downwards.
  void make_room(std::size_t g) {
    auto& words = workspace_.words[g];
    const std::size_t used = words.size() - (static_cast<std::size_t>(state_.words[g] - words.data()));
    if (words.size() - used >= most_row_words(layout_.shape.det_x)) return;
    std::vector<std::uint16_t> larger(2 * words.size() + 2 * most_row_words(layout_.shape.det_x));
    std::copy_n(state_.words[g], used, larger.end() - static_cast<std::ptrdiff_t>(used));
    words = std::move(larger);
    state_.words[g] = words.data() + words.size() - used;
  }

  bool encode_rows() {
    const std::size_t n_raw_bytes = layout_.shape.n_counts() * sizeof(Count);
    // What is expected is far too much where counts do not fit lanes.
    const double likely_bytes = std::min(1.1 * expected_bytes_, static_cast<double>(n_raw_bytes));
    const std::size_t n_likely = static_cast<std::size_t>(likely_bytes) / 2 / n_groups + 2 * most_row_words(layout_.shape.det_x);
    for (std::size_t g = 0; g < n_groups; ++g) {
      auto& words = workspace_.words[g];
      if (layout_.in_use(g) && words.size() < n_likely) words = std::vector<std::uint16_t>(n_likely);
      state_.groups[g].low.fill(0);
      state_.groups[g].high.fill(1);
      state_.words[g] = words.data() + words.size();
    }
    state_.levels = workspace_.levels.data();
    for (std::size_t step = layout_.n_steps; step-- > 0;) {
      for (std::size_t y = layout_.n_rows; y-- > 0;) {
        for (std::size_t g = 0; g < n_groups; ++g) make_room(g);
        workspace_.kernels->encode_row[profile()](task_of(step, y), rows_.row(step, y), state_);
        append_escapes(step, y);
      }
      std::size_t n_bytes = escapes_.size();
      for (std::size_t g = 0; g < n_groups; ++g) n_bytes += 2 * n_words(g);
      if (n_bytes > n_raw_bytes) return false;
    }
    return true;
  }

  /// Backwards, as everything here.
  void append_escapes(std::size_t step, std::size_t y) {
    const auto& start = rows_.lanes(step, y).start;
    for (const Escape& escape : state_.escapes) {
      const std::uint32_t value = counts_[start[escape.lane] + y * layout_.shape.det_x + escape.column];
      unsigned n = 1;
      while (n < 5 && value >> (7 * n) != 0) ++n;
      for (unsigned i = n; i-- > 0;)
        escapes_.push_back(static_cast<std::byte>((value >> (7 * i) & 127U) | (i + 1 < n ? 128U : 0U)));
    }
    state_.escapes.clear();
  }

  [[nodiscard]] std::size_t n_words(std::size_t g) const {
    return workspace_.words[g].size() - static_cast<std::size_t>(state_.words[g] - workspace_.words[g].data());
  }

  void append(std::vector<std::byte>& out) {
    std::vector<std::byte> side_bytes;
    SideEncoder side(side_bytes);
    if (layout_.mapped)
      encode_classes(workspace_.tiles, tiles_across(layout_.shape.det_x, tile_shift_), side);
    else
      side.raw(model_.classes[0], 8);
    encode_weights(model_.weights, profile_features[profile()], side);
    encode_tables(tables_, side);
    side.finish();
    Preamble preamble{.profile = model_.profile,
                      .tile_shift = tile_shift_,
                      .shrinkage = static_cast<std::uint32_t>(model_.shrinkage),
                      .side_bytes = static_cast<std::uint32_t>(side_bytes.size()),
                      .escape_bytes = static_cast<std::uint32_t>(escapes_.size())};
    std::size_t n_bytes = side_bytes.size() + escapes_.size() + layout_.n_states() * sizeof(std::uint32_t);
    for (std::size_t g = 0; g < n_groups; ++g) {
      preamble.n_words[g] = static_cast<std::uint32_t>(n_words(g));
      n_bytes += 2 * n_words(g);
    }
    out.reserve(out.size() + n_bytes + 256);  // with the preamble, and what closes a chunk
    append_preamble(out, preamble);
    out.insert(out.end(), side_bytes.begin(), side_bytes.end());
    for (std::size_t g = 0; g < n_groups; ++g)
      for (std::size_t i = 0; i < group_lanes && layout_.in_use(g); ++i) {
        append_le(out, state_.groups[g].low[i]);
        append_le(out, state_.groups[g].high[i]);
      }
    for (std::size_t g = 0; g < n_groups; ++g) {
      const auto* bytes = reinterpret_cast<const std::byte*>(state_.words[g]);
      out.insert(out.end(), bytes, bytes + 2 * n_words(g));
    }
    out.insert(out.end(), escapes_.rbegin(), escapes_.rend());
  }

  static constexpr double hopeless_share = 0.95;  // of the bits a count has

  const Count* counts_;
  const ListedEvents* events_;  ///< or null
  Effort effort_;
  Layout layout_;
  Workspace& workspace_;
  BlockModel& model_;
  RowLoader<Count> rows_;
  unsigned tile_shift_ = 0;
  double expected_bytes_ = 0;
  LevelTables tables_;
  EncodeState state_;
  std::vector<std::byte> escapes_;
};

}  // namespace
}  // namespace lanes

template <class Count>
bool encode_lanes(const Count* counts, const BlockShape& shape, Level level, Scratch& scratch, std::vector<std::byte>& out,
                  std::size_t bytes_to_beat, const ListedEvents* events) {
  auto& workspace = scratch.get<lanes::Workspace>();
  workspace.pixel_sums.clear();
  if (shape.det_x > most_lanes_width) return false;
  return lanes::BlockEncoder<Count>(counts, events, shape, level, workspace).encode(bytes_to_beat, out);
}

std::span<std::uint64_t> lanes_pixel_sums(Scratch& scratch) { return scratch.get<lanes::Workspace>().pixel_sums; }

void release_lanes(Scratch& scratch) {
  auto& workspace = scratch.get<lanes::Workspace>();
  workspace.words = {};
}

template bool encode_lanes(const std::uint8_t*, const BlockShape&, Level, Scratch&, std::vector<std::byte>&, std::size_t,
                           const ListedEvents*);
template bool encode_lanes(const std::uint16_t*, const BlockShape&, Level, Scratch&, std::vector<std::byte>&, std::size_t,
                           const ListedEvents*);
template bool encode_lanes(const std::uint32_t*, const BlockShape&, Level, Scratch&, std::vector<std::byte>&, std::size_t,
                           const ListedEvents*);

}  // namespace esieve::codec
