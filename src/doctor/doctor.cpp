// SPDX-License-Identifier: Apache-2.0
#include "esieve/doctor.hpp"

#include <cstdlib>
#include <sstream>

#include "esieve/codec.hpp"
#include "esieve/version.hpp"
#include "h5/h5.hpp"

namespace esieve {
namespace {

using Verdict = Finding::Verdict;
namespace fs = std::filesystem;

constexpr const char* plugin_file = "libh5esieve.so";

bool holds_plugin(const fs::path& folder) {
  std::error_code error;
  return fs::exists(folder / plugin_file, error);
}

std::vector<fs::path> split_search_path(const std::string& text) {
  std::vector<fs::path> folders;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ':');)
    if (!part.empty()) folders.emplace_back(part);
  return folders;
}

void examine_environment(std::vector<Finding>& findings) {
  const char* preload = std::getenv("HDF5_PLUGIN_PRELOAD");
  if (preload != nullptr && std::string(preload) == "::")
    findings.push_back(
        {Verdict::bad, "HDF5_PLUGIN_PRELOAD is \"::\", which switches all plugins off", "unset HDF5_PLUGIN_PRELOAD"});

  const char* search = std::getenv("HDF5_PLUGIN_PATH");
  if (search == nullptr) {
    const bool there = holds_plugin(ESIEVE_HDF5_PLUGIN_DIR);
    findings.push_back({there ? Verdict::good : Verdict::bad,
                        std::string("the filter plugin is ") + (there ? "" : "not ") + "in " + ESIEVE_HDF5_PLUGIN_DIR +
                            ", where HDF5 looks by default",
                        there ? "" : "install it there (cmake --install), or set HDF5_PLUGIN_PATH to `esieve plugin-path`"});
    return;
  }
  bool found = false;
  for (const fs::path& folder : split_search_path(search)) {
    std::error_code error;
    if (!fs::is_directory(folder, error))
      findings.push_back(
          {Verdict::bad, "HDF5_PLUGIN_PATH names " + folder.string() + ", which does not exist (HDF5 1.10 stops searching there)",
           "remove it from HDF5_PLUGIN_PATH"});
    found = found || holds_plugin(folder);
  }
  findings.push_back({found ? Verdict::good : Verdict::bad,
                      std::string("HDF5_PLUGIN_PATH is set and ") + (found ? "holds" : "does not hold") +
                          " the filter plugin (it replaces the default directory)",
                      found ? "" : "add `esieve plugin-path` to HDF5_PLUGIN_PATH, or unset it"});
}

Finding examine_hdf5() {
  const h5::Lock lock;
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  const std::string version = "HDF5 " + std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release);
  const bool available = H5Zfilter_avail(static_cast<H5Z_filter_t>(filter_id)) > 0;
  return {available ? Verdict::good : Verdict::bad,
          version + (available ? " loads filter " : " cannot load filter ") + std::to_string(filter_id),
          available ? "" : "other programs will see the previews but not the frames until the plugin is found"};
}

}  // namespace

std::optional<fs::path> plugin_directory() {
  for (const char* folder : {ESIEVE_HDF5_PLUGIN_DIR, ESIEVE_BUILD_PLUGIN_DIR})
    if (holds_plugin(folder)) return fs::path(folder);
  return std::nullopt;
}

std::vector<Finding> examine_installation() {
  std::vector<Finding> findings;
  findings.push_back({Verdict::good, "esieve " + std::string(linked_version()), ""});
  examine_environment(findings);
  findings.push_back(examine_hdf5());
  return findings;
}

}  // namespace esieve
