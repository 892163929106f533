// SPDX-License-Identifier: Apache-2.0
#include "record/frame_input.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>

#include "esieve/error.hpp"

namespace esieve {
namespace {

/// Largest count that T holds exactly.
template <class T>
constexpr std::uint32_t largest_count() {
  if constexpr (std::is_same_v<T, float>)
    return 1U << 24;
  else if constexpr (std::is_floating_point_v<T> || sizeof(T) > 4 || std::is_same_v<T, std::uint32_t>)
    return std::numeric_limits<std::uint32_t>::max();
  else
    return static_cast<std::uint32_t>(std::numeric_limits<T>::max());
}

}  // namespace

FrameInput::FrameInput(DetectorShape detector, const std::optional<DetectorRegion>& crop, DType dtype)
    : detector_(detector), kept_(detector), dtype_(dtype) {
  if (detector.n_pixels() == 0) throw UsageError("the detector has no pixels (give its shape)");
  if (!crop) return;
  const auto fits = [](std::uint32_t first, std::uint32_t n, std::uint32_t size) {
    return n > 0 && first < size && n <= size - first;
  };
  if (!fits(crop->first_y, crop->n_y, detector.det_y) || !fits(crop->first_x, crop->n_x, detector.det_x))
    throw UsageError("the crop (rows " + std::to_string(crop->first_y) + " to " + std::to_string(crop->first_y + crop->n_y) +
                     ", columns " + std::to_string(crop->first_x) + " to " + std::to_string(crop->first_x + crop->n_x) +
                     ") is not inside the detector (" + std::to_string(detector.det_y) + ", " + std::to_string(detector.det_x) +
                     ")");
  kept_ = {crop->n_y, crop->n_x};
  first_y_ = crop->first_y;
  first_x_ = crop->first_x;
}

void FrameInput::crop(std::span<const std::byte> frame, std::span<std::byte> out) const {
  const std::size_t item = item_bytes(dtype_), row_bytes = kept_.det_x * item;
  for (std::uint32_t y = 0; y < kept_.det_y; ++y)
    std::memcpy(out.data() + y * row_bytes, frame.data() + (std::size_t{first_y_ + y} * detector_.det_x + first_x_) * item,
                row_bytes);
}

void FrameInput::check(std::span<const std::uint32_t> pixels, std::span<const std::uint32_t> counts) const {
  if (pixels.size() != counts.size())
    throw UsageError(std::to_string(pixels.size()) + " pixels but " + std::to_string(counts.size()) + " counts");
  for (const std::uint32_t pixel : pixels)
    if (pixel >= detector_.n_pixels())
      throw UsageError("pixel " + std::to_string(pixel) + " is outside the detector (" + std::to_string(detector_.det_y) + ", " +
                       std::to_string(detector_.det_x) + ")");
  const std::uint32_t most = visit_dtype(dtype_, []<class T>(T) { return largest_count<T>(); });
  for (const std::uint32_t count : counts)
    if (count > most) throw UsageError("count " + std::to_string(count) + " does not fit " + std::string(dtype_name(dtype_)));
}

bool FrameInput::fill(std::span<const std::uint32_t> pixels, std::span<const std::uint32_t> counts,
                      std::span<std::byte> out) const {
  std::memset(out.data(), 0, out.size());
  return visit_dtype(dtype_, [&]<class T>(T) {
    T* values = reinterpret_cast<T*>(out.data());
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      std::uint32_t pixel = pixels[i];
      if (crops()) {
        const std::uint32_t y = pixel / detector_.det_x - first_y_, x = pixel % detector_.det_x - first_x_;
        if (y >= kept_.det_y || x >= kept_.det_x) continue;  // unsigned: also before the first
        pixel = y * kept_.det_x + x;
      }
      if (values[pixel] != T{}) return false;
      values[pixel] = static_cast<T>(counts[i]);
    }
    return true;
  });
}

}  // namespace esieve
