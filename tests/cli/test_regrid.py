# SPDX-License-Identifier: Apache-2.0
"""Geometry corrected afterwards: h5py must see every frame where it belongs, and zeros of status 0 elsewhere."""

import unittest

import numpy as np

from program import BAD_DATA, IO, USAGE, ProgramTest, h5py, sparse


class Regrid(ProgramTest):
    def setUp(self):
        super().setUp()
        self.frames = sparse((72, 12, 10), mean=0.4)

    def original(self, name, scan):
        np.save(self.folder / "in.npy", self.frames.reshape(*scan, 12, 10))
        self.run_program("convert", "in.npy", name, "--no-verify", "--frames-per-chunk", "4")

    def check(self, name, positions, scan, most_mappings):
        """`positions`: scan index of each frame, -1 for none."""
        expected = np.zeros((scan[0] * scan[1], 12, 10), "u2")
        status = np.zeros(scan[0] * scan[1], "u1")
        for frame, position in zip(self.frames, positions):
            if position >= 0:
                expected[position], status[position] = frame, 1
        with h5py().File(self.folder / name) as file:
            data = file["entry/data/data"]
            self.assert_same_bits(data[...], expected.reshape(*scan, 12, 10))
            self.assertLessEqual(len(data.virtual_sources()), most_mappings)
            np.testing.assert_array_equal(file["entry/frame_status"][...].ravel(), status)
            np.testing.assert_array_equal(file["entry/scan_image/counts"][...].ravel(), expected.sum((1, 2)))
            self.assertEqual(file["entry/data/scan_x"].shape, scan[1:])
        np.save(self.folder / "expected.npy", expected.reshape(*scan, 12, 10))
        self.run_program("verify", name, "expected.npy")
        self.run_program("extract", name, "out.npy", "--force")
        self.assert_same_bits(np.load(self.folder / "out.npy"), expected.reshape(*scan, 12, 10))
        self.assertIn("positions", self.run_program("info", name).stdout)

    def test_flyback_that_was_recorded_as_frames(self):
        positions = [y * 8 + x if x < 8 else -1 for y in range(8) for x in range(9)]
        for scan in (1, 72), (8, 9), (9, 8):
            with self.subTest(scan=scan):
                self.original("events.hdf5", scan)
                done = self.run_program("regrid", "events.hdf5", "new.hdf5", "--scan-shape", "8,8", "--flyback-pixels", 1)
                self.assertEqual(done.stdout, "new.hdf5: (8, 8), 64 frames of events.hdf5, 8 left out, 0 positions without a frame\n")
                self.check("new.hdf5", positions, (8, 8), 1 if scan != (9, 8) else 16)
                (self.folder / "events.hdf5").unlink()
                (self.folder / "new.hdf5").unlink()

    def test_serpentine_with_an_offset_and_more_positions_than_frames(self):
        self.original("events.hdf5", (1, 72))
        self.run_program("regrid", "events.hdf5", "new.hdf5", "--scan-shape", "10,8", "--serpentine", "--offset", -4)
        order = np.arange(80).reshape(10, 8)
        order[1::2] = order[1::2, ::-1].copy()
        self.check("new.hdf5", order.ravel()[4:76], (10, 8), 20)

    def test_flyback_lines(self):
        self.original("events.hdf5", (12, 6))
        self.run_program("regrid", "events.hdf5", "new.hdf5", "--scan-shape", "6,6", "--flyback-lines", 1)
        self.check("new.hdf5", [y // 2 * 6 + x if y % 2 == 0 else -1 for y in range(12) for x in range(6)], (6, 6), 1)

    def test_a_list_of_positions(self):
        self.original("events.hdf5", (8, 9))
        positions = np.random.default_rng(3).permutation(80)[:70]
        positions[::7] = -1
        np.savetxt(self.folder / "positions.txt", positions, fmt="%d")
        self.run_program("regrid", "events.hdf5", "new.hdf5", "--scan-shape", "8,10", "--positions", "positions.txt")
        self.check("new.hdf5", positions, (8, 10), 70)
        (self.folder / "positions.txt").write_text("0 1 x\n")
        self.run_program("regrid", "events.hdf5", "no.hdf5", "--scan-shape", "8,10", "--positions", "positions.txt", expect=BAD_DATA)
        self.run_program("regrid", "events.hdf5", "no.hdf5", "--scan-shape", "8,10", "--positions", "none.txt", expect=IO)
        (self.folder / "positions.txt").write_text("0 1 80\n")
        self.run_program("regrid", "events.hdf5", "no.hdf5", "--scan-shape", "8,10", "--positions", "positions.txt", expect=USAGE)

    def test_both_files_can_move_together_and_the_calibration_comes_along(self):
        with h5py().File(self.folder / "in.h5", "w") as file:
            group = file.create_group("entry/data")
            group.attrs.update({"NX_class": "NXdata", "signal": "data", "axes": ["scan_y", "scan_x", "det_y", "det_x"]})
            group["data"] = self.frames.reshape(1, 72, 12, 10)
            for axis, (n, unit) in {"scan_y": (1, "nm"), "scan_x": (72, "nm"), "det_y": (12, "mrad"), "det_x": (10, "mrad")}.items():
                group[axis] = np.arange(n) * 0.5
                group[axis].attrs["units"] = unit
        (self.folder / "one").mkdir()
        self.run_program("convert", "in.h5", "one/events.hdf5", "--no-verify")
        self.run_program("regrid", "one/events.hdf5", "one/new.hdf5", "--scan-shape", "8,9")
        (self.folder / "one").rename(self.folder / "two")
        self.check("two/new.hdf5", range(72), (8, 9), 1)
        with h5py().File(self.folder / "two/new.hdf5") as file:
            axis = file["entry/data/det_x"]
            units = axis.attrs["units"]
            self.assertEqual(units.decode() if isinstance(units, bytes) else units, "mrad")
            np.testing.assert_allclose(axis[...], np.arange(10) * 0.5)
        (self.folder / "two/events.hdf5").rename(self.folder / "elsewhere.hdf5")
        done = self.run_program("verify", "two/new.hdf5", expect=BAD_DATA)
        self.assertIn("not there", done.stderr)

    def test_nothing_is_left_of_what_is_refused(self):
        self.original("events.hdf5", (8, 9))
        before = self.left_behind()
        self.run_program("regrid", "events.hdf5", "new.hdf5", "--scan-shape", "8", expect=USAGE)
        self.run_program("regrid", "events.hdf5", "events.hdf5", "--scan-shape", "9,8", "--force", expect=USAGE)
        self.run_program("regrid", "none.hdf5", "new.hdf5", "--scan-shape", "9,8", expect=IO)
        self.assertEqual(self.left_behind(), before)


if __name__ == "__main__":
    unittest.main()
