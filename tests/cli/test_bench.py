# SPDX-License-Identifier: Apache-2.0
"""The bench: what it measures, says and draws; never how fast anything is."""

import json
import os
import unittest
import xml.etree.ElementTree

from program import BAD_DATA, IO, SOURCE_DIR, USAGE, ProgramTest, sparse

PAPER = {"none", "gzip-1", "gzip-6", "gzip-9", "lzf", "szip", "blosc-blosclz-5", "blosc-lz4-5", "blosc-lz4hc-5",
         "blosc-zlib-5", "blosc-zstd-3", "lz4", "bitshuffle-lz4"}
LEVELS = {"esieve-fast", "esieve-default", "esieve-max"}
STRONG = {"blosc-lz4-5", "blosc-zstd-3", "blosc-bitshuffle-zstd-5", "blosc-bitshuffle-zstd-9", "csr"} | LEVELS


class Bench(ProgramTest):
    def setUp(self):
        super().setUp()
        self.source = self.save_hdf5("in.h5", sparse((6, 5, 24, 20)))
        self.scratch = self.folder / "scratch"
        self.scratch.mkdir()

    def run_bench(self, *arguments, **options):
        """Its temporary files go to a folder of their own, which must be empty afterwards."""
        environment = dict(os.environ, TMPDIR=str(self.scratch), **options.pop("environment", {}))
        done = self.run_program("bench", *arguments, env=environment, **options)
        self.assertEqual(list(self.scratch.iterdir()), [])
        return done

    def result(self, *arguments, **options):
        return json.loads(self.run_bench(*arguments, "--json", "-", **options).stdout)

    def assert_valid(self, result):
        import jsonschema

        schema = json.loads((SOURCE_DIR / "schemas/bench-v1.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.Draft202012Validator(schema).validate(result)

    def test_the_sets_of_methods(self):
        for name, expected in (("paper", PAPER), ("strong", STRONG), ("all", PAPER | STRONG)):
            result = self.result("in.h5", "--methods", name, "--runs", 1)
            self.assertEqual({row["method"] for row in result["rows"]}, expected)
            self.assertEqual({row["method"] for row in result["rows"] if row["in_paper"]}, expected & PAPER)
            self.assert_valid(result)

    def test_levels_and_runs(self):
        result = self.result("in.h5", "--methods", "strong", "--levels", "max", "--runs", 2)
        self.assertEqual({row["level"] for row in result["rows"]}, {None, "max"})
        for row in result["rows"]:
            self.assertEqual(len(row["write"]["seconds"]), 2 if row["best_chunking"] else 1)
            self.assertEqual(row["write"]["variation"] is None, not row["best_chunking"])
        everything = self.result("in.h5", "--methods", "strong", "--chunks", "all", "--runs", 2)
        self.assertEqual({len(row["read"]["seconds"]) for row in everything["rows"]}, {2})

    def test_sizes_are_those_of_files(self):
        result = self.result("in.h5", "--methods", "strong", "--runs", 1)
        self.assertEqual(result["data"]["dense_bytes"], self.source.nbytes)
        self.assertEqual(result["data"]["n_nonzero"], int((self.source != 0).sum()))
        self.run_program("convert", "in.h5", "out.hdf5", "--no-verify")
        ours = next(row for row in result["rows"] if row["method"] == "esieve-default")
        self.assertAlmostEqual(ours["stored_bytes"], (self.folder / "out.hdf5").stat().st_size, delta=200)
        self.assertAlmostEqual(ours["ratio"], self.source.nbytes / ours["stored_bytes"])

    def test_a_table_to_read(self):
        text = self.run_bench("in.h5", "--runs", 2).stdout
        for label in ("Blosc zstd-3", "esieve default", "CSR list", "gzip-9", "uncompressed"):
            self.assertIn(label, text)
        self.assertLessEqual(max(map(len, text.splitlines())), 100)

    def test_pictures(self):
        self.run_bench("in.h5", "--methods", "strong", "--runs", 1, "--plot", "plot.svg")
        self.run_bench("in.h5", "--methods", "strong", "--runs", 1, "--plot", "plot.png")
        svg = xml.etree.ElementTree.parse(self.folder / "plot.svg").getroot()
        words = {element.text for element in svg.iter("{http://www.w3.org/2000/svg}text")}
        self.assertLessEqual({"esieve fast", "Blosc lz4-5", "4D EELS"}, words)
        self.assertTrue((self.folder / "plot.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n"))

    def test_missing_filters_are_named(self):
        done = self.run_bench("in.h5", "--runs", 1, environment={"HDF5_PLUGIN_PRELOAD": "::"})
        for name in ("lzf", "LZ4", "bitshuffle"):
            self.assertRegex(done.stdout, rf"HDF5 finds no {name}\s+filter")
        self.assertIn("apt install", done.stdout)
        result = self.result("in.h5", "--methods", "paper", "--runs", 1, environment={"HDF5_PLUGIN_PRELOAD": "::"})
        self.assertEqual({row["method"] for row in result["rows"]}, PAPER)
        self.assert_valid(result)

    def test_filters_are_found_beside_a_search_path_that_leads_nowhere(self):
        result = self.result("in.h5", "--methods", "paper", "--runs", 1, environment={"HDF5_PLUGIN_PATH": "/nowhere"})
        missing = {row["method"]: row["unavailable"] for row in result["rows"] if row["unavailable"]}
        self.assertEqual(missing, {})

    def test_part_of_a_large_scan(self):
        result = self.result("in.h5", "--methods", "strong", "--runs", 1, "--max-bytes", 10_000)
        self.assertTrue(result["data"]["is_sample"])
        self.assertEqual(result["data"]["measured"], {"first_scan_y": 2, "n_scan_y": 2, "first_scan_x": 0, "n_scan_x": 5})
        self.assert_valid(result)

    def test_the_floor_of_simulated_data(self):
        self.run_program("simulate", "sim.h5", "--scan", "4,4", "--detector", "32,32", "--dose", "100")
        result = self.result("sim.h5", "--methods", "strong", "--runs", 1)
        self.assertGreater(result["data"]["floor_bits"], 0)
        for row in result["rows"]:
            self.assertAlmostEqual(row["stored_over_floor"], 8 * row["stored_bytes"] / result["data"]["floor_bits"])
        self.assertIn("of floor", self.run_bench("sim.h5", "--methods", "strong", "--runs", 1).stdout)
        self.assert_valid(result)

    def test_other_element_types_and_stacks(self):
        for dtype in ("u1", "i4", "f4", "f8"):
            self.save_hdf5("other.h5", sparse((7, 16, 16), dtype))
            self.assert_valid(self.result("other.h5", "--runs", 1))

    def test_requests_that_make_no_sense(self):
        for arguments in (("--runs", 0), ("--methods", "best"), ("--levels", "slow"), ("--plot", "plot.pdf"),
                          ("--max-bytes", 0), ("--threads", -1)):
            self.run_bench("in.h5", *arguments, expect=USAGE)
        self.run_bench("missing.h5", expect=IO)
        (self.folder / "empty.h5").write_bytes(b"")
        self.run_bench("empty.h5", expect=BAD_DATA)


if __name__ == "__main__":
    unittest.main()
