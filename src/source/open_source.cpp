// SPDX-License-Identifier: Apache-2.0
//
// Tells what kind of file a source is: by its content first, by its extension where the content says nothing.
#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <string_view>

#include "base/file.hpp"
#include "esieve/error.hpp"
#include "source/mib_header.hpp"
#include "source/read_npy_header.hpp"
#include "source/source_kinds.hpp"

namespace esieve {
namespace {

bool has_at(const InputFile& file, std::uint64_t offset, std::string_view bytes) {
  std::array<std::byte, 16> found{};
  if (file.size() < offset + bytes.size()) return false;
  file.read(offset, std::span(found).first(bytes.size()));
  return std::memcmp(found.data(), bytes.data(), bytes.size()) == 0;
}

/// The signature lies at 0 or, after a user block, at 512 or a power of two beyond.
bool is_hdf5(const InputFile& file) {
  constexpr std::string_view signature("\x89HDF\r\n\x1a\n", 8);
  if (has_at(file, 0, signature)) return true;
  for (std::uint64_t offset = 512; offset < file.size(); offset *= 2)
    if (has_at(file, offset, signature)) return true;
  return false;
}

std::string lower_extension(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension;
}

struct Foreign {
  std::string_view magic;
  const char* advice;
};

/// Kinds that are not read, told apart from raw binary to say so.
constexpr std::array foreign_kinds = {
    Foreign{{"PK\x03\x04", 4}, "a zip archive (.npz or other); unpack it and convert what is inside"},
    Foreign{{"\x1f\x8b", 2}, "gzip-compressed; unpack it first"},
    Foreign{{"II*\0", 4}, "TIFF; save it as .npy or HDF5"},
    Foreign{{"MM\0*", 4}, "TIFF; save it as .npy or HDF5"},
    Foreign{{"II+\0", 4}, "BigTIFF; save it as .npy or HDF5"},
};

void refuse_foreign(const InputFile& file) {
  for (const Foreign& kind : foreign_kinds)
    if (has_at(file, 0, kind.magic)) throw DataError(file.path().string() + " is " + kind.advice);
}

void refuse_raw_options(const SourceOptions& options, const std::filesystem::path& path, const char* kind) {
  if (!options.shape.empty() || !options.dtype.empty() || options.offset_bytes != 0)
    throw UsageError(path.string() + " is " + kind + ", which says itself what it holds; --shape, --dtype and --offset are " +
                     "for raw binary");
}

void refuse_dataset(const SourceOptions& options, const std::filesystem::path& path) {
  if (!options.dataset.empty()) throw UsageError(path.string() + " is not HDF5; --dataset is for HDF5 files");
}

}  // namespace

std::unique_ptr<Source> open_source(const std::filesystem::path& path, const SourceOptions& options) {
  const InputFile file(path);
  if (file.size() == 0) throw DataError(path.string() + " is empty");
  if (is_hdf5(file)) {
    refuse_raw_options(options, path, "HDF5");
    if (options.dataset.empty() && is_stempy(path)) return open_stempy_source(path, options);
    return open_hdf5_source(path, options);
  }
  refuse_dataset(options, path);
  if (is_npy(file)) {
    refuse_raw_options(options, path, ".npy");
    return open_npy_source(path, options);
  }
  if (is_mib(file)) {
    refuse_raw_options(options, path, "Merlin .mib");
    return open_mib_source(path, options);
  }
  if (options.shape.empty() && options.dtype.empty()) {
    refuse_foreign(file);
    const std::string extension = lower_extension(path);
    for (const char* hdf5 : {".h5", ".hdf5", ".nxs", ".emd", ".hspy", ".hdf"})
      if (extension == hdf5) throw DataError(path.string() + " is not HDF5 inside (it is damaged, or of another kind)");
    if (extension == ".mib") throw DataError(path.string() + " is not a Merlin .mib file (it does not begin with MQ1)");
    if (extension == ".hdr" && std::filesystem::exists(std::filesystem::path(path).replace_extension(".mib")))
      return open_source(std::filesystem::path(path).replace_extension(".mib"), options);
    if (extension == ".npy") throw DataError(path.string() + " is not a .npy file (it does not begin with NumPy's magic bytes)");
  }
  return open_raw_source(path, options);
}

}  // namespace esieve
