# SPDX-License-Identifier: Apache-2.0
"""Other people's tools on our files: h5dump and h5repack know nothing of us but the plugin."""

import shutil
import subprocess
import unittest

import numpy as np

from program import ProgramTest, h5py, sparse


def tool(name):
    return unittest.skipIf(shutil.which(name) is None, f"{name} is not installed (hdf5-tools)")


class Hdf5Tools(ProgramTest):
    def call(self, *command):
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, "")
        return done.stdout

    def setUp(self):
        super().setUp()
        self.source = self.save_hdf5("in.h5", sparse((5, 7, 16, 12), mean=0.2))
        self.run_program("convert", "in.h5", "events.hdf5", "--no-verify")

    @tool("h5dump")
    def test_h5dump_prints_the_counts(self):
        text = self.call("h5dump", "-y", "-w", "0", "-d", "/entry/data/data", "events.hdf5")
        numbers = [int(word) for word in text.split("DATA {")[1].split("}")[0].replace(",", " ").split()]
        self.assertEqual(numbers, self.source.ravel().tolist())

    @tool("h5repack")
    def test_h5repack_unpacks_and_packs(self):
        # For all objects: a path would have to be the dataset's first name in the file, that of HyperSpy's group.
        self.call("h5repack", "-f", "GZIP=1", "events.hdf5", "gzip.h5")
        with h5py().File(self.folder / "gzip.h5") as file:
            self.assertEqual(file["entry/data/data"].compression, "gzip")
            self.assert_same_bits(file["entry/data/data"][...], self.source)
        self.call("h5repack", "-f", "/data:UD=58576,0,0", "-l", "/data:CHUNK=1x7x16x12", "in.h5", "packed.h5")
        with h5py().File(self.folder / "packed.h5") as file:
            self.assert_same_bits(file["data"][...], self.source)
        self.run_program("verify", "packed.h5", "in.h5", "--no-baseline")

    @tool("h5repack")
    def test_a_repacked_event_file_is_still_one(self):
        self.call("h5repack", "events.hdf5", "moved.hdf5")
        self.run_program("verify", "moved.hdf5", "in.h5", "--no-baseline")

    def test_previews_show_without_the_plugin(self):
        with h5py().File(self.folder / "events.hdf5") as file:
            image = file["entry/scan_image/counts"]
            self.assertNotEqual(image.compression, 58576)
            np.testing.assert_array_equal(image[...], self.source.sum((2, 3)))


if __name__ == "__main__":
    unittest.main()
