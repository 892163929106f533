# SPDX-License-Identifier: Apache-2.0
"""Validates JSON files against a schema. Usage: validate.py SCHEMA FILE... Exit code 77: jsonschema is missing."""

import json
import sys

try:
    import jsonschema
except ImportError as error:
    print(f"{error}; install python3-jsonschema to validate reports")
    sys.exit(77)


def main(schema_path, *paths):
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    found = 0
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for error in validator.iter_errors(json.load(file)):
                print(f"{path}: {error.json_path}: {error.message}")
                found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
