// SPDX-License-Identifier: Apache-2.0
//
// A writer is killed at each of its writes in turn: what was flushed is recovered, and nothing wrong is.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "unit/recover/recording_of_blocks.hpp"
#include "unit/recover/write_trace.hpp"

namespace esieve {
namespace {

/// Seen by parent and child.
struct Shared {
  std::uint64_t n_flushed;
};

/// Records in a process that dies at write `n`. \returns false if it lived
bool record_and_die(const std::filesystem::path& path, std::uint64_t n, bool half, Shared& shared) {
  shared.n_flushed = 0;
  const pid_t child = ::fork();
  if (child == 0) {
    die_at_write(n, half);
    record_blocks(path, [&](std::uint64_t n_flushed) { shared.n_flushed = n_flushed; });
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
  return WIFSIGNALED(status);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t usual_stride = 60;  // ten times slower
#else
constexpr std::uint64_t usual_stride = 1;
#endif

/// Every write of the recording is a point to die at; ESIEVE_KILL_STRIDE tries one of so many.
void kill_everywhere(bool half) {
  use_memory_for_files();
  void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  Shared& shared = *static_cast<Shared*>(memory);
  recorded_source();
  const char* stride_text = std::getenv("ESIEVE_KILL_STRIDE");
  const std::uint64_t stride = stride_text != nullptr ? std::strtoull(stride_text, nullptr, 10)
                               : half                 ? 7 * usual_stride
                                                      : usual_stride;
  std::uint64_t n_points = 0, n_empty = 0;
  for (std::uint64_t n = 0;; n += stride) {
    TemporaryFolder folder;
    const bool died = record_and_die(folder / "scan.hdf5", n, half, shared);
    std::filesystem::path file = folder / "scan.hdf5";
    if (!std::filesystem::exists(file)) {
      file = folder / "recovered.hdf5";
      try {
        recover(folder / "scan.hdf5", file);
      } catch (const Error& error) {
        ASSERT_EQ(shared.n_flushed, 0U) << "killed at write " << n << ": " << error.what();
        ++n_empty;
        continue;
      }
    }
    expect_recovered(file, shared.n_flushed);
    if (::testing::Test::HasFailure()) FAIL() << "killed at write " << n;
    ++n_points;
    if (!died) break;
  }
  EXPECT_GT(n_points * stride, 450U);
  EXPECT_LT(n_empty, 40U);
  ::munmap(memory, sizeof(Shared));
  std::printf("%llu kill points\n", static_cast<unsigned long long>(n_points));
}

TEST(KilledWriter, loses_nothing_that_was_flushed_at_any_write) { kill_everywhere(/*half=*/false); }
TEST(KilledWriter, loses_nothing_that_was_flushed_in_the_middle_of_a_write) { kill_everywhere(/*half=*/true); }

}  // namespace
}  // namespace esieve
