// SPDX-License-Identifier: Apache-2.0
#include "record/queue_memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <new>
#include <system_error>

#include "record/scheduling.hpp"

namespace esieve {
namespace {

constexpr std::size_t page_bytes = 4096;  // where pages are larger, some are touched several times
constexpr std::size_t ahead_bytes = std::size_t{4} << 20;

/// Brings in the page of `byte`, which somebody may be writing: it is read and written back in one step, so what they write
/// stays. Not madvise: for as long as that brings in pages, who asks the system for memory waits (15 ms were seen).
#if defined(__SANITIZE_THREAD__)
__attribute__((no_sanitize("thread")))
#endif
void touch(std::byte& byte) {
  __atomic_fetch_or(reinterpret_cast<unsigned char*>(&byte), 0, __ATOMIC_RELAXED);
}

}  // namespace

QueueMemory::QueueMemory(std::size_t n_bytes) {
  void* const mapping = ::mmap(nullptr, n_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) throw std::bad_alloc();
  bytes_ = {static_cast<std::byte*>(mapping), n_bytes};
  will_use(0);
  bring_in_wanted();
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

void QueueMemory::will_use(std::size_t n_bytes) {
  const std::size_t wanted = std::min(bytes_.size(), n_bytes + ahead_bytes);
  if (wanted <= n_wanted_) return;
  n_wanted_ = wanted;
  user_cpu_ = ::sched_getcpu();
  more_.release();
}

void QueueMemory::stop() {
  stopping_ = true;
  more_.release();
}

void QueueMemory::bring_in() {
  yield_to_others();
  while (!stopping_ && n_there_ < bytes_.size()) {
    leave_cpu(user_cpu_);
    more_.acquire();
    bring_in_wanted();
  }
}

void QueueMemory::bring_in_wanted() {
  for (; n_there_ < n_wanted_ && !stopping_; n_there_ += page_bytes) touch(bytes_[n_there_]);
}

}  // namespace esieve
