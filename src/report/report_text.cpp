// SPDX-License-Identifier: Apache-2.0
//
// The report as a page for a terminal.
#include <algorithm>

#include "esieve/report.hpp"
#include "report/figures.hpp"
#include "report/words.hpp"

namespace esieve {
namespace {

constexpr std::size_t page_columns = 80;

/// Lines with a label on the left, wrapped under themselves.
class Page {
 public:
  void title(const std::string& path) { text_ += end_of_path(path, page_columns) + "\n"; }
  void remark(const std::string& text) { text_ += "  " + text + "\n"; }
  void blank() { text_ += "\n"; }

  /// What was found: in capitals, then sentences.
  void finding(const std::string& word, const std::string& sentence) { line(word, sentence, 0); }
  void fact(const std::string& label, const std::string& text) { line(label, text, 2); }

  /// "  label            12.3 MiB    4.17 : 1   note"
  void size(const std::string& label, std::uint64_t bytes, std::optional<double> ratio, const std::string& note) {
    std::string text = "  " + padded(label, 24) + right(size_in_words(bytes), 12);
    if (ratio)
      text += right(rounded(*ratio), 9) + " : 1";
    else if (!note.empty())
      text += std::string(13, ' ');
    if (!note.empty()) text += "   " + note;
    text_ += text + "\n";
  }

  std::string take() { return std::move(text_); }

 private:
  static constexpr std::size_t text_column = 15;

  static std::string padded(const std::string& text, std::size_t columns) {
    return text + std::string(columns - std::min(columns, n_columns(text)), ' ');
  }
  static std::string right(const std::string& text, std::size_t columns) {
    return std::string(columns - std::min(columns, text.size()), ' ') + text;
  }
  void line(const std::string& label, const std::string& text, std::size_t indent) {
    text_ += padded(std::string(indent, ' ') + label, text_column) + wrapped(text, page_columns, text_column) + "\n";
  }

