# SPDX-License-Identifier: Apache-2.0
"""Records a scan from a camera that delivers frames at a set rate, loses some, and goes on while the beam flies back.

Read the recording in README.md first; this adds a clock, flyback, lost frames and a look at what happens.

    python3 acquire.py OUTPUT.hdf5 [--rate FRAMES_PER_S] [--scan Y X] [--detector Y X]
"""
import argparse
import time

import h5py
import numpy as np

import esieve

FLYBACK_FRAMES = 3  # the camera takes while the beam goes back to the start of a line


class SimulatedCamera:
    """Yields (number, frame) at `rate` frames per second; numbers that are left out were lost on the way."""

    def __init__(self, n_frames, shape, rate, seed=1):
        random = np.random.default_rng(seed)
        y, x = np.mgrid[:shape[0], :shape[1]] - (np.array(shape).reshape(2, 1, 1) - 1) / 2
        disc = 0.2 * np.exp(-(x * x + y * y) / (shape[0] / 4) ** 2)
        self._frames = random.poisson(disc, (32,) + tuple(shape)).astype("uint16")
        self._lost = random.random(n_frames) < 0.02
        self._n_frames, self._rate = n_frames, rate

    def __iter__(self):
        begin = time.perf_counter()
        for number in range(self._n_frames):
            time.sleep(max(0, begin + number / self._rate - time.perf_counter()))
            if not self._lost[number]:
                yield number, self.frame(number)

    def frame(self, number):
        return self._frames[number % len(self._frames)]


def acquire(path, camera, scan_shape, detector_shape):
    """Everything the camera delivers, and a mark for everything it does not."""
    expected, next_look = 0, 0.0
    with esieve.Writer(path, scan_shape=scan_shape, detector_shape=detector_shape, dtype="uint16",
                       flyback_frames=FLYBACK_FRAMES, when_full="drop", title="simulated acquisition", units="electrons") as writer:
        for number, frame in camera:
            if number > expected:
                writer.drop(number - expected)
            writer.push(frame)
            expected = number + 1
            if time.perf_counter() > next_look:
                stats = writer.stats()
                print(f"{stats['n_pushed']} frames, {stats['frames_per_s']:.0f}/s, {stats['n_dropped']} lost, "
                      f"{stats['lag_s']:.2f} s behind", flush=True)
                next_look = time.perf_counter() + 1
    return writer.close()


def check(path, camera, scan_shape):
    """The file as h5py sees it, frame by frame, against what the camera delivered."""
    with h5py.File(path) as file:
        dense, status = file["entry/data/data"], file["entry/frame_status"][...]
        for y in range(scan_shape[0]):
            for x, frame in enumerate(dense[y]):
                number = y * (scan_shape[1] + FLYBACK_FRAMES) + x
                if status[y, x] == 1:
                    assert np.array_equal(frame, camera.frame(number)), f"frame {number} differs"
                else:
                    assert not frame.any(), f"frame {number} was lost and holds something"
    return int((status == 1).sum()), int((status != 1).sum())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("output")
    parser.add_argument("--rate", type=float, default=1000)
    parser.add_argument("--scan", type=int, nargs=2, default=(32, 32))
    parser.add_argument("--detector", type=int, nargs=2, default=(128, 128))
    arguments = parser.parse_args()
    n_frames = arguments.scan[0] * (arguments.scan[1] + FLYBACK_FRAMES)
    camera = SimulatedCamera(n_frames, arguments.detector, arguments.rate)
    account = acquire(arguments.output, camera, arguments.scan, arguments.detector)
    print(f"{account['dense_bytes']} bytes of frames, {account['stored_bytes']} stored")
    print("%d frames as the camera gave them, %d marked as lost" % check(arguments.output, camera, arguments.scan))


if __name__ == "__main__":
    main()
