#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Measures how cost grows with frames and events and draws docs/figures/scaling.svg; some minutes on an idle machine.
#   tools/scaling.sh [MOST_FRAMES]     default 100000
set -eu
cd "$(dirname "$0")/.."
tools/setup.sh --tests
mkdir -p build docs/figures
cmake --preset release >build/scaling.log 2>&1 || { cat build/scaling.log; exit 1; }
cmake --build --preset release --target scaling >>build/scaling.log 2>&1 || { tail -n 50 build/scaling.log; exit 1; }
build/release/tests/bench/scaling docs/figures/scaling.svg "${1:-100000}"
