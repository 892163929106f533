# SPDX-License-Identifier: Apache-2.0
"""Work on whole files."""
from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Callable, Dict, Optional, Sequence, Tuple, Union

import numpy as np

from . import _esieve

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray

Progress = Optional[Callable[[int, int], Any]]
Path = Union[str, "os.PathLike[str]"]
_outside = np.uint64(0xFFFF_FFFF_FFFF_FFFF)


def threshold_options(threshold: Optional[ArrayLike], dark: Optional[ArrayLike], gain: Optional[ArrayLike],
                      mask: Optional[ArrayLike]) -> Dict[str, Any]:
    """As the extension takes them: a number or a map, each map of the detector's shape."""
    maps = {"dark": dark, "gain": gain, "mask": mask}
    options: Dict[str, Any] = {name: np.asarray(values, float) for name, values in maps.items()
                               if values is not None}
    if threshold is not None:
        options["threshold" if np.ndim(threshold) == 0 else "threshold_map"] = np.asarray(threshold, float)
    return options


def scan_indices(positions: Optional[ArrayLike], scan_x: int) -> Optional[NDArray[np.uint64]]:
    """Scan index of each camera frame from scan indices or (y, x) pairs; negative: outside the scan."""
    if positions is None:
        return None
    given = np.asarray(positions)
    index = given[:, 0] * scan_x + given[:, 1] if given.ndim == 2 else given
    negative = (given < 0).any(1) if given.ndim == 2 else given < 0
    return np.where(negative, _outside, index.astype(np.uint64))


def _source_options(dataset: str, scan_shape: Optional[Sequence[int]], shape: Optional[Sequence[int]],
                    dtype: Optional[DTypeLike], offset_bytes: int) -> Dict[str, Any]:
    return {"dataset": dataset, "scan_shape": scan_shape, "shape": shape, "offset_bytes": offset_bytes,
            "dtype": None if dtype is None else np.dtype(dtype).str}


def convert(source: Path, output: Path, *, dataset: str = "", scan_shape: Optional[Tuple[int, int]] = None,
            shape: Optional[Sequence[int]] = None, dtype: Optional[DTypeLike] = None, offset_bytes: int = 0,
            level: str = "default", frames_per_chunk: int = 0, threshold: Optional[ArrayLike] = None,
            dark: Optional[ArrayLike] = None, gain: Optional[ArrayLike] = None, mask: Optional[ArrayLike] = None,
            verify: bool = True, overwrite: bool = False, threads: int = 0, progress: Progress = None) -> Dict[str, Any]:
    """Converts a dense file (HDF5, .npy, Merlin .mib, stempy, raw) to an event file, which appears only when it is complete.

    dataset           HDF5: path of the dataset, where there are several
    scan_shape        (scan_y, scan_x) of a stack of frames
    shape, dtype, offset_bytes  of raw binary: 2 to 4 dimensions, NumPy type, where the first frame begins
    level             fast, default or max: smaller files take longer
    frames_per_chunk  encoded together; 0: chosen
    threshold, dark, gain, mask  numbers or maps (det_y, det_x): (raw - dark) * gain is kept where it is at least the
                                 threshold and
                      the mask is 0. Without any of them the file is lossless.
    verify            read everything back and compare every frame with the source
    progress          called with (frames done, frames in all) a few times a second; returning False stops the work

    :returns: the report, a dict (schemas/report-v1.schema.json); report["verification"] where `verify`
    :raises UsageError: the output exists, options do not fit the source; :raises DataError: the source is damaged
    :raises IoError:
    :raises Interrupted: `progress` said so. Nothing is then left at `output`, unless it was being verified already
    """
    options = _source_options(dataset, scan_shape, shape, dtype, offset_bytes)
    options.update(threshold_options(threshold, dark, gain, mask))
    options.update(level=level, frames_per_chunk=frames_per_chunk, verify=verify, overwrite=overwrite, threads=threads)
    return dict(json.loads(_esieve.convert(os.fspath(source), os.fspath(output), options, progress)))


