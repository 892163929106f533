# SPDX-License-Identifier: Apache-2.0
"""Runs the program in a fresh directory and looks at what it says and leaves behind."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import numpy as np

PROGRAM = os.environ["ESIEVE"]
SOURCE_DIR = pathlib.Path(os.environ.get("ESIEVE_SOURCE_DIR", "."))
DATA = pathlib.Path(os.environ.get("ESIEVE_TEST_DATA") or SOURCE_DIR / "../shared/data")

OKAY, DIFFERS, USAGE, BAD_DATA, IO, INTERRUPTED = 0, 1, 2, 3, 4, 130


def h5py():
    """Debian's h5py, which must find the filter plugin without any help but the search path."""
    import h5py as module

    return module


def sparse(shape, dtype="u2", seed=1, mean=0.05):
    """Seeded Poisson counts, brighter in the middle of the detector."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[: shape[-2], : shape[-1]]
    disc = np.hypot(y - shape[-2] / 2, x - shape[-1] / 2) < min(shape[-2:]) / 5
    return random.poisson(mean * (0.2 + 8 * disc), shape).astype(dtype)


class ProgramTest(unittest.TestCase):
    """Each test runs in its own empty directory."""

    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="esieve_cli_"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def run_program(self, *arguments, expect=OKAY, **options):
        """The finished process; stderr is empty on success and one line of ours otherwise."""
        done = subprocess.run([PROGRAM, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True,
                              timeout=900, **options)
        told = f"esieve {' '.join(map(str, arguments))}\n{done.stdout}\n{done.stderr}"
        self.assertEqual(done.returncode, expect, told)
        self.assertNotIn("HDF5-DIAG", done.stdout + done.stderr, told)
        if expect in (OKAY, DIFFERS):
            self.assertEqual(done.stderr, "", told)
        else:
            self.assertRegex(done.stderr, r"\Aesieve: [^\n]+\n\Z", told)
        return done

    def left_behind(self):
        return sorted(path.name for path in self.folder.iterdir())

    def save_hdf5(self, name, array, path="data", **options):
        with h5py().File(self.folder / name, "w") as file:
            file.create_dataset(path, data=array, **options)
        return array

    def dense(self, name):
        """The whole dataset through plain h5py."""
        with h5py().File(self.folder / name, "r") as file:
            return file["entry/data/data"][...]

    def report(self, *arguments, expect=OKAY):
        return json.loads(self.run_program(*arguments, "--report", "-", expect=expect).stdout)

    def assert_same_bits(self, actual, expected):
        self.assertEqual(actual.dtype, expected.dtype)
        self.assertEqual(actual.shape, expected.shape)
        self.assertEqual(actual.tobytes(), expected.tobytes())
