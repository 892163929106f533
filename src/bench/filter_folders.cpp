// SPDX-License-Identifier: Apache-2.0
#include "bench/filter_folders.hpp"

#include <filesystem>
#include <set>
#include <string>

#include "h5/h5.hpp"

namespace esieve::bench {
namespace {

/// Debian's two layouts, and the default of HDF5's own build.
constexpr const char* usual_folders[] = {ESIEVE_HDF5_PLUGIN_DIR, "/usr/lib/" ESIEVE_LIBRARY_ARCHITECTURE "/hdf5/serial/plugins",
                                         "/usr/lib/" ESIEVE_LIBRARY_ARCHITECTURE "/hdf5/plugins", "/usr/local/hdf5/lib/plugin"};

bool is_folder(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

std::string folder_at(unsigned index) {
  const ssize_t length = H5PLget(index, nullptr, 0);
  if (length <= 0) return {};
  std::string path(static_cast<std::size_t>(length) + 1, '\0');
  H5PLget(index, path.data(), path.size());
  path.resize(static_cast<std::size_t>(length));
  return path;
}

}  // namespace

void add_filter_folders() {
  static const bool done = [] {
    const h5::Lock lock;
    std::set<std::string> present;
    unsigned n = 0;
    H5PLsize(&n);
    for (unsigned i = n; i-- > 0;) {
      const std::string folder = folder_at(i);
      if (is_folder(folder))
        present.insert(folder);
      else
        H5PLremove(i);
    }
    for (const char* folder : usual_folders)
      if (is_folder(folder) && present.insert(folder).second) H5PLappend(folder);
    return true;
  }();
  static_cast<void>(done);
}

}  // namespace esieve::bench
