#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Installs what building and testing need, from Debian 12's packages alone. Does nothing if all is there.
# `setup.sh --tests` adds what only the tests use.
set -eu

packages="g++ cmake ninja-build pkg-config libhdf5-dev libeigen3-dev libtbb-dev libcli11-dev libzstd-dev libblosc-dev
  libxxhash-dev libdeflate-dev libzip-dev libcairo2-dev nlohmann-json3-dev"
if [ "${1:-}" = "--tests" ]; then
  packages="$packages libgtest-dev libgmock-dev python3 python3-numpy python3-h5py python3-jsonschema python3-dev pybind11-dev hdf5-tools
    hdf5-filter-plugin hdf5-filter-plugin-blosc-serial hdf5-plugin-lzf bitshuffle unzip binutils python3-scipy python3-dask"
fi

missing=""
for package in $packages; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

as_root=""
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "setup.sh: needs root or sudo to install:$missing" >&2; exit 1; }
  as_root=sudo
fi
echo "Installing:$missing"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
# shellcheck disable=SC2086
$as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
