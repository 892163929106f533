// SPDX-License-Identifier: Apache-2.0
//
// What tests of sources share: random values, ranges read back, files written byte by byte.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "esieve/error.hpp"
#include "esieve/source.hpp"

namespace esieve {

inline std::vector<std::byte> random_bytes(std::mt19937_64& random, std::size_t n) {
  std::vector<std::byte> bytes(n);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

template <class T>
std::vector<std::byte> bytes_of(const std::vector<T>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

inline void write_bytes(const std::filesystem::path& path, const std::string& head, const std::vector<std::byte>& body = {}) {
  std::ofstream file(path, std::ios::binary);
  file.write(head.data(), static_cast<std::streamsize>(head.size()));
  file.write(reinterpret_cast<const char*>(body.data()), static_cast<std::streamsize>(body.size()));
}

/// Opens and reads the file `good` with every byte of its first `n_bytes` changed in turn: whatever comes of
/// it must be frames or an error in words.
inline void survives_changed_bytes(const std::filesystem::path& path, const std::string& good, std::size_t n_bytes) {
  write_bytes(path, good);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const auto put = [&](std::size_t at, char value) { file.seekp(static_cast<std::streamoff>(at)).put(value).flush(); };
  for (std::size_t at = 0; at < n_bytes; ++at) {
    for (const char value : {'\0', '9', '\'', '(', ',', '\xff'}) {
      put(at, value);
      try {
        const auto source = open_source(path);
        std::vector<std::byte> frames(source->info().dense_bytes());
        source->read({0, source->info().scan.n_frames()}, frames);
      } catch (const Error&) {
      }
    }
    put(at, good[at]);
  }
  EXPECT_NO_THROW(open_source(path)) << "the unchanged file";
}

inline std::vector<std::byte> read_frames(const Source& source, FrameRange range) {
  std::vector<std::byte> frames(range.count * source.info().frame_bytes());
  source.read(range, frames);
  return frames;
}

inline std::vector<std::byte> read_all(const Source& source) { return read_frames(source, {0, source.info().scan.n_frames()}); }

/// Every run of frames reads as it lies in `expected`: all of it, and some at random.
inline void expect_frames(const Source& source, const std::vector<std::byte>& expected, std::mt19937_64& random) {
  ASSERT_EQ(source.info().dense_bytes(), expected.size());
  EXPECT_EQ(read_all(source), expected);
  const std::uint64_t n = source.info().scan.n_frames(), frame_bytes = source.info().frame_bytes();
  for (int i = 0; i < 10; ++i) {
    const std::uint64_t first = random() % n, count = 1 + random() % (n - first);
    const auto begin = expected.begin() + static_cast<std::ptrdiff_t>(first * frame_bytes);
    EXPECT_EQ(read_frames(source, {first, count}),
              std::vector<std::byte>(begin, begin + static_cast<std::ptrdiff_t>(count * frame_bytes)))
        << "frames " << first << " to " << first + count;
  }
}

}  // namespace esieve
