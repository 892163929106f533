// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>

#include "codec/values/constant_pixels.hpp"
#include "codec/values/value_map.hpp"

namespace esieve::codec {
namespace {

constexpr std::size_t run = 512;  // elements that are mapped without looking at each, if all of them are plain

template <class T>
using BitsOf = std::conditional_t<
    sizeof(T) == 1, std::uint8_t,
    std::conditional_t<sizeof(T) == 2, std::uint16_t, std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>>;

template <class T>
std::uint64_t bits_of(T value) {
  return std::bit_cast<BitsOf<T>>(value);
}

// --- Integers -------------------------------------------------------------------------------------------------------

template <class T>
constexpr std::uint64_t zigzagged(T value) {
  const auto wide = static_cast<std::int64_t>(value);
  return (static_cast<std::uint64_t>(wide) << 1) ^ static_cast<std::uint64_t>(wide >> 63);
}

// As an unsigned number to be stored; negative ones become too large for any count.
template <bool zigzag, class T>
constexpr std::uint64_t stored(T value) {
  if constexpr (zigzag) return zigzagged(value);
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
}

// How many elements do not fit into counts of one, two and four bytes.
struct Unfit {
  std::uint64_t one = 0, two = 0, four = 0;
};

template <bool zigzag, class T>
Unfit count_unfit(std::span<const T> values) {
  Unfit unfit;
  for (const T value : values) {
    const std::uint64_t v = stored<zigzag>(value);
    unfit.one += v > 0xff;
    unfit.two += v > 0xffff;
    unfit.four += v > 0xffffffff;
  }
  return unfit;
}

// The narrowest counts that few elements do not fit into. 0: none.
std::uint8_t narrowest(const Unfit& unfit, std::size_t n_counts, std::size_t item_bytes) {
  if (unfit.one == 0) return 1;
  const std::uint64_t most = max_exceptions(n_counts);
  if (item_bytes == 1) return unfit.one <= most ? 1 : 0;
  if (item_bytes == 2) return unfit.two <= most ? 2 : 0;
  if (unfit.two <= n_counts / 1024) return 2;  // rare, so not the tail of something that wider counts would model
  return unfit.four <= most ? 4 : 0;
}

template <bool zigzag, class Count, class T>
void map_integers(std::span<const T> values, Count* counts, std::vector<SideEntry>& exceptions) {
  constexpr std::uint64_t most = std::numeric_limits<Count>::max();
  for (std::size_t first = 0; first < values.size(); first += run) {
    const std::size_t stop = std::min(values.size(), first + run);
    std::uint64_t all = 0;
    for (std::size_t i = first; i < stop; ++i) {
      const std::uint64_t v = stored<zigzag>(values[i]);
      all |= v;
      counts[i] = static_cast<Count>(v);
    }
    if (all <= most) continue;
    for (std::size_t i = first; i < stop; ++i) {
      if (stored<zigzag>(values[i]) <= most) continue;
      counts[i] = 0;
      exceptions.push_back({i, bits_of(values[i])});
    }
  }
}

// Calls visit(Count{}) with the count type of so many bytes.
template <class Visit>
void visit_count(std::uint8_t count_bytes, const Visit& visit) {
  switch (count_bytes) {
    case 1: return visit(std::uint8_t{});
    case 2: return visit(std::uint16_t{});
    default: return visit(std::uint32_t{});
  }
}

template <class T>
std::span<const T> values_of(Elements& elements) {
  const auto dense = elements.dense();
  return {reinterpret_cast<const T*>(dense.data()), dense.size() / sizeof(T)};
}

template <class T>
std::optional<Elements> map_integers(Elements elements, const BlockShape& shape, ValueScratch& scratch) {
  ValueMap& map = scratch.map;
  map.count_bytes = sizeof(T);
  if constexpr (std::is_unsigned_v<T> && sizeof(T) <= 2) return elements;

  const ListedEvents* events = elements.events();  // of unsigned numbers
  Unfit unfit = events != nullptr ? count_unfit<false>(events->counts) : count_unfit<false>(values_of<T>(elements));
  std::uint8_t count_bytes = narrowest(unfit, shape.n_counts(), sizeof(T));
  if constexpr (std::is_signed_v<T>) {
    if (count_bytes == 0 || (sizeof(T) > 4 && unfit.four > 0)) {
      unfit = count_unfit<true>(values_of<T>(elements));
      count_bytes = narrowest(unfit, shape.n_counts(), sizeof(T));
      map.zigzag = count_bytes != 0;
    }
  }
  if (count_bytes == 0) return std::nullopt;
  map.count_bytes = count_bytes;
  if (count_bytes == sizeof(T) && unfit.four == 0 && !map.zigzag &&
      (sizeof(T) > 2 || (sizeof(T) == 2 ? unfit.two : unfit.one) == 0))
    return elements;
  if (events != nullptr && unfit.two == 0) return Elements(*events, shape, count_bytes, scratch.plane);
  scratch.plane.resize(shape.n_counts() * count_bytes);
  visit_count(count_bytes, [&](auto zero) {
    auto* counts = reinterpret_cast<decltype(zero)*>(scratch.plane.data());
    if (map.zigzag)
      map_integers<true>(values_of<T>(elements), counts, map.exceptions);
    else
      map_integers<false>(values_of<T>(elements), counts, map.exceptions);
  });
  return Elements(scratch.plane, shape, count_bytes);
}

// --- Floats ---------------------------------------------------------------------------------------------------------

// Finite elements other than zero from all over the block.
template <class T>
std::vector<T> sample_of(std::span<const T> values) {
  constexpr std::size_t most = 4096, n_windows = 64, window = 4096;
  std::vector<T> sample;
  const std::size_t stride = std::max(window, values.size() / n_windows);
  for (std::size_t start = 0; start < values.size(); start += stride) {
    const std::size_t stop = std::min(values.size(), start + window), enough = sample.size() + most / n_windows;
    for (std::size_t i = start; i < stop && sample.size() < enough; ++i)
      if (values[i] != 0 && std::isfinite(values[i])) sample.push_back(values[i]);
  }
  return sample;
}

template <class T, class Count>
class FloatMapper {
 public:
  FloatMapper(std::span<const T> values, const Quantum& quantum, bool zigzag, Count* counts, std::vector<SideEntry>& exceptions)
      : values_(values), quantum_(quantum), zigzag_(zigzag), counts_(counts), exceptions_(exceptions) {
    scale_ = quantum.divides ? quantum.value : 1 / quantum.value;
    highest_ = zigzag ? std::min<double>(max_count<T>, std::numeric_limits<Count>::max() / 2)
                      : std::min<double>(max_count<T>, std::numeric_limits<Count>::max());
    lowest_ = zigzag ? -highest_ : 0;
  }

