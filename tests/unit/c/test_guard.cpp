// SPDX-License-Identifier: Apache-2.0
//
// Whatever is thrown becomes a code and a message, the thread's own and the handle's.
#include <gtest/gtest.h>

#include <new>
#include <thread>

#include "c/guard.hpp"

namespace esieve::c {
namespace {

template <class Exception>
esieve_status thrown(Message* message, const Exception& exception) {
  return guarded(message, [&]() -> esieve_status { throw exception; });
}

TEST(CGuard, every_class_of_error_has_its_code) {
  Message message;
  EXPECT_EQ(thrown(&message, UsageError("a")), ESIEVE_USAGE);
  EXPECT_STREQ(message.get(), "a");
  EXPECT_EQ(thrown(&message, DataError("b")), ESIEVE_BAD_DATA);
  EXPECT_EQ(thrown(&message, UnsupportedError("c")), ESIEVE_UNSUPPORTED);
  EXPECT_EQ(thrown(&message, IoError("d")), ESIEVE_IO);
  EXPECT_STREQ(esieve_last_message(), "d");
  EXPECT_EQ(thrown(&message, std::bad_alloc()), ESIEVE_NO_MEMORY);
  EXPECT_STREQ(message.get(), "out of memory");
  EXPECT_EQ(thrown(&message, std::logic_error("e")), ESIEVE_INTERNAL);
  EXPECT_STREQ(message.get(), "e");
  EXPECT_EQ(thrown(&message, 7), ESIEVE_INTERNAL);
  EXPECT_STREQ(esieve_last_message(), message.get());
}

TEST(CGuard, success_leaves_messages_alone) {
  Message message;
  thrown(&message, IoError("before"));
  EXPECT_EQ(guarded(&message, [] { return esieve_status{ESIEVE_OKAY}; }), ESIEVE_OKAY);
  EXPECT_STREQ(message.get(), "before");
  EXPECT_STREQ(esieve_last_message(), "before");
}

TEST(CGuard, threads_have_their_own_last_message) {
  thrown(nullptr, IoError("here"));
  std::string there = "unset";
  std::thread([&] {
    there = esieve_last_message();
    thrown(nullptr, IoError("there"));
  }).join();
  EXPECT_EQ(there, "");
  EXPECT_STREQ(esieve_last_message(), "here");
}

}  // namespace
}  // namespace esieve::c
