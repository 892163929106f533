# SPDX-License-Identifier: Apache-2.0
"""The filter plugin through h5py, h5dump and h5repack.

ESIEVE_PLUGIN names the plugin under test. Exits with 77, "skipped", where h5py is missing.
"""
import concurrent.futures
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PLUGIN = Path(os.environ["ESIEVE_PLUGIN"]).resolve()
os.environ["HDF5_PLUGIN_PATH"] = str(PLUGIN.parent)
try:
    import h5py
    import numpy as np
except ImportError as error:
    print(f"skipped: {error}; install python3-h5py")
    sys.exit(77)

FILTER = 58576
SEED = int(os.environ.get("ESIEVE_TEST_SEED", "3"))
NUMBERS = ["u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f4", "f8"]


def random_array(shape, dtype, density=0.05):
    """Small counts in an otherwise empty array of any type; bytes at random for types that are not numbers."""
    random = np.random.default_rng(SEED)
    dtype = np.dtype(dtype)
    counts = random.poisson(density, shape)
    if dtype.kind == "V":
        return np.frombuffer(random.bytes(counts.size * dtype.itemsize), dtype).reshape(shape)
    if dtype.kind == "f":
        return (counts * 0.25).astype(dtype)
    return counts.astype(dtype)


def read_frames(arguments):
    path, frames = arguments
    with h5py.File(path, "r") as file:
        return [int(file["data"][0, frame].sum()) for frame in frames]


class PluginTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="esieve_filter_"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.path = self.folder / "a.h5"

    def write(self, array, path=None, **options):
        options.setdefault("chunks", True)
        options.setdefault("compression", FILTER)
        with h5py.File(path or self.path, "w") as file:
            file.create_dataset("data", data=array, **options)

    def read(self, path=None):
        with h5py.File(path or self.path, "r") as file:
            return file["data"][...]

    def check_round_trip(self, array, **options):
        self.write(array, **options)
        back = self.read()
        self.assertEqual(back.dtype, array.dtype)
        self.assertEqual(back.tobytes(), array.tobytes())

    def parameters(self, path=None):
        with h5py.File(path or self.path, "r") as file:
            return file["data"].id.get_create_plist().get_filter_by_id(FILTER)[1]

    def run_tool(self, *command, **options):
        if shutil.which(command[0]) is None:
            self.skipTest(f"{command[0]} is not installed (hdf5-tools)")
        return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120, **options)

    def test_every_number_type_comes_back_equal(self):
        for code in NUMBERS:
            for order in "<>":
                with self.subTest(dtype=order + code):
                    self.check_round_trip(random_array((6, 4, 16, 17), order + code), chunks=(1, 4, 16, 17))

    def test_other_types_come_back_equal(self):
        compound = np.dtype([("x", "<f4"), ("n", ">u2"), ("flag", "u1")])
        for dtype in ["<f2", ">f2", compound, "<c8", "V40"]:
            with self.subTest(dtype=dtype):
                self.check_round_trip(random_array((5, 8, 9), dtype), chunks=(2, 8, 9))
        self.check_round_trip(random_array((5, 8, 9), "u1").astype(bool))
        self.check_round_trip(np.array([b"one", b"", b"three"], dtype="S7"))

    def test_special_floats_come_back_bit_for_bit(self):
        for code, bits in [("<f4", "u4"), ("<f8", "u8")]:
            array = np.zeros((4, 8, 8), code)
            array[0, 0, :6] = [np.nan, -0.0, np.inf, -np.inf, 5e-324, -1.0]
            array.view(bits)[:, 3, 3] = np.asarray(np.nan, code).view(bits) + 77
            self.check_round_trip(array)

    def test_ranks_from_one_to_five(self):
        for shape in [(1000,), (30, 40), (7, 16, 16), (3, 4, 16, 16), (2, 3, 4, 8, 8)]:
            with self.subTest(shape=shape):
                self.check_round_trip(random_array(shape, "u2"))

    def test_chunks_that_do_not_divide_the_shape(self):
        self.check_round_trip(random_array((5, 7, 20, 30), "u2"), chunks=(2, 3, 20, 30))
        self.check_round_trip(random_array((5, 7, 20, 30), "u2"), chunks=(2, 2, 7, 9))

    def test_growing_datasets_with_fill_values(self):
        with h5py.File(self.path, "w") as file:
            data = file.create_dataset("data", (0, 8, 8), "i2", maxshape=(None, 8, 8), chunks=(4, 8, 8),
                                       compression=FILTER, fillvalue=-1)
            data.resize(10, axis=0)
            data[3] = 5
            data[9, 0, 0] = 6
        expected = np.full((10, 8, 8), -1, "i2")
        expected[3], expected[9, 0, 0] = 5, 6
        np.testing.assert_array_equal(self.read(), expected)

    def test_with_other_filters_in_the_pipeline(self):
        self.check_round_trip(random_array((4, 4, 16, 16), "u2"), fletcher32=True)

    def test_levels(self):
        array = random_array((8, 16, 64, 64), "u2", 0.02)
        for level in [0, 1, 2, 3]:
            self.check_round_trip(array, compression_opts=(level,))
            self.assertEqual(self.parameters()[0], level or 2)
        with self.assertRaisesRegex((ValueError, OSError), r"level 4 does not exist; use 1 \(fast\)"):
            self.write(array, compression_opts=(4,))

    def test_counts_become_small(self):
        array = random_array((8, 64, 64, 64), "u2", 0.01)
        self.write(array, chunks=(1, 64, 64, 64))
        with h5py.File(self.path, "r") as file:
            self.assertGreater(array.nbytes / file["data"].id.get_storage_size(), 40)

    def test_datasets_have_ids_of_their_own_and_at_most_16_parameters(self):
        array = random_array((2, 4, 8, 8), "u2")
        parameters = []
        for _ in range(2):
            self.write(array)
            parameters.append(self.parameters())
        self.assertLessEqual(len(parameters[0]), 16)
        self.assertEqual(parameters[0][:8], parameters[1][:8])
        self.assertNotEqual(parameters[0][8:], parameters[1][8:])

    def test_too_large_chunks_are_refused_with_advice(self):
        with h5py.File(self.path, "w") as file:
            with self.assertRaisesRegex((ValueError, OSError), "choose smaller chunks"):
                file.create_dataset("data", (2**15, 2**15), "u4", chunks=(2**15, 2**14), compression=FILTER)

    def damage(self, at, path=None):
        """Flips a byte of the first chunk."""
        path = path or self.path
        with h5py.File(path, "r") as file:
            chunk = file["data"].id.get_chunk_info(0)
        with open(path, "r+b") as raw:
            raw.seek(chunk.byte_offset + at % chunk.size)
            byte = raw.read(1)[0]
            raw.seek(-1, os.SEEK_CUR)
            raw.write(bytes([byte ^ 0x10]))

    def test_frame_by_frame_from_chunks_larger_than_hdf5_keeps(self):
        array = random_array((2, 8, 256, 256), "u4", 0.01)
        self.write(array, chunks=(1, 8, 256, 256))
        with h5py.File(self.path, "r") as file:
            for y, x in [(y, x) for y in range(2) for x in range(8)] + [(y, x) for x in range(8) for y in (1, 0)]:
                np.testing.assert_array_equal(file["data"][y, x], array[y, x], f"frame {y}, {x}")

    def test_a_chunk_that_was_read_before_is_checked_again(self):
        array = random_array((1, 8, 256, 256), "u4", 0.01)
        self.write(array, chunks=(1, 8, 256, 256))
        for at in [None, 8, 200]:
            if at is not None:
                self.damage(at)
            with h5py.File(self.path, "r") as file:
                for x in range(4):
                    if at is None:
                        np.testing.assert_array_equal(file["data"][0, x], array[0, x])
                    else:
                        with self.assertRaisesRegex(OSError, "esieve"):
                            file["data"][0, x]

    def test_a_damaged_chunk_says_so_in_our_words(self):
        array = random_array((4, 4, 16, 16), "u2")
        for at, words in [(-1, "checksum mismatch"), (33, "checksum mismatch"), (0, "wrong magic"),
                          (3, "later version"), (5, "chunk")]:
            with self.subTest(at=at):
                self.write(array, chunks=(4, 4, 16, 16))
                self.damage(at)
                with self.assertRaisesRegex(OSError, f"esieve: .*{words}.*;"):
                    self.read()

    def test_a_chunk_of_another_dataset_is_refused(self):
        array = random_array((4, 4, 16, 16), "u2")
        other = self.folder / "b.h5"
        for path in [self.path, other]:
            self.write(array, path=path, chunks=(4, 4, 16, 16))
        with h5py.File(other, "r") as file:
            _, chunk = file["data"].id.read_direct_chunk((0, 0, 0, 0))
        with h5py.File(self.path, "r+") as file:
            file["data"].id.write_direct_chunk((0, 0, 0, 0), chunk)
        with self.assertRaisesRegex(OSError, "not a chunk of this dataset"):
            self.read()

    def test_without_the_plugin_hdf5_names_what_to_install(self):
        self.write(random_array((2, 4, 8, 8), "u2"))
        empty = self.folder / "empty"
        empty.mkdir()
        environment = dict(os.environ, HDF5_PLUGIN_PATH=str(empty))
        dump = self.run_tool("h5dump", "-p", "-H", self.path, env=environment)
        self.assertIn("install its HDF5 plugin", dump.stdout)
        read = f"import h5py; h5py.File({str(self.path)!r})['data'][...]"
        result = self.run_tool(sys.executable, "-c", read, env=environment)
        self.assertIn("OSError", result.stderr)

    def test_h5dump_prints_values(self):
        array = np.arange(24, dtype="u2").reshape(2, 3, 4)
        self.write(array)
        dump = self.run_tool("h5dump", "-d", "/data", self.path)
        self.assertEqual(dump.returncode, 0, dump.stderr)
        self.assertIn("(1,2,0): 20, 21, 22, 23", dump.stdout)

    def test_h5repack_writes_and_reads_it(self):
        array = random_array((6, 8, 32, 32), "u2")
        self.write(array, compression="gzip", chunks=(1, 8, 32, 32))
        ours, chunked, back = (self.folder / name for name in ["ours.h5", "chunked.h5", "back.h5"])
        steps = [(["-f", f"UD={FILTER},0,0"], self.path, ours),
                 (["-f", f"UD={FILTER},0,1,1", "-l", "CHUNK=3x8x32x32"], ours, chunked),
                 (["-f", "GZIP=4"], chunked, back)]
        for options, source, target in steps:
            done = self.run_tool("h5repack", *options, source, target)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            np.testing.assert_array_equal(self.read(target), array)
        with h5py.File(ours, "r") as file:
            self.assertIn(str(FILTER), file["data"]._filters)
        values = self.parameters(chunked)
        self.assertEqual((values[0], values[2:6]), (1, (24, 32, 32, 8)))
        with h5py.File(back, "r") as file:
            self.assertNotIn(str(FILTER), file["data"]._filters)

    def test_files_copied_as_they_are_stay_readable(self):
        array = random_array((6, 8, 32, 32), "u2")
        self.write(array)
        copied, repacked = self.folder / "copied.h5", self.folder / "repacked.h5"
        for command in [("h5copy", "-i", self.path, "-o", copied, "-s", "/data", "-d", "/data"),
                        ("h5repack", self.path, repacked)]:
            done = self.run_tool(*command)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            np.testing.assert_array_equal(self.read(command[2] if command[0] == "h5repack" else copied), array)

    def write_scan(self):
        array = random_array((2, 32, 64, 64), "u2")
        self.write(array, chunks=(1, 4, 64, 64))
        return array

    def test_many_threads_read_at_once(self):
        array = self.write_scan()
        expected = [int(array[0, frame].sum()) for frame in range(32)]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for sums in pool.map(read_frames, [(self.path, range(32))] * 16):
                self.assertEqual(sums, expected)

    def test_forked_processes_read(self):
        array = self.write_scan()
        np.testing.assert_array_equal(self.read(), array)  # the plugin is in use before the fork
        with multiprocessing.get_context("fork").Pool(2) as pool:
            for sums in pool.map(read_frames, [(self.path, range(4))] * 4):
                self.assertEqual(sums, [int(array[0, frame].sum()) for frame in range(4)])

    def test_nothing_but_the_two_entry_points_is_exported(self):
        symbols = self.run_tool("nm", "-D", "--defined-only", PLUGIN)
        names = sorted(line.split()[-1] for line in symbols.stdout.splitlines())
        self.assertEqual(names, ["H5PLget_plugin_info", "H5PLget_plugin_type"])

    def test_neither_hdf5_nor_threads_are_linked(self):
        needed = self.run_tool("readelf", "-d", PLUGIN).stdout
        self.assertIn("libzstd", needed)
        for library in ["libhdf5", "libtbb", "libesieve"]:
            self.assertNotIn(library, needed)


if __name__ == "__main__":
    unittest.main()
