// SPDX-License-Identifier: Apache-2.0
//
// One opener for each kind of file; open_source picks among them.
#pragma once

#include <filesystem>
#include <memory>

#include "esieve/source.hpp"

namespace esieve {

std::unique_ptr<Source> open_hdf5_source(const std::filesystem::path& path, const SourceOptions& options);
std::unique_ptr<Source> open_mib_source(const std::filesystem::path& path, const SourceOptions& options);
std::unique_ptr<Source> open_npy_source(const std::filesystem::path& path, const SourceOptions& options);
std::unique_ptr<Source> open_raw_source(const std::filesystem::path& path, const SourceOptions& options);

/// True for HDF5 with stempy's lists of electrons.
bool is_stempy(const std::filesystem::path& path);
std::unique_ptr<Source> open_stempy_source(const std::filesystem::path& path, const SourceOptions& options);

}  // namespace esieve
