// SPDX-License-Identifier: Apache-2.0
//
// Merlin .mib: frames that each begin with a text header, converted to whole bytes by the camera's software
// or raw.
#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "esieve/error.hpp"
#include "source/frame_layout.hpp"
#include "source/metadata_text.hpp"
#include "source/mib_header.hpp"
#include "source/mib_raw.hpp"
#include "source/source_kinds.hpp"

namespace esieve {
namespace {

class MibSource : public Source {
 public:
  MibSource(SourceInfo info, InputFile file, std::uint64_t header_bytes, std::uint64_t stored_bytes, std::optional<MibRaw> raw)
      : Source(std::move(info)), file_(std::move(file)), header_bytes_(header_bytes), stored_bytes_(stored_bytes), raw_(raw) {}

  void read(FrameRange range, std::span<std::byte> out) const override {
    const std::uint64_t stride = header_bytes_ + stored_bytes_, frame_bytes = info_.frame_bytes();
    std::vector<std::byte> stored(stride);
    for (std::uint64_t i = 0; i < range.count; ++i) {
      file_.read((range.first + i) * stride, stored);
      if (std::memcmp(stored.data(), "MQ1,", 4) != 0)
        throw DataError(file_.path().string() + " is damaged (frame " + std::to_string(range.first + i) +
                        " has no Merlin header)");
      const auto frame = out.subspan(i * frame_bytes, frame_bytes);
      const auto pixels = std::span(stored).subspan(header_bytes_);
      if (raw_) {
        unpack_mib_raw(*raw_, pixels, frame);
      } else {
        std::copy(pixels.begin(), pixels.end(), frame.begin());
        swap_bytes(frame, item_bytes(info_.dtype));
      }
    }
  }

 private:
  InputFile file_;
  std::uint64_t header_bytes_, stored_bytes_;
  std::optional<MibRaw> raw_;
};

DType converted_dtype(const MibHeader& header, const std::string& name) {
  if (header.pixel_type == "U08") return DType::u8;
  if (header.pixel_type == "U16") return DType::u16;
  if (header.pixel_type == "U32") return DType::u32;
  throw UnsupportedError(name + " holds pixels of type " + header.pixel_type + " (U08, U16, U32 and R64 are known)");
}

/// What the .hdr says, as far as it fits the frames that are there: an acquisition may have been interrupted.
std::optional<ScanShape> scan_of(const HdrFile& hdr, std::uint64_t n_frames) {
  const std::uint64_t row = hdr.scan ? hdr.scan->scan_x : hdr.frames_per_trigger;
  if (row <= 1 || n_frames % row != 0) return std::nullopt;
  return ScanShape{n_frames / row, row};
}

std::string metadata(const MibHeader& header, const HdrFile& hdr) {
  nlohmann::json mib = {{"first_frame_header", text_json(header.text)}};
  if (!hdr.text.empty()) mib["hdr"] = text_json(hdr.text);
  if (header.counter_bits > 0) mib["counter_bits"] = header.counter_bits;
  if (header.exposure_s) mib["dwell_time_s"] = *header.exposure_s;
  return dump_json({{"mib", mib}});
}

}  // namespace

std::unique_ptr<Source> open_mib_source(const std::filesystem::path& path, const SourceOptions& options) {
  InputFile file(path);
  MibHeader header = read_mib_header(file);
  const HdrFile hdr = read_hdr(path);
  if (header.counter_bits == 0) header.counter_bits = hdr.counter_bits;
  std::optional<MibRaw> raw;
  if (header.pixel_type == "R64") raw = read_mib_raw(header, path.string());

  SourceInfo info;
  info.path = path;
  info.format = "Merlin MIB";
  info.title = path.stem().string();
  info.file_bytes = file.size();
  info.dtype = raw ? raw->dtype() : converted_dtype(header, path.string());
  const DetectorShape detector = raw ? raw->detector() : DetectorShape{header.rows, header.columns};
  const std::uint64_t stored_bytes = raw ? raw->frame_bytes() : detector.n_pixels() * item_bytes(info.dtype);
  const std::uint64_t stride = header.header_bytes + stored_bytes, n_frames = file.size() / stride;
  if (file.size() % stride != 0)
    throw DataError(path.string() + " is truncated (it ends within frame " + std::to_string(n_frames) + ", " +
                    std::to_string(file.size() % stride) + " of " + std::to_string(stride) + " bytes into it)");
  info.shape = {n_frames, detector.det_y, detector.det_x};
  set_frame_layout(info, options.scan_shape ? options.scan_shape : scan_of(hdr, n_frames));
  info.metadata_json = metadata(header, hdr);
  return std::make_unique<MibSource>(std::move(info), std::move(file), header.header_bytes, stored_bytes, raw);
}

}  // namespace esieve
