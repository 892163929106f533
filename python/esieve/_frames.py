# SPDX-License-Identifier: Apache-2.0
"""Frames and events of a scan by NumPy indices."""
from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Iterator, Optional, Tuple

import numpy as np

from . import _esieve
from ._events import Events, concatenate
from ._selection import rectangle, runs, select

if TYPE_CHECKING:
    from numpy.typing import NDArray

_bytes_at_once = 64 << 20  # of dense frames, where frames apart are read together


class _Access:
    """What the two views of a scan share."""

    def __init__(self, path: str, reader: Optional[_esieve.Reader] = None) -> None:
        self._path, self._reader = path, reader or _esieve.Reader(path)
        reader = self._reader
        self._scan, self._detector = reader.scan_shape, reader.detector_shape
        self._n_scan_x = int(np.prod(self._scan[1:]))
        self._chunk: int = reader.info["frames_per_chunk"]
        frame_bytes = self._detector[0] * self._detector[1] * reader.dtype.itemsize
        self._at_once = max(self._chunk, _bytes_at_once // frame_bytes)

    def __reduce__(self) -> Tuple[Any, ...]:
        return type(self), (self._path,)

    def __dask_tokenize__(self) -> Tuple[Any, ...]:
        status = os.stat(self._path)
        return type(self).__name__, os.path.abspath(self._path), status.st_mtime_ns, status.st_size


class Frames(_Access):
    """Dense frames: reads like a NumPy array of shape (scan_y, scan_x, det_y, det_x) that lies in the file.

    Any index NumPy takes: frames[3, 4], frames[2:5, ::2], frames[-1], frames[scan_mask], frames[..., 10:20, 10:20], ... Only
    chunks that hold such frames are read and decoded. numpy.asarray(frames) is all of it.
    :raises DataError: a damaged chunk, named
    """

    @property
    def shape(self) -> Tuple[int, ...]:
        return tuple(self._scan) + tuple(self._detector)

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._reader.dtype

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def nbytes(self) -> int:
        return self.size * self.dtype.itemsize

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[NDArray[Any]]:
        return (self[i] for i in range(len(self)))

    def __array__(self, dtype: Any = None, copy: Any = None) -> NDArray[Any]:
        if copy is False:
            raise ValueError("frames in a file become an array by a copy only")
        return np.asarray(self[...], dtype)

    def __getitem__(self, key: Any) -> Any:
        wanted = select(key, self.shape)
        if wanted.pixels is not None:
            unique, at = np.unique(wanted.frames, return_inverse=True)
            flat = self._read(unique).reshape(len(unique), self._detector[0] * self._detector[1])
            return flat[at.reshape(wanted.frames.shape), wanted.pixels]
        dense = self._read(wanted.frames.reshape(-1)).reshape(wanted.frames.shape + tuple(self._detector))
        return dense[(slice(None),) * wanted.frames.ndim + wanted.detector] if wanted.detector else dense

    def _read(self, frames: NDArray[Any]) -> NDArray[Any]:
        if len(frames) == 0:
            return self._reader.frames(0, 0)
        if np.any(np.diff(frames) <= 0):
            unique, at = np.unique(frames, return_inverse=True)
            return self._read(unique)[at]
        region = rectangle(frames, self._n_scan_x)
        if region is not None:
            return self._reader.frames_of_region(region)
        dense: NDArray[Any] = np.empty((len(frames),) + tuple(self._detector), self.dtype)
        done = 0
        for run in runs(frames, self._chunk, self._at_once):
            dense[done:done + len(run.rows)] = self._reader.frames(run.first, run.n)[run.rows]
            done += len(run.rows)
        return dense

    def __repr__(self) -> str:
        return f"<esieve frames {self.shape} {self.dtype} of {self._path}>"


class EventsByFrame(_Access):
    """Events by frame, as `Events` with a row a frame.

    One index counts frames: events[7], events[0:100], events[[3, 1, 2]], events[mask of (n_frames,)]. Two are scan
    positions: events[2, 3], events[10:20, 30:40], events[:, 0]; so is a boolean array (scan_y, scan_x). events[...] is all.
    Rows come in the order of the index; only chunks that hold such frames are decoded.
    :raises UsageError: 2^31 events or more: take fewer frames
    :raises DataError: a damaged chunk, named
    """

    def __len__(self) -> int:
        return int(np.prod(self._scan, dtype=np.int64))

    def __iter__(self) -> Iterator[Events]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, key: Any) -> Events:
        frames = np.arange(len(self))
        by_position = isinstance(key, tuple) or np.ndim(key) > 1
        return self._read(np.asarray((frames.reshape(self._scan) if by_position else frames)[key]).reshape(-1))

    def _read(self, frames: NDArray[Any]) -> Events:
        if len(frames) == 0:
            return Events(*self._reader.events(0, 0), self._detector)
        if np.any(np.diff(frames) <= 0):
            unique, at = np.unique(frames, return_inverse=True)
            return self._read(unique).take(at)
        first, count = int(frames[0]), int(frames[-1] - frames[0]) + 1
        if count == len(frames):
            return Events(*self._reader.events(first, count), self._detector)
        region = rectangle(frames, self._n_scan_x)
        if region is not None:
            return Events(*self._reader.events_of_region(region), self._detector)
        return concatenate(Events(*self._reader.events(run.first, run.n), self._detector).take(run.rows)
                           for run in runs(frames, self._chunk, self._at_once))

    def __repr__(self) -> str:
        return f"<esieve events of {len(self)} frames of {self._path}>"
