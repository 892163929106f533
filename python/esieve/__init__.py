# SPDX-License-Identifier: Apache-2.0
"""4D-STEM scans as compressed electron events.

Axes are always (scan_y, scan_x, det_y, det_x). A frame is the detector's image at a scan position, its number, the scan
index, scan_y * n_scan_x + scan_x; a pixel is det_y * n_det_x + det_x; an event is (scan index, pixel, count) with a count
that is not 0.

Record while the microscope scans (nothing dense is written):

    with esieve.Writer("scan.hdf5", scan_shape=(256, 256), detector_shape=(192, 192), dtype="uint16") as writer:
        for frame in camera:
            writer.push(frame)

Read and analyse:

    scan = esieve.open("scan.hdf5")
    scan.frames[3, 4]                  # one dense frame, NumPy
    scan.events[0:100]                 # events of the first 100 frames: .offsets, .pixels, .counts, .to_scipy()
    scan.virtual_image(mask)           # (scan_y, scan_x), computed on events
    for events in scan.blocks(): ...   # scans larger than memory
    scan.refresh()                     # of a recording that is still running: what has come since
    scan.to_dask()                     # lazy dask array; to_dask_events(): lazy blocks of events

Work on files:

    esieve.convert("dense.h5", "scan.hdf5")      # a dense file to an event file, and the proof that they are equal
    esieve.verify("scan.hdf5", "dense.h5")
    esieve.recover("scan.hdf5.recording", "scan.hdf5")
    esieve.regrid("scan.hdf5", "corrected.hdf5", scan_shape=(256, 254), flyback_frames=2)  # another geometry, same events
    esieve.bench("dense.h5")

Importing the package makes the HDF5 filter known to h5py, so that h5py.File("scan.hdf5")["entry/data/data"][3, 4] just
works.

Errors are esieve.Error: UsageError (also a ValueError), DataError, UnsupportedError, IoError (also an OSError), Interrupted.
Any number of threads may use the same Scan or Writer; long calls release the GIL and can be stopped with Ctrl-C.
"""
from ._esieve import DataError, Error, Interrupted, IoError, UnsupportedError, UsageError, version as __version__
from ._events import Events
from ._files import bench, convert, recover, regrid, verify
from ._filter import PLUGIN_PATH, make_filter_known as _make_filter_known
from ._scan import Axis, Scan, open
from ._writer import Writer

__all__ = ["open", "Scan", "Events", "Axis", "Writer", "convert", "verify", "recover", "regrid", "bench", "PLUGIN_PATH",
           "Error", "UsageError", "DataError", "UnsupportedError", "IoError", "Interrupted"]

_make_filter_known()