  // False if there are too many exceptions; the lists are then unspecified.
  bool run_all() {
    exceptions_.clear();
    const std::uint64_t most = max_exceptions(values_.size());
    for (std::size_t first = 0; first < values_.size(); first += run) {
      const std::size_t stop = std::min(values_.size(), first + run);
      if (map_run(first, stop)) continue;
      list_exceptions(first, stop);
      if (exceptions_.size() > most) return false;
    }
    return true;
  }

 private:
  // Nearest count, 0 if it is out of range or the value is not a number.
  std::int32_t nearest(T value) const {
    const double scaled = static_cast<double>(value) * scale_;
    const double bounded = scaled >= lowest_ && scaled <= highest_ ? scaled : 0;
    return static_cast<std::int32_t>(bounded + (bounded < 0 ? -0.5 : 0.5));
  }
  Count code(std::int32_t count) const {
    return static_cast<Count>(zigzag_ ? zigzagged(count) : static_cast<std::uint64_t>(count));
  }
  bool exact(T value, std::int32_t count) const { return bits_of(quantum_.element<T>(count)) == bits_of(value); }

  bool map_run(std::size_t first, std::size_t stop) {
    bool all_exact = true;
    for (std::size_t i = first; i < stop; ++i) {
      const std::int32_t count = nearest(values_[i]);
      all_exact &= exact(values_[i], count);
      counts_[i] = code(count);
    }
    return all_exact;
  }

  void list_exceptions(std::size_t first, std::size_t stop) {
    for (std::size_t i = first; i < stop; ++i) {
      if (exact(values_[i], nearest(values_[i]))) continue;
      counts_[i] = 0;
      exceptions_.push_back({i, bits_of(values_[i])});
    }
  }

  std::span<const T> values_;
  Quantum quantum_;
  bool zigzag_;
  Count* counts_;
  std::vector<SideEntry>& exceptions_;
  double scale_, lowest_, highest_;
};

template <class T>
std::optional<Elements> map_floats(Elements elements, const BlockShape& shape, ValueScratch& scratch) {
  const auto values = values_of<T>(elements);
  const std::vector<T> sample = sample_of(values);
  ValueMap& map = scratch.map;
  map.quantum = sample.empty() ? Quantum{} : find_quantum<T>(sample);
  if (!map.quantum) return std::nullopt;
  const auto n_negative = std::count_if(sample.begin(), sample.end(), [](T value) { return value < 0; });
  map.zigzag = static_cast<std::size_t>(n_negative) > sample.size() / 64;
  double highest = 0;
  for (const T value : sample) highest = std::max(highest, std::fabs(map.quantum->count(value)));

  const auto attempt = [&](auto zero) {
    using Count = decltype(zero);
    map.count_bytes = sizeof(Count);
    scratch.plane.resize(values.size() * sizeof(Count));
    auto* counts = reinterpret_cast<Count*>(scratch.plane.data());
    return FloatMapper<T, Count>(values, *map.quantum, map.zigzag, counts, map.exceptions).run_all();
  };
  if (!(highest < 0x4000 && attempt(std::uint16_t{})) && !attempt(std::uint32_t{})) return std::nullopt;
  return Elements(scratch.plane, shape, map.count_bytes);
}

}  // namespace

std::optional<Elements> map_values(Elements elements, const BlockLayout& layout, ValueScratch& scratch) {
  if (layout.opaque) return std::nullopt;
  scratch.map.clear();
  find_constant_pixels(elements, layout, scratch.map.constants);
  if (!scratch.map.constants.empty()) {
    const auto dense = elements.dense();
    scratch.unmasked.assign(dense.begin(), dense.end());
    clear_pixels(scratch.map.constants, layout.shape, layout.item_bytes, scratch.unmasked);
    elements = Elements(scratch.unmasked, layout.shape, layout.item_bytes);
  }
  return visit_dtype(layout.dtype, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::is_floating_point_v<T>)
      return map_floats<T>(elements, layout.shape, scratch);
    else
      return map_integers<T>(elements, layout.shape, scratch);
  });
}

}  // namespace esieve::codec
