// SPDX-License-Identifier: Apache-2.0
//
// Marks what the shared library exports; everything else is hidden. Included by the C header too.
#pragma once

#define ESIEVE_API __attribute__((visibility("default")))
