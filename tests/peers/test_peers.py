# SPDX-License-Identifier: Apache-2.0
"""Other people's programs open an event file, calibrated, without being told how.

Each test is skipped, saying so, where its program cannot be imported. Set ESIEVE_PEERS_PYTHON when configuring to a Python
that has them, for instance of a virtual environment after `pip install silx hyperspy emdfile h5py numpy`.
"""

import pathlib
import sys
import unittest
import warnings

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))

from program import ProgramTest, sparse  # noqa: E402

AXES = {"scan_y": (5, 0.5, 0.0, "nm"), "scan_x": (7, 0.25, 0.0, "nm"),
        "det_y": (48, 0.02, -0.48, "1/angstrom"), "det_x": (40, 0.02, -0.4, "1/angstrom")}


class Peers(ProgramTest):
    def setUp(self):
        super().setUp()
        warnings.simplefilter("ignore")
        import h5py

        self.frames = sparse(tuple(size for size, *_ in AXES.values()), mean=0.3)
        with h5py.File(self.folder / "in.h5", "w") as file:
            data = file.create_group("scan")
            data.attrs.update(NX_class="NXdata", signal="frames", axes=list(AXES))
            data["frames"] = self.frames
            for name, (size, scale, offset, unit) in AXES.items():
                data[name] = offset + np.arange(size) * scale
                data[name].attrs["units"] = unit
        self.run_program("convert", "in.h5", "events.hdf5", "--no-verify")
        self.path = str(self.folder / "events.hdf5")

    def module(self, name):
        try:
            return __import__(name, fromlist=["_"])
        except ImportError as error:
            self.skipTest(f"{name} cannot be imported ({error})")

    def assert_axis(self, name, size, scale, offset, units):
        expected = AXES[name]
        self.assertEqual(size, expected[0], name)
        np.testing.assert_allclose((scale, offset), expected[1:3], rtol=1e-9, atol=1e-12, err_msg=name)
        self.assertEqual(units, expected[3], name)

    def test_silx(self):
        nxdata = self.module("silx.io.nxdata")
        with self.module("silx.io").open(self.path) as file:
            plot = nxdata.get_default(file, validate=True)
            self.assertTrue(plot.is_valid, plot.issues)
            self.assertEqual(plot.issues, [])
            self.assertEqual(plot.signal_dataset_name, "data")
            for name, axis in zip(AXES, plot.axes):
                self.assert_axis(name, len(axis), axis[1] - axis[0], axis[0], axis.attrs["units"].decode()
                                 if isinstance(axis.attrs["units"], bytes) else axis.attrs["units"])
            np.testing.assert_array_equal(plot.signal[2, 3], self.frames[2, 3])
            for name, shape in (("scan_image", (5, 7)), ("mean_pattern", None)):
                preview = nxdata.get_default(file["entry"][name], validate=True)
                self.assertTrue(preview.is_valid, preview.issues)
                self.assertTrue(shape is None or preview.signal.shape == shape)
                self.assertEqual([axis.shape[0] for axis in preview.axes], list(preview.signal.shape))

    def assert_signal(self, signal):
        axes = signal["axes"]
        for name, axis in zip(AXES, axes):
            self.assertEqual(axis["name"], name)
            size = axis.get("size", signal["data"].shape[list(AXES).index(name)])
            self.assert_axis(name, size, axis.get("scale", 1), axis.get("offset", 0), axis["units"])
            self.assertEqual(bool(axis["navigate"]), name.startswith("scan"))
        np.testing.assert_array_equal(np.asarray(signal["data"]), self.frames)

    def test_rosettasciio_as_hyperspy_file(self):
        signals = self.module("rsciio.hspy").file_reader(self.path)
        self.assertEqual(len(signals), 1)
        self.assert_signal(signals[0])

    def test_rosettasciio_as_nexus_file(self):
        signals = self.module("rsciio.nexus").file_reader(self.path, use_default=True)
        self.assertEqual(len(signals), 1)
        self.assert_signal(signals[0])
        lazy = self.module("rsciio.nexus").file_reader(self.path, use_default=True, lazy=True)[0]["data"]
        self.assertEqual(lazy.chunksize[2:], (48, 40), "no task cuts a frame")

    def test_hyperspy(self):
        hyperspy = self.module("hyperspy.api")
        try:
            signal = hyperspy.load(self.path, lazy=True)
        except ValueError as error:  # since RosettaSciIO 0.10 three of its formats claim .hdf5
            self.assertIn("HSPY", str(error))
            signal = hyperspy.load(self.path, lazy=True, reader="HSPY")
        self.assertEqual(signal.axes_manager.navigation_shape, (7, 5))
        self.assertEqual(signal.axes_manager.signal_shape, (40, 48))
        self.assertEqual(signal.metadata.General.title, "in")
        for axis in signal.axes_manager._axes:
            self.assert_axis(axis.name, axis.size, axis.scale, axis.offset, axis.units)
        np.testing.assert_array_equal(signal.inav[3, 2].data, self.frames[2, 3])

    def test_emdfile(self):
        array = self.module("emdfile").read(self.path)
        self.assertEqual(type(array).__name__, "Array")
        np.testing.assert_array_equal(array.data, self.frames)
        for name, dim, dim_name, units in zip(AXES, array.dims, array.dim_names, array.dim_units):
            self.assertEqual(dim_name, name)
            self.assert_axis(name, len(dim), dim[1] - dim[0], dim[0], units)

    def test_py4dstem(self):
        array = self.module("py4DSTEM").read(self.path)
        np.testing.assert_array_equal(array.data, self.frames)


if __name__ == "__main__":
    unittest.main()
