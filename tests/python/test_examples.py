# SPDX-License-Identifier: Apache-2.0
"""The examples run, and do what they say."""
import json
import os
import re
import subprocess
import sys
import unittest

import numpy as np

import esieve
import scans

EXAMPLES = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples"))


class Examples(scans.ScanTest):
    def run_example(self, name, *arguments, exit_code=0):
        done = subprocess.run([sys.executable, "-B", os.path.join(EXAMPLES, name), *map(str, arguments)],
                              capture_output=True, text=True, timeout=120, cwd=self.folder)
        self.assertEqual(done.returncode, exit_code, done.stdout + done.stderr)
        return done

    def test_acquire(self):
        done = self.run_example("acquire.py", "scan.hdf5", "--rate", 2000, "--scan", 12, 20, "--detector", 32, 32)
        good, lost = map(int, re.search(r"(\d+) frames as the camera gave them, (\d+) marked as lost", done.stdout).groups())
        self.assertEqual((good + lost, done.stderr), (240, ""))
        self.assertGreater(lost, 0)
        status = esieve.open(self.path).frame_status
        self.assertEqual(((status == 1).sum(), (status == 2).sum()), (good, lost))

    def test_convert_archive(self):
        for name in ["one", "two"]:
            np.save(self.in_folder(name + ".npy"), self.data + (name == "two"))
        for _ in range(2):  # the second time everything is there
            done = self.run_example("convert_archive.py", ".")
            self.assertEqual(done.stdout.count("proved equal"), 2)
        np.testing.assert_array_equal(esieve.open(self.in_folder("two.hdf5")).frames[...], self.data + 1)
        with open(self.in_folder("one.json")) as file:
            self.assertTrue(json.load(file)["verification"]["okay"])
        np.save(self.in_folder("one.npy"), self.data + 1)
        self.assertIn("one.hdf5 is not equal to", self.run_example("convert_archive.py", ".", exit_code=1).stderr)

    def test_virtual_detector(self):
        self.data[:, :, 5:8, 4:7] += 3
        self.record()
        self.run_example("virtual_detector.py", "scan.hdf5", "images.npz", "--radius", 2)
        images = np.load(self.in_folder("images.npz"))
        np.testing.assert_allclose(images["mean_pattern"], self.data.mean((0, 1)))
        y, x = np.indices((12, 10))
        pattern = self.data.mean((0, 1))
        r = np.hypot(*(i - (pattern * i).sum() / pattern.sum() for i in (y, x)))
        np.testing.assert_array_equal(images["bright_field"], self.data[:, :, r < 2].sum(2))
        np.testing.assert_array_equal(images["dark_field"], self.data[:, :, (r >= 2) & (r < 6)].sum(2))
        self.assertAlmostEqual(images["shift_y"].mean(), 0)
        try:
            import matplotlib  # noqa: F401
        except ImportError:
            return
        self.assertGreater(os.path.getsize(self.in_folder("images.png")), 1000)

    def test_each_says_what_to_read_first(self):
        for name in os.listdir(EXAMPLES):
            if name.endswith(".py"):
                with open(os.path.join(EXAMPLES, name)) as file:
                    self.assertRegex(file.read()[:600], r"Read .* first", name)


if __name__ == "__main__":
    unittest.main()
