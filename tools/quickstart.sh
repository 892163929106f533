#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Sets a machine up, builds, and runs the main job on data it makes itself: simulate a scan, convert it to events, prove
# that nothing was lost.
set -eu
cd "$(dirname "$0")/.."
tools/setup.sh

echo "Building ..."
mkdir -p build
{ cmake --preset release -DESIEVE_BUILD_TESTS=OFF && cmake --build --preset release; } >build/quickstart.log 2>&1 ||
  { tail -n 50 build/quickstart.log; exit 1; }

esieve=$PWD/build/release/bin/esieve
work=${TMPDIR:-/tmp}/esieve-quickstart
mkdir -p "$work"
show() { echo; echo "\$ esieve $*"; "$esieve" "$@"; }

cd "$work"
show simulate dense.h5 --scan 64,64 --detector 128,128 --dose 3000 --force
show convert dense.h5 events.hdf5 --no-verify --force
show verify events.hdf5 dense.h5
echo
echo "The files are in $work. Convert your own data:"
echo "  $esieve convert YOUR_SCAN.h5 events.hdf5"
