# SPDX-License-Identifier: Apache-2.0
"""The compiled examples do what they say; `esieve verify` and h5py are the judges."""

import os
import pathlib
import subprocess
import unittest

import numpy as np
from program import ProgramTest, h5py, sparse

EXAMPLES = pathlib.Path(os.environ["ESIEVE_EXAMPLES"])
LINES, COLUMNS, ELECTRONS = 6, 32, 200
OKAY, DROPPED = 1, 2


class ExampleTest(ProgramTest):
    def run_example(self, name, *arguments, expect=0):
        done = subprocess.run([EXAMPLES / name, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True,
                              timeout=300)
        self.assertEqual(done.returncode, expect, f"{name} {arguments}\n{done.stdout}\n{done.stderr}")
        if expect == 0:
            self.assertEqual(done.stderr, "")
        return done


class Acquire(ExampleTest):
    def recorded(self, name):
        """Frames (scan_y, scan_x, det_y, det_x) and their status of what the example `name` records."""
        done = self.run_example(name, f"{name}.hdf5", 20_000, LINES)
        n_camera = 2 * LINES * COLUMNS
        self.assertIn(f"{n_camera - len(range(37, n_camera, 50))} frames pushed", done.stdout)
        self.run_program("verify", f"{name}.hdf5")
        self.assertEqual(self.left_behind(), [f"{name}.hdf5"])
        with h5py().File(self.folder / f"{name}.hdf5") as file:
            data = file["entry/data/data"][...]
            units = file["entry/data/data"].parent["scan_x"].attrs["units"]
            status = file["entry/frame_status"][...].reshape(LINES, COLUMNS)
        (self.folder / f"{name}.hdf5").unlink()
        self.assertEqual(units, "nm")
        return data, status

    def check(self, name):
        data, status = self.recorded(name)
        self.assertEqual(data.shape, (LINES, COLUMNS, 128, 128))
        numbers = np.arange(2 * LINES * COLUMNS).reshape(2 * LINES, COLUMNS)[::2]  # every second line flies back
        lost = numbers % 50 == 37
        self.assertGreater(lost.sum(), 1)
        np.testing.assert_array_equal(status, np.where(lost, DROPPED, OKAY))
        np.testing.assert_array_equal(data.sum((2, 3)), np.where(lost, 0, ELECTRONS))
        return data

    def test_both_languages_record_every_frame_in_its_place(self):
        np.testing.assert_array_equal(self.check("acquire"), self.check("acquire_c"))

    def test_an_existing_file_is_left_alone(self):
        (self.folder / "out.hdf5").write_text("precious")
        for name in ("acquire", "acquire_c"):
            done = self.run_example(name, "out.hdf5", 20_000, 1, expect=1)
            self.assertRegex(done.stderr, rf"\A{name}: out.hdf5 exists[^\n]*\n\Z")
            self.run_example(name, expect=2)
            self.run_example(name, "a.hdf5", "fast", expect=2)
        self.assertEqual((self.folder / "out.hdf5").read_text(), "precious")


class ConvertArchive(ExampleTest):
    def setUp(self):
        super().setUp()
        self.archive = self.folder / "archive"
        self.archive.mkdir()
        self.scan = sparse((4, 5, 16, 16))
        np.save(self.archive / "scan.npy", self.scan)
        with h5py().File(self.archive / "scan.h5", "w") as file:
            file["data"] = self.scan.astype("u1")
        (self.archive / "notes.txt").write_text("no data")

    def test_every_dense_file_is_converted_and_proved(self):
        before = {path.name: path.read_bytes() for path in self.archive.iterdir()}
        for _ in range(2):  # the second time there is nothing to convert
            done = self.run_example("convert_archive", "archive", "events")
            self.assertRegex(done.stdout, r"\Ascan.h5: verified, [\d.]+ : 1 [^\n]+\nscan.npy: verified, [^\n]+\n\Z")
            self.assertEqual(sorted(path.name for path in (self.folder / "events").iterdir()),
                             ["scan.h5.hdf5", "scan.npy.hdf5"])
        self.assertEqual({path.name: path.read_bytes() for path in self.archive.iterdir()}, before)
        self.run_program("verify", "events/scan.npy.hdf5", "archive/scan.npy")
        with h5py().File(self.folder / "events/scan.h5.hdf5") as file:
            np.testing.assert_array_equal(file["entry/data/data"][...], self.scan)

    def test_a_damaged_file_does_not_stop_the_others(self):
        (self.archive / "broken.npy").write_bytes((self.archive / "scan.npy").read_bytes()[:1000])
        done = self.run_example("convert_archive", "archive", "events", expect=1)
        self.assertRegex(done.stderr, r"\Aconvert_archive: [^\n]*broken.npy[^\n]*\n\Z")
        self.assertEqual(done.stdout.count("verified"), 2)

    def test_a_result_that_differs_from_its_source_is_told(self):
        self.run_example("convert_archive", "archive", "events")
        self.scan[1, 2, 3, 4] += 1
        np.save(self.archive / "scan.npy", self.scan)
        done = self.run_example("convert_archive", "archive", "events", expect=1)
        self.assertIn("scan.npy: DIFFERS", done.stdout)
        self.assertIn("scan.h5: verified", done.stdout)


class VirtualImage(ExampleTest):
    def test_sums_the_ring(self):
        scan = sparse((3, 4, 16, 16))
        np.save(self.folder / "scan.npy", scan)
        self.run_program("convert", "scan.npy", "scan.hdf5")
        rows = self.run_example("virtual_image", "scan.hdf5", 2, 6).stdout.split()
        y, x = np.mgrid[:16, :16] - 7.5
        ring = (np.hypot(y, x) >= 2) & (np.hypot(y, x) < 6)
        np.testing.assert_array_equal([list(map(int, row.split(","))) for row in rows], (scan * ring).sum((2, 3)))


if __name__ == "__main__":
    unittest.main()
