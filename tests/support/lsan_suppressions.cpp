// SPDX-License-Identifier: Apache-2.0
//
// HDF5 1.10 leaks when it gives up on a damaged file, and keeps plugins it has looked at. Not ours to fix.
extern "C" __attribute__((visibility("default"))) const char* __lsan_default_suppressions();
const char* __lsan_default_suppressions() { return "leak:libhdf5\n"; }
