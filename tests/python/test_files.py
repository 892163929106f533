# SPDX-License-Identifier: Apache-2.0
"""Work on whole files: convert, verify, recover, bench; progress, and stopping it."""
import os
import signal
import subprocess
import sys
import threading
import unittest

import numpy as np

import esieve
import scans


class Files(scans.ScanTest):
    def setUp(self):
        super().setUp()
        self.source = self.in_folder("dense.npy")
        np.save(self.source, self.data)

    def test_convert_and_verify(self):
        report = esieve.convert(self.source, self.path, level="max", frames_per_chunk=4)
        self.assertTrue(report["verification"]["okay"])
        np.testing.assert_array_equal(esieve.open(self.path).frames[...], self.data)
        self.assertTrue(esieve.verify(self.path, self.source)["verification"]["okay"])
        self.assertTrue(esieve.verify(self.path)["verification"]["okay"])
        self.data[1, 2, 3, 4] += 1
        np.save(self.source, self.data)
        found = esieve.verify(self.path, self.source)["verification"]
        self.assertEqual((found["okay"], found["n_different"]), (False, 1))
        self.assertIsNone(esieve.convert(self.source, self.path, overwrite=True, verify=False)["verification"])

    def test_convert_of_raw_frames_with_a_threshold(self):
        raw = self.in_folder("frames.raw")
        with open(raw, "wb") as file:
            file.write(b"header" + self.data.reshape(35, 12, 10).astype(">u2").tobytes())
        report = esieve.convert(raw, self.path, shape=(5, 7, 12, 10), dtype=">u2",
                                offset_bytes=6, threshold=2, mask=np.eye(12, 10))
        self.assertTrue(report["verification"]["okay"])
        expected = np.where((self.data >= 2) & (np.eye(12, 10) == 0), self.data, 0)
        np.testing.assert_array_equal(esieve.open(self.path).frames[...], expected)

    def test_errors_leave_nothing(self):
        with self.assertRaises(esieve.IoError):
            esieve.convert(self.in_folder("nothing.npy"), self.path)
        with self.assertRaises(esieve.UsageError):
            esieve.convert(self.source, self.path, scan_shape=(5, 6))
        with self.assertRaisesRegex(esieve.UsageError, "level"):
            esieve.convert(self.source, self.path, level="best")
        self.assertEqual(os.listdir(self.folder), ["dense.npy"])

    def test_recover(self):
        self.record()
        again = self.in_folder("again.hdf5")
        found = esieve.recover(self.path, again)
        self.assertFalse(found["lost_something"])
        np.testing.assert_array_equal(esieve.open(again).frames[...], self.data)
        with self.assertRaises(esieve.UsageError):
            esieve.recover(self.path, again)

    def test_a_killed_recording_is_recovered(self):
        program = ("import esieve, os, signal, numpy as np\n"
                   f"data = np.load({self.source!r})\n"
                   f"writer = esieve.Writer({self.path!r}, scan_shape=(5, 7), detector_shape=(12, 10))\n"
                   "writer.push_frames(data[:3].reshape(21, 12, 10))\n"
                   "writer.flush()\n"
                   "os.kill(os.getpid(), signal.SIGKILL)\n")
        done = subprocess.run([sys.executable, "-c", program], timeout=60)
        self.assertEqual(done.returncode, -signal.SIGKILL)
        found = esieve.recover(self.path + ".recording", self.path)
        scan = esieve.open(self.path)
        self.assertEqual(found["frames"]["data"], 21)
        np.testing.assert_array_equal(scan.frames[:3], self.data[:3])
        np.testing.assert_array_equal(scan.frame_status[3:], 0)

    def test_bench(self):
        seen = []
        result = esieve.bench(self.source, methods="strong", levels=["fast"], runs=1, progress=lambda *at: seen.append(at))
        rows = {row["method"]: row for row in result["rows"]}
        self.assertIn("esieve-fast", rows)
        self.assertNotIn("esieve-max", rows)
        self.assertGreater(len(seen), 0)
        with self.assertRaises(esieve.UsageError):
            esieve.bench(self.source, runs=0)


class Progress(scans.ScanTest):
    """Data large enough that work on them reports more than once."""

    def setUp(self):
        super().setUp()
        self.source = self.in_folder("dense.npy")
        np.save(self.source, np.random.default_rng(1).poisson(0.05, (40, 40, 128, 128)).astype("uint16"))

    def test_is_told_in_the_callers_thread_up_to_the_end(self):
        seen, threads = [], set()

        def progress(done, total):
            seen.append((done, total))
            threads.add(threading.get_ident())
        esieve.convert(self.source, self.path, progress=progress)
        self.assertEqual(threads, {threading.get_ident()})
        self.assertEqual(seen, sorted(seen))
        self.assertEqual(seen[-1], (3200, 3200))  # converted, then verified
        for work in [lambda: esieve.verify(self.path, self.source, progress=progress),
                     lambda: esieve.open(self.path).virtual_image(np.ones((128, 128)), progress=progress),
                     lambda: esieve.open(self.path).center_of_mass(progress=progress)]:
            seen.clear()
            work()
            self.assertEqual(seen[-1], (1600, 1600))

    def test_false_stops_and_leaves_nothing(self):
        with self.assertRaises(esieve.Interrupted):
            esieve.convert(self.source, self.path, progress=lambda done, total: False)
        self.assertEqual(os.listdir(self.folder), ["dense.npy"])

    def test_an_exception_stops_and_comes_back(self):
        def progress(done, total):
            raise KeyError("stop here")
        for work in [lambda: esieve.convert(self.source, self.path, progress=progress),
                     lambda: esieve.bench(self.source, runs=1, methods="strong", progress=progress)]:
            with self.assertRaisesRegex(KeyError, "stop here"):
                work()
        self.assertEqual(os.listdir(self.folder), ["dense.npy"])

    def test_other_threads_run_meanwhile(self):
        ticks, stop = [], threading.Event()
        thread = threading.Thread(target=lambda: [ticks.append(1) for _ in iter(lambda: stop.wait(0.001), True)])
        thread.start()
        before = len(ticks)
        esieve.convert(self.source, self.path)
        during = len(ticks) - before
        stop.set()
        thread.join()
        self.assertGreater(during, 1)

    def test_ctrl_c_stops(self):
        program = ("import esieve, os, signal, sys\n"
                   "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
                   "def progress(done, total): os.kill(os.getpid(), signal.SIGINT)\n"
                   "try:\n"
                   f"    esieve.bench({self.source!r}, runs=1000, methods='strong', progress=progress)\n"
                   "except KeyboardInterrupt:\n"
                   "    print('stopped')\n")
        done = subprocess.run([sys.executable, "-c", program], timeout=120, capture_output=True, text=True)
        self.assertEqual((done.stdout, done.stderr), ("stopped\n", ""))

    def test_ctrl_c_without_a_callback(self):
        program = ("import esieve, os, signal, sys\n"
                   "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
                   "try:\n"
                   "    print('begun', flush=True)\n"
                   f"    esieve.bench({self.source!r}, runs=1000, methods='strong')\n"
                   "except KeyboardInterrupt:\n"
                   "    print('stopped')\n")
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), "begun\n")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.communicate(timeout=120)[0], "stopped\n")


if __name__ == "__main__":
    unittest.main()
