// SPDX-License-Identifier: Apache-2.0
//
// Which coder a block of counts goes to. Decided on the block alone, so that equal blocks give equal bytes.
#include <algorithm>

#include "codec/chunk/copied_share.hpp"
#include "codec/chunk/count_coder.hpp"
#include "codec/gaps/extract.hpp"
#include "codec/gaps/gaps.hpp"
#include "codec/lanes/lanes.hpp"
#include "codec/portable_log2.hpp"
#include "codec/scratch.hpp"

namespace esieve::codec {
namespace {

// Shares of lit counts: gaps below `gaps_only`, lanes from `lanes_only`. In between gaps for events that know nothing of each
// other, which lanes store no better by half a percent; for others lanes, and gaps tried as well for `beside_lanes`, if that is
// any.
struct Border {
  double gaps_only, lanes_only;
  Related beside_lanes;
};

constexpr double worth_lists = 1.0 / gaps::pixels_per_listed_event;

Border border(Level level, std::uint64_t n_events) {
  constexpr std::uint64_t few = 8192;  // what lanes say beside the counts then weighs, and both take little time
  switch (level) {
    case Level::fast: return {worth_lists, worth_lists, Related::refused};
    case Level::standard:
      if (n_events < few) return {0.02, 0.08, Related::taken};
      return {0.02, worth_lists, Related::refused};
    case Level::max: break;
  }
  return {0.01, 0.12, Related::taken_in_tracks_or_groups};
}

// Items that show whether a block repeats itself within or between frames: the same stretch of neighbouring frames, at a
// few places of the block. The sample is a block of its own, whose frames have one row.
BlockShape sample_items(const Elements& plane, std::size_t item_bytes, const BlockShape& shape, std::size_t n_places,
                        std::size_t stretch_bytes, std::vector<std::byte>& sample) {
  constexpr std::size_t n_neighbours = 4;
  const std::size_t frame_bytes = shape.n_pixels() * item_bytes;
  const std::size_t stretch = std::min(frame_bytes, stretch_bytes);
  const std::size_t neighbours = std::min<std::size_t>(shape.n_frames, n_neighbours);
  sample.clear();
  for (std::size_t place = 0; place < n_places; ++place) {
    const std::size_t frame = (shape.n_frames - neighbours) * (2 * place + 1) / (2 * n_places);
    const std::size_t offset = (frame_bytes - stretch) / item_bytes * (2 * place + 1) / (2 * n_places) * item_bytes;
    for (std::size_t f = frame; f < frame + neighbours; ++f) plane.append_part(f, offset, stretch, sample);
  }
  const auto n_frames = static_cast<std::uint32_t>(n_places * neighbours);
  return {n_frames, 1, static_cast<std::uint32_t>(stretch / item_bytes), n_frames};
}

template <class Count>
class CountEncoder {
 public:
  CountEncoder(Elements& plane, const BlockShape& shape, Level level, CoderScratch& scratch, std::uint64_t n_events,
               std::vector<std::byte>& out, bool is_picture = false)
      : plane_(plane),
        shape_(shape),
        level_(level),
        scratch_(scratch),
        out_(out),
        start_(out.size()),
        n_events_(n_events),
        lit_share_(static_cast<double>(n_events) / static_cast<double>(shape.n_counts())),
        border_(border(level, n_events)),
        is_picture_(is_picture) {}

  CountCoder run() {
    related_ = lit_share_ < border_.gaps_only ? Related::taken : border_.beside_lanes;
    if (lit_share_ < border_.lanes_only) try_coder(CountCoder::gaps);
    if (best_ == CountCoder::none || (lit_share_ >= border_.gaps_only && lanes_may_win_)) try_coder(CountCoder::lanes);
    related_ = Related::taken;
    if (best_ == CountCoder::none && lit_share_ < border_.lanes_only) try_coder(CountCoder::gaps);
    is_picture_ = is_picture_ || (best_ != CountCoder::none && looks_like_picture());
    if (is_picture_ && level_ != Level::max) {  // small if it is worked on, and no detector makes many
      out_.resize(start_);
      return CountEncoder(plane_, shape_, Level::max, scratch_, n_events_, out_, true).run();
    }
    if (is_picture_ || best_ == CountCoder::none || packing_may_win()) try_packing();
    return best_;
  }

 private:
  static constexpr std::size_t nothing_to_beat = ~std::size_t{0};
  std::size_t best_bytes() const { return out_.size() - start_; }
  std::size_t bytes_to_beat() const { return best_ == CountCoder::none ? nothing_to_beat : best_bytes(); }
  const Count* counts() { return reinterpret_cast<const Count*>(plane_.dense().data()); }

  bool append(CountCoder coder, std::vector<std::byte>& to) {
    switch (coder) {
      case CountCoder::gaps: return append_gaps(to);
      case CountCoder::lanes: {
        const bool coded = encode_lanes(counts(), shape_, level_, scratch_.coders, to, bytes_to_beat(), plane_.events());
        scratch_.pixel_sums = lanes_pixel_sums(scratch_.coders);
        return coded;
      }
      default:
        // Repeats may be further apart than a sample reaches.
        return pack_items(plane_.dense(), sizeof(Count), shape_, level_, scratch_.pack, to,
                          is_picture_ ? nothing_to_beat : bytes_to_beat());
    }
  }

