#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Builds the wheel as `pip install ./python` does, in a virtual environment of its own, and passes the package's tests there,
# beside the h5py of PyPI, which brings an HDF5 of its own. Needs the network. Exit code 77: it could not be tried, and why.
#   tests/python/wheel.sh [PYTHON]
set -eu
cd "$(dirname "$0")/../.."
python="${1:-/usr/bin/python3}"

skip() { echo "wheel: SKIPPED: $1"; exit 77; }
"$python" -c "import venv, ensurepip" 2>/dev/null || skip "$python has no venv (python3-venv)"
"$python" -c "import sysconfig, os; exit(not os.path.exists(sysconfig.get_path('include') + '/Python.h'))" ||
  skip "$python has no headers (python3-dev)"
folder="$(mktemp -d "${TMPDIR:-/tmp}/esieve_wheel.XXXXXX")"
trap 'rm -rf "$folder"' EXIT
"$python" -m venv "$folder/venv"
pip="$folder/venv/bin/pip --quiet --disable-pip-version-check"
$pip download --no-deps --dest "$folder" scikit-build-core || skip "no package index can be reached"

# A build folder that stays makes the next run short.
nice $pip install --verbose --config-settings=build-dir="$PWD/build/wheel" ./python >"$folder/build.log" 2>&1 ||
  { tail -n 50 "$folder/build.log"; exit 1; }
$pip install h5py numpy scipy 'dask[array]' pytest mypy
unset PYTHONPATH HDF5_PLUGIN_PATH
"$folder/venv/bin/python" - <<END
import h5py, numpy, esieve
print("Python wheel: h5py", h5py.__version__, "HDF5", h5py.version.hdf5_version, "NumPy", numpy.__version__, esieve.__file__)
END
"$folder/venv/bin/python" -B -m pytest -q -p no:cacheprovider tests/python
