# SPDX-License-Identifier: Apache-2.0
"""Lazy dask views of a scan. Tasks carry the path, not the data; workers open the file themselves."""
from __future__ import annotations

from typing import Any, List, Tuple

import dask.array
import numpy as np
from dask.delayed import delayed

from ._events import Events
from ._frames import EventsByFrame, Frames

_bytes_a_task = 32 << 20


def _dense_chunks(frames: Frames, frames_per_chunk: int) -> Tuple[int, ...]:
    """Whole chunks of the file: parts of one scan row, or several rows."""
    row, frame_bytes = int(np.prod(frames.shape[1:-2])), int(np.prod(frames.shape[-2:])) * frames.dtype.itemsize
    wanted = max(frames_per_chunk, _bytes_a_task // max(1, frame_bytes) // frames_per_chunk * frames_per_chunk)
    kept = frames.shape[2:-2]
    if wanted >= row:
        return (max(1, wanted // row),) + frames.shape[1:]
    return (1, max(1, wanted // int(np.prod(kept)))) + frames.shape[2:]


def dense_array(frames: Frames, frames_per_chunk: int, chunks: Any) -> Any:
    if chunks is None:
        chunks = _dense_chunks(frames, frames_per_chunk)
    return dask.array.from_array(frames, chunks=chunks, asarray=False, meta=np.empty((0,) * frames.ndim, frames.dtype))


def _read(events: EventsByFrame, first: int, end: int) -> Events:
    return events[first:end]


def delayed_events(events: EventsByFrame, ranges: List[Tuple[int, int]]) -> List[Any]:
    read = delayed(_read, pure=True)
    return [read(events, first, end) for first, end in ranges]
