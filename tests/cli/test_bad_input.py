# SPDX-License-Identifier: Apache-2.0
"""Bad input: one line that says what, where and what to do; the documented exit code; nothing half-written."""

import os
import resource
import signal
import subprocess
import time
import unittest

import numpy as np

from program import BAD_DATA, DIFFERS, INTERRUPTED, IO, OKAY, PROGRAM, USAGE, ProgramTest, h5py, sparse


class BadInput(ProgramTest):
    def refuse(self, *arguments, expect, says):
        before = self.left_behind()
        done = self.run_program(*arguments, expect=expect)
        self.assertRegex(done.stderr, says)
        self.assertEqual(self.left_behind(), before, "nothing may be left behind")

    def test_missing_empty_and_foreign_sources(self):
        self.refuse("convert", "none.h5", "out.hdf5", expect=IO, says="none.h5")
        (self.folder / "empty.h5").touch()
        self.refuse("convert", "empty.h5", "out.hdf5", expect=BAD_DATA, says="empty")
        (self.folder / "text.txt").write_text("no frames here\n" * 99)
        self.refuse("convert", "text.txt", "out.hdf5", expect=USAGE, says="text.txt")
        os.mkdir(self.folder / "folder")
        self.refuse("convert", "folder", "out.hdf5", expect=IO, says="folder")

    @unittest.skipIf(os.geteuid() == 0, "root can read everything")
    def test_unreadable(self):
        np.save(self.folder / "in.npy", sparse((2, 2, 4, 4)))
        os.chmod(self.folder / "in.npy", 0)
        self.refuse("convert", "in.npy", "out.hdf5", expect=IO, says="Permission denied")

    def test_truncated_sources(self):
        np.save(self.folder / "in.npy", sparse((4, 4, 16, 16)))
        self.save_hdf5("in.h5", sparse((4, 4, 16, 16)), chunks=(1, 1, 16, 16), compression="gzip")
        for name in ("in.npy", "in.h5"):
            whole = (self.folder / name).read_bytes()
            for keep in (1, 50, 200, len(whole) // 2, len(whole) - 1):
                with self.subTest(name=name, keep=keep):
                    (self.folder / ("cut_" + name)).write_bytes(whole[:keep])
                    done = self.run_program("convert", "cut_" + name, "out.hdf5", expect=BAD_DATA)
                    self.assertIn("cut_" + name, done.stderr)
                    self.assertNotIn("out.hdf5", self.left_behind())
                    self.assertNotIn("out.hdf5.partial", self.left_behind())

    def test_sources_that_are_no_frames(self):
        self.save_hdf5("complex.h5", np.zeros((2, 2, 4, 4), "c8"))
        self.refuse("convert", "complex.h5", "out.hdf5", expect=BAD_DATA, says="complex.h5|data")
        self.save_hdf5("vector.h5", np.zeros(100, "u2"))
        self.refuse("convert", "vector.h5", "out.hdf5", expect=BAD_DATA, says="vector.h5")
        self.save_hdf5("five.h5", np.zeros((2, 2, 2, 4, 4), "u2"))
        self.refuse("convert", "five.h5", "out.hdf5", "--dataset", "data", expect=USAGE, says="five.h5|5")
        np.save(self.folder / "text.npy", np.array([["a", "b"], ["c", "d"]]))
        self.refuse("convert", "text.npy", "out.hdf5", expect=BAD_DATA, says="text.npy")

    def test_several_datasets_are_listed(self):
        with h5py().File(self.folder / "in.h5", "w") as file:
            file["first/frames"] = sparse((4, 4, 16, 16))
            file["second/frames"] = sparse((4, 4, 16, 16))
        self.refuse("convert", "in.h5", "out.hdf5", expect=USAGE, says=r"--dataset.*first/frames.*second/frames")
        self.refuse("convert", "in.h5", "out.hdf5", "--dataset", "third", expect=USAGE, says="third")
        self.run_program("convert", "in.h5", "out.hdf5", "--dataset", "second/frames")

    def test_shapes_that_do_not_fit(self):
        np.save(self.folder / "in.npy", sparse((4096, 4, 4)))
        self.refuse("convert", "in.npy", "out.hdf5", "--scan-shape", "60,60", expect=USAGE, says="4096.*64")
        self.refuse("convert", "in.npy", "out.hdf5", "--scan-shape", "60", expect=USAGE, says="--scan-shape")
        self.refuse("convert", "in.npy", "out.hdf5", "--scan-shape", "0,4096", expect=USAGE, says="--scan-shape")
        (self.folder / "in.raw").write_bytes(bytes(100))
        self.refuse("convert", "in.raw", "out.hdf5", "--shape", "10,4,4", "--dtype", "u1", expect=USAGE, says="100.*160")
        self.refuse("convert", "in.raw", "out.hdf5", expect=USAGE, says="--shape")
        self.refuse("convert", "in.raw", "out.hdf5", "--shape", "4,5,5", "--dtype", "q9", expect=USAGE, says="q9")

    def test_options_that_make_no_sense(self):
        np.save(self.folder / "in.npy", sparse((4, 4, 16, 16)))
        self.refuse("convert", "in.npy", "out.hdf5", "--level", "best", expect=USAGE, says="fast, default or max")
        self.refuse("convert", "in.npy", expect=USAGE, says="OUTPUT")
        self.refuse("convert", "in.npy", "out.hdf5", "--nonsense", expect=USAGE, says="nonsense")
        self.refuse("convert", "in.npy", "in.npy", "--force", expect=USAGE, says="source")
        self.refuse("transmogrify", expect=USAGE, says="transmogrify|subcommand")
        np.save(self.folder / "map.npy", np.zeros((3, 3)))
        self.refuse("convert", "in.npy", "out.hdf5", "--dark", "map.npy", expect=USAGE, says="3.*16")

    def test_an_existing_output_is_kept_without_force(self):
        np.save(self.folder / "in.npy", sparse((4, 4, 16, 16)))
        (self.folder / "out.hdf5").write_text("precious")
        self.refuse("convert", "in.npy", "out.hdf5", expect=USAGE, says="--force")
        self.assertEqual((self.folder / "out.hdf5").read_text(), "precious")
        self.refuse("convert", "in.npy", "none/out.hdf5", expect=IO, says="none")

    def test_event_files_that_are_not_ours_or_damaged(self):
        self.save_hdf5("dense.h5", sparse((4, 4, 16, 16)))
        for command in (("info",), ("verify",), ("events",)):
            self.refuse(*command, "dense.h5", expect=BAD_DATA, says="dense.h5")
            self.refuse(*command, "none.hdf5", expect=IO, says="none.hdf5")
        self.run_program("convert", "dense.h5", "events.hdf5", "--no-verify")
        whole = (self.folder / "events.hdf5").read_bytes()
        for keep in (10, 100, 1000, len(whole) // 2, len(whole) - 1):
            with self.subTest(keep=keep):
                (self.folder / "cut.hdf5").write_bytes(whole[:keep])
                done = self.run_program("verify", "cut.hdf5", "--no-baseline", expect=BAD_DATA)
                self.assertIn("cut.hdf5", done.stderr)

    def test_damaged_structures_are_told_of_in_a_line(self):
        """HDF5 has much to say of a file whose structures it cannot read, up to when the program ends."""
        np.save(self.folder / "in.npy", sparse((16, 16, 16, 16)))
        self.run_program("convert", "in.npy", "out.hdf5")
        whole = (self.folder / "out.hdf5").read_bytes()
        with h5py().File(self.folder / "out.hdf5") as file:
            chunk = file["entry/data/data"].id.get_chunk_info(0)
        structures = [at for at in range(len(whole)) if not 0 <= at - chunk.byte_offset < chunk.size]
        random = np.random.default_rng(7)
        codes = set()
        for at in random.choice(structures, 60):
            damaged = bytearray(whole)
            damaged[at] ^= 1 << int(random.integers(8))
            (self.folder / "damaged.hdf5").write_bytes(damaged)
            done = subprocess.run([PROGRAM, "verify", "damaged.hdf5", "--no-baseline"], cwd=self.folder, capture_output=True,
                                  text=True, timeout=60)
            codes.add(done.returncode)
            self.assertIn(done.returncode, (OKAY, DIFFERS, BAD_DATA), done.stderr)
            self.assertRegex(done.stderr, r"\A(esieve: [^\n]+\n)?\Z")
        self.assertIn(BAD_DATA, codes, "no damage was seen")

    def test_a_full_disk_stops_in_order(self):
        random = np.random.default_rng(1)
        np.save(self.folder / "in.npy", random.integers(0, 65536, (16, 16, 64, 64)).astype("u2"))

        def limit_file_size():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))

        self.run_program("convert", "in.npy", "out.hdf5", expect=IO, preexec_fn=limit_file_size)
        self.assertEqual(self.left_behind(), ["in.npy"])

    def test_ctrl_c_leaves_nothing(self):
        random = np.random.default_rng(2)
        np.save(self.folder / "in.npy", random.integers(0, 65536, (64, 64, 64, 64)).astype("u2"))
        process = subprocess.Popen([PROGRAM, "convert", "in.npy", "out.hdf5", "--level", "max", "--threads", "1",
                                    "--frames-per-chunk", "1"],
                                   cwd=self.folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        while "out.hdf5.partial" not in self.left_behind() and process.poll() is None:
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=60)
        if process.returncode != 0:  # it may have finished first on a fast machine
            self.assertEqual(process.returncode, INTERRUPTED)
            self.assertRegex(error, r"\Aesieve: interrupted[^\n]*\n\Z")
            self.assertEqual(self.left_behind(), ["in.npy"])


if __name__ == "__main__":
    unittest.main()