  std::string text_;
};

std::string at_position(std::uint64_t index, std::uint64_t n_x) {
  return grouped(index) + " (" + grouped(index / n_x) + ", " + grouped(index % n_x) + ")";
}

void add_differences(Page& page, const VerifyResult& result, const FileInfo& file) {
  if (!result.shape_mismatch.empty()) page.finding("", "Source and file cannot be compared: " + result.shape_mismatch + ".");
  if (!result.dropped_equal) page.finding("", "What the file says was dropped is not what its thresholds drop from this source.");
  if (result.n_different == 0) return;
  page.finding("", plural(result.n_different, "value") + (result.n_different == 1 ? " differs" : " differ") + " from the source" +
                       (result.fidelity == Fidelity::lossless ? "." : " after thresholding."));
  if (const auto& first = result.first_difference)
    page.finding("", "First: frame " + at_position(first->frame, file.scan.scan_x) + ", pixel " +
                         at_position(first->pixel, file.detector.det_x) + ": " + first->expected + " in the source, " +
                         first->stored + " here.");
}

void add_damage(Page& page, const VerifyResult& result) {
  constexpr std::size_t n_shown = 5;
  const auto& damaged = result.damaged_chunks;
  if (!damaged.empty())
    page.finding("", grouped(damaged.size()) + " of " + plural(result.n_chunks, "chunk") + " cannot be read:");
  for (const Damage& damage : std::span(damaged).first(std::min(n_shown, damaged.size())))
    page.finding("", "- chunk " + grouped(damage.chunk) + ", " + plural(damage.frames.count, "frame") + " from " +
                         grouped(damage.frames.first) + ": " + damage.reason);
  if (damaged.size() > n_shown) page.finding("", "- and " + grouped(damaged.size() - n_shown) + " more");
  if (!result.index_damage.empty()) page.finding("", "The frame index is damaged: " + result.index_damage + ".");
  if (result.n_wrong_totals != 0)
    page.finding("", "The index has wrong events or electrons for " + plural(result.n_wrong_totals, "frame") + ".");
  if (!result.sums_equal) page.finding("", "The sums of events or electrons over all frames are wrong.");
  if (result.digest_checked && !result.digest_equal)
    page.finding("", "The frames are not those that were stored: their digest differs from the recorded one.");
}

void add_finding(Page& page, Verdict verdict, const Report& report) {
  const std::string frames = plural(report.file.scan.n_frames(), "frame");
  switch (verdict) {
    case Verdict::not_verified:
      return page.finding("NOT CHECKED", "This is what the file says of itself. `esieve verify` proves it.");
    case Verdict::self_consistent:
      return page.finding("SOUND",
                          "Checksums, counts and digest of all " + frames + " hold. The file was not compared with its source.");
    case Verdict::lossless: return page.finding("LOSSLESS", "All " + frames + " equal those of the source, bit for bit.");
    case Verdict::equal_to_thresholded:
      return page.finding("THRESHOLDED", "All " + frames +
                                             " equal those of the source after thresholding, bit for bit. The raw "
                                             "frames cannot be had back from this file.");
    case Verdict::damaged: page.finding("DAMAGED", "The file is not what was once written."); break;
    case Verdict::different: page.finding("DIFFERENT", "The file is sound, but it does not hold this source."); break;
  }
  add_damage(page, *report.verification);
  add_differences(page, *report.verification, report.file);
}

void add_recording(Page& page, const FileInfo& file) {
  if (file.recording == Recording::running)
    page.finding("RECORDING", "A writer adds frames to it at this moment; `esieve watch` shows them.");
  if (file.recording == Recording::interrupted)
    page.finding("INTERRUPTED", "Its writer died. `esieve recover` makes a file of what is there.");
}

void add_content(Page& page, const FileInfo& file, const Figures& figures) {
  const auto per_frame = [&](double n) {
    return rounded(file.scan.n_frames() == 0 ? 0 : n / static_cast<double>(file.scan.n_frames())) + " a frame";
  };
  if (!file.source_path.empty()) {
    std::string where = file.source_dataset.empty() ? "" : " " + end_of_path(file.source_dataset, 24);
    if (!file.source_format.empty()) where += " (" + file.source_format + ")";
    page.fact("Source", end_of_path(file.source_path, page_columns - 16 - n_columns(where)) + where);
  }
  page.fact("Scan", grouped(file.scan.scan_y) + " x " + grouped(file.scan.scan_x) + " positions, " +
                        plural(file.scan.n_frames(), "frame"));
  page.fact("Detector", grouped(file.detector.det_y) + " x " + grouped(file.detector.det_x) + " pixels, " +
                            std::string(dtype_name(file.dtype)));
  if (file.recording != Recording::complete) return;  // these are counted when it is
  page.fact("Events", grouped(file.n_events) + ": " + per_frame(static_cast<double>(file.n_events)) + ", in " +
                          percent(figures.occupancy) + " of the pixels");
  page.fact("Electrons", rounded(file.n_electrons) + ": " + per_frame(file.n_electrons));
  if (const auto& dropped = file.dropped)
    page.fact("Dropped", plural(dropped->n_pixels, "pixel") + " by thresholding, " + rounded(dropped->intensity) +
                             " in all, at most " + rounded(dropped->maximum) + " in one");
}

void add_sizes(Page& page, const Report& report, const Figures& figures) {
  const FileInfo& file = report.file;
  page.size("Dense", file.dense_bytes(), std::nullopt, "");
  if (const auto& blosc = report.baseline)
    page.size("Dense, Blosc zstd-3", blosc->stored_bytes, figures.blosc_dense_ratio, blosc->chunking + " chunks");
  page.size("This file", file.stored_bytes, figures.dense_ratio,
            figures.bits_per_event ? rounded(*figures.bits_per_event) + " bits an event" : "");
  if (file.floor_bits)
    page.size("Entropy floor", static_cast<std::uint64_t>(*file.floor_bits / 8), std::nullopt,
              figures.floor_ratio ? "the file takes " + percent(*figures.floor_ratio) : "");
  if (report.entropy)
    page.size("Pixel rates alone", static_cast<std::uint64_t>(report.entropy->bits / 8), std::nullopt,
              figures.entropy_ratio ? "the file takes " + percent(*figures.entropy_ratio) : "");
}

void add_summary(Page& page, const Report& report, const Figures& figures) {
  if (const auto& ratio = figures.blosc_ratio) {
    page.blank();
    page.remark(*ratio >= 1 ? rounded(*ratio) + " times smaller than dense Blosc storage."
                            : rounded(1 / *ratio) + " times larger than dense Blosc storage.");
    const DenseBaseline& blosc = *report.baseline;
    if (blosc.frames_measured < blosc.frames_total)
      page.remark("(Blosc's size is scaled up from " + grouped(blosc.frames_measured) + " of " +
                  plural(blosc.frames_total, "frame") + " spread over the scan.)");
  }
  if (const auto& seconds = report.convert_seconds; seconds && *seconds > 0) {
    page.blank();
    page.remark("Converted in " + rounded(*seconds) + " s, " +
                size_in_words(static_cast<std::uint64_t>(static_cast<double>(report.file.dense_bytes()) / *seconds)) +
                " of dense data a second.");
  }
}

}  // namespace

std::string to_text(const Report& report) {
  const Figures figures = work_out(report);
  Page page;
  page.title(report.file.path.string());
  page.blank();
  add_recording(page, report.file);
  add_finding(page, figures.verdict, report);
  page.blank();
  add_content(page, report.file, figures);
  page.blank();
  add_sizes(page, report, figures);
  add_summary(page, report, figures);
  return page.take();
}

}  // namespace esieve
