// SPDX-License-Identifier: Apache-2.0
//
// Where and when the threads of a recording run: never in the way of the one that pushes.
#pragma once

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>

namespace esieve {

/// The rest of the machine goes first before this thread: above all the thread that pushes.
inline void yield_to_others() {
  const auto thread = static_cast<::id_t>(::syscall(SYS_gettid));
  ::setpriority(PRIO_PROCESS, thread, std::max(10, ::getpriority(PRIO_PROCESS, thread)));
}

/// If this thread is on processor `cpu` and may run on others, it moves to one of these. Who wakes it there does not lose `cpu`
/// to it: Linux wakes a thread where it slept, at once and in place of the waker, unless another processor is seen to be idle.
inline void leave_cpu(int cpu) {
  if (::sched_getcpu() != cpu) return;
  ::cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  ::cpu_set_t others = allowed;
  CPU_CLR(static_cast<std::size_t>(cpu), &others);
  if (CPU_COUNT(&others) == 0 || ::sched_setaffinity(0, sizeof others, &others) != 0) return;
  ::sched_setaffinity(0, sizeof allowed, &allowed);
}

}  // namespace esieve
