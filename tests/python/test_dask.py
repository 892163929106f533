# SPDX-License-Identifier: Apache-2.0
"""Lazy dask views, dense and by blocks of events."""
import pickle
import unittest

import numpy as np

import esieve
import scans

try:
    import dask
    import dask.array
except ImportError:
    dask = None


@unittest.skipIf(dask is None, "dask is not installed (python3-dask)")
class Dask(scans.ScanTest):
    def test_dense_frames_are_lazy_and_equal(self):
        scan = self.record(frames_per_chunk=4)
        array = scan.to_dask()
        self.assertEqual((array.shape, array.dtype), (self.data.shape, self.data.dtype))
        for scheduler in ["synchronous", "threads"]:
            np.testing.assert_array_equal(array.compute(scheduler=scheduler), self.data)
        np.testing.assert_array_equal(array[1:4, ::2, 3].compute(), self.data[1:4, ::2, 3])
        np.testing.assert_array_equal(array[:, [0, 5, 2]].compute(), self.data[:, [0, 5, 2]])
        np.testing.assert_array_equal(array.sum((2, 3)).compute(), self.data.sum((2, 3)))
        np.testing.assert_array_equal(scan.to_dask(chunks=(2, 3, 12, 10)).compute(), self.data)
        self.assertEqual(scan.to_dask(chunks=(2, 3, 12, 10)).chunks[0], (2, 2, 1))

    def test_tasks_hold_whole_chunks_of_the_file(self):
        self.data = np.zeros((3, 64, 256, 256), "uint16")
        scan = self.record(frames_per_chunk=16)
        rows, columns = scan.to_dask().chunks[:2]
        self.assertEqual((set(rows), sum(columns)), ({rows[0]}, 64))
        self.assertTrue(all(n % 16 == 0 for n in columns))
        self.assertLessEqual(max(rows) * max(columns) * 256 * 256 * 2, 64 << 20)

    def test_blocks_of_events(self):
        scan = self.record(frames_per_chunk=4)
        blocks = scan.to_dask_events(10)
        self.assertEqual(len(blocks), 4)
        for scheduler in ["synchronous", "threads"]:
            events = dask.compute(*blocks, scheduler=scheduler)
            dense = np.concatenate([part.to_dense() for part in events])
            np.testing.assert_array_equal(dense.reshape(self.data.shape), self.data)
        total = dask.delayed(sum)([block.counts.sum() for block in scan.to_dask_events()])
        self.assertEqual(total.compute(), self.data.sum())

    def test_in_other_processes(self):
        scan = self.record()
        np.testing.assert_array_equal(scan.to_dask().compute(scheduler="processes", num_workers=2), self.data)
        events = dask.compute(*scan.to_dask_events(20), scheduler="processes", num_workers=2)
        self.assertEqual(sum(part.n_events for part in events), np.count_nonzero(self.data))

    def test_the_same_file_has_the_same_names(self):
        scan = self.record()
        self.assertEqual(scan.to_dask().name, esieve.open(self.path).to_dask().name)
        again = pickle.loads(pickle.dumps(scan))
        self.assertEqual([b.key for b in scan.to_dask_events(9)], [b.key for b in again.to_dask_events(9)])
        self.data[0] += 1
        self.assertNotEqual(scan.to_dask().name, self.record(overwrite=True).to_dask().name)


if __name__ == "__main__":
    unittest.main()
