#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Sets a machine up and passes all tests: the release build, then the same tests under the sanitizers.
#   tools/test.sh            everything
#   tools/test.sh --quick    the release build only
set -eu
cd "$(dirname "$0")/.."
tools/setup.sh --tests

mkdir -p build
run_preset() {
  cmake --preset "$1" -DESIEVE_BUILD_TESTS=ON >"build/$1.log" 2>&1 || { cat "build/$1.log"; exit 1; }
  cmake --build --preset "$1" >>"build/$1.log" 2>&1 || { tail -n 50 "build/$1.log"; exit 1; }
  ctest --preset "$1" --parallel "$(nproc)" --progress --no-tests=error
}

if [ "${1:-}" != "--quick" ]; then
  echo "== tests under the address and undefined-behaviour sanitizers"
  run_preset asan
fi
echo "== tests of the release build"
run_preset release
