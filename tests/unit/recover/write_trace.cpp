// SPDX-License-Identifier: Apache-2.0
#include "unit/recover/write_trace.hpp"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <mutex>

namespace esieve {
namespace {

std::atomic<std::int64_t> writes_left{-1};
std::atomic<std::int64_t> writes_before_full{-1}, reservations_before_full{-1};
std::atomic<bool> half_write{false}, tracing{false}, disk_failed{false};
std::mutex trace_mutex;
std::vector<TracedWrite> trace;

std::string path_of(int descriptor) {
  char path[PATH_MAX];
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t n = ::readlink(link.c_str(), path, sizeof path);
  return n < 0 ? "" : std::string(path, static_cast<std::size_t>(n));
}

/// Counts down to the first failure, and stays there.
bool is_full(std::atomic<std::int64_t>& left) {
  if (left < 0 || (left > 0 && left-- > 0)) return false;
  disk_failed = true;
  errno = ENOSPC;
  return true;
}

ssize_t traced_pwrite(int descriptor, const void* bytes, std::size_t size, std::int64_t offset) {
  if (writes_left >= 0 && writes_left-- == 0) {
    if (half_write) ::syscall(SYS_pwrite64, descriptor, bytes, size / 2, offset);
    ::kill(::getpid(), SIGKILL);
    for (;;) ::pause();
  }
  if (is_full(writes_before_full)) return -1;
  const auto done = static_cast<ssize_t>(::syscall(SYS_pwrite64, descriptor, bytes, size, offset));
  if (tracing && done > 0) {
    const auto* from = static_cast<const std::byte*>(bytes);
    const std::lock_guard lock(trace_mutex);
    trace.push_back(
        {TracedWrite::Kind::write, path_of(descriptor), static_cast<std::uint64_t>(offset), {from, from + done}, 0, 0});
  }
  return done;
}

int traced_sync(int descriptor, long call) {
  std::size_t began = 0;
  {
    const std::lock_guard lock(trace_mutex);
    began = trace.size();
  }
  const int result = static_cast<int>(::syscall(call, descriptor));
  if (tracing && result == 0) {
    const std::lock_guard lock(trace_mutex);
    trace.push_back({TracedWrite::Kind::sync, path_of(descriptor), 0, {}, began, 0});
  }
  return result;
}

}  // namespace

void die_at_write(std::uint64_t n, bool half) {
  half_write = half;
  writes_left = static_cast<std::int64_t>(n);
}

void fill_disk_at(std::uint64_t n, FullFor what) {
  disk_failed = false;
  (what == FullFor::writes ? writes_before_full : reservations_before_full) = static_cast<std::int64_t>(n);
}

bool empty_disk() {
  writes_before_full = reservations_before_full = -1;
  return disk_failed;
}

void start_trace() {
  const std::lock_guard lock(trace_mutex);
  trace.clear();
  tracing = true;
}

void mark_trace(std::uint64_t mark) {
  const std::lock_guard lock(trace_mutex);
  if (tracing) trace.push_back({TracedWrite::Kind::mark, "", 0, {}, 0, mark});
}

std::vector<TracedWrite> take_trace() {
  const std::lock_guard lock(trace_mutex);
  tracing = false;
  return std::move(trace);
}

}  // namespace esieve

// The program's own definitions come before the C library's.
extern "C" {
ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
  return esieve::traced_pwrite(descriptor, bytes, size, offset);
}
ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off64_t offset) {
  return esieve::traced_pwrite(descriptor, bytes, size, offset);
}
int fallocate(int descriptor, int mode, off_t offset, off_t size) {
  return esieve::is_full(esieve::reservations_before_full)
             ? -1
             : static_cast<int>(::syscall(SYS_fallocate, descriptor, mode, offset, size));
}
int fallocate64(int descriptor, int mode, off64_t offset, off64_t size) { return fallocate(descriptor, mode, offset, size); }
int fdatasync(int descriptor) { return esieve::traced_sync(descriptor, SYS_fdatasync); }
int fsync(int descriptor) { return esieve::traced_sync(descriptor, SYS_fsync); }
}
