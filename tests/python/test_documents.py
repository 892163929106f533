# SPDX-License-Identifier: Apache-2.0
"""What docs/python.md and the docstrings say is what happens."""
import doctest
import os
import pydoc
import unittest

import numpy as np

import esieve
import scans

GUIDE = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "python.md"))


class Documents(scans.ScanTest):
    def setUp(self):
        super().setUp()
        here = os.getcwd()
        self.addCleanup(os.chdir, here)
        os.chdir(self.folder)

    def check(self, results):
        self.assertGreater(results.attempted, 0)
        self.assertEqual(results.failed, 0)

    def test_the_guide(self):
        for module in ["dask.array", "scipy.sparse"]:
            try:
                __import__(module)
            except ImportError:
                self.skipTest(f"{module} is not installed")
        rng = np.random.default_rng(0)
        frames = rng.poisson(0.02, (16 * 16, 64, 64)).astype("uint16")
        np.save("dense.npy", frames.reshape(16, 16, 64, 64))
        self.check(doctest.testfile(GUIDE, module_relative=False, globs={"camera": frames}))

    def test_docstrings(self):
        try:
            import dask
        except ImportError:
            self.skipTest("dask is not installed (python3-dask)")
        scan = self.record()
        finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner()
        for name in ["Scan", "Events", "Writer", "open", "convert", "verify", "recover", "bench"]:
            for test in finder.find(getattr(esieve, name), name, globs={"scan": scan, "dask": dask}):
                runner.run(test)
        self.check(runner.summarize(verbose=False))

    def test_help_tells_what_matters(self):
        page = pydoc.render_doc(esieve, renderer=pydoc.plaintext)
        for text in ["(scan_y, scan_x, det_y, det_x)", "esieve.open", "class Writer", "virtual_image", "push_csr",
                     "to_dask_events", "bench(", "UsageError"]:
            self.assertIn(text, page)


if __name__ == "__main__":
    unittest.main()
