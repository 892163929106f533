# SPDX-License-Identifier: Apache-2.0
"""Convert, verify, inspect: the main job on every kind of source and element type."""

import json
import os
import subprocess
import unittest

import numpy as np

from program import DIFFERS, PROGRAM, ProgramTest, h5py, sparse


class Convert(ProgramTest):
    def test_hdf5_to_events_and_back_through_plain_h5py(self):
        dense = self.save_hdf5("in.h5", sparse((6, 8, 32, 24)))
        self.run_program("convert", "in.h5", "out.hdf5")
        self.assert_same_bits(self.dense("out.hdf5"), dense)
        self.assertEqual(self.left_behind(), ["in.h5", "out.hdf5"])

    def test_every_element_type_comes_out_bit_for_bit(self):
        random = np.random.default_rng(7)
        for code in ("u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f4", "f8", ">u2", ">i4", ">f4"):
            with self.subTest(code):
                counts = sparse((3, 5, 16, 16), "i8", seed=3, mean=0.3)
                if np.dtype(code).kind == "i":
                    counts[random.random(counts.shape) < 0.01] = -1
                np.save(self.folder / "in.npy", counts.astype(code))
                self.run_program("convert", "in.npy", "out.hdf5", "--force")
                native = counts.astype(np.dtype(code).newbyteorder("="))
                self.assert_same_bits(self.dense("out.hdf5"), native)

    def test_floats_that_are_no_counts_keep_their_bits(self):
        random = np.random.default_rng(8)
        values = random.normal(size=(2, 3, 17, 13)).astype("f4")
        values[0, 0, :3, 0] = [-0.0, np.inf, -np.inf]
        values.view("u4")[0, 1, 0, 0] = 0x7FC12345  # a NaN with a payload
        np.save(self.folder / "in.npy", values)
        self.run_program("convert", "in.npy", "out.hdf5")
        self.assert_same_bits(self.dense("out.hdf5"), values)

    def test_averaged_counts_are_stored_as_counts(self):
        averaged = (sparse((8, 8, 32, 32), "f4", seed=5, mean=0.6) / 4).astype("f4")
        np.save(self.folder / "averages.npy", averaged)
        np.save(self.folder / "counts.npy", (averaged * 4).astype("u2"))
        self.run_program("convert", "averages.npy", "averages.hdf5")
        self.run_program("convert", "counts.npy", "counts.hdf5")
        self.assert_same_bits(self.dense("averages.hdf5"), averaged)
        sizes = [(self.folder / name).stat().st_size for name in ("averages.hdf5", "counts.hdf5")]
        self.assertLess(sizes[0], sizes[1] * 1.1)

    def test_memory_grows_neither_with_the_scan_nor_with_the_threads(self):
        random = np.random.default_rng(9)
        shape = (24, 32, 256, 128)
        kinds = {"sparse": lambda: sparse(shape, mean=0.02), "lit": lambda: random.poisson(3, shape).astype("u1"),
                 "noise": lambda: random.poisson(1000, shape).astype("u2")}
        for kind, frames in kinds.items():
            np.save(self.folder / "in.npy", frames())
            for level in ("fast", "default", "max"):
                with self.subTest(kind, level=level):
                    self.assert_little_memory("convert", "in.npy", "out.hdf5", "--force", "--level", level, "--threads", "16")
            for command in (("verify", "out.hdf5", "in.npy", "--threads", "16"), ("extract", "out.hdf5", "back.npy", "--force"),
                            ("regrid", "out.hdf5", "other.hdf5", "--scan-shape", "32,24", "--force", "--threads", "16"),
                            ("recover", "out.hdf5", "again.hdf5", "--force", "--threads", "16")):
                with self.subTest(kind, command=command):
                    self.assert_little_memory(*command)

    def assert_little_memory(self, *arguments):
        process = subprocess.Popen([PROGRAM, *arguments], cwd=self.folder, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        self.assertLess(usage.ru_maxrss, 512 << 10)  # KiB

    def test_stacks_single_frames_and_odd_shapes(self):
        for shape in ((5, 16, 16), (16, 16), (1, 1, 1, 1), (1, 7, 5, 3), (7, 1, 5, 3), (3, 3, 1, 50), (2, 2, 50, 1)):
            with self.subTest(shape):
                dense = sparse(shape, seed=len(shape), mean=0.5)
                np.save(self.folder / "in.npy", dense)
                self.run_program("convert", "in.npy", "out.hdf5", "--force")
                self.assertEqual(self.dense("out.hdf5").tobytes(), dense.tobytes())
                self.run_program("extract", "out.hdf5", "back.npy", "--force")
                self.assert_same_bits(np.load(self.folder / "back.npy"), dense)

    def test_a_stack_takes_a_scan_shape(self):
        dense = sparse((12, 8, 8), mean=0.5)
        np.save(self.folder / "in.npy", dense)
        self.run_program("convert", "in.npy", "out.hdf5", "--scan-shape", "3,4")
        self.assertEqual(self.dense("out.hdf5").shape, (3, 4, 8, 8))

    def test_levels_and_threads_do_not_change_what_comes_out(self):
        dense = self.save_hdf5("in.h5", sparse((9, 11, 32, 32)))
        stored = {}
        for level in ("fast", "default", "max"):
            for threads in (1, 2, 7):
                self.run_program("convert", "in.h5", "out.hdf5", "--level", level, "--threads", threads, "--force",
                                 "--frames-per-chunk", 11)
                self.assert_same_bits(self.dense("out.hdf5"), dense)
                with h5py().File(self.folder / "out.hdf5") as file:
                    dataset = file["entry/data/data"]
                    # All but the header, which names the dataset, and the checksum, which covers it.
                    chunks = [dataset.id.read_direct_chunk((y, 0, 0, 0))[1][40:-8] for y in range(9)]
                self.assertTrue(stored.setdefault(level, chunks) == chunks, f"{level}, {threads} threads")

    def test_raw_binary(self):
        dense = sparse((4, 5, 8, 6), ">u2", mean=0.5)
        (self.folder / "in.raw").write_bytes(b"header" + dense.tobytes())
        self.run_program("convert", "in.raw", "out.hdf5", "--shape", "4,5,8,6", "--dtype", ">u2", "--offset", 6)
        self.assert_same_bits(self.dense("out.hdf5"), dense.astype("<u2"))

    def test_empty_frames_cost_next_to_nothing(self):
        np.save(self.folder / "in.npy", np.zeros((32, 32, 64, 64), "u2"))
        self.run_program("convert", "in.npy", "out.hdf5")
        self.assertLess((self.folder / "out.hdf5").stat().st_size, 16_000)
        self.assertFalse(self.dense("out.hdf5").any())


class Threshold(ProgramTest):
    def test_what_is_kept_is_what_the_parameters_say_and_verify_proves_it(self):
        random = np.random.default_rng(11)
        raw = random.integers(0, 40, (4, 6, 16, 16)).astype("u2")
        dark = random.integers(0, 4, (16, 16)).astype("f8")
        mask = np.zeros((16, 16), "u1")
        mask[3, 5] = 1
        np.save(self.folder / "raw.npy", raw)
        np.save(self.folder / "dark.npy", dark)
        np.save(self.folder / "mask.npy", mask)
        self.run_program("convert", "raw.npy", "out.hdf5", "--threshold", "30", "--dark", "dark.npy", "--mask", "mask.npy")
        corrected = raw - dark
        expected = np.where((corrected >= 30) & (mask == 0), corrected, 0).astype("u2")
        self.assert_same_bits(self.dense("out.hdf5"), expected)

        report = self.report("verify", "out.hdf5", "raw.npy")
        self.assertEqual(report["file"]["fidelity"], "thresholded")
        raw[1, 2, 3, 4] = 39
        raw[1, 2, 3, 5] = 0
        np.save(self.folder / "raw.npy", raw)
        self.run_program("verify", "out.hdf5", "raw.npy", expect=DIFFERS)


class Verify(ProgramTest):
    def test_names_the_first_difference_and_counts_all(self):
        dense = self.save_hdf5("in.h5", sparse((4, 4, 16, 16)))
        self.run_program("convert", "in.h5", "out.hdf5")
        other = dense.copy()
        other[1, 2, 3, 4] += 7
        other[3, 3, 0, 0] += 1
        self.save_hdf5("other.h5", other)
        done = self.run_program("verify", "out.hdf5", "other.h5", expect=DIFFERS)
        self.assertIn("2", done.stdout)
        difference = self.report("verify", "out.hdf5", "other.h5", expect=DIFFERS)["verification"]["first_difference"]
        self.assertEqual(difference["frame"], 6)
        self.assertEqual(difference["pixel"], 3 * 16 + 4)
        self.assertEqual(int(difference["expected"]), int(other[1, 2, 3, 4]))
        self.assertEqual(int(difference["stored"]), int(dense[1, 2, 3, 4]))

    def test_every_damaged_byte_of_a_chunk_is_found(self):
        self.save_hdf5("in.h5", sparse((2, 2, 16, 16), mean=0.3))
        self.run_program("convert", "in.h5", "out.hdf5", "--frames-per-chunk", 2)
        with h5py().File(self.folder / "out.hdf5") as file:
            chunk = file["entry/data/data"].id.get_chunk_info(0)
        whole = (self.folder / "out.hdf5").read_bytes()
        for offset in range(0, chunk.size, 5):
            damaged = bytearray(whole)
            damaged[chunk.byte_offset + offset] ^= 0x10
            (self.folder / "damaged.hdf5").write_bytes(damaged)
            self.run_program("verify", "damaged.hdf5", "--no-baseline", expect=DIFFERS)

    def test_the_report_has_the_figures(self):
        dense = self.save_hdf5("in.h5", sparse((16, 16, 64, 64), mean=0.02))
        self.run_program("convert", "in.h5", "out.hdf5")
        report = self.report("verify", "out.hdf5", "in.h5")
        self.assertEqual(report["content"]["n_events"], int((dense != 0).sum()))
        self.assertEqual(report["content"]["n_electrons"], int(dense.sum()))
        self.assertEqual(report["size"]["stored_bytes"], (self.folder / "out.hdf5").stat().st_size)
        self.assertGreater(report["size"]["dense_blosc"]["blosc_over_stored"], 1)


class Info(ProgramTest):
    def test_text_and_json(self):
        self.save_hdf5("in.h5", sparse((4, 4, 16, 16)))
        self.run_program("convert", "in.h5", "out.hdf5")
        self.assertIn("16", self.run_program("info", "out.hdf5").stdout)
        self.assertEqual(json.loads(self.run_program("info", "out.hdf5", "--json").stdout)["file"]["shape"], [4, 4, 16, 16])

    def test_every_command_has_help_with_an_example(self):
        for command in ("convert", "verify", "info", "extract", "events", "simulate"):
            self.assertIn(f"esieve {command}", self.run_program(command, "--help").stdout)


if __name__ == "__main__":
    unittest.main()
