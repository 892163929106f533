# SPDX-License-Identifier: Apache-2.0
"""How fast frames of 256 × 256 u16 are recorded by esieve.Writer, and by h5py with Blosc lz4 as a script uses it, in turns.

    PYTHONPATH=build/release/python python3 tests/bench/record_against_h5py.py [--frames N] [--turns N] [--lit SHARE...] [--folder FOLDER]

Needs hdf5-filter-plugin-blosc-serial. Each takes the same frames, one call a frame, from memory; the clock runs until the
file is closed and on the disk. One turn is each of the three once; of several turns the medians count.
"""
import argparse
import os
import statistics
import tempfile
import time

import h5py
import numpy as np

import esieve

BLOSC, SHAPE, SCAN_X, FRAMES_A_CHUNK = 32001, (256, 256), 256, 16
BLOSC_LZ4 = (0, 0, 0, 0, 5, 1, 1)  # level 5, byte shuffle, lz4


def make_frames(occupancy, n=2048):
    """A bright disc, `occupancy` of whose pixels are not zero. So many that no compressor finds them coming again."""
    y, x = np.mgrid[:SHAPE[0], :SHAPE[1]] - 127.5
    rate = 1 / (1 + (x * x + y * y) / 900)
    low, high = 0.0, 1e4
    for _ in range(60):  # 1 - exp(-rate) of all pixels together
        factor = (low + high) / 2
        low, high = (low, factor) if np.mean(-np.expm1(-rate * factor)) > occupancy else (factor, high)
    random, frames = np.random.default_rng(1), np.empty((n,) + SHAPE, "uint16")
    for frame in frames:
        frame[...] = random.poisson(rate * factor)
    return frames


def sync(path):
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def with_esieve(path, frames, n):
    with esieve.Writer(path, scan_shape=(-1, SCAN_X), detector_shape=SHAPE, dtype="uint16") as writer:
        for i in range(n):
            writer.push(frames[i % len(frames)])


def h5py_dataset(file, n, frames_a_chunk):
    return file.create_dataset("data", (n,) + SHAPE, "uint16", chunks=(frames_a_chunk,) + SHAPE, compression=BLOSC,
                               compression_opts=BLOSC_LZ4)


def with_h5py_frames(path, frames, n):
    with h5py.File(path, "w") as file:
        dataset = h5py_dataset(file, n, 1)
        for i in range(n):
            dataset[i] = frames[i % len(frames)]
    sync(path)


def with_h5py_chunks(path, frames, n):
    """The script collects a chunk's frames itself."""
    with h5py.File(path, "w") as file:
        dataset = h5py_dataset(file, n, FRAMES_A_CHUNK)
        waiting = np.empty((FRAMES_A_CHUNK,) + SHAPE, "uint16")
        for i in range(n):
            waiting[i % FRAMES_A_CHUNK] = frames[i % len(frames)]
            if i % FRAMES_A_CHUNK == FRAMES_A_CHUNK - 1:
                dataset[i + 1 - FRAMES_A_CHUNK:i + 1] = waiting
    sync(path)


WAYS = {"esieve": with_esieve, "h5py, a frame a chunk": with_h5py_frames, "h5py, 16 frames a chunk": with_h5py_chunks}


def measure(record, path, frames, n):
    """frames/s, microseconds of all processors together a frame, ratio"""
    begin, processors = time.perf_counter(), time.process_time()
    record(path, frames, n)
    seconds, busy = time.perf_counter() - begin, time.process_time() - processors
    stored = os.path.getsize(path)
    os.remove(path)
    return n / seconds, busy / n * 1e6, n * frames[0].nbytes / stored


def check(folder, frames):
    """All three store what they are given."""
    n = 2 * SCAN_X
    expected = frames[np.arange(n) % len(frames)]
    for way, record in WAYS.items():
        path = os.path.join(folder, "check.hdf5")
        record(path, frames, n)
        with h5py.File(path) as file:
            found = file["entry/data/data" if record is with_esieve else "data"][...]
        assert np.array_equal(found.reshape(expected.shape), expected), way
        os.remove(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--frames", type=int, default=32768)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--lit", type=float, nargs="+", default=[0.001, 0.01, 0.02, 0.05, 0.2], help="shares of lit pixels")
    parser.add_argument("--folder", default=None)
    arguments = parser.parse_args()
    if not h5py.h5z.filter_avail(BLOSC):
        raise SystemExit("h5py has no Blosc; install hdf5-filter-plugin-blosc-serial")
    n = arguments.frames // SCAN_X * SCAN_X
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        check(folder, make_frames(0.01))
        print(f"{n} frames, medians of {arguments.turns} turns; esieve {esieve.__version__}, h5py {h5py.__version__}, "
              f"HDF5 {h5py.version.hdf5_version}, {os.cpu_count()} processors")
        print("for each: frames/s, processor time a frame in microseconds, ratio; and how much faster than the faster h5py")
        print(f"{'lit':>6}" + "".join(f"{way:>30}" for way in WAYS))
        for occupancy in arguments.lit:
            frames = make_frames(occupancy)
            results = {way: [] for way in WAYS}
            for _ in range(arguments.turns):
                for way, record in WAYS.items():
                    results[way].append(measure(record, os.path.join(folder, "scan.hdf5"), frames, n))
            medians = [[statistics.median(values) for values in zip(*result)] for result in results.values()]
            faster = medians[0][0] / max(rate for rate, _, _ in medians[1:])
            columns = [f"{rate:12.0f} {busy:7.0f} {ratio:9.1f}" for rate, busy, ratio in medians]
            print(f"{np.mean(frames > 0):6.1%}{''.join(columns)}   {faster:.2f} ×", flush=True)


if __name__ == "__main__":
    main()
