# SPDX-License-Identifier: Apache-2.0
"""h5py and the package in one process, whichever is imported first, and whichever HDF5 each of them uses."""
import os
import subprocess
import sys
import unittest

import h5py
import numpy as np

import esieve
import scans

# Reads and writes through both, in turn. Each has its own file open while the other works.
PROGRAM = """
import sys
{imports}
import numpy as np

path, folder = sys.argv[1:]
data = np.load(folder + "/data.npy")
file = h5py.File(path)
scan = esieve.open(path)
assert np.array_equal(file["entry/data/data"][...], data)
assert np.array_equal(scan.frames[...], data)
with esieve.Writer(folder + "/second.hdf5", scan_shape=data.shape[:2], detector_shape=data.shape[2:]) as writer:
    writer.push_frames(data.reshape((-1,) + data.shape[2:]))
    with h5py.File(folder + "/third.hdf5", "w") as out:
        chunks = (1, 4) + data.shape[2:]
        out.create_dataset("entry/data/data", data=data, chunks=chunks, compression=58576)
        out.create_dataset("plain", data=data, chunks=chunks, compression="gzip")
assert np.array_equal(h5py.File(folder + "/second.hdf5")["entry/data/data"][2], data[2])
assert np.array_equal(h5py.File(folder + "/third.hdf5")["entry/data/data"][...], data)
assert np.array_equal(esieve.open(folder + "/third.hdf5").frames[...], data)
esieve.convert(folder + "/third.hdf5", folder + "/fourth.hdf5", dataset="plain")
assert np.array_equal(h5py.File(folder + "/fourth.hdf5")["entry/data/data"][1:3], data[1:3])
assert np.array_equal(file["entry/data/data"][3, 4], scan.frames[3, 4])
try:
    h5py.File(folder + "/nothing.h5")
except OSError:
    pass
print("same")
"""


class Together(scans.ScanTest):
    def run_program(self, imports, **environment):
        np.save(self.in_folder("data.npy"), self.data)
        self.record()
        done = subprocess.run([sys.executable, "-c", PROGRAM.format(imports=imports), self.path, self.folder], timeout=120,
                              capture_output=True, text=True, env={**os.environ, **environment})
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "same\n", ""))

    def test_h5py_is_imported_first(self):
        self.run_program("import h5py, esieve")

    def test_esieve_is_imported_first(self):
        self.run_program("import esieve, h5py")

    def test_h5py_has_worked_before(self):
        self.run_program(
            "import h5py; h5py.File('/dev/null.h5', 'w', driver='core', backing_store=False)['a'] = 1; import esieve")

    def test_esieve_has_worked_before(self):
        self.run_program("import esieve, sys; esieve.open(sys.argv[1]).frames[0]; import h5py")

    def test_the_package_works_without_h5py(self):
        self.record()
        program = ("import sys; sys.modules['h5py'] = None\n"
                   "import esieve\n"
                   f"print(esieve.open({self.path!r}).frames[...].sum())")
        done = subprocess.run([sys.executable, "-c", program], timeout=60, capture_output=True, text=True)
        self.assertEqual((done.stdout, done.stderr), (f"{self.data.sum()}\n", ""))

    def test_every_index_of_h5py_gives_the_same(self):
        scan = self.record()
        with h5py.File(self.path) as file:
            dataset = file["entry/data/data"]
            for key in [..., (3, 4), slice(1, 3), (slice(None), 2, slice(3, 5)), (0, slice(1, 7, 2)), (slice(None), [0, 3, 5]),
                        -1]:
                np.testing.assert_array_equal(dataset[key], scan.frames[key])

    def test_the_folder_of_the_plugin_serves_other_programs(self):
        if esieve.PLUGIN_PATH is None:
            self.skipTest("the plugin lies in HDF5's own folder")
        self.record()
        program = f"import h5py; print(h5py.File({self.path!r})['entry/data/data'][...].sum())"
        done = subprocess.run([sys.executable, "-c", program], timeout=60, capture_output=True, text=True,
                              env={**os.environ, "HDF5_PLUGIN_PATH": esieve.PLUGIN_PATH})
        self.assertEqual((done.stdout, done.stderr), (f"{self.data.sum()}\n", ""))


if __name__ == "__main__":
    unittest.main()
