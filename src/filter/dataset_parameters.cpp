// SPDX-License-Identifier: Apache-2.0
#include "filter/dataset_parameters.hpp"

#include <array>
#include <limits>
#include <random>

namespace esieve::filter {
namespace {

constexpr const char* too_large =
    "esieve: chunks of 1 GiB and more are not supported (the filter holds a chunk in memory); choose smaller chunks";

std::uint64_t random_id() {
  std::random_device device;
  return (std::uint64_t{device()} << 32 | device()) | 1;  // never 0, which means none
}

std::optional<Level> level_of(std::span<const unsigned> given) {
  if (given.empty() || given[0] == 0) return Level::standard;
  if (given[0] > static_cast<unsigned>(Level::max)) return std::nullopt;
  return static_cast<Level>(given[0]);
}

// The complete values of a dataset that is copied, or written by our own library, are kept if they are of such elements
// and chunks: the id has to stay with chunks that are copied as they are.
bool fits(const ChunkParameters& given, const ChunkParameters& derived) {
  ChunkParameters same = given;
  same.level = derived.level;
  same.dataset_id = derived.dataset_id;
  same.scan_row_frames = derived.scan_row_frames;
  return same == derived;
}

}  // namespace

std::optional<ChunkParameters> dataset_parameters(const ChunkParameters& element, std::span<const hsize_t> chunk,
                                                  std::span<const unsigned> given, std::string& error) {
  ChunkParameters p = element;
  const auto level = level_of(given);
  if (!level) {
    error = "esieve: level " + std::to_string(given[0]) + " does not exist; use 1 (fast), 2 (default) or 3 (max)";
    return std::nullopt;
  }
  p.level = *level;

  const std::size_t rank = chunk.size();
  std::uint64_t bytes = p.opaque ? p.opaque_item_bytes : item_bytes(p.dtype), n_frames = 1;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    if (chunk[axis] == 0 || chunk[axis] >= max_dense_bytes || (bytes *= chunk[axis]) >= max_dense_bytes) {
      error = too_large;
      return std::nullopt;
    }
    if (axis + 2 < rank) n_frames *= chunk[axis];
  }
  p.det_x = static_cast<std::uint32_t>(chunk[rank - 1]);
  p.det_y = rank < 2 ? 1 : static_cast<std::uint32_t>(chunk[rank - 2]);
  p.n_frames = static_cast<std::uint32_t>(n_frames);
  p.scan_row_frames = rank < 4 ? p.n_frames : static_cast<std::uint32_t>(chunk[rank - 3]);

  if (const auto complete = from_filter_values(given); complete && fits(*complete, p)) return complete;
  p.dataset_id = random_id();
  return p;
}

namespace {

// The HDF5 functions this file needs; all are there in every HDF5 since 1.8.
struct Functions {
  decltype(&H5Tget_class) type_class;
  decltype(&H5Tget_size) type_size;
  decltype(&H5Tget_sign) type_sign;
  decltype(&H5Tget_order) type_order;
  decltype(&H5Pget_chunk) chunk;
  decltype(&H5Pget_filter_by_id2) filter;
  decltype(&H5Pmodify_filter) modify;

  explicit Functions(const CallingLibrary& hdf5)
      : type_class(hdf5.find<decltype(H5Tget_class)>("H5Tget_class")),
        type_size(hdf5.find<decltype(H5Tget_size)>("H5Tget_size")),
        type_sign(hdf5.find<decltype(H5Tget_sign)>("H5Tget_sign")),
        type_order(hdf5.find<decltype(H5Tget_order)>("H5Tget_order")),
        chunk(hdf5.find<decltype(H5Pget_chunk)>("H5Pget_chunk")),
        filter(hdf5.find<decltype(H5Pget_filter_by_id2)>("H5Pget_filter_by_id2")),
        modify(hdf5.find<decltype(H5Pmodify_filter)>("H5Pmodify_filter")) {}

  bool complete() const { return type_class && type_size && type_sign && type_order && chunk && filter && modify; }
};

std::optional<DType> integer_type(std::size_t n_bytes, bool has_sign) {
  switch (n_bytes) {
    case 1: return has_sign ? DType::i8 : DType::u8;
    case 2: return has_sign ? DType::i16 : DType::u16;
    case 4: return has_sign ? DType::i32 : DType::u32;
    case 8: return has_sign ? DType::i64 : DType::u64;
    default: return std::nullopt;
  }
}

std::optional<DType> float_type(std::size_t n_bytes) {
  if (n_bytes == 4) return DType::f32;
  if (n_bytes == 8) return DType::f64;
  return std::nullopt;
}

// Numbers are coded by their bits, so it does not matter if a type does not use all of them.
ChunkParameters describe_element(const Functions& hdf5, hid_t type) {
  const H5T_class_t type_class = hdf5.type_class(type);
  const std::size_t n_bytes = hdf5.type_size(type);
  std::optional<DType> dtype;
  if (type_class == H5T_INTEGER) dtype = integer_type(n_bytes, hdf5.type_sign(type) == H5T_SGN_2);
  if (type_class == H5T_ENUM || type_class == H5T_BITFIELD) dtype = integer_type(n_bytes, false);
  if (type_class == H5T_FLOAT) dtype = float_type(n_bytes);
  const H5T_order_t order = dtype ? hdf5.type_order(type) : H5T_ORDER_NONE;

  ChunkParameters element;
  if (dtype && (order == H5T_ORDER_LE || order == H5T_ORDER_BE || n_bytes == 1)) {
    element.dtype = *dtype;
    element.big_endian = order == H5T_ORDER_BE && n_bytes > 1;
  } else {
    element.opaque = true;
    element.opaque_item_bytes =
        static_cast<std::uint32_t>(n_bytes < max_dense_bytes ? n_bytes : std::numeric_limits<std::uint32_t>::max());
  }
  return element;
}

}  // namespace

bool set_dataset_parameters(const CallingLibrary& library, hid_t creation, hid_t type, std::string& error) {
  const Functions hdf5(library);
  if (!hdf5.complete()) {
    error = "esieve: this HDF5 hides the functions the filter needs to write; reading works";
    return false;
  }
  std::array<hsize_t, H5S_MAX_RANK> chunk;
  const int rank = hdf5.chunk(creation, H5S_MAX_RANK, chunk.data());
  std::array<unsigned, 16> given;
  std::size_t n_given = given.size();
  unsigned flags = 0;
  if (rank < 1 || hdf5.filter(creation, filter_id, &flags, &n_given, given.data(), 0, nullptr, nullptr) < 0) {
    error = "esieve: the dataset's creation properties cannot be read; give it a chunked layout";
    return false;
  }
  const auto parameters = dataset_parameters(describe_element(hdf5, type), std::span(chunk).first(static_cast<std::size_t>(rank)),
                                             std::span(given).first(std::min(n_given, given.size())), error);
  if (!parameters) return false;
  const auto values = to_filter_values(*parameters);
  if (hdf5.modify(creation, filter_id, flags, values.size(), values.data()) >= 0) return true;
  error = "esieve: HDF5 refused the filter's parameters";
  return false;
}

}  // namespace esieve::filter