def verify(events: Path, source: Optional[Path] = None, *, dataset: str = "", scan_shape: Optional[Tuple[int, int]] = None,
           shape: Optional[Sequence[int]] = None, dtype: Optional[DTypeLike] = None, offset_bytes: int = 0, threads: int = 0,
           progress: Progress = None) -> Dict[str, Any]:
    """Proves that an event file holds what it should: every checksum, count and the digest; with `source` every frame, bit
    for bit.

    The source is opened as by `convert`, and `progress` is called likewise. A difference is a result, not an exception.

    :returns: the report, a dict (schemas/report-v1.schema.json); report["verification"]["okay"] is the verdict
    :raises DataError: `events` is no event file, or the source is damaged
    :raises IoError:
    :raises Interrupted: `progress` said so
    """
    options = dict(_source_options(dataset, scan_shape, shape, dtype, offset_bytes), threads=threads)
    dense = None if source is None else os.fspath(source)
    return dict(json.loads(_esieve.verify(os.fspath(events), dense, options, progress)))


def recover(damaged: Path, output: Path, *, overwrite: bool = False,
            threads: int = 0, progress: Progress = None) -> Dict[str, Any]:
    """Makes a sound file of a killed recording (the folder PATH.recording) or a damaged file, which stays as it is.

    What is not found is marked missing in `Scan.frame_status`. `progress` is called as by `convert`.

    :returns: what was found, missing or doubled, a dict; found["lost_something"] is the verdict
    :raises UsageError: the recording still runs, or the output exists
    :raises DataError: nothing in it says what the frames are
    :raises IoError:
    :raises Interrupted: `progress` said so
    """
    return dict(json.loads(_esieve.recover(os.fspath(damaged), os.fspath(output), overwrite, threads, progress)))


def regrid(original: Path, output: Path, *, scan_shape: Tuple[int, int], offset: int = 0, flyback_frames: int = 0,
           flyback_lines: int = 0, serpentine: bool = False, positions: Optional[ArrayLike] = None,
           overwrite: bool = False, threads: int = 0, progress: Progress = None) -> Dict[str, Any]:
    """Shows the frames of an event file as a scan of another geometry: a small file that refers to the original, which stays
    as it is and must stay where it is. No event is written again.

    scan_shape      (scan_y, scan_x)
    offset, flyback_frames, flyback_lines, serpentine, positions  as of `Writer`; frame n is frame n of the original

    :returns: scan_shape, n_frames shown, n_left_out of the original, n_missing positions without a frame
    :raises UsageError: the geometry contradicts itself or puts two frames at a position, the output exists
    :raises DataError: :raises IoError: :raises Interrupted: `progress`, called as by `convert`, said so
    """
    options: Dict[str, Any] = dict(scan_y=scan_shape[0], scan_x=scan_shape[1], offset=offset, flyback_frames=flyback_frames,
                                   flyback_lines=flyback_lines, serpentine=serpentine, overwrite=overwrite, threads=threads,
                                   positions=scan_indices(positions, scan_shape[1]))
    return _esieve.regrid(os.fspath(original), os.fspath(output), options, progress)


def bench(source: Path, *, dataset: str = "", scan_shape: Optional[Tuple[int, int]] = None,
          shape: Optional[Sequence[int]] = None, dtype: Optional[DTypeLike] = None, offset_bytes: int = 0,
          methods: str = "all", chunks: str = "best",
          levels: Sequence[str] = ("fast", "default", "max"), runs: int = 5, threads: int = 1, max_bytes: int = 1 << 30,
          progress: Progress = None) -> Dict[str, Any]:
    """Compares size, write and read speed of dense HDF5 storage and of event files on your own data.

    The source is opened as by `convert`, and `progress` is called likewise.

    methods    paper (the thirteen of arXiv 2604.06221), strong (ours and what it left out) or all
    chunks     all: every chunk shape in every run; best: in the first, then each method's smallest
    levels     of esieve
    runs       1 to 1000
    threads    of esieve; 0: all. HDF5 runs its filters in one.
    max_bytes  dense bytes held in memory, twice; of larger data a part is measured

    :returns: a dict (schemas/bench-v1.schema.json); result["rows"] is smallest first
    :raises UsageError: options out of range, no room for temporary files
    :raises DataError: the source is damaged, or a method gave back something else
    :raises IoError:
    :raises Interrupted: `progress` said so
    """
    options = _source_options(dataset, scan_shape, shape, dtype, offset_bytes)
    options.update(methods=methods, chunks=chunks, levels=list(levels), runs=runs, threads=threads, max_bytes=max_bytes)
    return dict(json.loads(_esieve.bench(os.fspath(source), options, progress)))
