// SPDX-License-Identifier: Apache-2.0
#include "codec/dense/prediction.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>

#include "codec/portable_log2.hpp"
#include "codec/spread.hpp"
#include "codec/visit_width.hpp"

namespace esieve::codec {
namespace {

/// Small differences of either sign become small numbers.
template <class T>
T fold(T difference) {
  return static_cast<T>(static_cast<T>(difference << 1) ^
                        static_cast<T>(-static_cast<T>(difference >> (std::numeric_limits<T>::digits - 1))));
}
template <class T>
T unfold(T folded) {
  return static_cast<T>(static_cast<T>(folded >> 1) ^ static_cast<T>(-static_cast<T>(folded & 1)));
}

/// A row of a block and what its prediction looks at.
template <class T>
struct Row {
  const T* own;
  const T* above;   ///< Null in the first row of a frame.
  const T* before;  ///< Of the frame before; null in the first.
  std::size_t width;
};

template <class T>
void predict_row(Prediction prediction, const Row<T>& row, T* out) {
  const T* x = row.own;
  const auto each = [&](std::size_t first, auto promise) {
    for (std::size_t i = first; i < row.width; ++i) out[i] = fold(static_cast<T>(x[i] - promise(i)));
  };
  if (prediction == Prediction::frame && row.before != nullptr) return each(0, [&](std::size_t i) { return row.before[i]; });
  out[0] = fold(static_cast<T>(x[0] - (row.above != nullptr ? row.above[0] : T{0})));
  if (prediction == Prediction::plane && row.above != nullptr)
    return each(1, [&](std::size_t i) { return static_cast<T>(x[i - 1] + row.above[i] - row.above[i - 1]); });
  each(1, [&](std::size_t i) { return x[i - 1]; });
}

/// \param row  its `own` are differences and become items
template <class T>
void restore_row(Prediction prediction, const Row<T>& row, T* x) {
  if (prediction == Prediction::frame && row.before != nullptr) {
    for (std::size_t i = 0; i < row.width; ++i) x[i] = static_cast<T>(unfold(x[i]) + row.before[i]);
    return;
  }
  x[0] = static_cast<T>(unfold(x[0]) + (row.above != nullptr ? row.above[0] : T{0}));
  if (prediction == Prediction::plane && row.above != nullptr) {
    // What is left of the pixels above is added up alike: the sums of the row's own differences and its top.
    T sum = static_cast<T>(x[0] - row.above[0]);
    for (std::size_t i = 1; i < row.width; ++i) {
      sum = static_cast<T>(sum + unfold(x[i]));
      x[i] = static_cast<T>(sum + row.above[i]);
    }
    return;
  }
  for (std::size_t i = 1; i < row.width; ++i) x[i] = static_cast<T>(unfold(x[i]) + x[i - 1]);
}

template <class T>
Row<T> row_of(const T* items, const BlockShape& shape, std::size_t f, std::size_t y) {
  const T* own = items + (f * shape.det_y + y) * shape.det_x;
  return {own, y == 0 ? nullptr : own - shape.det_x, f == 0 ? nullptr : own - shape.n_pixels(), shape.det_x};
}

/// What numbers take in a code that knows how often each bit width comes: its top bit is said by the width.
class WidthCode {
 public:
  template <class T>
  void add(const T* values, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) ++n_[static_cast<std::size_t>(std::bit_width(values[i]))];
  }
  [[nodiscard]] std::uint64_t bits() const {
    const auto total = static_cast<double>(std::accumulate(n_.begin(), n_.end(), std::uint64_t{0}));
    double bits = 0;
    for (std::size_t width = 0; width < n_.size(); ++width)
      if (n_[width] > 0) {
        const auto n = static_cast<double>(n_[width]);
        bits += n * (portable_log2(total / n) + static_cast<double>(width > 0 ? width - 1 : 0));
      }
    return static_cast<std::uint64_t>(bits);
  }

 private:
  std::array<std::uint64_t, 65> n_{};
};

template <class T>
std::array<std::uint64_t, n_predictions> sample_bits(const T* items, const BlockShape& shape) {
  constexpr std::size_t most_items = 4096, most_rows = 64;
  const std::size_t n_rows = std::size_t{shape.n_frames} * shape.det_y;
  const std::size_t n_sampled = std::clamp<std::size_t>(most_items / shape.det_x, 2, most_rows);
  const std::size_t width = std::min<std::size_t>(shape.det_x, most_items);
  std::vector<T> row_out(shape.det_x);
  std::array<WidthCode, n_predictions> codes;
  WidthCode folded;
  for (std::size_t i = 0; i < std::min(n_rows, n_sampled); ++i) {
    // Golden-ratio steps touch all heights of the detector and all parts of the scan.
    const std::size_t at = n_rows <= n_sampled ? i : spread(i, n_rows);
    Row<T> row = row_of(items, shape, at / shape.det_y, at % shape.det_y);
    row.width = width;
    codes[0].add(row.own, width);
    std::transform(row.own, row.own + width, row_out.begin(), fold<T>);
    folded.add(row_out.data(), width);
    for (std::uint8_t p = 1; p < n_predictions; ++p) {
      predict_row(static_cast<Prediction>(p), row, row_out.data());
      codes[p].add(row_out.data(), width);
    }
  }
  std::array<std::uint64_t, n_predictions> bits;
  std::transform(codes.begin(), codes.end(), bits.begin(), [](const WidthCode& code) { return code.bits(); });
  bits[0] = std::min(bits[0], folded.bits());  // items may have signs, or not
  return bits;
}

}  // namespace

std::array<std::uint64_t, n_predictions> prediction_bits(std::span<const std::byte> items, std::size_t item_bytes,
                                                         const BlockShape& shape) {
  return visit_width(item_bytes, [&]<class T>(T) { return sample_bits(reinterpret_cast<const T*>(items.data()), shape); });
}

void predict_items(Prediction prediction, std::span<const std::byte> items, std::size_t item_bytes, const BlockShape& shape,
                   std::size_t first_frame, std::size_t n_frames, std::vector<std::byte>& out) {
  out.resize(n_frames * shape.n_pixels() * item_bytes);
  visit_width(item_bytes, [&]<class T>(T) {
    T* to = reinterpret_cast<T*>(out.data());
    for (std::size_t f = first_frame; f < first_frame + n_frames; ++f)
      for (std::size_t y = 0; y < shape.det_y; ++y, to += shape.det_x)
        predict_row(prediction, row_of(reinterpret_cast<const T*>(items.data()), shape, f, y), to);
  });
}

void restore_items(Prediction prediction, std::size_t item_bytes, const BlockShape& shape, std::span<std::byte> items) {
  visit_width(item_bytes, [&]<class T>(T) {
    T* all = reinterpret_cast<T*>(items.data());
    for (std::size_t f = 0; f < shape.n_frames; ++f)
      for (std::size_t y = 0; y < shape.det_y; ++y) {
        const Row<T> row = row_of<T>(all, shape, f, y);
        restore_row(prediction, row, all + (f * shape.det_y + y) * shape.det_x);
      }
  });
}

}  // namespace esieve::codec
