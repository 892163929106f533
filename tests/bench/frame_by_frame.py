# SPDX-License-Identifier: Apache-2.0
"""How many frames a second plain h5py reads from a file, one at a time, with its default settings.

    frame_by_frame.py FILE.hdf5 [DATASET]

Scan order, then random order (a chunk is decoded again for almost every frame). Best of three."""

import sys
import time

import h5py
import numpy as np


def frames_per_second(path, name, positions):
    with h5py.File(path) as file:
        dataset = file[name]
        started = time.perf_counter()
        for y, x in positions:
            dataset[y, x]
        return len(positions) / (time.perf_counter() - started)


def main():
    path, name = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "/entry/data/data"
    with h5py.File(path) as file:
        dataset = file[name]
        scan_y, scan_x, det_y, det_x = dataset.shape
        print(f"{scan_y} x {scan_x} frames of {det_y} x {det_x} {dataset.dtype}, chunks {dataset.chunks}")
    in_order = [(y, x) for y in range(scan_y) for x in range(scan_x)]
    shuffled = [in_order[i] for i in np.random.default_rng(1).permutation(len(in_order))[:1000]]
    for title, positions in (("scan order", in_order), ("random order", shuffled)):
        print(f"{title}: {max(frames_per_second(path, name, positions) for _ in range(3)):.0f} frames/s")


if __name__ == "__main__":
    main()