  bool append_gaps(std::vector<std::byte>& to) {
    const GapsOutcome outcome = plane_.events() != nullptr
                                    ? encode_gaps(*plane_.events(), shape_, level_, scratch_.coders, to, related_)
                                    : encode_gaps(counts(), shape_, level_, scratch_.coders, to, related_);
    lanes_may_win_ = outcome == GapsOutcome::coded;
    return outcome != GapsOutcome::refused;
  }

  // Packing takes the most memory, and most blocks do without.
  void try_packing() {
    const bool is_large = shape_.n_counts() * sizeof(Count) > most_kept_bytes;
    if (is_large) release_lanes(scratch_.coders);
    try_coder(CountCoder::packed);
    if (is_large) scratch_.pack = {};
  }

  // Keeps the result if it is the first or smaller than the best so far.
  void try_coder(CountCoder coder) {
    if (best_ == CountCoder::none) {
      if (append(coder, out_)) best_ = coder;
      return;
    }
    scratch_.trial.clear();
    if (!append(coder, scratch_.trial) || scratch_.trial.size() >= best_bytes()) return;
    out_.resize(start_);
    out_.insert(out_.end(), scratch_.trial.begin(), scratch_.trial.end());
    best_ = coder;
  }

  // Bytes that the best so far takes for the lit ones of a sample.
  double coded_bytes(std::span<const std::byte> sample) const {
    const auto* counts = reinterpret_cast<const Count*>(sample.data());
    const std::size_t n_counts = sample.size() / sizeof(Count);
    const auto n_lit = n_counts - static_cast<std::size_t>(std::count(counts, counts + n_counts, Count{0}));
    return static_cast<double>(best_bytes()) * static_cast<double>(n_lit) / static_cast<double>(n_events_);
  }

  // Pictures and frames that come again, which are zstd's to find: whether telling where counts differ from those beside them,
  // by place and value, would be much cheaper than the best so far, and zstd finds something on a sample.
  bool looks_like_picture() {
    const double same = share_copied(), other = 1 - same;
    if (same == 0) return false;
    const double bits = 8 * static_cast<double>(best_bytes()) / static_cast<double>(n_events_);
    const double entropy = other > 0 ? -same * portable_log2(same) - other * portable_log2(other) : 0;
    if (1.7 * (entropy + other * (bits - portable_log2(lit_share_))) > bits) return false;
    sample_items(plane_, sizeof(Count), shape_, 1, std::size_t{64} << 10, scratch_.sample);
    const double most_bytes = 2 * coded_bytes(scratch_.sample) + 1024;  // there are few counts for what zstd says beside them
    return repeats_itself(scratch_.sample, static_cast<std::size_t>(most_bytes), scratch_.pack);
  }

  double share_copied() {
    if (plane_.events() != nullptr) return copied_share(*plane_.events(), shape_, least_copied_lit);
    const double lit_to_see = lit_share_ * static_cast<double>(shape_.det_x * copied_rows);
    if (2 * lit_to_see < least_copied_lit) return 0;
    const double times = std::clamp(2 * least_copied_lit / lit_to_see, 1.0, static_cast<double>(most_copied_times));
    const auto n_rows = static_cast<std::size_t>(times * copied_rows);
    return copied_share<Count>(plane_, shape_, n_rows, scratch_.sample);
  }

  // Whether a sample packs about as well as the coder of the whole does for as many events.
  bool packing_may_win() {
    // Quick to code, so little time to spend; repeats are all there is to find.
    const bool sparse = lit_share_ < 0.03;
    const BlockShape shape =
        sample_items(plane_, sizeof(Count), shape_, sparse ? 1 : 4, level_ == Level::max ? 4096 : 1024, scratch_.sample);
    const auto most_bytes = static_cast<std::size_t>(coded_bytes(scratch_.sample) / 0.85);
    return sparse ? repeats_itself(scratch_.sample, most_bytes, scratch_.pack)
                  : packs_within(scratch_.sample, sizeof(Count), shape, most_bytes, scratch_.pack);
  }

  Elements& plane_;
  BlockShape shape_;
  Level level_;
  CoderScratch& scratch_;
  std::vector<std::byte>& out_;
  std::size_t start_;
  std::uint64_t n_events_;
  double lit_share_;
  Border border_;
  Related related_ = Related::taken;
  bool lanes_may_win_ = false;  // over gaps
  bool is_picture_;
  CountCoder best_ = CountCoder::none;
};

}  // namespace

CountCoder encode_counts(Elements& plane, std::uint8_t count_bytes, const BlockShape& shape, std::uint64_t n_events, Level level,
                         CoderScratch& scratch, std::vector<std::byte>& out) {
  if (n_events == 0) return CountCoder::none;
  switch (count_bytes) {
    case 1: return CountEncoder<std::uint8_t>(plane, shape, level, scratch, n_events, out).run();
    case 2: return CountEncoder<std::uint16_t>(plane, shape, level, scratch, n_events, out).run();
    default: return CountEncoder<std::uint32_t>(plane, shape, level, scratch, n_events, out).run();
  }
}

}  // namespace esieve::codec
