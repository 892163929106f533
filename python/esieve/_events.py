# SPDX-License-Identifier: Apache-2.0
"""Events of some frames."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterable, Iterator, Optional, Tuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray
    from scipy.sparse import csr_array


class Events:
    """Events of some frames in compressed sparse rows, frames as rows.

    offsets        int32 (n_frames + 1,): events of row i are [offsets[i], offsets[i + 1])
    pixels         int32 (n_events,): det_y * n_det_x + det_x, ascending within a row
    counts         (n_events,): uint32, int64, uint64 or float64, as the frames' type needs; never 0
    scan_indices   uint64 (n_frames,): scan_y * n_scan_x + scan_x of each row
    detector_shape (det_y, det_x)

    len() is the number of frames; events[i] is (pixels, counts) of row i, without a copy.
    """

    def __init__(self, offsets: NDArray[Any], pixels: NDArray[Any], counts: NDArray[Any], scan_indices: NDArray[Any],
                 detector_shape: Tuple[int, int]) -> None:
        self.offsets, self.pixels, self.counts = offsets, pixels, counts
        self.scan_indices, self.detector_shape = scan_indices, detector_shape

    def __len__(self) -> int:
        return len(self.scan_indices)

    @property
    def n_events(self) -> int:
        return len(self.pixels)

    @property
    def shape(self) -> Tuple[int, int]:
        """(n_frames, n_pixels), as of the sparse matrix."""
        return len(self), self.detector_shape[0] * self.detector_shape[1]

    def __getitem__(self, row: int) -> Tuple[NDArray[Any], NDArray[Any]]:
        row = range(len(self))[row]
        begin, end = self.offsets[row], self.offsets[row + 1]
        return self.pixels[begin:end], self.counts[begin:end]

    def __iter__(self) -> Iterator[Tuple[NDArray[Any], NDArray[Any]]]:
        return (self[row] for row in range(len(self)))

    def take(self, rows: NDArray[Any]) -> Events:
        """Events of these rows, in this order."""
        lengths = np.diff(self.offsets)[rows]
        offsets = np.zeros(len(rows) + 1, np.int64)
        np.cumsum(lengths, out=offsets[1:])
        at = np.repeat(self.offsets[:-1][rows] - offsets[:-1], lengths) + np.arange(offsets[-1])
        return Events(offsets.astype(self.offsets.dtype), self.pixels[at], self.counts[at], self.scan_indices[rows],
                      self.detector_shape)

    def to_scipy(self) -> csr_array:
        """As scipy.sparse.csr_array (n_frames, n_pixels), without a copy."""
        from scipy.sparse import csr_array
        return csr_array((self.counts, self.pixels, self.offsets), shape=self.shape, copy=False)

    def to_dense(self, dtype: Optional[DTypeLike] = None) -> NDArray[Any]:
        """Dense frames (n_frames, det_y, det_x) of `dtype`; default: that of `counts`."""
        dense = np.zeros(self.shape, dtype or self.counts.dtype)
        dense[np.repeat(np.arange(len(self)), np.diff(self.offsets)), self.pixels] = self.counts
        return dense.reshape((len(self),) + tuple(self.detector_shape))

    def __repr__(self) -> str:
        return f"<esieve.Events of {len(self)} frames {self.detector_shape}: {self.n_events} events>"


def concatenate(parts: Iterable[Events]) -> Events:
    """One after the other; at least one. :raises OverflowError: 2^31 events or more"""
    parts = list(parts)
    if len(parts) == 1:
        return parts[0]
    ends = np.cumsum([0] + [part.n_events for part in parts])
    if ends[-1] > np.iinfo(np.int32).max:
        raise OverflowError(f"{ends[-1]} events are more than one Events holds (2^31 - 1); take fewer frames, or blocks()")
    offsets = np.concatenate([part.offsets[:-1] + end for part, end in zip(parts, ends)] + [ends[-1:]])
    return Events(offsets.astype(parts[0].offsets.dtype), np.concatenate([part.pixels for part in parts]),
                  np.concatenate([part.counts for part in parts]), np.concatenate([part.scan_indices for part in parts]),
                  parts[0].detector_shape)
