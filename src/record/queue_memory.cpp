// SPDX-License-Identifier: Apache-2.0
#include "record/queue_memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <new>
#include <system_error>

#include "record/low_priority.hpp"

namespace esieve {
namespace {

#ifdef MADV_POPULATE_WRITE
constexpr int populate = MADV_POPULATE_WRITE;
#else
constexpr int populate = 23;  // of Linux 5.14; older headers do not know it, and older kernels refuse it
#endif

constexpr std::size_t step_bytes = std::size_t{128} << 10;  // how long others who ask for memory may have to wait

}  // namespace

QueueMemory::QueueMemory(std::size_t n_bytes) {
  void* const mapping = ::mmap(nullptr, n_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) throw std::bad_alloc();
  bytes_ = {static_cast<std::byte*>(mapping), n_bytes};
  try {
    thread_ = std::thread([this] { bring_in(); });
  } catch (const std::system_error&) {  // then pages come when they are needed
  }
}

QueueMemory::~QueueMemory() {
  stop();
  if (thread_.joinable()) thread_.join();
  ::munmap(bytes_.data(), bytes_.size());
}

// From the front, as buffers are taken. What somebody has written meanwhile stays.
void QueueMemory::bring_in() {
  yield_to_others();
  for (std::size_t at = 0; at < bytes_.size() && !stopping_; at += step_bytes)
    if (::madvise(bytes_.data() + at, std::min(step_bytes, bytes_.size() - at), populate) != 0) return;
}

}  // namespace esieve
