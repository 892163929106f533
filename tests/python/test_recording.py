# SPDX-License-Identifier: Apache-2.0
"""Writer: every way to push, the order of scans, what is missing, errors."""
import threading
import unittest

import numpy as np

import esieve
import scans


class Pushing(scans.ScanTest):
    def check(self):
        np.testing.assert_array_equal(esieve.open(self.path).frames[...], self.data)

    def test_frames_blocks_and_arrays_of_any_layout(self):
        flat = self.data.reshape(35, 12, 10)
        with self.writer() as writer:
            writer.push(flat[0])
            writer.push(np.asfortranarray(flat[1]))
            writer.push(flat[2][::-1][::-1])
            writer.push(np.repeat(flat[3], 2, axis=1)[:, ::2])
            writer.push_frames(flat[4:20])
            writer.push_frames(flat[20:][:, ::-1][:, ::-1])
        self.check()

    def test_events_and_csr(self):
        flat = self.data.reshape(35, 120)
        rows, pixels = np.nonzero(flat[10:])
        counts, offsets = flat[10:][rows, pixels], np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=25))])
        with self.writer() as writer:
            for frame in flat[:10]:
                at = np.random.default_rng(0).permutation(np.flatnonzero(frame))
                writer.push_events(at, frame[at])
            writer.push_csr(offsets, pixels, counts)
        self.check()

    def test_what_was_read_can_be_pushed(self):
        source = self.record().events[...]
        self.path = self.in_folder("again.hdf5")
        with self.writer() as writer:
            writer.push_csr(source.offsets, source.pixels, source.counts)
        self.check()

    def test_hits(self):
        frames, y, x = np.nonzero(self.data.reshape(35, 12, 10))
        n = self.data.reshape(35, 12, 10)[frames, y, x]
        frames, y, x = (np.repeat(values, n) for values in (frames, y, x))
        with self.writer() as writer:
            writer.push_hits(frames, x, y)
            writer.finish_hits()
        self.check()
        with self.writer(overwrite=True, dwell_us=50) as writer:
            writer.push_timed_hits(frames * 50.0 + 20, x, y)
            writer.finish_hits()
        self.check()

    def test_from_threads_at_positions(self):
        with self.writer() as writer:
            def work(rows):
                for y in rows:
                    for x in range(7):
                        writer.push(self.data[y, x], position=(y, x) if x % 2 else y * 7 + x)
            threads = [threading.Thread(target=work, args=(rows,)) for rows in ([4, 0], [2], [1, 3])]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.check()

    def test_threshold_dark_gain_mask_and_crop(self):
        dark, gain, mask = 0.25, np.full((6, 8), 2.0), np.zeros((6, 8))
        mask[1, 2] = 1
        with self.writer(crop=(3, 6, 1, 8), threshold=3, dark=dark, gain=gain, mask=mask) as writer:
            writer.push_frames(self.data.reshape(35, 12, 10))
        corrected = (self.data[:, :, 3:9, 1:9] - dark) * gain
        expected = np.where((corrected >= 3) & (mask == 0), np.rint(corrected), 0)
        scan = esieve.open(self.path)
        np.testing.assert_array_equal(scan.frames[...], expected)
        self.assertFalse(scan.lossless)


