# SPDX-License-Identifier: Apache-2.0
"""Virtual image and centre of mass of a whole scan: on events, and with NumPy on the dense h5py array, in one run.

    PYTHONPATH=build/release/python python3 tests/bench/analysis.py
"""
import os
import statistics
import tempfile
import time

import h5py
import numpy as np

import esieve

shape = (48, 64, 256, 256)


def timed(work):
    times = []
    for _ in range(3):
        start = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - start)
    return statistics.median(times), result


def main():
    random = np.random.default_rng(1)
    y, x = np.mgrid[:256, :256] - 127.5
    rate = 1 / (1 + (x * x + y * y) / 900)
    rate *= 0.0205 * rate.size / rate.sum()
    frames = random.poisson(rate, (256, 256, 256)).astype("uint16")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "scan.hdf5")
        with esieve.Writer(path, scan_shape=shape[:2], detector_shape=shape[2:], dtype="uint16") as writer:
            for i in range(shape[0] * shape[1]):
                writer.push(frames[i % len(frames)])
        scan, dense = esieve.open(path), h5py.File(path)["entry/data/data"]
        mask = (np.hypot(x, y) < 40).astype(float)
        print(f"{100 * (1 - scan.n_events / np.prod(shape)):.1f} % zeros")

        def numpy_image():
            return np.stack([(dense[row] * mask).sum((1, 2)) for row in range(shape[0])])

        def numpy_centre():
            result = np.empty(shape[:2] + (2,))
            for row in range(shape[0]):
                frame = dense[row].astype(float)
                total = frame.sum((1, 2))
                result[row, :, 0] = (frame.sum(2) @ np.arange(256)) / total
                result[row, :, 1] = (frame.sum(1) @ np.arange(256)) / total
            return result

        for name, ours, theirs in [("virtual image", lambda: scan.virtual_image(mask), numpy_image),
                                   ("centre of mass", scan.center_of_mass, numpy_centre)]:
            (ours_s, a), (theirs_s, b) = timed(ours), timed(theirs)
            np.testing.assert_allclose(a, b)
            print(f"{name}: events {ours_s:.3f} s, NumPy on h5py {theirs_s:.3f} s, {theirs_s / ours_s:.1f} times faster")


if __name__ == "__main__":
    main()
