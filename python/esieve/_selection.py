# SPDX-License-Identifier: Apache-2.0
"""What a NumPy index asks for, in frames."""
from __future__ import annotations

from typing import Any, Iterator, NamedTuple, Optional, Tuple

import numpy as np

Shape = Tuple[int, ...]


class Selection(NamedTuple):
    """frames: scan indices, in the shape the index gives to the scan's axes.
    detector: index of the rest, if it can be applied to these frames afterwards;
    pixels: else that of each element, `frames` being the frame of each.
    """

    frames: np.ndarray
    detector: Tuple[Any, ...] = ()
    pixels: Optional[np.ndarray] = None


def _parts(key: Any) -> Tuple[Any, ...]:
    key = key if isinstance(key, tuple) else (key,)
    return tuple(np.asarray(k) if isinstance(k, (list, np.ndarray)) else k for k in key)


def _is_array(part: Any) -> bool:
    return isinstance(part, np.ndarray) and part.ndim > 0


def _n_axes(part: Any) -> int:
    if part is None or part is Ellipsis:
        return 0
    return part.ndim if isinstance(part, np.ndarray) and part.dtype == bool else 1


def _expand(parts: Tuple[Any, ...], n_axes: int) -> Tuple[Any, ...]:
    """Slices in the place of the ellipsis."""
    left = n_axes - sum(map(_n_axes, parts))
    at = [i for i, part in enumerate(parts) if part is Ellipsis]
    if len(at) > 1:
        raise IndexError("more than one ellipsis")
    if left < 0:
        raise IndexError(f"too many indices: {n_axes} axes, {n_axes - left} indices")
    i = at[0] if at else len(parts)
    return parts[:i] + (slice(None),) * left + parts[i + 1:]


def _split(parts: Tuple[Any, ...], n_scan_axes: int) -> Optional[Tuple[Tuple[Any, ...], Tuple[Any, ...]]]:
    """Parts of the scan's axes and of the detector's, unless NumPy takes them together."""
    n_axes = 0
    for i, part in enumerate(parts):
        if n_axes >= n_scan_axes:
            scan, detector = parts[:i], parts[i:]
            break
        n_axes += _n_axes(part)
    else:
        scan, detector = parts, ()
    together = any(map(_is_array, parts)) and not all(isinstance(part, slice) for part in detector)
    return None if n_axes > n_scan_axes or together else (scan, detector)


def select(key: Any, shape: Shape) -> Selection:
    """`key` as NumPy takes it, on an array (scan axes..., det_y, det_x). :raises IndexError:"""
    parts = _expand(_parts(key), len(shape))
    scan, detector = shape[:-2], shape[-2:]
    frames = np.arange(np.prod(scan, dtype=np.int64)).reshape(scan)
    split = _split(parts, len(scan))
    if split is not None:
        rest = () if all(part == slice(None) for part in split[1]) else split[1]
        return Selection(np.asarray(frames[split[0]]), rest)
    pixels = np.arange(detector[0] * detector[1]).reshape(detector)
    return Selection(np.broadcast_to(frames[..., None, None], shape)[parts], (), np.broadcast_to(pixels, shape)[parts])


class Rectangle(NamedTuple):
    """Of the scan."""

    first_y: int
    n_y: int
    first_x: int
    n_x: int


def rectangle(frames: np.ndarray, n_scan_x: int) -> Optional[Rectangle]:
    """The rectangle of scan positions that ascending scan indices are, if they are one."""
    (first_y, first_x), (last_y, last_x) = divmod(int(frames[0]), n_scan_x), divmod(int(frames[-1]), n_scan_x)
    n_y, n_x = last_y - first_y + 1, last_x - first_x + 1
    if n_x < 1 or len(frames) != n_y * n_x:
        return None
    expected = (np.arange(first_y, last_y + 1)[:, None] * n_scan_x + np.arange(first_x, last_x + 1)).reshape(-1)
    return Rectangle(first_y, n_y, first_x, n_x) if np.array_equal(frames, expected) else None


class Run(NamedTuple):
    """Frames [first, first + n), of which `rows` are wanted."""

    first: int
    n: int
    rows: np.ndarray


def runs(frames: np.ndarray, max_gap: int, max_n: int) -> Iterator[Run]:
    """Ascending scan indices as runs, not longer than `max_n`, that bridge gaps up to `max_gap`."""
    begin = 0
    breaks = np.append(np.flatnonzero(np.diff(frames) > max_gap) + 1, len(frames))
    for end in breaks:
        while begin < end:
            stop = begin + int(np.searchsorted(frames[begin:end], frames[begin] + max_n))
            first = int(frames[begin])
            yield Run(first, int(frames[stop - 1]) - first + 1, frames[begin:stop] - first)
            begin = stop
