// SPDX-License-Identifier: Apache-2.0
#include "esieve/recover.hpp"

#include "c/guard.hpp"

using namespace esieve;

esieve_status esieve_recover(const char* damaged, const char* output) {
  return c::guarded(nullptr, [&]() -> esieve_status {
    const Recovery found = recover(&c::deref(damaged, "damaged"), &c::deref(output, "output"));
    if (!found.lost_something()) return ESIEVE_OKAY;
    c::set_last_message(std::to_string(found.n_chunks_damaged) + " chunks of " + damaged + " are lost; " + output +
                        " has the rest");
    return ESIEVE_DIFFERS;
  });
}
