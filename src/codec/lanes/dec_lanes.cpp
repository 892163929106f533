// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <limits>

#include "base/bytes.hpp"
#include "codec/lanes/format.hpp"
#include "codec/lanes/lanes.hpp"
#include "codec/lanes/row_stage.hpp"
#include "codec/lanes/side_info.hpp"
#include "codec/lanes/workspace.hpp"

namespace esieve::codec {
namespace lanes {
namespace {

template <class Count>
class BlockDecoder {
 public:
  BlockDecoder(const BlockShape& shape, Workspace& workspace, bool past_caches, Count* dense)
      : layout_(shape, true),
        workspace_(workspace),
        model_(workspace.model),
        rows_(workspace.window),
        stage_(workspace.stage, shape.det_x, past_caches, dense) {
    rows_.reset(shape.det_x);
  }

  DecodeStatus decode(std::span<const std::byte> bytes) {
    Sections sections;
    if (const DecodeStatus status = cut_sections(bytes, layout_.shape, sections); status != DecodeStatus::okay) return status;
    if (!sections.preamble.has_map()) layout_ = Layout(layout_.shape, false);
    if (!read_side(sections)) return DecodeStatus::corrupt;
    start(sections);
    bytes_end_ = bytes.data() + bytes.size();
    for (std::size_t step = 0; step < layout_.n_steps; ++step) {
      const StepLanes lanes(layout_, step);
      for (std::size_t y = 0; y < layout_.n_rows; ++y)
        if (const DecodeStatus status = decode_row(lanes.at(y), y); status != DecodeStatus::okay) return status;
    }
    finish_streaming();
    return ended() ? DecodeStatus::okay : DecodeStatus::corrupt;
  }

 private:
  bool read_side(const Sections& sections) {
    model_.profile = sections.preamble.profile;
    model_.shrinkage = static_cast<std::int32_t>(sections.preamble.shrinkage);
    SideDecoder side(sections.side);
    const unsigned tile_shift = sections.preamble.tile_shift;
    if (layout_.mapped) {
      model_.rates = class_rates(layout_.shape.n_frames);
      const std::size_t n_across = tiles_across(layout_.shape.det_x, tile_shift);
      workspace_.tiles.resize(n_across * tiles_across(layout_.shape.det_y, tile_shift));
      decode_classes(side, n_across, workspace_.tiles);
      expand_tiles(workspace_.tiles, layout_, tile_shift, model_.classes);
    } else {
      model_.rates = class_rates(rate_scale);
      model_.classes.assign(layout_.n_models(), static_cast<std::uint8_t>(side.raw(8)));
    }
    decode_weights(side, profile_features[static_cast<std::size_t>(model_.profile)], model_.weights);
    LevelTables tables;
    if (!decode_tables(side, tables)) return false;
    expand_tables(tables, model_.profile, workspace_.kernels->split_tables, model_.tables);
    workspace_.kernels->make_pixel_models[static_cast<std::size_t>(model_.profile)](layout_, model_);
    note_tables(model_);
    return true;
  }

  void start(const Sections& sections) {
    std::size_t state_at = 0;
    for (std::size_t g = 0; g < n_groups; ++g) {
      state_.words[g] = sections.words[g].data();
      words_end_[g] = sections.words[g].data() + sections.words[g].size();
      state_.groups[g].low.fill(0);
      state_.groups[g].high.fill(1);
      if (!layout_.in_use(g)) continue;
      for (std::size_t i = 0; i < group_lanes; ++i, state_at += sizeof(std::uint32_t)) {
        state_.groups[g].low[i] = load_le<std::uint16_t>(sections.states, state_at);
        state_.groups[g].high[i] = load_le<std::uint16_t>(sections.states, state_at + 2);
      }
    }
    state_.escapes = reinterpret_cast<const std::uint8_t*>(sections.escapes.data());
    state_.escapes_end = state_.escapes + sections.escapes.size();
  }

  /// Words are read where they are, some beyond those of a row: what is left near the end of all bytes moves to where there are
  /// more.
  void provide_words(std::size_t g) {
    const std::size_t most_bytes = 2 * most_row_words(layout_.shape.det_x);
    if (has_moved_[g] || static_cast<std::size_t>(bytes_end_ - state_.words[g]) >= most_bytes) return;
    has_moved_[g] = true;
    auto& rest = workspace_.last_words[g];
    const auto n = static_cast<std::size_t>(words_end_[g] - state_.words[g]);
    rest.assign(n + most_bytes, std::byte{0});
    std::copy_n(state_.words[g], n, rest.data());
    state_.words[g] = rest.data();
    words_end_[g] = rest.data() + n;
  }

  DecodeStatus decode_row(const StepLanes::Lanes& lanes, std::size_t y) {
    const std::size_t width = layout_.shape.det_x;
    RowTask task{&model_, width, {}, rows_.above(y, 1), rows_.above(y, 2), lanes.active};
    for (std::size_t g = 0; g < n_groups; ++g) task.first_model[g] = layout_.model_start(g, y);
    for (std::size_t g = 0; g < n_groups; ++g) provide_words(g);
    std::uint16_t* row = rows_.row(y);
    workspace_.kernels->decode_row[static_cast<std::size_t>(model_.profile)](task, state_, row);
    if (state_.corrupt) return DecodeStatus::corrupt;
    for (std::size_t g = 0; g < n_groups; ++g)
      if (state_.words[g] > words_end_[g]) return DecodeStatus::corrupt;
    stage_.put(lanes, y, row, *workspace_.kernels);
    for (const Escape& wide : state_.wide) {
      if (wide.value > std::numeric_limits<Count>::max()) return DecodeStatus::out_of_range;
      stage_.correct(wide.lane, wide.column, static_cast<Count>(wide.value));
    }
    state_.wide.clear();
    if (stage_.full() || y + 1 == layout_.n_rows) stage_.copy_out();
    return DecodeStatus::okay;
  }

  /// The coder is back in its first state and nothing is left over.
  [[nodiscard]] bool ended() const {
    for (std::size_t g = 0; g < n_groups; ++g) {
      if (state_.words[g] != words_end_[g]) return false;
      for (std::size_t i = 0; i < group_lanes; ++i)
        if (state_.groups[g].low[i] != 0 || state_.groups[g].high[i] != 1) return false;
    }
    return state_.escapes == state_.escapes_end;
  }

  Layout layout_;
  Workspace& workspace_;
  BlockModel& model_;
  RowWindow& rows_;
  RowStage<Count> stage_;
  DecodeState state_;
  std::array<const std::byte*, n_groups> words_end_{};
  const std::byte* bytes_end_ = nullptr;
  std::array<bool, n_groups> has_moved_{};
};

}  // namespace
}  // namespace lanes

template <class Count>
DecodeStatus decode_lanes(std::span<const std::byte> bytes, const BlockShape& shape, Scratch& scratch, Count* dense) {
  if (shape.n_counts() == 0) return DecodeStatus::corrupt;
  if (shape.det_x > most_lanes_width) return DecodeStatus::out_of_range;
  return lanes::BlockDecoder<Count>(shape, scratch.get<lanes::Workspace>(), scratch.past_caches, dense).decode(bytes);
}

template DecodeStatus decode_lanes(std::span<const std::byte>, const BlockShape&, Scratch&, std::uint8_t*);
template DecodeStatus decode_lanes(std::span<const std::byte>, const BlockShape&, Scratch&, std::uint16_t*);
template DecodeStatus decode_lanes(std::span<const std::byte>, const BlockShape&, Scratch&, std::uint32_t*);

}  // namespace esieve::codec
