# SPDX-License-Identifier: Apache-2.0
"""The HDF5 filter plugin, and h5py."""
from __future__ import annotations

import os
from typing import Optional

from . import _esieve


def _find_plugin() -> Optional[str]:
    """In the package, where a wheel has it, or in the build tree."""
    here = os.path.dirname(os.path.abspath(__file__))
    for folder in (os.path.join(here, "plugins"), os.path.normpath(os.path.join(here, "..", "..", "plugins"))):
        if os.path.exists(os.path.join(folder, "libh5esieve.so")):
            return folder
    return None


#: Folder of the HDF5 filter plugin that came with the package, for HDF5_PLUGIN_PATH of other programs; None where the plugin
#: was installed in HDF5's own folder, which every program looks into.
PLUGIN_PATH: Optional[str] = _find_plugin()


def make_filter_known() -> None:
    """Tells the HDF5 inside h5py, whichever it is, where the plugin lies, unless it finds one by itself."""
    try:
        from h5py import h5pl, h5z
    except Exception:  # not there, or not in order: events can be read all the same
        return
    if PLUGIN_PATH is not None and not h5z.filter_avail(_esieve.filter_id):
        h5pl.prepend(os.fsencode(PLUGIN_PATH))
