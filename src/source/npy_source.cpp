// SPDX-License-Identifier: Apache-2.0
//
// NumPy's .npy: any numeric type in either byte order; Fortran order where the array fits in memory.
#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "esieve/error.hpp"
#include "source/flat_source.hpp"
#include "source/frame_layout.hpp"
#include "source/metadata_text.hpp"
#include "source/read_npy_header.hpp"
#include "source/source_kinds.hpp"

namespace esieve {
namespace {

constexpr std::uint64_t max_fortran_bytes = std::uint64_t{128} << 20;

DType npy_dtype(const NpyHeader& header, const std::string& name) {
  const std::string code = header.descr.empty() ? "" : header.descr.substr(1);
  if (header.descr == "|b1") return DType::u8;  // one byte an item, 0 or 1
  if (code.starts_with('c'))
    throw DataError(name + " holds complex values (" + header.descr + "); save its real part, imaginary part or modulus");
  if (code == "f2") throw DataError(name + " holds 16-bit floats (" + header.descr + "); save it as float32, which is exact");
  if (const auto dtype = parse_dtype(header.descr)) return *dtype;
  throw DataError(name + " holds values of type " + header.descr + ", not numbers that can be counts");
}

/// The whole array, turned to C order.
std::vector<std::byte> load_fortran(const InputFile& file, const NpyHeader& header, std::uint64_t item, std::uint64_t bytes) {
  std::vector<std::byte> stored(bytes), turned(bytes);
  file.read(header.data_offset_bytes, stored);
  std::vector<std::uint64_t> strides, index(header.shape.size());
  std::uint64_t stride = item;
  for (const std::uint64_t n : header.shape) strides.push_back(std::exchange(stride, stride * n));
  std::uint64_t from = 0;
  for (std::uint64_t to = 0; to < bytes; to += item) {
    std::memcpy(&turned[to], &stored[from], item);
    for (std::size_t axis = index.size(); axis-- > 0;) {
      from += strides[axis];
      if (++index[axis] < header.shape[axis]) break;
      from -= strides[axis] * std::exchange(index[axis], 0);
    }
  }
  return turned;
}

class FortranSource : public Source {
 public:
  FortranSource(SourceInfo info, std::vector<std::byte> values) : Source(std::move(info)), values_(std::move(values)) {}
  void read(FrameRange range, std::span<std::byte> out) const override {
    std::memcpy(out.data(), values_.data() + range.first * info_.frame_bytes(), out.size());
  }

 private:
  std::vector<std::byte> values_;
};

}  // namespace

std::unique_ptr<Source> open_npy_source(const std::filesystem::path& path, const SourceOptions& options) {
  InputFile file(path);
  const NpyHeader header = read_npy_header(file);
  SourceInfo info;
  info.path = path;
  info.format = "NumPy";
  info.title = path.stem().string();
  info.file_bytes = file.size();
  info.shape = header.shape;
  info.dtype = npy_dtype(header, path.string());
  set_frame_layout(info, options.scan_shape);
  info.metadata_json = dump_json({{"npy", {{"descr", header.descr}, {"fortran_order", header.fortran_order}}}});

  const std::uint64_t bytes = info.dense_bytes();
  const std::uint64_t present = file.size() - std::min(file.size(), header.data_offset_bytes);
  if (present < bytes)
    throw DataError(path.string() + " is truncated (" + std::to_string(bytes) + " bytes of values are announced, " +
                    std::to_string(present) + " are there)");
  const bool big = header.descr.front() == '>';
  if (!header.fortran_order || bytes == item_bytes(info.dtype)) {
    const FlatLayout layout{header.data_offset_bytes, info.frame_bytes(), big ? ByteOrder::big : ByteOrder::little};
    return std::make_unique<FlatSource>(std::move(info), std::move(file), layout);
  }
  if (bytes > max_fortran_bytes)
    throw UsageError(path.string() + " is stored in Fortran order, in which a frame is spread over the whole file; " +
                     "save it with numpy.save(FILE, numpy.ascontiguousarray(ARRAY))");
  std::vector<std::byte> values = load_fortran(file, header, item_bytes(info.dtype), bytes);
  if (big) swap_bytes(values, item_bytes(info.dtype));
  return std::make_unique<FortranSource>(std::move(info), std::move(values));
}

}  // namespace esieve
