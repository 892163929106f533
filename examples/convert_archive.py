# SPDX-License-Identifier: Apache-2.0
"""Converts a folder of dense files to event files beside them, each proved equal to its source; can be stopped and begun
again.

Read `esieve.convert` in docs/python.md first; this does it for many files and keeps account.

    python3 convert_archive.py FOLDER [--pattern '*.h5'] [--level max]
"""
import argparse
import json
import pathlib
import sys

import esieve


def convert(source, output, level):
    """Converts unless that was done before. :returns: dense bytes and stored bytes"""
    if output.exists():
        report = esieve.verify(output, source)  # as far as we know, somebody has changed either of them since
    else:
        def show(done, total):
            print(f"\r{source.name} {done / total:4.0%}", end="\n" if done == total else "", file=sys.stderr)
        report = esieve.convert(source, output, level=level, progress=show)
    if not report["verification"]["okay"]:
        raise esieve.DataError(f"{output} is not equal to {source}; keep the source, and look at the report")
    output.with_suffix(".json").write_text(json.dumps(report, indent=1))
    return source.stat().st_size, output.stat().st_size


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--pattern", default="*.npy")
    parser.add_argument("--level", default="default")
    arguments = parser.parse_args()
    dense = stored = failed = 0
    for source in sorted(arguments.folder.rglob(arguments.pattern)):
        try:
            sizes = convert(source, source.with_suffix(".hdf5"), arguments.level)
        except esieve.Error as error:  # the others may be in order
            print(f"{source}: {error}", file=sys.stderr)
            failed += 1
            continue
        dense, stored = dense + sizes[0], stored + sizes[1]
        print(f"{source.name}: {sizes[0] / sizes[1]:.1f} : 1, proved equal")
    if stored:
        print(f"all together {dense / stored:.1f} : 1")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
