# SPDX-License-Identifier: Apache-2.0
"""Real measurements: every file converts, verifies, reads back equal through plain h5py, and beats dense Blosc."""

import os
import unittest
import zipfile

import numpy as np

from program import DATA, ProgramTest, h5py

# The sanitizers slow the large sets down tenfold; the small ones exercise the same code there.
LARGE = 40_000_000 if not os.environ.get("ESIEVE_SANITIZE") else 5_000_000


def merlin_frames(path):
    """The frames of a .mib file by NumPy alone, for the kinds that lie here: converted counts and raw single bits."""
    stored = path.read_bytes()
    fields = stored[:256].split(b"\0")[0].decode().split(",")
    header_bytes, columns, rows, kind = int(fields[2]), int(fields[4]), int(fields[5]), fields[6]
    item_bytes = {"U08": 1, "U16": 2, "U32": 4, "R64": 1 / 8}[kind]
    frame_bytes = int(columns * rows * item_bytes)
    frames = np.frombuffer(stored, "u1").reshape(-1, header_bytes + frame_bytes)[:, header_bytes:]
    if kind != "R64":
        counts = np.ascontiguousarray(frames).view(f">u{item_bytes}").reshape(-1, rows, columns)
        return counts.astype(counts.dtype.newbyteorder("<"))
    words = np.ascontiguousarray(frames).reshape(-1, 8)[:, ::-1]
    bits = np.unpackbits(words, axis=-1, bitorder="little").reshape(-1, rows, columns)
    if columns == 256:
        return bits
    four, three, two, one = np.split(bits, 4, axis=2)  # the chips of a square, the lower ones upside down
    upper, lower = np.concatenate([one, two], axis=2), np.concatenate([four, three], axis=2)
    return np.concatenate([upper, lower[:, ::-1, ::-1]], axis=1)


def stempy_frames(path):
    """The dense frames of a scan, one after another, from lists of electrons."""
    with h5py().File(path) as file:
        frames = file["electron_events/frames"]
        shape = frames.attrs["Ny"], frames.attrs["Nx"]
        for electrons in frames:
            yield np.bincount(electrons, minlength=shape[0] * shape[1]).reshape(shape)


@unittest.skipUnless(DATA.is_dir(), f"real data is not here ({DATA}); set ESIEVE_TEST_DATA to the folder that has it")
class RealData(ProgramTest):
    def convert_and_prove(self, source, level="default"):
        self.run_program("convert", source, "out.hdf5", "--no-verify", "--force", "--level", level)
        report = self.report("verify", "out.hdf5", source)
        self.assertTrue(report["verification"]["okay"])
        self.assertTrue(report["verification"]["source_compared"])
        self.assertGreater(report["size"]["dense_blosc"]["blosc_over_stored"], 1,
                           f"{source} must be smaller than in dense Blosc zstd-3")

    def assert_reads_back(self, frames):
        """Frame by frame through plain h5py."""
        with h5py().File(self.folder / "out.hdf5") as events:
            ours = events["entry/data/data"]
            n_columns = ours.shape[1]
            for i, frame in enumerate(frames):
                read = ours[i // n_columns, i % n_columns]
                self.assertEqual(read.tobytes(), frame.astype(read.dtype).tobytes(), f"frame {i}")
            self.assertEqual(i + 1, ours.shape[0] * n_columns)

    def test_hdf5_sets_with_one_dataset(self):
        for path in sorted(DATA.glob("*.h5")):
            if path.stat().st_size > LARGE:
                continue
            with self.subTest(path.name), h5py().File(path) as file:
                dataset = file["entry/data/data"] if "entry" in file else file["data"]
                self.convert_and_prove(path)
                self.assert_reads_back(frame for row in dataset for frame in (row if dataset.ndim == 4 else [row]))

    def test_stempy_files(self):
        for path in sorted(DATA.glob("stempy/*.h5")):
            if path.stat().st_size > LARGE or (os.environ.get("ESIEVE_SANITIZE") and "576" in path.name):
                continue
            with self.subTest(path.name):
                self.convert_and_prove(path)
                if "2fpp" not in path.name:  # where frames of one position are summed, stempy's own sum is compared
                    self.assert_reads_back(stempy_frames(path))
        expected = np.load(DATA / "stempy/stempy_v3_dense.npy")
        self.run_program("convert", DATA / "stempy/stempy_v3_scan3x4_2fpp_det8x6.h5", "small.hdf5")
        np.testing.assert_array_equal(self.dense("small.hdf5").reshape(expected.shape), expected)

    def test_merlin_files(self):
        for archive in sorted(DATA.glob("merlin_mib/*.zip")):
            with zipfile.ZipFile(archive) as files:
                files.extractall(self.folder / archive.stem)
        paths = sorted(self.folder.glob("*/*.mib"))
        self.assertGreater(len(paths), 10)
        for path in paths:
            for level in ["fast", "default", "max"]:  # many are test patterns, which dense codecs are good at
                with self.subTest(path.name, level=level):
                    self.convert_and_prove(path, level)
            self.assert_reads_back(merlin_frames(path))


if __name__ == "__main__":
    unittest.main()
