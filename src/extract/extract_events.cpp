// SPDX-License-Identifier: Apache-2.0
//
// Events out.
#include <charconv>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "esieve/extract.hpp"
#include "extract/frame_blocks.hpp"
#include "extract/npz_writer.hpp"
#include "extract/output_stream.hpp"

namespace esieve {
namespace {

/// Largest number of events an .npz takes: its three arrays are held in memory.
constexpr std::uint64_t max_npz_events = std::uint64_t{1} << 28;

/// Calls `use(Count{})` with the type that holds every value of `dtype` exactly.
template <class Use>
void with_count_type(DType dtype, Use use) {
  if (dtype == DType::f32) return use(float{});
  if (dtype == DType::f64) return use(double{});
  if (dtype == DType::u64) return use(std::uint64_t{});
  if (is_signed(dtype)) return use(std::int64_t{});
  use(std::uint32_t{});
}

template <class Value>
void append_number(std::string& text, Value value) {
  char digits[32];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

template <class Count>
void append_lines(std::string& text, const Events<Count>& events) {
  for (std::size_t frame = 0; frame < events.scan_indices.size(); ++frame)
    for (auto i = static_cast<std::size_t>(events.offsets[frame]); i < static_cast<std::size_t>(events.offsets[frame + 1]); ++i) {
      append_number(text, events.scan_indices[frame]);
      text += ',';
      append_number(text, events.pixels[i]);
      text += ',';
      append_number(text, events.counts[i]);
      text += '\n';
    }
}

void write_csv(const Reader& events, FrameRange range, const ExtractOptions& options,
               const std::function<void(std::string_view)>& write) {
  write("scan_index,pixel,count\n");
  std::string text;
  for_each_block(events, range, options, [&](FrameRange block) {
    with_count_type(events.info().dtype, [&]<class Count>(Count) {
      text.clear();
      append_lines(text, events.events<Count>(block));
      write(text);
    });
  });
}

template <class Count>
DType dtype_of_counts() {
  if constexpr (std::is_same_v<Count, float>) return DType::f32;
  if constexpr (std::is_same_v<Count, double>) return DType::f64;
  if constexpr (std::is_same_v<Count, std::uint64_t>) return DType::u64;
  if constexpr (std::is_same_v<Count, std::int64_t>) return DType::i64;
  return DType::u32;
}

template <class Count>
void write_arrays(const Reader& reader, const std::filesystem::path& path, FrameRange range, const ExtractOptions& options) {
  std::vector<std::uint64_t> scan_index;
  std::vector<std::uint32_t> pixel;
  std::vector<Count> count;
  for_each_block(reader, range, options, [&](FrameRange block) {
    const Events<Count> events = reader.events<Count>(block);
    for (std::size_t frame = 0; frame < events.scan_indices.size(); ++frame)
      scan_index.insert(scan_index.end(), static_cast<std::size_t>(events.offsets[frame + 1] - events.offsets[frame]),
                        events.scan_indices[frame]);
    pixel.insert(pixel.end(), events.pixels.begin(), events.pixels.end());
    count.insert(count.end(), events.counts.begin(), events.counts.end());
  });
  const NpzArray arrays[] = {{"scan_index", DType::u64, std::as_bytes(std::span(scan_index))},
                             {"pixel", DType::u32, std::as_bytes(std::span(pixel))},
                             {"count", dtype_of_counts<Count>(), std::as_bytes(std::span(count))}};
  write_npz(path, arrays);
}

std::uint64_t n_events_in(const Reader& reader, FrameRange range) {
  std::uint64_t n = 0;
  for (const FrameTotals& totals : reader.frame_totals().subspan(range.first, range.count)) n += totals.n_events;
  return n;
}

}  // namespace

void extract_events(const Reader& events, const std::filesystem::path& output, EventFormat format,
                    const ExtractOptions& options) {
  const FrameRange range = resolve_range(events, options);
  if (output == "-") {
    if (format != EventFormat::csv) throw UsageError("events as .npz need a file to go to (standard output takes CSV)");
    write_csv(events, range, options, [](std::string_view text) {
      if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) throw IoError("cannot write to standard output");
    });
    return;
  }
  const auto if_exists = options.overwrite ? PendingFile::IfExists::replace : PendingFile::IfExists::refuse;
  if (format == EventFormat::csv) {
    OutputStream out(output, if_exists);
    write_csv(events, range, options, [&](std::string_view text) { out.write(text); });
    out.commit();
    return;
  }
  if (const std::uint64_t n = n_events_in(events, range); n > max_npz_events)
    throw UsageError("these frames hold " + std::to_string(n) + " events, too many for one .npz; ask for fewer with --frames");
  PendingFile pending(output, if_exists);
  with_count_type(events.info().dtype,
                  [&]<class Count>(Count) { write_arrays<Count>(events, pending.temporary_path(), range, options); });
  pending.commit();
}

}  // namespace esieve
