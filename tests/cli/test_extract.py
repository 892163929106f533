# SPDX-License-Identifier: Apache-2.0
"""The ways out: dense frames and events in files that other programs read."""

import unittest

import numpy as np

from program import USAGE, ProgramTest, h5py, sparse


class Extract(ProgramTest):
    def setUp(self):
        super().setUp()
        self.source = self.save_hdf5("in.h5", sparse((5, 7, 16, 12), mean=0.2))
        self.run_program("convert", "in.h5", "events.hdf5", "--no-verify")

    def test_npy_hdf5_and_raw_hold_the_same_frames(self):
        self.run_program("extract", "events.hdf5", "out.npy")
        self.run_program("extract", "events.hdf5", "out.h5")
        self.run_program("extract", "events.hdf5", "out.raw")
        self.assert_same_bits(np.load(self.folder / "out.npy"), self.source)
        with h5py().File(self.folder / "out.h5") as file:
            self.assertEqual(file["entry/data/data"].compression, "gzip")
            self.assert_same_bits(file["entry/data/data"][...], self.source)
        self.assertEqual((self.folder / "out.raw").read_bytes(), self.source.tobytes())

    def test_a_range_of_frames(self):
        self.run_program("extract", "events.hdf5", "out.npy", "--frames", "3:11")
        self.assert_same_bits(np.load(self.folder / "out.npy"), self.source.reshape(35, 16, 12)[3:11])
        self.run_program("extract", "events.hdf5", "one.h5", "--frames", "34")
        with h5py().File(self.folder / "one.h5") as file:
            self.assert_same_bits(file["entry/data/data"][...], self.source.reshape(35, 16, 12)[34:])

    def test_events_rebuild_the_frames(self):
        self.run_program("events", "events.hdf5", "-o", "events.npz")
        with np.load(self.folder / "events.npz") as arrays:
            dense = np.zeros(self.source.size, "u2")
            dense[arrays["scan_index"] * (16 * 12) + arrays["pixel"]] = arrays["count"]
        self.assert_same_bits(dense.reshape(self.source.shape), self.source)

    def test_events_as_lines(self):
        lines = self.run_program("events", "events.hdf5", "--frames", "2:4").stdout.splitlines()
        self.assertEqual(lines[0], "scan_index,pixel,count")
        rows = np.array([[int(number) for number in line.split(",")] for line in lines[1:]])
        frames = self.source.reshape(35, -1)
        expected = [(f, p, frames[f, p]) for f in (2, 3) for p in np.flatnonzero(frames[f])]
        self.assertEqual(rows.tolist(), [list(map(int, row)) for row in expected])

    def test_ranges_and_names_that_make_no_sense(self):
        for frames in ("9:3", "0:36", "x:2", "-1:2", ""):
            self.run_program("extract", "events.hdf5", "out.npy", "--frames=" + frames if frames else "--frames= ",
                             expect=USAGE)
        self.run_program("extract", "events.hdf5", "out.tif", expect=USAGE)
        self.assertNotIn("out.npy", self.left_behind())


if __name__ == "__main__":
    unittest.main()
