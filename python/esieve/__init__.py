# SPDX-License-Identifier: Apache-2.0
"""4D-STEM scans as compressed electron events.

Axes are always (scan_y, scan_x, det_y, det_x).

    with esieve.Writer("scan.hdf5", scan_shape=(256, 256), detector_shape=(192, 192), dtype="uint16") as writer:
        for frame in camera:
            writer.push(frame)

    scan = esieve.open("scan.hdf5")
    scan.frames[3, 4]                  # one dense frame
    scan.events[0:100]                 # events of the first 100 frames: .offsets, .pixels, .counts, .to_scipy()
    scan.virtual_image(mask)           # (scan_y, scan_x), computed on events
"""
import json as _json
import os as _os
from collections import namedtuple as _namedtuple

import numpy as _np

from . import _esieve
from ._esieve import DataError, Error, IoError, UsageError

__version__ = _esieve.version
__all__ = ["open", "Scan", "Events", "Axis", "Writer", "convert", "verify", "recover",
           "Error", "UsageError", "DataError", "IoError"]


def _make_filter_known():
    """h5py finds the filter in HDF5's own folder of plugins, or is told where else it is: in the package or the build tree."""
    try:
        import h5py
    except ImportError:
        return
    if h5py.h5z.filter_avail(_esieve.filter_id):
        return
    here = _os.path.dirname(_os.path.abspath(__file__))
    for folder in (_os.path.join(here, "plugins"), _os.path.join(here, "..", "..", "plugins")):
        if _os.path.isdir(folder):
            h5py.h5pl.prepend(_os.path.normpath(folder).encode())


_make_filter_known()

Axis = _namedtuple("Axis", "name offset scale units")
Axis.__doc__ = "A uniform axis: value i is offset + i * scale, in units."


class Events:
    """Events of some frames in compressed sparse rows, frames as rows.

    Events of row i are [offsets[i], offsets[i + 1]) of `pixels` (det_y * n_det_x + det_x, ascending) and `counts`; its frame is
    `scan_indices[i]` (scan_y * n_scan_x + scan_x). The arrays are the library's own memory.
    """

    def __init__(self, offsets, pixels, counts, scan_indices, detector_shape):
        self.offsets, self.pixels, self.counts = offsets, pixels, counts
        self.scan_indices, self.detector_shape = scan_indices, detector_shape

    def __len__(self):
        return len(self.scan_indices)

    def to_scipy(self):
        """As scipy.sparse.csr_matrix (frames, pixels), without a copy."""
        from scipy.sparse import csr_matrix
        n_pixels = self.detector_shape[0] * self.detector_shape[1]
        return csr_matrix((self.counts, self.pixels, self.offsets), shape=(len(self), n_pixels), copy=False)


def _runs(indices):
    """Consecutive indices as (first, count)."""
    if len(indices) == 0:
        return
    breaks = _np.flatnonzero(_np.diff(indices) != 1) + 1
    for part in _np.split(indices, breaks):
        yield int(part[0]), len(part)


class _Frames:
    """Dense frames by scan position, indexed like an array of shape (scan_y, scan_x, det_y, det_x)."""

    def __init__(self, scan):
        self._scan = scan

    @property
    def shape(self):
        return self._scan.shape

    def __getitem__(self, key):
        key = key if isinstance(key, tuple) else (key,)
        if Ellipsis in [k for k in key if not isinstance(k, _np.ndarray)]:
            at = next(i for i, k in enumerate(key) if k is Ellipsis)
            key = key[:at] + (slice(None),) * (5 - len(key)) + key[at + 1:]
        scan_key, detector_key = key[:2], key[2:]
        n_y, n_x = self._scan.shape[:2]
        wanted = _np.arange(n_y * n_x).reshape(n_y, n_x)[scan_key]
        flat = _np.atleast_1d(wanted).reshape(-1)
        dense = _np.empty((len(flat),) + self._scan.shape[2:], self._scan.dtype)
        done = 0
        for first, count in _runs(flat):
            dense[done:done + count] = self._scan._reader.frames(first, count)
            done += count
        dense = dense.reshape(wanted.shape + self._scan.shape[2:])
        return dense[(slice(None),) * wanted.ndim + detector_key] if detector_key else dense


