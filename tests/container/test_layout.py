# SPDX-License-Identifier: Apache-2.0
"""Real files against the schema of the layout, and what plain h5py makes of them."""

import copy
import json
import pathlib
import sys
import unittest

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "cli")]

from dump_tree import dump  # noqa: E402
from program import SOURCE_DIR, ProgramTest, h5py, sparse  # noqa: E402

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not installed; the layout is not checked")
    sys.exit(77)

SCHEMA = json.loads((SOURCE_DIR / "schemas/container-v1.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


class Layout(ProgramTest):
    def convert(self, frames, *options, name="in.npy"):
        np.save(self.folder / name, frames)
        self.run_program("convert", name, "events.hdf5", "--no-verify", *options)
        return dump(self.folder / "events.hdf5")

    def assert_valid(self, tree):
        faults = [f"{'/'.join(map(str, fault.absolute_path))}: {fault.message[:200]}" for fault in VALIDATOR.iter_errors(tree)]
        self.assertEqual(faults, [])

    def test_a_scan_has_every_part(self):
        tree = self.convert(sparse((5, 7, 48, 40), mean=0.3))
        self.assert_valid(tree)
        for path in ("/entry/scan_image/counts", "/entry/mean_pattern/mean", "/datacube_root/datacube", "/Experiments"):
            self.assertIn(path, tree)

    def test_many_chunks_have_an_index(self):
        tree = self.convert(sparse((17, 17, 6, 5), mean=0.3), "--frames-per-chunk", "1")
        self.assert_valid(tree)
        self.assertEqual(tree["/esieve/chunks"]["shape"], [2, 289])

    def test_large_files_have_an_index_of_events(self):
        noise = np.random.default_rng(1).integers(0, 65535, (4, 5, 128, 100), dtype="u2")
        tree = self.convert(noise)
        self.assert_valid(tree)
        self.assertEqual(tree["/esieve/frame_events"]["type"], "uint32")

    def test_single_frames_stacks_and_every_type(self):
        for dtype in "u1 u2 u4 u8 i1 i2 i4 i8 f4 f8".split():
            for shape in ((9, 8), (3, 9, 8), (20, 9, 8)):
                with self.subTest(dtype=dtype, shape=shape):
                    self.assert_valid(self.convert(sparse(shape, dtype=dtype, mean=0.3), "--force"))

    def test_thresholded_files_record_it(self):
        np.save(self.folder / "dark.npy", np.full((12, 10), 0.25))
        np.save(self.folder / "mask.npy", np.eye(12, 10, dtype="u1"))
        tree = self.convert(sparse((4, 5, 12, 10), mean=2), "--threshold", "2", "--dark", "dark.npy", "--mask", "mask.npy")
        self.assert_valid(tree)
        self.assertEqual(tree["/entry/data/data"]["attributes"]["fidelity"][2], "thresholded")
        self.assertEqual(tree["/entry/process"]["attributes"]["threshold"][2], 2)
        self.assertIn("/entry/process/dark", tree)

    def test_calibration_and_metadata_of_the_source_are_kept(self):
        with h5py().File(self.folder / "in.h5", "w") as file:
            data = file.create_group("scan")
            data.attrs.update(NX_class="NXdata", signal="frames", axes=["y", "x", "qy", "qx"])
            data["frames"] = sparse((5, 7, 12, 10), mean=0.3)
            for name, size, scale, unit in (("y", 5, 0.5, "nm"), ("x", 7, 0.25, "nm"), ("qy", 12, 0.1, "mrad"), ("qx", 10, 0.1, "mrad")):
                data[name] = np.arange(size) * scale
                data[name].attrs["units"] = unit
            data["frames"].attrs["operator"] = "somebody"
        self.run_program("convert", "in.h5", "events.hdf5", "--no-verify")
        tree = dump(self.folder / "events.hdf5")
        self.assert_valid(tree)
        self.assertEqual(tree["/entry/data/scan_x"]["attributes"]["scale"], ["float64", [], 0.25])
        self.assertEqual(tree["/entry/data/det_y"]["attributes"]["units"][2], "mrad")
        with h5py().File(self.folder / "events.hdf5") as file:
            np.testing.assert_array_equal(file["entry/data/scan_x"][...], np.arange(7) * 0.25)
            self.assertIn(b"somebody", np.ravel(file["entry/source/data"][()])[0])

    def test_the_schema_notices_what_is_wrong(self):
        sound = self.convert(sparse((5, 7, 12, 10), mean=0.3))
        self.assert_valid(sound)

        def broken(change):
            tree = copy.deepcopy(sound)
            change(tree)
            return not VALIDATOR.is_valid(tree)

        self.assertTrue(broken(lambda tree: tree.pop("/entry/data/det_x")))
        self.assertTrue(broken(lambda tree: tree.update({"/stray": {"kind": "group", "attributes": {}}})))
        self.assertTrue(broken(lambda tree: tree["/"]["attributes"].pop("default")))
        self.assertTrue(broken(lambda tree: tree["/entry/data/data"].update(filters=[1])))
        self.assertTrue(broken(lambda tree: tree["/entry/data/data"]["attributes"].update(surprise=["text", [], ""])))
        self.assertTrue(broken(lambda tree: tree["/entry/data/data"]["attributes"]["n_events"].__setitem__(0, "int32")))
        self.assertTrue(broken(lambda tree: tree["/datacube_root"]["attributes"]["python_class"].__setitem__(0, "text")))

    def test_plain_h5py_reads_the_dataset_under_each_of_its_names(self):
        frames = sparse((5, 7, 12, 10), mean=0.3)
        self.convert(frames)
        with h5py().File(self.folder / "events.hdf5") as file:
            for path in ("entry/data/data", "datacube_root/datacube/data", "Experiments/in/data"):
                self.assert_same_bits(file[path][...], frames)
            names = []
            file.visititems(lambda name, item: names.append(name) if getattr(item, "ndim", 0) == 4 else None)
            self.assertEqual(names, ["entry/data/data"])
            np.testing.assert_array_equal(file["entry/scan_image/counts"][...], frames.sum((2, 3)))
            np.testing.assert_allclose(file["entry/mean_pattern/mean"][...], frames.mean((0, 1)), rtol=0.05)


if __name__ == "__main__":
    unittest.main()
