# SPDX-License-Identifier: Apache-2.0
"""An event file, open for reading."""
from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Callable, Iterator, List, NamedTuple, Optional, Tuple, Union

import numpy as np

from . import _esieve
from ._esieve import UsageError
from ._events import Events
from ._frames import EventsByFrame, Frames

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Progress = Optional[Callable[[int, int], Any]]
Path = Union[str, "os.PathLike[str]"]


class Axis(NamedTuple):
    """A uniform axis: the value at i is offset + i * scale, in `units` ("px" where it is not calibrated)."""

    name: str
    offset: float = 0.0
    scale: float = 1.0
    units: str = "px"


class Scan:
    """An event file, open for reading; what `open` gives. Nothing is loaded before it is asked for.

    shape         (scan_y, scan_x, det_y, det_x); (scan_y, scan_x, frame, det_y, det_x) where frames of a position were kept
                  apart
    dtype         of the dense frames
    axes          four Axis with offset, scale and units: scan_y, scan_x, det_y, det_x
    title, units  of the scan, and of its values
    n_events      values that are not 0
    stored_bytes  of the whole file
    digest        of the dense content, 32 hex digits; empty where the file has none
    lossless      False where the source was thresholded
    recording     "complete"; "running" or "interrupted" where it is a recording without its final name

    Any number of threads may use it. It can be pickled: the other process opens the same path.
    """

    def __init__(self, path: Path) -> None:
        self.path = os.fspath(path)
        self._reader = _esieve.Reader(self.path)
        self._take_info()

    def _take_info(self) -> None:
        info = self._reader.info
        self.shape: Tuple[int, ...] = self._reader.scan_shape + self._reader.detector_shape
        self.dtype: np.dtype[Any] = self._reader.dtype
        self.axes: List[Axis] = [Axis(*axis) for axis in info["axes"]]
        self.title: str = info["title"]
        self.units: str = info["units"]
        self.n_events: int = info["n_events"]
        self.stored_bytes: int = info["stored_bytes"]
        self.digest: str = info["digest"]
        self.lossless: bool = info["lossless"]
        self.recording: str = info["recording"]
        self._metadata_json: str = info["metadata_json"]
        self._frames_per_chunk: int = info["frames_per_chunk"]

    def refresh(self) -> bool:
        """Sees what a running recording has by now: frames that were flushed, a scan that has grown, the file it became.

        Not while other threads use the scan. Frames not there yet are missing in `frame_status`.

        :returns: whether more is to come
        :raises IoError: :raises DataError: all is then as before
        """
        more = self._reader.refresh()
        self._take_info()
        return more

    @property
    def metadata(self) -> Any:
        """What the source said besides its frames, a dict."""
        return json.loads(self._metadata_json)

    @property
    def frames(self) -> Frames:
        """Dense frames, indexed like a NumPy array of `shape`: frames[3, 4], frames[2:5, ::2, 10:20], frames[mask], ..."""
        return Frames(self.path, self._reader)

    @property
    def events(self) -> EventsByFrame:
        """Events: events[0:100] by scan index, events[y, x] and events[10:20, 30:40] by position, as `Events`."""
        return EventsByFrame(self.path, self._reader)

    @property
    def frame_status(self) -> Optional[NDArray[np.uint8]]:
        """What is known of each frame, uint8 (scan_y, scan_x): 0 missing, 1 okay, 2 dropped, 3 partial, 4 summed. None: all
        okay.

        Frames that are missing or dropped read as zeros and are no data.
        """
        return self._reader.frame_status()

    def blocks(self, frames: Optional[int] = None) -> Iterator[Events]:
        """Yields `Events` of so many frames at a time (default: of a chunk), in scan order, for scans larger than memory.

        >>> sum(events.n_events for events in scan.blocks(100)) == scan.n_events
        True
        """
        return (self.events[first:end] for first, end in self._block_ranges(frames))

    def _block_ranges(self, frames: Optional[int]) -> List[Tuple[int, int]]:
        n, step = len(self.events), self._frames_per_chunk if frames is None else frames
        if step < 1:
            raise UsageError(f"blocks of {step} frames (at least 1)")
        return [(first, min(n, first + step)) for first in range(0, n, step)]

    # Analysis, on events: no dense frame is made. NaN in maps of the scan where a frame is missing.

    def _weights(self, mask: ArrayLike, several: bool = False) -> NDArray[np.float64]:
        mask = np.asarray(mask, dtype=float)
        if mask.shape[-2:] != self.shape[-2:] or mask.ndim > 2 + several:
            raise UsageError(f"the mask has shape {mask.shape}, the detector {self.shape[-2:]}")
        return mask

    def virtual_image(self, mask: ArrayLike, *, progress: Progress = None) -> NDArray[np.float64]:
        """Sum of every frame weighted by `mask` (det_y, det_x): (scan_y, scan_x).

        Several masks at once, (n, det_y, det_x), give (n, scan_y, scan_x) and read the file once.
        """
        return self._reader.virtual_image(self._weights(mask, several=True), progress)

    def scan_image(self, *, progress: Progress = None) -> NDArray[np.float64]:
        """Sum of every frame, (scan_y, scan_x)."""
        return self._reader.scan_image(progress)

    def mean_pattern(self, *, progress: Progress = None) -> NDArray[np.float64]:
        """Mean of all frames that are data, (det_y, det_x)."""
        return self._reader.mean_pattern(progress)

    def center_of_mass(self, mask: Optional[ArrayLike] = None, *, progress: Progress = None) -> NDArray[np.float64]:
        """Centre of mass of every frame weighted by `mask` (det_y, det_x): (scan_y, scan_x, 2).

        Last axis: y, x in pixels from the centre of pixel (0, 0); NaN where the weighted sum is 0.
        """
        return self._reader.center_of_mass(None if mask is None else self._weights(mask), progress)

    def to_dask(self, chunks: Any = None) -> Any:
        """The dense frames as a lazy dask.array of `shape`.

        chunks: as dask takes them; default: whole chunks of the file, about 32 MiB a task.
        """
        from ._dask import dense_array
        return dense_array(self.frames, self._frames_per_chunk, chunks)

    def to_dask_events(self, frames: Optional[int] = None) -> List[Any]:
        """`Events` of so many frames each (default: of a chunk), in scan order, as a list of dask.delayed.

        >>> sum(dask.compute(*[events.n_events for events in scan.to_dask_events(100)])) == scan.n_events
        True
        """
        from ._dask import delayed_events
        return delayed_events(self.events, self._block_ranges(frames))

    def __repr__(self) -> str:
        return f"<esieve.Scan {self.path} {self.shape} {self.dtype}, {self.n_events} events>"

    def __reduce__(self) -> Tuple[Any, ...]:
        return Scan, (self.path,)

    def __enter__(self) -> Scan:
        return self

    def __exit__(self, *_: object) -> None:
        return None


def open(path: Path) -> Scan:
    """Opens an event file: a `Scan`.

    :raises DataError: it is none, or damaged
    :raises UnsupportedError: a later version wrote it
    :raises IoError: it cannot be read
    """
    return Scan(path)
