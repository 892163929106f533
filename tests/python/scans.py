# SPDX-License-Identifier: Apache-2.0
"""What the tests share: a folder of their own, random counts, a recording of them, and a seed that can be given again."""
import os
import tempfile
import unittest

import numpy as np

import esieve


def random(default_seed):
    """Of ESIEVE_TEST_SEED, if that is set; a test that fails says which seed it had."""
    seed = int(os.environ.get("ESIEVE_TEST_SEED", default_seed))
    return np.random.default_rng(seed), f"ESIEVE_TEST_SEED={seed}"


class ScanTest(unittest.TestCase):
    """`data` is (5, 7, 12, 10) counts, and `self.path` a path for a recording of them."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.path = self.in_folder("scan.hdf5")
        self.data = np.random.default_rng(1).poisson(0.3, (5, 7, 12, 10)).astype("uint16")

    def in_folder(self, name):
        return os.path.join(self.folder, name)

    def writer(self, **options):
        return esieve.Writer(self.path, **{"scan_shape": self.data.shape[:2], "detector_shape": self.data.shape[2:],
                                           "dtype": self.data.dtype, **options})

    def record(self, **options):
        with self.writer(**options) as writer:
            writer.push_frames(self.data.reshape((-1,) + self.data.shape[2:]))
        return esieve.open(self.path)
