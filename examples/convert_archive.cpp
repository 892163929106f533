// SPDX-License-Identifier: Apache-2.0
//
// Converts every dense file of a folder and proves each result against its source; deletes nothing.
// Read virtual_image.cpp first, which reads what comes out.
//
//   convert_archive FOLDER OUT_FOLDER
//
// Run again after an interruption it goes on: what is there already is only verified.
#include <esieve/esieve.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

bool may_be_dense(const fs::path& file) {
  static constexpr std::array known = {".h5", ".hdf5", ".nxs", ".hspy", ".emd", ".npy", ".mib"};
  return std::find(known.begin(), known.end(), file.extension()) != known.end();
}

std::vector<fs::path> dense_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    if (entry.is_regular_file() && may_be_dense(entry.path())) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

/// \returns whether the file at `output` holds what `file` does
bool convert_and_verify(const fs::path& file, const fs::path& output) {
  const std::unique_ptr<esieve::Source> source = esieve::open_source(file);
  if (!fs::exists(output)) esieve::convert(*source, output);
  const esieve::Reader events(output);
  const bool equal = esieve::verify(events, source.get()).okay();
  const auto stored = static_cast<double>(events.info().stored_bytes);
  std::printf("%s: %s, %.2f : 1 to the frames, %.2f : 1 to the file\n", file.filename().c_str(), equal ? "verified" : "DIFFERS",
              static_cast<double>(source->info().dense_bytes()) / stored,
              static_cast<double>(source->info().file_bytes) / stored);
  return equal;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) {
    std::fprintf(stderr, "usage: convert_archive FOLDER OUT_FOLDER\n");
    return 2;
  }
  const fs::path out_folder = argv[2];
  fs::create_directories(out_folder);
  int n_failed = 0;
  for (const fs::path& file : dense_files(argv[1])) {
    try {
      // The whole name is kept: scan.npy and scan.h5 may lie side by side.
      if (!convert_and_verify(file, out_folder / (file.filename().string() + ".hdf5"))) ++n_failed;
    } catch (const esieve::Error& error) {
      std::fprintf(stderr, "convert_archive: %s\n", error.what());  // the other files may be sound
      ++n_failed;
    }
  }
  return n_failed == 0 ? 0 : 1;
} catch (const fs::filesystem_error& error) {
  std::fprintf(stderr, "convert_archive: %s\n", error.what());
  return 1;
}
