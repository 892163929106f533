# SPDX-License-Identifier: Apache-2.0
"""Frames, events and analysis, with NumPy as the referee."""
import pickle
import threading
import unittest

import numpy as np

import esieve
import scans


def random_part(random, n):
    """An index of one axis of length n: a number, a slice, numbers, or yes and no."""
    kind = random.integers(6)
    if kind == 0:
        return int(random.integers(-n, n))
    if kind <= 2:
        step = int(random.choice([1, 1, 2, 3, -1, -2]))
        ends = [None if random.random() < 0.3 else int(random.integers(-n - 1, n + 2)) for _ in range(2)]
        return slice(*ends, step)
    if kind == 3:
        return random.integers(-n, n, random.integers(0, 5))
    if kind == 4:
        return random.random(n) < 0.4
    return slice(None)


def random_key(random, shape):
    key = [random_part(random, n) for n in shape[:random.integers(0, len(shape) + 1)]]
    lengths = {len(k) if k.dtype != bool else k.sum() for k in key if isinstance(k, np.ndarray)}
    if len(lengths) > 1:  # arrays that NumPy could not put together
        key = [slice(None) if isinstance(k, np.ndarray) else k for k in key]
    if len(key) < len(shape) and random.random() < 0.3:
        key.insert(int(random.integers(len(key) + 1)), Ellipsis)
        if key[-1] is not Ellipsis:
            key = [k if k is Ellipsis or not isinstance(k, np.ndarray) else slice(None) for k in key]
            key = self_consistent(key, shape)
    return tuple(key)


def self_consistent(key, shape):
    """Numbers behind an ellipsis belong to other axes: made small enough for any."""
    low = min(shape)
    return [k % low if isinstance(k, int) else k for k in key]


def check_events(test, events, dense, message=""):
    """`dense`: (n_frames, n_pixels)"""
    rows, pixels = np.nonzero(dense)
    np.testing.assert_array_equal(events.pixels, pixels, message)
    np.testing.assert_array_equal(events.counts, dense[rows, pixels], message)
    np.testing.assert_array_equal(np.diff(events.offsets), np.bincount(rows, minlength=len(dense)), message)
    test.assertEqual(len(events), len(dense), message)


