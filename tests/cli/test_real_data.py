# SPDX-License-Identifier: Apache-2.0
"""Real measurements: every file converts, verifies, reads back equal through plain h5py, and beats dense Blosc."""

import os
import unittest
import zipfile

import numpy as np

from program import DATA, ProgramTest, h5py

# The sanitizers slow the large sets down tenfold; the small ones exercise the same code there.
LARGE = 40_000_000 if not os.environ.get("ESIEVE_SANITIZE") else 5_000_000


@unittest.skipUnless(DATA.is_dir(), f"real data is not here ({DATA}); set ESIEVE_TEST_DATA to the folder that has it")
class RealData(ProgramTest):
    def convert_and_prove(self, source):
        self.run_program("convert", source, "out.hdf5", "--no-verify", "--force")
        report = self.report("verify", "out.hdf5", source)
        self.assertTrue(report["verification"]["okay"])
        self.assertTrue(report["verification"]["source_compared"])
        self.assertGreater(report["size"]["dense_blosc"]["blosc_over_stored"], 1,
                           f"{source} must be smaller than in dense Blosc zstd-3")

    def test_hdf5_sets_with_one_dataset(self):
        for path in sorted(DATA.glob("*.h5")):
            if path.stat().st_size > LARGE:
                continue
            with self.subTest(path.name), h5py().File(path) as file:
                dataset = file["entry/data/data"] if "entry" in file else file["data"]
                self.convert_and_prove(path)
                with h5py().File(self.folder / "out.hdf5") as events:
                    ours = events["entry/data/data"]
                    ours_rows = ours[...].reshape(dataset.shape)
                    for i in range(len(dataset)):
                        self.assertEqual(ours_rows[i].tobytes(), dataset[i].tobytes(), f"{path.name}, row {i}")

    def test_stempy_files(self):
        for path in sorted(DATA.glob("stempy/*.h5")):
            if path.stat().st_size > LARGE or (os.environ.get("ESIEVE_SANITIZE") and "576" in path.name):
                continue
            with self.subTest(path.name):
                self.convert_and_prove(path)
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
            with self.subTest(path.name):
                self.convert_and_prove(path)


if __name__ == "__main__":
    unittest.main()
