# SPDX-License-Identifier: Apache-2.0
"""Watching a recording from outside: figures in a pipe, a picture in a terminal and as .png, and how it ends."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time
import unittest
import zlib

import numpy as np

import esieve
from program import BAD_DATA, INTERRUPTED, IO, PROGRAM, USAGE, ProgramTest, sparse


def read_png(path):
    """(height, width, 4) of an 8-bit RGBA picture without interlacing."""
    data, chunks, at = path.read_bytes(), {}, 8
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    while at < len(data):
        n, kind = struct.unpack(">I4s", data[at : at + 8])
        chunks[kind] = chunks.get(kind, b"") + data[at + 8 : at + 8 + n]
        at += n + 12
    width, height, depth, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (depth, colour) == (8, 6)
    raw = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), "u1").reshape(height, 1 + 4 * width)
    out = np.zeros((height + 1, width + 1, 4), int)
    for y, row in enumerate(raw, 1):
        for x, pixel in enumerate(row[1:].reshape(width, 4).astype(int), 1):
            a, b, c = out[y, x - 1], out[y - 1, x], out[y - 1, x - 1]
            p = a + b - c
            paeth = np.where((abs(p - a) <= abs(p - b)) & (abs(p - a) <= abs(p - c)), a, np.where(abs(p - b) <= abs(p - c), b, c))
            out[y, x] = (pixel + (0, a, b, (a + b) // 2, paeth)[row[0]]) % 256
    return out[1:, 1:].astype("u1")


class Watch(ProgramTest):
    """Frames get brighter along the scan; the first 20 of 32 are recorded, the fourth is lost."""

    def setUp(self):
        super().setUp()
        self.frames = sparse((32, 16, 16), mean=0.5) + np.arange(32, dtype="u2")[:, None, None] * 3

    def record(self, **options):
        options = {"frames_per_chunk": 4} | options
        writer = esieve.Writer(self.folder / "scan.hdf5", scan_shape=(4, 8), detector_shape=(16, 16), dtype="uint16", **options)
        for i, frame in enumerate(self.frames[:20]):
            writer.drop(1) if i == 3 else writer.push(frame)
        writer.flush()
        return writer

    def wait_for_snapshot(self):
        """Until the snapshot shows what was pushed."""
        for _ in range(600):
            text = self.run_program("watch", "scan.hdf5", "--once").stdout
            if "20 of 32 frames" in text:
                return text
            time.sleep(0.05)
        self.fail(text)

    def test_figures_in_a_pipe(self):
        writer = self.record()
        text = self.wait_for_snapshot()
        self.assertRegex(text, r"\A[\d.]+ s: 20 of 32 frames \(62\.5 %\), \d+ frames/s, in [\d.]+ MB/s, out [\d.]+ MB/s, \S+ events/s, "
                               r"queue \d+ %, lag [\d.]+ s, dropped 1, spilled 0\n\Z")
        writer.close()

    def test_it_ends_with_the_recording(self):
        writer = self.record()
        self.wait_for_snapshot()
        watching = subprocess.Popen([PROGRAM, "watch", "scan.hdf5.recording", "--interval", "0.05"], cwd=self.folder, text=True,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(watching.kill)
        first = watching.stdout.readline()
        for frame in self.frames[20:]:
            writer.push(frame)
        writer.close()
        out, err = watching.communicate(timeout=60)
        self.assertEqual((watching.returncode, err), (0, ""), out)
        self.assertIn("20 of 32 frames", first)
        events = np.count_nonzero(np.delete(self.frames, 3, 0))
        self.assertRegex(out.splitlines()[-1], rf"scan\.hdf5 is complete: 31 of 32 frames \(96\.9 %\), {events} events, ")

    def check_png(self, n_frames):
        image = read_png(self.folder / "out.png")
        self.assertEqual(image.shape, (256, 512 + 4 + 256, 4))
        scan, gap, pattern = image[32::64, 32:512:64], image[:, 512:516], image[8::16, 516 + 8 :: 16]
        there = np.arange(32) < n_frames
        there[3] = False
        np.testing.assert_array_equal(scan[..., 3].ravel() == 255, there)
        self.assertEqual(set(scan[..., 3].ravel()) | {0, 255}, {0, 255})
        self.assertTrue(np.all(gap == 0))
        grey, sums = scan[..., 0].ravel()[there].astype(int), self.frames.sum((1, 2))[there]
        self.assertTrue(np.all(np.diff(grey[np.argsort(sums)]) >= 0), "brighter frames are brighter")
        self.assertGreater(np.ptp(grey), 200)
        mean = np.delete(self.frames[:n_frames], 3, 0).mean(0)
        self.assertEqual(np.unravel_index(mean.argmax(), mean.shape), np.unravel_index(pattern[..., 0].argmax(), mean.shape))
        np.testing.assert_allclose(pattern[..., 0], 255 * np.sqrt(mean / mean.max()), atol=0.51)

    def test_png_of_a_running_and_of_a_complete_recording(self):
        writer = self.record()
        self.wait_for_snapshot()
        self.run_program("watch", "scan.hdf5", "--once", "--png", "out.png")
        self.check_png(20)
        for frame in self.frames[20:]:
            writer.push(frame)
        writer.close()
        self.run_program("watch", "scan.hdf5", "--png", "out.png")
        self.check_png(32)
        self.assertEqual(self.left_behind(), ["out.png", "scan.hdf5"])

    def test_a_picture_in_a_terminal(self):
        writer = self.record()
        self.wait_for_snapshot()
        for environment, colour in [({"COLORTERM": "truecolor"}, r"\x1b\[38;2;255;255;255m"), ({"COLORTERM": ""}, r"\x1b\[38;5;255m")]:
            try:
                master, terminal = pty.openpty()
            except OSError as error:
                self.skipTest(f"no pseudo-terminal here ({error})")
            fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
            done = subprocess.run([PROGRAM, "watch", "scan.hdf5", "--once"], cwd=self.folder, stdout=terminal, timeout=60,
                                  env=os.environ | environment)
            os.close(terminal)
            text = b""
            while True:
                try:
                    block = os.read(master, 1 << 16)
                except OSError:
                    break
                text += block
            os.close(master)
            self.assertEqual(done.returncode, 0)
            lines = re.sub(r"\x1b\[[0-9;]*[mJA]", "", text.decode()).splitlines()
            picture = [line for line in lines if "▀" in line]
            # Enlarged four times: 16 lines of pixels. The fourth frame was lost; of the third row there are four, of the fourth none.
            full, lost = "▀" * 32, "▀" * 12 + " " * 4 + "▀" * 16
            self.assertEqual([line.rstrip() for line in picture], [lost] * 2 + [full] * 2 + [full[:16]] * 2)
            self.assertTrue(all(len(line) <= 60 for line in lines))
            self.assertRegex(text.decode(), colour)
        writer.close()

    def test_a_writer_that_died(self):
        code = ("import esieve, os, numpy as np; w = esieve.Writer('scan.hdf5', scan_shape=(4, 8), detector_shape=(4, 4), dtype='uint8')\n"
                "w.push(np.ones((4, 4), 'u1')); w.flush(); os.kill(os.getpid(), 9)")
        done = subprocess.run([sys.executable, "-c", code], cwd=self.folder, timeout=60)
        self.assertEqual(done.returncode, -signal.SIGKILL)
        for name in "scan.hdf5", "scan.hdf5.recording":
            done = self.run_program("watch", name, expect=BAD_DATA)
            self.assertIn(f"esieve recover {name} OUT.hdf5", done.stderr)
        self.assertIn("INTERRUPTED", self.run_program("info", "scan.hdf5").stdout)
        self.run_program("recover", "scan.hdf5", "out.hdf5")
        np.testing.assert_array_equal(self.dense("out.hdf5")[0, 0], 1)

    def test_info_of_a_running_recording(self):
        writer = self.record()
        self.assertIn("RECORDING", self.run_program("info", "scan.hdf5").stdout)
        self.run_program("extract", "scan.hdf5", "out.npy", "--frames", "0:20")
        expected = self.frames[:20].copy()
        expected[3] = 0
        self.assert_same_bits(np.load(self.folder / "out.npy"), expected)
        writer.close()
        self.assertNotIn("RECORDING", self.run_program("info", "scan.hdf5").stdout)

    def test_without_a_snapshot_it_says_so(self):
        writer = self.record()
        for _ in range(100):  # the next one may come at any moment
            (self.folder / "scan.hdf5.recording/snapshot.npz").unlink(missing_ok=True)
            text = self.run_program("watch", "scan.hdf5", "--once").stdout
            if "no snapshot" in text:
                break
        self.assertEqual(text, "the recording has put no snapshot beside it yet\n")
        writer.close()

    def test_what_is_no_recording(self):
        (self.folder / "text").write_text("no recording\n")
        self.run_program("watch", "text", expect=BAD_DATA)
        self.assertIn("neither", self.run_program("watch", "nothing.hdf5", expect=IO).stderr)
        self.assertIn("neither", self.run_program("watch", ".", expect=IO).stderr)
        self.run_program("watch", "text", "--interval", "0", expect=USAGE)

    def test_ctrl_c_leaves_the_recording_alone(self):
        writer = self.record()
        watching = subprocess.Popen([PROGRAM, "watch", "scan.hdf5"], cwd=self.folder, text=True, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE)
        watching.stdout.readline()
        watching.send_signal(signal.SIGINT)
        _, err = watching.communicate(timeout=60)
        self.assertEqual(watching.returncode, INTERRUPTED)
        self.assertRegex(err, r"\Aesieve: stopped watching[^\n]*\n\Z")
        writer.close()
        self.run_program("verify", "scan.hdf5")


if __name__ == "__main__":
    unittest.main()