class Frames(scans.ScanTest):
    def test_random_indices_give_what_numpy_gives(self):
        scan = self.record(frames_per_chunk=4)
        random, seed = scans.random(11)
        for _ in range(400):
            key = random_key(random, self.data.shape)
            expected, message = self.data[key], f"{key}, {seed}"
            found = scan.frames[key]
            self.assertEqual((np.shape(found), found.dtype), (np.shape(expected), expected.dtype), message)
            np.testing.assert_array_equal(found, expected, message)

    def test_indices_of_several_axes(self):
        frames, random = self.record().frames, np.random.default_rng(5)
        on_scan, everywhere = random.random((5, 7)) < 0.4, self.data > 1
        for key in [on_scan, (on_scan, 3), (on_scan, slice(2, 5), 1), everywhere, (Ellipsis, 0), (None, 2), (0, None, 1),
                    (np.array([[0, 1], [2, 3]]), 4), ([1, 2], [3, 4], [5, 6], [7, 8]),
                    (slice(None), [0, 1], slice(None), [2, 3]), (slice(0, 0),), (2, 3, ..., 4),
                    np.uint8(3), (np.int64(-1), np.int64(-1))]:
            np.testing.assert_array_equal(frames[key], self.data[key], str(key))
        for key in [5, (0, 7), (0, 0, 12), (0, 0, 0, 0, 0), (..., ...), "data", 1.5, np.zeros((5, 6), bool)]:
            with self.assertRaises(IndexError, msg=str(key)):
                self.data[key]
            with self.assertRaises(IndexError, msg=str(key)):
                frames[key]

    def test_frames_are_an_array_to_numpy(self):
        frames = self.record().frames
        self.assertEqual((frames.shape, frames.ndim, frames.size, frames.nbytes, len(frames), frames.dtype),
                         (self.data.shape, 4, self.data.size, self.data.nbytes, 5, self.data.dtype))
        np.testing.assert_array_equal(np.asarray(frames), self.data)
        np.testing.assert_array_equal(np.asarray(frames, float), self.data.astype(float))
        for row, expected in zip(frames, self.data):
            np.testing.assert_array_equal(row, expected)

    def test_every_element_type(self):
        random = np.random.default_rng(6)
        for dtype in ["uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "float32", "float64"]:
            self.data = (random.poisson(0.3, (5, 7, 12, 10)) * (-1 if np.dtype(dtype).kind in "if" else 1)).astype(dtype)
            scan = self.record(overwrite=True)
            self.assertEqual(scan.dtype, dtype)
            np.testing.assert_array_equal(scan.frames[...], self.data)
            check_events(self, scan.events[...], self.data.reshape(35, 120), dtype)

    def test_frames_kept_at_a_position_have_an_axis_of_their_own(self):
        self.data = np.random.default_rng(7).poisson(0.3, (3, 4, 2, 6, 5)).astype("uint16")
        with self.writer(detector_shape=(6, 5), frames_per_position=2, when_repeated="keep") as writer:
            writer.push_frames(self.data.reshape(24, 6, 5))
        scan = esieve.open(self.path)
        self.assertEqual(scan.shape, self.data.shape)
        for key in [..., (1, 2, 1), (slice(None), 0), (2, slice(1, 3), 0, 4)]:
            np.testing.assert_array_equal(scan.frames[key], self.data[key])
        check_events(self, scan.events[1, :, 1], self.data[1, :, 1].reshape(4, 30))
        np.testing.assert_array_equal(scan.virtual_image(np.ones((6, 5))), self.data.sum((3, 4)))
        np.testing.assert_array_equal(scan.frame_status, np.ones((3, 4, 2)))


class Events(scans.ScanTest):
    def test_random_indices_by_frame_and_by_position(self):
        scan = self.record(frames_per_chunk=4)
        random, seed = scans.random(12)
        flat = self.data.reshape(35, 120)
        for _ in range(200):
            key = random_part(random, 35)
            check_events(self, scan.events[key], flat[key].reshape(-1, 120), f"{key}, {seed}")
        for _ in range(200):
            key = tuple(k for k in random_key(random, (5, 7)) if k is not Ellipsis)
            check_events(self, scan.events[key], self.data[key].reshape(-1, 120), f"{key}, {seed}")

    def test_of_masks_and_none(self):
        scan, chosen = self.record(), np.random.default_rng(3).random((5, 7)) < 0.5
        check_events(self, scan.events[chosen], self.data[chosen].reshape(-1, 120))
        np.testing.assert_array_equal(scan.events[chosen].scan_indices, np.flatnonzero(chosen))
        check_events(self, scan.events[chosen.reshape(-1)], self.data[chosen].reshape(-1, 120))
        self.assertEqual((len(scan.events[0:0]), scan.events[0:0].n_events), (0, 0))
        with self.assertRaises(IndexError):
            scan.events[35]

    def test_rows_dense_and_blocks(self):
        scan = self.record()
        events = scan.events[3:9]
        np.testing.assert_array_equal(events.to_dense(), self.data.reshape(35, 12, 10)[3:9])
        for (pixels, counts), frame in zip(events, self.data.reshape(35, 120)[3:9]):
            np.testing.assert_array_equal(pixels, np.flatnonzero(frame))
            np.testing.assert_array_equal(counts, frame[pixels])
        np.testing.assert_array_equal(events[-1][0], np.flatnonzero(self.data.reshape(35, 120)[8]))
        blocks = list(scan.blocks(4))
        self.assertEqual([len(block) for block in blocks], 8 * [4] + [3])
        dense = np.concatenate([block.to_dense() for block in blocks])
        np.testing.assert_array_equal(dense.reshape(self.data.shape), self.data)
        with self.assertRaises(esieve.UsageError):
            list(scan.blocks(0))

    def test_as_scipy(self):
        try:
            import scipy.sparse
        except ImportError:
            self.skipTest("SciPy is not installed (python3-scipy)")
        events = self.record().events[...]
        matrix = events.to_scipy()
        self.assertTrue(scipy.sparse.issparse(matrix))
        np.testing.assert_array_equal(matrix.toarray(), self.data.reshape(35, 120))
        self.assertTrue(np.shares_memory(matrix.data, events.counts) and np.shares_memory(matrix.indices, events.pixels))
        np.testing.assert_array_equal(np.asarray(matrix.sum(1)).reshape(5, 7), self.data.sum((2, 3)))


class Analysis(scans.ScanTest):
    def test_is_what_numpy_says(self):
        scan, random = self.record(), np.random.default_rng(2)
        masks = random.random((3, 12, 10))
        np.testing.assert_allclose(scan.virtual_image(masks[0]), (self.data * masks[0]).sum((2, 3)))
        np.testing.assert_allclose(scan.virtual_image(masks), np.einsum("ijkl,nkl->nij", self.data, masks))
        np.testing.assert_array_equal(scan.virtual_image(np.ones((12, 10), bool)), self.data.sum((2, 3)))
        np.testing.assert_array_equal(scan.scan_image(), self.data.sum((2, 3)))
        np.testing.assert_allclose(scan.mean_pattern(), self.data.mean((0, 1)))
        for weights in [None, masks[1]]:
            weighted = self.data * (1 if weights is None else weights)
            y = (weighted * np.arange(12)[:, None]).sum((2, 3)) / weighted.sum((2, 3))
            x = (weighted * np.arange(10)).sum((2, 3)) / weighted.sum((2, 3))
            np.testing.assert_allclose(scan.center_of_mass(weights), np.stack([y, x], -1))
        with self.assertRaisesRegex(esieve.UsageError, r"\(3, 3\).*\(12, 10\)"):
            scan.virtual_image(np.ones((3, 3)))
        with self.assertRaises(esieve.UsageError):
            scan.center_of_mass(masks)

    def test_a_scan_is_used_by_threads_and_pickled(self):
        scan = pickle.loads(pickle.dumps(self.record()))
        np.testing.assert_array_equal(pickle.loads(pickle.dumps(scan.frames))[2, 3], self.data[2, 3])
        found = [None] * 8

        def work(i):
            found[i] = scan.frames[i % 5].sum() + scan.events[i].counts.sum() + scan.virtual_image(np.ones((12, 10))).sum()
        threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for i in range(8):
            self.assertEqual(found[i], self.data[i % 5].sum() + self.data.reshape(35, -1)[i].sum() + self.data.sum())

    def test_what_a_file_says_of_itself(self):
        axes = [esieve.Axis("scan_y", 1, 0.5, "nm"), esieve.Axis("scan_x"), esieve.Axis("det_y"), esieve.Axis("det_x")]
        scan = self.record(axes=axes, title="gold", units="electrons", metadata={"kV": 200})
        self.assertEqual((scan.axes, scan.title, scan.units, scan.metadata), (axes, "gold", "electrons", {"kV": 200}))
        self.assertEqual((scan.n_events, scan.lossless, len(scan.digest)), (np.count_nonzero(self.data), True, 32))
        self.assertIn("(5, 7, 12, 10)", repr(scan))

    def test_errors(self):
        with self.assertRaises(OSError):
            esieve.open(self.in_folder("nothing.hdf5"))
        with open(self.in_folder("text.hdf5"), "w") as file:
            file.write("no HDF5")
        with self.assertRaisesRegex(esieve.DataError, "text.hdf5"):
            esieve.open(self.in_folder("text.hdf5"))


if __name__ == "__main__":
    unittest.main()