class Scans(scans.ScanTest):
    def test_flyback_serpentine_and_offset(self):
        lines = np.random.default_rng(4).poisson(0.3, (5, 9, 12, 10)).astype("uint16")  # two frames of flyback a line
        with self.writer(flyback_frames=2, serpentine=True, offset=3) as writer:
            writer.push_frames(np.zeros((3, 12, 10), "uint16"))
            writer.push_frames(lines.reshape(45, 12, 10))
        expected = lines[:, :7].copy()
        expected[1::2] = expected[1::2, ::-1]
        np.testing.assert_array_equal(esieve.open(self.path).frames[...], expected)

    def test_a_list_of_positions(self):
        order = np.random.default_rng(5).permutation(35)
        positions = np.stack(np.divmod(order, 7), -1)
        positions = np.insert(positions, 4, -1, axis=0)  # one frame belongs nowhere
        frames = np.insert(self.data.reshape(35, 12, 10)[order], 4, 9, axis=0)
        for given in [positions, np.where(positions[:, 0] < 0, -1, positions[:, 0] * 7 + positions[:, 1])]:
            with self.writer(positions=given, overwrite=True) as writer:
                writer.push_frames(frames)
            np.testing.assert_array_equal(esieve.open(self.path).frames[...], self.data)

    def test_of_unknown_length(self):
        for shape, expected in [((-1, 7), (5, 7)), ((-1, -1), (1, 35))]:
            scan = self.record(scan_shape=shape, overwrite=True)
            self.assertEqual(scan.shape[:2], expected)
            np.testing.assert_array_equal(scan.frames[...], self.data.reshape(scan.shape))
        with self.writer(scan_shape=(1, -1), overwrite=True) as writer:
            for x in range(3):
                writer.push(self.data[0, x], position=(0, x))
            with self.assertRaises(esieve.UsageError):
                writer.push(self.data[0, 0], position=(1, 0))

    def test_what_is_missing_is_marked(self):
        with self.writer() as writer:
            for i in np.random.default_rng(3).permutation(35)[:30]:
                writer.push(self.data[i // 7, i % 7], position=int(i))
        scan = esieve.open(self.path)
        self.assertEqual((scan.frame_status == 1).sum(), 30)
        np.testing.assert_array_equal(scan.frames[scan.frame_status == 1], self.data[scan.frame_status == 1])
        self.assertTrue(np.array_equal(np.isnan(scan.scan_image()), scan.frame_status == 0))

    def test_dropped_partial_and_repeated_frames(self):
        with self.writer(when_repeated="sum", scan_shape=(1, 4)) as writer:
            writer.push(self.data[0, 0])
            writer.drop()
            writer.push(self.data[0, 2], partial=True)
            writer.push(self.data[0, 3])
            writer.push(self.data[1, 3], position=3)
        scan = esieve.open(self.path)
        np.testing.assert_array_equal(scan.frame_status, [[1, 2, 3, 4]])
        np.testing.assert_array_equal(scan.frames[0, 3], self.data[0, 3] + self.data[1, 3])


class WhileItRuns(scans.ScanTest):
    def test_stats_flush_and_snapshot(self):
        with self.writer(frames_per_chunk=7) as writer:  # a snapshot knows whole chunks
            writer.push_frames(self.data[:3].reshape(21, 12, 10))
            writer.flush()
            stats, seen = writer.stats(), writer.snapshot()
            self.assertEqual((stats["n_pushed"], stats["n_durable"], stats["n_frames_expected"]), (21, 21, 35))
            self.assertEqual(seen["scan_image"].shape, (5, 7))
            np.testing.assert_array_equal(seen["scan_image"][:3], self.data[:3].sum((2, 3)))
            np.testing.assert_allclose(seen["mean_pattern"], self.data[:3].mean((0, 1)))
            np.testing.assert_array_equal(seen["frame_status"][:3], 1)
            self.assertIn((seen["last_frame"]).tolist(), self.data[:3].reshape(21, 12, 10).tolist())
            writer.push_frames(self.data[3:].reshape(14, 12, 10))
        self.assertEqual(writer.close()["n_stored"], 35)
        np.testing.assert_array_equal(esieve.open(self.path).frames[...], self.data)

    def test_leaving_by_an_exception_keeps_what_was_pushed(self):
        with self.assertRaises(KeyError):
            with self.writer() as writer:
                writer.push(self.data[0, 0])
                raise KeyError("camera")
        np.testing.assert_array_equal(esieve.open(self.path).frames[0, 0], self.data[0, 0])

    def test_errors_are_at_the_call_and_change_nothing(self):
        with self.writer() as writer:
            for call, text in [(lambda: writer.push(self.data[0, 0, :, :9]), r"\(12, 9\).*\(12, 10\)"),
                               (lambda: writer.push(self.data[0, 0].astype(float)), "float64"),
                               (lambda: writer.push(self.data[0, 0].astype(">u2")), ">u2"),
                               (lambda: writer.push(self.data[0, 0], position=35), "35"),
                               (lambda: writer.push(self.data[0, 0], position=(0, 7)), r"\(0, 7\)"),
                               (lambda: writer.push_events([1, 120], [1, 1]), "120"),
                               (lambda: writer.push_events([-1], [1]), "-1"),
                               (lambda: writer.push_events([1], [-1]), "-1"),
                               (lambda: writer.push_events([1], [65536]), "65536"),
                               (lambda: writer.push_events([1], [1.5]), "float64"),
                               (lambda: writer.push_hits([0], [65537], [0]), "65537")]:
                with self.assertRaisesRegex(esieve.UsageError, text):
                    call()
            writer.push_frames(self.data.reshape(35, 12, 10))
        np.testing.assert_array_equal(esieve.open(self.path).frames[...], self.data)
        with self.assertRaises(esieve.Error):
            writer.push(self.data[0, 0])

    def test_options_that_make_no_sense(self):
        with self.assertRaisesRegex(esieve.UsageError, "fast, default, max"):
            self.writer(level="best")
        with self.assertRaisesRegex(esieve.UsageError, "complex128"):
            self.writer(dtype="complex128")
        with self.assertRaises(TypeError):
            self.writer(flybak_frames=2)
        self.record()
        with self.assertRaisesRegex(ValueError, "exists"):
            self.record()


class Following(scans.ScanTest):
    def test_a_scan_follows_its_recording(self):
        flat = self.data.reshape(35, 12, 10)
        with self.writer() as writer:
            writer.push_frames(flat[:20])
            writer.flush()
            scan = esieve.open(self.path)
            self.assertEqual(scan.recording, "running")
            status = scan.frame_status.ravel()
            np.testing.assert_array_equal(status[:20], 1)
            np.testing.assert_array_equal(status[20:], 0)
            np.testing.assert_array_equal(scan.frames[...].reshape(35, 12, 10)[:20], flat[:20])
            writer.push_frames(flat[20:])
            writer.flush()
            self.assertTrue(scan.refresh())
            np.testing.assert_array_equal(scan.frames[...], self.data)
        self.assertFalse(scan.refresh())
        self.assertEqual(scan.recording, "complete")
        np.testing.assert_array_equal(scan.frames[...], self.data)

    def test_the_geometry_is_corrected_afterwards(self):
        self.record()
        corrected = self.in_folder("corrected.hdf5")
        found = esieve.regrid(self.path, corrected, scan_shape=(5, 6), flyback_frames=1)
        self.assertEqual((found["scan_shape"], found["n_frames"], found["n_left_out"]), ((5, 6), 30, 5))
        expected = self.data.reshape(5, 7, 12, 10)[:, :6]
        np.testing.assert_array_equal(esieve.open(corrected).frames[...], expected)
        with self.assertRaises(esieve.UsageError):
            esieve.regrid(self.path, corrected, scan_shape=(5, 6))


if __name__ == "__main__":
    unittest.main()
