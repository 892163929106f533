// SPDX-License-Identifier: Apache-2.0
//
// Raw binary: values of one type, one after the other, described by the user.
#include <algorithm>

#include "base/file.hpp"
#include "esieve/error.hpp"
#include "source/flat_source.hpp"
#include "source/frame_layout.hpp"
#include "source/metadata_text.hpp"
#include "source/source_kinds.hpp"

namespace esieve {
namespace {

DType raw_dtype(const std::string& text) {
  if (const auto dtype = parse_dtype(text)) return *dtype;
  throw UsageError("--dtype " + text + " is not a type of counts (one of uint8, uint16, uint32, uint64, int8, int16, " +
                   "int32, int64, float32, float64, or NumPy's code such as >u2)");
}

[[noreturn]] void throw_size_mismatch(const SourceInfo& info, std::uint64_t offset) {
  const std::uint64_t present = info.file_bytes - std::min(info.file_bytes, offset);
  std::string text = info.path.string() + " has " + std::to_string(present) + " bytes" +
                     (offset > 0 ? " after the first " + std::to_string(offset) : "") + ", but " + shape_text(info.shape) +
                     " of " + std::string(dtype_name(info.dtype)) + " need " + std::to_string(info.dense_bytes());
  const std::uint64_t n_frames = present / info.frame_bytes();
  if (present > 0 && present % info.frame_bytes() == 0)
    text += "; its size is that of " + std::to_string(n_frames) + " such frames";
  else if (present > info.dense_bytes())
    text += "; if it begins with a header, use --offset " + std::to_string(info.file_bytes - info.dense_bytes());
  throw UsageError(text);
}

}  // namespace

std::unique_ptr<Source> open_raw_source(const std::filesystem::path& path, const SourceOptions& options) {
  if (options.shape.empty() || options.dtype.empty())
    throw UsageError(path.string() + " is of no kind known by its content; if it is raw binary, give " +
                     (options.shape.empty() ? "--shape" : "") + (options.shape.empty() && options.dtype.empty() ? " and " : "") +
                     (options.dtype.empty() ? "--dtype" : ""));
  InputFile file(path);
  SourceInfo info;
  info.path = path;
  info.format = "raw";
  info.title = path.stem().string();
  info.file_bytes = file.size();
  info.shape = options.shape;
  info.dtype = raw_dtype(options.dtype);
  set_frame_layout(info, options.scan_shape);
  if (options.offset_bytes > file.size() || file.size() - options.offset_bytes != info.dense_bytes())
    throw_size_mismatch(info, options.offset_bytes);
  info.metadata_json =
      dump_json({{"raw", {{"dtype", options.dtype}, {"shape", options.shape}, {"offset_bytes", options.offset_bytes}}}});
  const ByteOrder order = options.dtype.front() == '>' ? ByteOrder::big : ByteOrder::little;
  const FlatLayout layout{options.offset_bytes, info.frame_bytes(), order};
  return std::make_unique<FlatSource>(std::move(info), std::move(file), layout);
}

}  // namespace esieve
