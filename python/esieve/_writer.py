# SPDX-License-Identifier: Apache-2.0
"""Recording."""
from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Dict, Mapping, Optional, Sequence, Tuple, Union

import numpy as np

from . import _esieve
from ._esieve import UsageError
from ._files import scan_indices, threshold_options

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray

    from ._scan import Axis

Position = Union[None, int, Tuple[int, int]]


def _whole_numbers(values: ArrayLike, dtype: Any, what: str) -> NDArray[Any]:
    """As C-contiguous `dtype`, without a copy if they are; never another number."""
    given = np.asarray(values)
    if given.dtype != dtype and given.size:
        limits = np.iinfo(dtype)
        if given.dtype.kind not in "iub":
            raise UsageError(f"{what} are {given.dtype} (whole numbers are needed, best {np.dtype(dtype)})")
        if given.min() < limits.min or given.max() > limits.max:
            raise UsageError(f"{what} go from {given.min()} to {given.max()} ({limits.min} to {limits.max} are possible)")
    return np.ascontiguousarray(given, dtype).reshape(-1)


class Writer:
    """Records an event file while frames come: nothing dense is written, and `push` returns at once.

    A context manager: leaving it, by an exception too, completes the file and keeps what was pushed. While it runs
    everything lies in the folder PATH.recording; if the process dies, `recover` makes a file of that. Any number of threads
    may call any method.

    scan_shape           (scan_y, scan_x); -1 for a length that is not known: (-1, 256), (1, -1)
    detector_shape       (det_y, det_x) of frames as they are pushed
    dtype                of frames: integers of 8 to 64 bits, float32, float64
    level                fast, default or max: smaller files take longer
    frames_per_chunk     encoded together; 0: chosen

    Applied to frames as they are pushed (without any of these the file is lossless):
    crop                 (first_y, n_y, first_x, n_x) of the detector that is kept
    threshold, dark, gain, mask  numbers or maps of what is kept of the detector: (raw - dark) * gain is kept where it is at
                         least the threshold and the mask is 0

    How the beam goes, in frames of the camera:
    flyback_frames       after each line, belonging to no position
    flyback_lines        after each line, likewise
    serpentine           every second line runs backwards
    offset               frames before the first position; negative: positions before the first frame
    positions            instead: scan index of each frame, or (n, 2) scan_y, scan_x; negative: of no position
    frames_per_position  that follow one another
    when_repeated        a second frame of a position: error, sum, or keep (on an axis of its own)

    When frames come faster than they are encoded:
    when_full            block (at most block_timeout_s), drop (counted and marked), or spill (raw, to a file of at most
                         spill_bytes)
    queue_bytes          of dense frames that there is room for in memory
    threads              that encode; 0: as many as the machine has

    flush_interval_s, flush_bytes  how much can be lost if the power fails
    snapshot_interval_s  of the snapshot file that `esieve watch` shows; 0: none
    dwell_us             how long the beam stays at a position, for `push_timed_hits`
    axes                 four Axis: scan_y, scan_x, det_y, det_x
    title, units, metadata  text, unit of the values, anything that JSON can hold
    overwrite            replace an existing file when the recording is complete

    :raises UsageError: options that do not fit each other; the output exists; somebody records it, or did and was killed
    :raises IoError:
    """

    def __init__(self, path: Union[str, os.PathLike[str]], *, scan_shape: Tuple[int, int] = (-1, -1),
                 detector_shape: Tuple[int, int], dtype: DTypeLike = "uint16", level: str = "fast", frames_per_chunk: int = 0,
                 crop: Optional[Tuple[int, int, int, int]] = None, threshold: Optional[ArrayLike] = None,
                 dark: Optional[ArrayLike] = None, gain: Optional[ArrayLike] = None, mask: Optional[ArrayLike] = None,
                 flyback_frames: int = 0, flyback_lines: int = 0, serpentine: bool = False, offset: int = 0,
                 positions: Optional[ArrayLike] = None, frames_per_position: int = 1, when_repeated: str = "error",
                 when_full: str = "block", block_timeout_s: float = 10.0, queue_bytes: int = 256 << 20,
                 spill_bytes: int = 8 << 30, threads: int = 0, flush_interval_s: float = 1.0, flush_bytes: int = 64 << 20,
                 snapshot_interval_s: float = 1.0, dwell_us: float = 0.0, axes: Optional[Sequence[Axis]] = None,
                 title: str = "", units: str = "counts",
                 metadata: Optional[Mapping[str, Any]] = None, overwrite: bool = False) -> None:
        self.path = os.fspath(path)
        self.detector_shape, self.dtype = (int(detector_shape[0]), int(detector_shape[1])), np.dtype(dtype)
        self._scan_x = int(scan_shape[1])
        self._account: Optional[Dict[str, Any]] = None
        kept = self.detector_shape if crop is None else (crop[1], crop[3])
        maps = threshold_options(threshold, *(None if m is None else np.broadcast_to(m, kept) for m in (dark, gain, mask)))
        self._writer = _esieve.Writer(self.path, dict(
            maps, scan_y=scan_shape[0], scan_x=scan_shape[1], det_y=self.detector_shape[0], det_x=self.detector_shape[1],
            dtype=self.dtype.name, level=level, frames_per_chunk=frames_per_chunk, crop=crop, flyback_frames=flyback_frames,
            flyback_lines=flyback_lines, serpentine=serpentine, offset=offset,
            positions=scan_indices(positions, self._scan_x),
            frames_per_position=frames_per_position, when_repeated=when_repeated, when_full=when_full,
            block_timeout_s=block_timeout_s, queue_bytes=queue_bytes, spill_bytes=spill_bytes, threads=threads,
            flush_interval_s=flush_interval_s, flush_bytes=flush_bytes, snapshot_interval_s=snapshot_interval_s,
            dwell_us=dwell_us, axes=axes, title=title, units=units,
            metadata_json=None if metadata is None else json.dumps(metadata), overwrite=overwrite))

    def _index(self, position: Position) -> Optional[int]:
        if position is None or np.ndim(position) == 0:
            return None if position is None else int(position)  # type: ignore[arg-type]
        y, x = (int(i) for i in position)  # type: ignore[union-attr]
        if y < 0 or x < 0 or (x >= self._scan_x if self._scan_x >= 0 else y > 0):
            raise UsageError(f"position ({y}, {x}) is outside the scan, whose lines have {self._scan_x} positions")
        return y * max(0, self._scan_x) + x

    def push(self, frame: ArrayLike, position: Position = None, partial: bool = False) -> None:
        """One frame (det_y, det_x) of `dtype`: the next in the order of the scan, or that of `position`: (y, x) or scan index.

        partial: the camera did not deliver all of it.

        :raises UsageError: wrong shape or type; outside the scan; position filled before. The frame is then not recorded
        :raises IoError: the disk; or the queue stayed full for block_timeout_s
        """
        self._push(frame, self.detector_shape, position, partial)

    def push_frames(self, frames: ArrayLike, position: Position = None, partial: bool = False) -> None:
        """Frames (n, det_y, det_x) that follow one another; else as `push`. C-contiguous arrays are handed on as they are."""
        self._push(frames, np.shape(frames)[:1] + self.detector_shape, position, partial)

    def _push(self, frames: ArrayLike, shape: Tuple[int, ...], position: Position, partial: bool) -> None:
        frames = np.asarray(frames)
        if frames.shape != shape or frames.dtype != self.dtype:
            raise UsageError(
                f"the frame is {frames.shape} {frames.dtype}, frames of this recording are {shape} {self.dtype}")
        self._writer.push_frames(np.ascontiguousarray(frames), self._index(position), partial)

    def push_events(self, pixels: ArrayLike, counts: ArrayLike, position: Position = None, partial: bool = False) -> None:
        """Events of one frame: pixels (det_y * n_det_x + det_x), in any order, once each, and their counts. Best uint32."""
        self._writer.push_events(_whole_numbers(pixels, np.uint32, "pixels"), _whole_numbers(counts, np.uint32, "counts"),
                                 self._index(position), partial)

    def push_csr(self, offsets: ArrayLike, pixels: ArrayLike, counts: ArrayLike, position: Position = None) -> None:
        """Events of frames that follow one another; those of frame i are [offsets[i], offsets[i + 1]).

        Best int64, uint32, uint32.
        """
        self._writer.push_csr(_whole_numbers(offsets, np.int64, "offsets"), _whole_numbers(pixels, np.uint32, "pixels"),
                              _whole_numbers(counts, np.uint32, "counts"), self._index(position))

    def push_hits(self, frames: ArrayLike, x: ArrayLike, y: ArrayLike) -> None:
        """Single hits, each one count at a pixel: number of the camera's frame, nearly in order, det_x, det_y.

        Best uint64, uint16, uint16.
        """
        self._writer.push_hits(_whole_numbers(frames, np.uint64, "frames"), _whole_numbers(x, np.uint16, "x"),
                               _whole_numbers(y, np.uint16, "y"))

    def push_timed_hits(self, times_us: ArrayLike, x: ArrayLike, y: ArrayLike) -> None:
        """Single hits by time since the start in microseconds; the camera's frame is time / `dwell_us`."""
        self._writer.push_timed_hits(np.ascontiguousarray(times_us, float), _whole_numbers(x, np.uint16, "x"),
                                     _whole_numbers(y, np.uint16, "y"))

    def finish_hits(self) -> None:
        """No hits come any more for the frames of which some were pushed."""
        self._writer.finish_hits()

    def drop(self, n: int = 1, position: Position = None) -> None:
        """The camera lost the next `n` frames: they are marked as dropped."""
        self._writer.drop(n, self._index(position))

    def flush(self) -> None:
        """Returns when everything pushed so far is on the disk. :raises IoError:"""
        self._writer.flush()

    def stats(self) -> Dict[str, Any]:
        """Account of the recording at this moment.

        n_pushed, n_flyback, n_stored, n_durable, n_dropped, n_spilled, n_frames_expected: frames; n_events; dense_bytes,
        stored_bytes, queue_bytes, queue_capacity_bytes; frames_per_s, in_bytes_per_s, out_bytes_per_s, events_per_s: of
        late; lag_s: age of the oldest frame that is not stored; elapsed_s.
        """
        return self._writer.stats()

    def snapshot(self) -> Dict[str, Any]:
        """A look at the recording: scan_image, frame_status (scan_y, scan_x); mean_pattern, last_frame (det_y, det_x); stats.

        It knows the chunks that are complete.
        """
        return self._writer.snapshot()

    def close(self) -> Dict[str, Any]:
        """Stores what was pushed and completes the file. Frames that never came are marked missing. Once is enough.

        :returns: the last `stats`

        :raises IoError: PATH.recording is then left for `recover`
        """
        if self._account is None:
            self._account = self._writer.close()
        return self._account

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<esieve.Writer {self.path} (det_y, det_x) = {self.detector_shape} {self.dtype}>"
