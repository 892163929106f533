# SPDX-License-Identifier: Apache-2.0
"""The install tree is enough: a project that finds the package builds and runs, and only our names are exported."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import numpy as np

BUILD = os.environ["ESIEVE_BUILD_DIR"]
SOURCE = pathlib.Path(os.environ["ESIEVE_SOURCE_DIR"])


class Install(unittest.TestCase):
    def call(self, *command, **options):
        done = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=900, **options)
        self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="esieve_install_"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        # The plugin's place is absolute: a staged install keeps this test out of the system.
        self.call("cmake", "--install", BUILD, "--prefix", "/usr", env={**os.environ, "DESTDIR": str(self.folder)})
        self.prefix = self.folder / "usr"

    def test_a_consumer_builds_and_runs_against_it(self):
        consumer = self.folder / "consumer"
        self.call("cmake", "-S", SOURCE / "tests/install/consumer", "-B", consumer, "-G", "Ninja",
                  f"-DCMAKE_PREFIX_PATH={self.prefix}", f"-DEXAMPLES={SOURCE / 'examples'}")
        self.call("cmake", "--build", consumer)
        counts = np.random.default_rng(3).poisson(0.1, (3, 4, 16, 16)).astype("u2")
        np.save(self.folder / "in.npy", counts)
        program = self.prefix / "bin/esieve"
        self.call(program, "convert", "in.npy", "events.hdf5", cwd=self.folder)
        rows = self.call(consumer / "virtual_image", "events.hdf5", "0", "100", cwd=self.folder).split()
        np.testing.assert_array_equal([list(map(int, row.split(","))) for row in rows], counts.sum((2, 3)))
        self.assertEqual(int(self.call(consumer / "eigen_view", "events.hdf5", cwd=self.folder)), counts.sum())

    def test_the_plugin_lies_where_hdf5_looks_and_links_no_hdf5(self):
        plugins = list(self.folder.rglob("libh5esieve.so"))
        self.assertEqual(len(plugins), 1)
        self.assertNotIn("hdf5", self.call("ldd", plugins[0]).replace(str(plugins[0]), ""))

    def test_the_library_exports_our_names_only(self):
        library = next(self.prefix.rglob("libesieve.so"))
        names = self.call("nm", "-D", "-C", "--defined-only", library).splitlines()
        # Weak ones are templates of the standard library, shared by design.
        foreign = [line for line in names if "esieve::" not in line and line.split()[1] not in "WVu"]
        self.assertGreater(len(names), 20)
        self.assertEqual(foreign, [])


if __name__ == "__main__":
    unittest.main()
