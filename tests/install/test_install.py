# SPDX-License-Identifier: Apache-2.0
"""The install tree is enough: a project that finds the package builds and runs, and only our names are exported."""

import os
import pathlib
import re
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

    def build(self, source, *options):
        """The build folder of the project in `source`, built against the install tree."""
        folder = self.folder / f"build_{pathlib.Path(source).name}"
        self.call("cmake", "-S", SOURCE / source, "-B", folder, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={self.prefix}", *options)
        self.call("cmake", "--build", folder)
        return folder

    def test_a_consumer_builds_and_runs_against_it(self):
        consumer, examples = self.build("tests/install/consumer"), self.build("examples")
        counts = np.random.default_rng(3).poisson(0.1, (3, 4, 16, 16)).astype("u2")
        np.save(self.folder / "in.npy", counts)
        program = self.prefix / "bin/esieve"
        self.call(program, "convert", "in.npy", "events.hdf5", cwd=self.folder)
        rows = self.call(examples / "virtual_image", "events.hdf5", "0", "100", cwd=self.folder).split()
        np.testing.assert_array_equal([list(map(int, row.split(","))) for row in rows], counts.sum((2, 3)))
        self.assertEqual(int(self.call(consumer / "eigen_view", "events.hdf5", cwd=self.folder)), counts.sum())

    def test_a_project_in_c_alone_builds_and_runs_against_it(self):
        consumer = self.build("tests/install/c_consumer", f"-DEXAMPLES={SOURCE / 'examples'}")
        self.call(consumer / "acquire_c", "a.hdf5", "20000", "2", cwd=self.folder)
        self.call(self.prefix / "bin/esieve", "verify", "a.hdf5", cwd=self.folder)

    def test_a_c_compiler_needs_no_more_than_two_paths(self):
        library = next(self.prefix.rglob("libesieve.so")).parent
        self.call("cc", "-std=c99", SOURCE / "examples/acquire.c", f"-I{self.prefix / 'include'}", f"-L{library}",
                  f"-Wl,-rpath,{library}", "-lesieve", "-o", "acquire", cwd=self.folder)
        self.call("./acquire", "a.hdf5", "20000", "2", cwd=self.folder)
        self.call(self.prefix / "bin/esieve", "verify", "a.hdf5", cwd=self.folder)

    def test_the_plugin_lies_where_hdf5_looks_and_links_no_hdf5(self):
        plugins = list(self.folder.rglob("libh5esieve.so"))
        self.assertEqual(len(plugins), 1)
        self.assertNotIn("hdf5", self.call("ldd", plugins[0]).replace(str(plugins[0]), ""))

    def test_the_library_exports_our_names_only(self):
        library = next(self.prefix.rglob("libesieve.so"))
        names = self.call("nm", "-D", "-C", "--defined-only", library).splitlines()
        # Weak ones are templates of the standard library, shared by design.
        ours = re.compile(r"esieve::| T esieve_[a-z_]+$")
        foreign = [line for line in names if not ours.search(line) and line.split()[1] not in "WVu"]
        self.assertGreater(len(names), 20)
        self.assertEqual(foreign, [])

    def test_the_library_exports_what_the_c_header_declares(self):
        header = (self.prefix / "include/esieve/c/esieve.h").read_text()
        declared = set(re.findall(r"^ESIEVE_API [^;(]*?(esieve_\w+)\(", header, re.MULTILINE))
        names = self.call("nm", "-D", "--defined-only", next(self.prefix.rglob("libesieve.so")))
        self.assertGreater(len(declared), 20)
        self.assertEqual(set(re.findall(r" T (esieve_\w+)$", names, re.MULTILINE)), declared)


if __name__ == "__main__":
    unittest.main()
