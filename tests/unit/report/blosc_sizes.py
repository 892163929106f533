# SPDX-License-Identifier: Apache-2.0
"""Writes dense frames with h5py and the Blosc plugin in the three chunk shapes, and prints the sizes of the files.

Usage: blosc_sizes.py FRAMES.raw DTYPE SCAN_Y SCAN_X DET_Y DET_X. Exit code 77: h5py or the plugin is missing.
"""

import os
import sys

try:
    import h5py
    import numpy
except ImportError as error:
    print(f"{error}; install python3-h5py to compare with it")
    sys.exit(77)

BLOSC = 32001
CHUNKS = {"real space": (32, 32, 256, 256), "balanced": (16, 16, 128, 128), "single frame": (1, 1, 1 << 31, 1 << 31)}


def main(raw, dtype, *shape):
    shape = tuple(map(int, shape))
    frames = numpy.fromfile(raw, dtype).reshape(shape)
    if not h5py.h5z.filter_avail(BLOSC):
        print("HDF5 has no Blosc plugin; install hdf5-filter-plugin-blosc-serial to compare with it")
        return 77
    for name, chunk in CHUNKS.items():
        path = f"{raw}.{name}.h5"
        with h5py.File(path, "w") as file:
            file.create_dataset("data", data=frames, chunks=tuple(map(min, zip(chunk, shape))), compression=BLOSC,
                                compression_opts=(0, 0, 0, 0, 3, 1, 5))
        with h5py.File(path, "r") as file:
            assert (file["data"][...] == frames).all()
        print(os.path.getsize(path), name)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
