// SPDX-License-Identifier: Apache-2.0
//
// A file written from front to back, under a temporary name until it is whole.
#pragma once

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/file.hpp"
#include "esieve/error.hpp"

namespace esieve {

class OutputStream {
 public:
  OutputStream(const std::filesystem::path& path, PendingFile::IfExists if_exists)
      : pending_(path, if_exists), path_(path), file_(std::fopen(pending_.temporary_path().c_str(), "wb"), &close) {
    if (!file_) fail();
  }

  void write(std::span<const std::byte> bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) fail();
  }
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }

  void commit() {
    if (std::fclose(file_.release()) != 0) fail();
    pending_.commit();
  }

 private:
  static void close(std::FILE* file) { std::fclose(file); }
  [[noreturn]] void fail() const { throw IoError("cannot write " + path_.string() + " (" + std::strerror(errno) + ")"); }

  PendingFile pending_;
  std::filesystem::path path_;
  std::unique_ptr<std::FILE, void (*)(std::FILE*)> file_;
};

}  // namespace esieve
