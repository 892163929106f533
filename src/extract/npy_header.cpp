// SPDX-License-Identifier: Apache-2.0
#include "extract/npy_header.hpp"

namespace esieve {

std::string npy_header(DType dtype, std::span<const std::uint64_t> shape) {
  const char kind = is_float(dtype) ? 'f' : is_signed(dtype) ? 'i' : 'u';
  std::string fields = "{'descr': '";
  fields += item_bytes(dtype) == 1 ? '|' : '<';
  fields += kind + std::to_string(item_bytes(dtype)) + "', 'fortran_order': False, 'shape': (";
  for (const std::uint64_t n : shape) fields += std::to_string(n) + ", ";
  fields += "), }";

  constexpr std::size_t preamble_bytes = 10;  // magic, version, length of the fields
  const std::size_t unpadded = preamble_bytes + fields.size() + 1;
  fields.append((64 - unpadded % 64) % 64, ' ');
  fields += '\n';
  std::string header = "\x93NUMPY";
  header += '\x01';
  header += '\x00';
  header += static_cast<char>(fields.size() & 0xff);
  header += static_cast<char>(fields.size() >> 8);
  return header + fields;
}

}  // namespace esieve