class _EventsOf:
    """Events by scan index (a number or slice) or by position (y, x)."""

    def __init__(self, scan):
        self._scan = scan

    def __getitem__(self, key):
        n_y, n_x = self._scan.shape[:2]
        if isinstance(key, tuple):
            flat = _np.atleast_1d(_np.arange(n_y * n_x).reshape(n_y, n_x)[key]).reshape(-1)
        else:
            flat = _np.atleast_1d(_np.arange(n_y * n_x)[key]).reshape(-1)
        parts = [self._scan._reader.events(first, count) for first, count in _runs(flat)]
        if not parts:
            parts = [self._scan._reader.events(0, 0)]
        if len(parts) == 1:
            return Events(*parts[0], self._scan.shape[2:])
        ends = _np.cumsum([0] + [len(part[1]) for part in parts])
        offsets = _np.concatenate([part[0][:-1] + end for part, end in zip(parts, ends)] + [ends[-1:]])
        return Events(offsets, *(_np.concatenate([part[i] for part in parts]) for i in (1, 2, 3)), self._scan.shape[2:])


class Scan:
    """An event file, open for reading. Any number of threads may use it; nothing is loaded before it is asked for."""

    def __init__(self, path):
        self.path = path
        self._reader = _esieve.Reader(path)
        #: (scan_y, scan_x, det_y, det_x)
        self.shape = tuple(self._reader.scan_shape) + tuple(self._reader.detector_shape)
        self.dtype = self._reader.dtype
        self.axes = [Axis(*axis) for axis in self._reader.axes]
        self.title = self._reader.title
        self.n_events = self._reader.n_events
        self.stored_bytes = self._reader.stored_bytes

    @property
    def metadata(self):
        """What the source said besides its frames, as a dict."""
        return _json.loads(self._reader.metadata_json)

    @property
    def frames(self):
        """Dense frames: `frames[y, x]`, `frames[2:5, ::2]`, ... as NumPy arrays of `dtype`."""
        return _Frames(self)

    @property
    def events(self):
        """Events: `events[0:100]` by scan index, `events[y, x]` by position, as `Events`."""
        return _EventsOf(self)

    @property
    def frame_status(self):
        """What is known of each frame, (scan_y, scan_x) uint8: 0 missing, 1 okay, 2 dropped, 3 partial, 4 summed; or None: all okay."""
        return self._reader.frame_status()

    def blocks(self, frames=None):
        """Yields `Events` of so many frames at a time (default: of a chunk), for work that does not fit into memory."""
        n, step = self.shape[0] * self.shape[1], frames or self._reader.chunk_frames
        for first in range(0, n, step):
            yield self.events[first:min(n, first + step)]

    def _weights(self, mask):
        mask = _np.asarray(mask, dtype=float)
        if mask.shape != self.shape[2:]:
            raise UsageError(f"the mask has shape {mask.shape}, the detector {self.shape[2:]}")
        return mask

    def virtual_image(self, mask):
        """Sum of every frame weighted by `mask` (det_y, det_x): (scan_y, scan_x) float64; NaN where a frame is missing."""
        return self._reader.virtual_image(self._weights(mask))

    def scan_image(self):
        """Sum of every frame, (scan_y, scan_x) float64; NaN where a frame is missing."""
        return self._reader.scan_image()

    def mean_pattern(self):
        """Mean of all frames that are data, (det_y, det_x) float64."""
        return self._reader.mean_pattern()

    def center_of_mass(self, mask=None):
        """Centre of mass of every frame, (scan_y, scan_x, 2) float64: y, x in pixels; NaN where there is no intensity."""
        return self._reader.center_of_mass(None if mask is None else self._weights(mask))

    def to_dask(self):
        """The dense frames as a lazy dask array, one task a chunk."""
        import dask.array as da
        rows = max(1, self._reader.chunk_frames // self.shape[1])
        columns = min(self.shape[1], self._reader.chunk_frames)
        return da.from_array(self.frames_like, chunks=(rows, columns) + self.shape[2:], asarray=False, name=False)

    @property
    def frames_like(self):
        """The frames as an object with shape, dtype and ndim, as dask takes it."""
        return _DaskFrames(self)

    def __repr__(self):
        return f"<esieve.Scan {self.path} {self.shape} {self.dtype}, {self.n_events} events>"

    def __reduce__(self):
        return Scan, (self.path,)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


class _DaskFrames(_Frames):
    ndim = 4

    @property
    def dtype(self):
        return self._scan.dtype


def open(path):
    """Opens an event file. :raises DataError: it is none; :raises IoError: it cannot be read."""
    return Scan(path)


class Writer:
    """Records an event file while frames come. A context manager: leaving it closes the file and keeps what was pushed.

    scan_shape: (scan_y, scan_x), -1 for a length that is not known. dtype: of the frames. level: fast, default or max.
    threshold, dark, gain, mask: number or arrays (det_y, det_x). crop: (first_y, n_y, first_x, n_x) of the detector.
    flyback_frames, flyback_lines, serpentine, offset, positions, frames_per_position: how the beam goes.
    when_repeated: error, sum or keep. when_full: block, drop or spill.
    """

    def __init__(self, path, *, scan_shape=(-1, -1), detector_shape, dtype="uint16", level="fast", when_full="block",
                 when_repeated="error", threshold=None, metadata=None, **options):
        self.detector_shape, self.dtype = tuple(detector_shape), _np.dtype(dtype)
        self._scan_x = scan_shape[1]
        for name in ("dark", "gain", "mask"):
            if name in options:
                options[name] = _np.broadcast_to(_np.asarray(options[name], float), self.detector_shape).reshape(-1).tolist()
        if threshold is not None and _np.ndim(threshold) > 0:
            options["threshold_map"] = _np.asarray(threshold, float).reshape(-1).tolist()
        elif threshold is not None:
            options["threshold"] = float(threshold)
        if metadata is not None:
            options["metadata_json"] = _json.dumps(metadata)
        self._writer = _esieve.Writer(path, dict(
            options, scan_y=scan_shape[0], scan_x=scan_shape[1], det_y=self.detector_shape[0], det_x=self.detector_shape[1],
            dtype=self.dtype.name, level=level, when_full=when_full, when_repeated=when_repeated))
        self._closed = False

    def _index(self, position):
        if position is None or _np.ndim(position) == 0:
            return position
        y, x = position
        if y < 0 or x < 0 or (self._scan_x >= 0 and x >= self._scan_x):
            raise UsageError(f"position ({y}, {x}) is outside the scan, whose lines have {self._scan_x} positions")
        return y * self._scan_x + x

    def push(self, frame, position=None, partial=False):
        """One frame (det_y, det_x), the next in the order of the scan, or that of `position`: (y, x) or scan index."""
        self._push(frame, self.detector_shape, position, partial)

    def push_frames(self, frames, position=None, partial=False):
        """Frames (n, det_y, det_x) that follow one another."""
        self._push(frames, (_np.shape(frames)[0],) + self.detector_shape, position, partial)

    def _push(self, frames, shape, position, partial):
        frames = _np.asarray(frames)
        if frames.shape != shape or frames.dtype != self.dtype:
            raise UsageError(f"the frame is {frames.shape} {frames.dtype}, frames of this recording are {shape} {self.dtype}")
        self._writer.push_frames(_np.ascontiguousarray(frames), self._index(position), partial)

    def push_events(self, pixels, counts, position=None, partial=False):
        """Events of one frame: pixels (det_y * n_det_x + det_x), once each, and their counts."""
        self._writer.push_events(pixels, counts, self._index(position), partial)

    def push_csr(self, offsets, pixels, counts, position=None):
        """Events of frames that follow one another; those of frame i are [offsets[i], offsets[i + 1])."""
        self._writer.push_csr(offsets, pixels, counts, self._index(position))

    def push_hits(self, frames, x, y):
        """Single hits by number of the camera's frame, nearly in order."""
        self._writer.push_hits(frames, x, y)

    def push_timed_hits(self, times_us, x, y):
        """Single hits by time since the start in microseconds; needs `dwell_us`."""
        self._writer.push_timed_hits(times_us, x, y)

    def drop(self, n=1, position=None):
        """The camera lost the next n frames."""
        self._writer.drop(n, self._index(position))

    def flush(self):
        """Returns when everything pushed so far is on the disk."""
        self._writer.flush()

    def stats(self):
        """Account of the recording at this moment, a dict."""
        return self._writer.stats()

    def snapshot(self):
        """A look at the recording: scan_image, frame_status, mean_pattern, last_frame, stats."""
        return self._writer.snapshot()

    def close(self):
        """Completes the file. :returns: the account"""
        self._closed = True
        return self._writer.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if not self._closed:
            self.close()


def convert(source, output, *, dataset="", scan_shape=None, level="default", overwrite=False, verify=True):
    """Converts a dense file; with `verify` compares every frame with it. :returns: the report, a dict"""
    return _json.loads(_esieve.convert(source, output, dataset, scan_shape, level, overwrite, verify))


def verify(events, source=None, *, dataset=""):
    """Proves that a file holds what it should. A difference is a result, not an exception. :returns: the report, a dict"""
    return _json.loads(_esieve.verify(events, source, dataset))


def recover(damaged, output, *, overwrite=False):
    """Makes a sound file of a killed recording (PATH.recording) or a damaged file. :returns: what was found, a dict"""
    return _esieve.recover(damaged, output, overwrite)
