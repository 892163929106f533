# SPDX-License-Identifier: Apache-2.0
"""The Python package, with NumPy and h5py as referees."""
import os
import tempfile
import unittest

import h5py
import numpy as np

import esieve


class Package(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "scan.hdf5")
        self.data = np.random.default_rng(1).poisson(0.3, (5, 7, 12, 10)).astype("uint16")

    def tearDown(self):
        self.folder.cleanup()

    def record(self, **options):
        with esieve.Writer(self.path, scan_shape=(5, 7), detector_shape=(12, 10), dtype="uint16", **options) as writer:
            for frame in self.data.reshape(35, 12, 10):
                writer.push(frame)
        return esieve.open(self.path)

    def test_frames_index_like_an_array(self):
        scan = self.record()
        self.assertEqual((scan.shape, scan.dtype), (self.data.shape, self.data.dtype))
        for key in [(3, 4), 2, (slice(1, 3), slice(None, None, 2)), (-1, -2), (Ellipsis,), (0, 0, 5), (slice(None), 2, slice(3, 5), 1),
                    (slice(None, None, -1), 0)]:
            np.testing.assert_array_equal(scan.frames[key], self.data[key])

    def test_h5py_reads_the_same(self):
        self.record()
        with h5py.File(self.path) as file:
            np.testing.assert_array_equal(file["entry/data/data"][...], self.data)

    def test_events_are_the_nonzero_pixels(self):
        scan = self.record()
        for key, dense in [(slice(0, 20), self.data.reshape(35, 120)[:20]), ((2, slice(1, 6)), self.data[2, 1:6].reshape(5, 120)),
                           (slice(None, None, 3), self.data.reshape(35, 120)[::3])]:
            events = scan.events[key]
            rows, pixels = np.nonzero(dense)
            np.testing.assert_array_equal(events.pixels, pixels)
            np.testing.assert_array_equal(events.counts, dense[rows, pixels])
            np.testing.assert_array_equal(np.diff(events.offsets), np.bincount(rows, minlength=len(dense)))
        self.assertEqual(sum(len(block) for block in scan.blocks(4)), 35)

    def test_analysis_is_what_numpy_says(self):
        scan = self.record()
        mask = np.random.default_rng(2).random((12, 10))
        np.testing.assert_allclose(scan.virtual_image(mask), (self.data * mask).sum((2, 3)))
        np.testing.assert_array_equal(scan.scan_image(), self.data.sum((2, 3)))
        np.testing.assert_allclose(scan.mean_pattern(), self.data.mean((0, 1)))
        total = self.data.sum((2, 3))
        y = (self.data * np.arange(12)[:, None]).sum((2, 3)) / total
        x = (self.data * np.arange(10)).sum((2, 3)) / total
        np.testing.assert_allclose(scan.center_of_mass(), np.stack([y, x], -1))

    def test_any_order_and_what_is_missing(self):
        with esieve.Writer(self.path, scan_shape=(5, 7), detector_shape=(12, 10), dtype="uint16") as writer:
            for i in np.random.default_rng(3).permutation(35)[:30]:
                writer.push(self.data[i // 7, i % 7], position=(int(i) // 7, int(i) % 7))
        status = esieve.open(self.path).frame_status
        self.assertEqual((status == 1).sum(), 30)
        np.testing.assert_array_equal(esieve.open(self.path).frames[:][status == 1], self.data[status == 1])

    def test_errors_are_clear(self):
        with esieve.Writer(self.path, scan_shape=(5, 7), detector_shape=(12, 10), dtype="uint16") as writer:
            with self.assertRaisesRegex(esieve.UsageError, r"\(12, 9\).*\(12, 10\)"):
                writer.push(self.data[0, 0, :, :9])
            with self.assertRaisesRegex(ValueError, "float64"):
                writer.push(self.data[0, 0].astype(float))
            with self.assertRaises(esieve.UsageError):
                writer.push(self.data[0, 0], position=35)
            writer.push(self.data[0, 0])
        with self.assertRaises(OSError):
            esieve.open(os.path.join(self.folder.name, "nothing.hdf5"))
        with self.assertRaises(esieve.UsageError):
            esieve.open(self.path).virtual_image(np.ones((3, 3)))

    def test_convert_verify_recover(self):
        source = os.path.join(self.folder.name, "dense.npy")
        np.save(source, self.data)
        esieve.convert(source, self.path)
        self.assertIsInstance(esieve.verify(self.path, source), dict)
        found = esieve.recover(self.path, os.path.join(self.folder.name, "again.hdf5"))
        self.assertFalse(found["lost_something"])
        np.testing.assert_array_equal(esieve.open(self.path).frames[...], self.data)


if __name__ == "__main__":
    unittest.main()
