// SPDX-License-Identifier: Apache-2.0
//
// HDF5 identifiers that close themselves, calls that throw, and the one lock around the library.
#pragma once

#include <hdf5.h>

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "esieve/dtype.hpp"

namespace esieve::h5 {

/// Held around every HDF5 call: the library may be built without thread safety. Recursive. While it is held HDF5's own
/// error printing is off for this thread, and restored afterwards.
class Lock {
 public:
  Lock();
  ~Lock();
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  std::unique_lock<std::recursive_mutex> lock_;
};

/// Owns an identifier of any kind.
class Id {
 public:
  using Close = herr_t (*)(hid_t);
  Id() = default;
  Id(hid_t id, Close close) : id_(id), close_(close) {}
  Id(Id&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Id& operator=(Id&& other) noexcept;
  ~Id() { reset(); }

  hid_t get() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }
  void reset();

 private:
  hid_t id_ = -1;
  Close close_ = nullptr;
};

/// HDF5's own words for the last failed call of this thread, innermost first and in one line; empty if none.
std::string last_error();

/// \throws IoError  "cannot <what> (<HDF5's words>)"
[[noreturn]] void throw_failed(const std::string& what);

/// Passes `result` on unless it is negative. \throws IoError  "cannot <what> (<HDF5's words>)"
template <class Result>
Result check(Result result, const std::string& what) {
  if (result < 0) throw_failed(what);
  return result;
}

/// Opens read-only. \throws IoError (missing, unreadable), DataError (not HDF5, truncated, written to at the moment)
Id open_file(const std::filesystem::path& path);

Id create_group(hid_t parent, const std::string& name);
Id open_group(hid_t parent, const std::string& path);
Id open_dataset(hid_t parent, const std::string& path);
bool exists(hid_t parent, const std::string& path);  ///< Every part of `path` exists.

Id simple_space(std::span<const hsize_t> dimensions);
std::vector<hsize_t> dimensions(hid_t dataset);

/// In-memory (native) type of `dtype`; not owned.
hid_t native_type(DType dtype);
/// In-file (little-endian) type of `dtype`; not owned.
hid_t file_type(DType dtype);
/// Nothing if the type is not one of ours (compound, 16-bit float, string, ...).
std::optional<DType> dtype_of(hid_t type);

/// Writes `values` as a dataset of `dims`, gzip-compressed with byte shuffle where that is asked for and it pays.
enum class Compress : std::uint8_t { no, gzip };
/// Level 9 takes three times as long for a mean pattern of 256 × 256, 9 ms, and 0.4 % off it.
inline constexpr unsigned gzip_level = 6;
Id write_dataset(hid_t parent, const std::string& name, DType dtype, std::span<const hsize_t> dims, const void* values,
                 Compress compress = Compress::no);

/// Whole numeric dataset, converted to T. \throws DataError if it has more than `max_items` items
template <class T>
std::vector<T> read_dataset(hid_t parent, const std::string& path, std::uint64_t max_items);

// Attributes (attribute.cpp). Strings are variable-length UTF-8, as NeXus, EMD and h5py expect.
void set_attribute(hid_t object, const std::string& name, const std::string& text);
void set_attribute(hid_t object, const std::string& name, const char* text);
void set_attribute(hid_t object, const std::string& name, double value);
void set_attribute(hid_t object, const std::string& name, std::int32_t value);
void set_attribute(hid_t object, const std::string& name, std::int64_t value);
void set_attribute(hid_t object, const std::string& name, std::uint64_t value);
void set_attribute_bool(hid_t object, const std::string& name, bool value);  ///< As h5py stores NumPy's bool.
void set_attribute(hid_t object, const std::string& name, std::span<const std::string> texts);
void set_attribute(hid_t object, const std::string& name, std::span<const std::uint64_t> values);

/// Nothing if the attribute is missing or of another kind. Fixed-length and variable-length strings are both read.
std::optional<std::string> string_attribute(hid_t object, const std::string& name);
std::optional<double> double_attribute(hid_t object, const std::string& name);
std::optional<std::uint64_t> unsigned_attribute(hid_t object, const std::string& name);
std::optional<std::vector<std::uint64_t>> unsigned_array_attribute(hid_t object, const std::string& name);
/// A single string counts as an array of one.
std::optional<std::vector<std::string>> string_array_attribute(hid_t object, const std::string& name);

}  // namespace esieve::h5
