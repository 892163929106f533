# SPDX-License-Identifier: Apache-2.0
"""Virtual bright and dark field and centre of mass of a scan, from events alone.

Read virtual_image.cpp or the analysis in docs/python.md first; this finds the beam, and makes several images at once.

    python3 virtual_detector.py SCAN.hdf5 OUTPUT.npz [--radius PIXELS]     (and OUTPUT.png, where there is matplotlib)
"""
import argparse
import pathlib

import numpy as np

import esieve


def detectors(pattern, radius):
    """Bright field, annular dark field (det_y, det_x) around the beam's centre of mass."""
    y, x = np.indices(pattern.shape)
    center = [(pattern * i).sum() / pattern.sum() for i in (y, x)]
    r = np.hypot(y - center[0], x - center[1])
    return np.stack([r < radius, (r >= radius) & (r < 3 * radius)])


def analyse(scan, radius):
    pattern = scan.mean_pattern()
    bright, dark = scan.virtual_image(detectors(pattern, radius))
    center = scan.center_of_mass()
    return {"mean_pattern": pattern, "bright_field": bright, "dark_field": dark,
            "shift_y": center[..., 0] - np.nanmean(center[..., 0]), "shift_x": center[..., 1] - np.nanmean(center[..., 1])}


def draw(images, path):
    """:returns: whether it could be drawn"""
    try:
        import matplotlib
    except ImportError:
        return False
    matplotlib.use("Agg")
    from matplotlib import pyplot
    figure, places = pyplot.subplots(1, len(images), figsize=(3 * len(images), 3))
    for place, (name, image) in zip(places, images.items()):
        place.imshow(image)
        place.set_title(name.replace("_", " "))
        place.axis("off")
    figure.savefig(path, bbox_inches="tight")
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("scan")
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--radius", type=float, default=8)
    arguments = parser.parse_args()
    images = analyse(esieve.open(arguments.scan), arguments.radius)
    np.savez_compressed(arguments.output, **images)
    drawn = draw(images, arguments.output.with_suffix(".png"))
    print(f"{arguments.output} holds {', '.join(images)}" + ("" if drawn else " (no matplotlib: no picture)"))


if __name__ == "__main__":
    main()
