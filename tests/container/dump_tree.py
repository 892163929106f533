# SPDX-License-Identifier: Apache-2.0
"""The structure of an HDF5 file as JSON: paths, attributes and types, the form that schemas/container-v1 describes.

    python3 dump_tree.py FILE
"""

import json
import sys

import h5py


def type_name(dtype, type_id):
    """'text', 'vtext', 'bool' or NumPy's name of a little-endian number."""
    if isinstance(type_id, h5py.h5t.TypeStringID):
        if type_id.get_cset() != h5py.h5t.CSET_UTF8:
            return "text that is not UTF-8"
        return "vtext" if type_id.is_variable_str() else "text"
    if h5py.check_enum_dtype(dtype) or dtype == bool:
        return "bool" if dtype == bool else "enumeration"
    return dtype.name if dtype.byteorder in "<|=" else "big-endian " + dtype.name


def plain(value):
    """What JSON has for the value of an attribute."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.decode() if isinstance(value, bytes) else value


def attributes(item):
    found = {}
    for name in item.attrs:
        attribute = item.attrs.get_id(name)
        found[name] = [type_name(attribute.dtype, attribute.get_type()), list(attribute.shape), plain(item.attrs[name])]
    return found


def dataset(item):
    creation = item.id.get_create_plist()
    entry = {"type": type_name(item.dtype, item.id.get_type()), "shape": list(item.shape),
             "filters": [creation.get_filter(i)[0] for i in range(creation.get_nfilters())]}
    if item.chunks:
        entry["chunks"] = list(item.chunks)
    return entry


def dump(path):
    """{path: {"kind", "attributes": {name: [type, shape, value]}, ...}}; /entry comes first, so objects with several names are described there."""
    tree, seen = {}, {}

    def visit(group, path):
        tree[path] = {"kind": "group", "attributes": attributes(group)}
        for name in sorted(group, key=lambda name: (name != "entry", name != "data", name)):
            child = path.rstrip("/") + "/" + name
            link = group.get(name, getlink=True)
            if isinstance(link, h5py.SoftLink):
                tree[child] = {"kind": "soft link", "target": link.path}
                continue
            item = group[name]
            address = h5py.h5o.get_info(item.id).addr
            if address in seen:
                tree[child] = {"kind": "hard link", "target": seen[address]}
                continue
            seen[address] = child
            if isinstance(item, h5py.Group):
                visit(item, child)
            else:
                tree[child] = {"kind": "dataset", "attributes": attributes(item), **dataset(item)}

    with h5py.File(path, "r") as file:
        seen[h5py.h5o.get_info(file["/"].id).addr] = "/"
        visit(file, "/")
    return tree


if __name__ == "__main__":
    print(json.dumps(dump(sys.argv[1]), indent=2, ensure_ascii=False))
