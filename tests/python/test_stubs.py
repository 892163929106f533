# SPDX-License-Identifier: Apache-2.0
"""The stub of the extension says what the extension has, and type checkers are told to look."""
import ast
import inspect
import os
import subprocess
import sys
import unittest

import esieve
from esieve import _esieve

FOLDER = os.path.dirname(esieve.__file__)


def names_of_stub():
    with open(os.path.join(FOLDER, "_esieve.pyi")) as file:
        tree = ast.parse(file.read())
    names = set()
    for node in tree.body:
        if isinstance(node, ast.AnnAssign):
            names.add(node.target.id)
        elif isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            names.update(f"{node.name}.{item.name}" for item in node.body if isinstance(item, ast.FunctionDef))
    return {name for name in names if not name.split(".")[-1].startswith("_")}


def names_of_extension():
    names = {name for name in vars(_esieve) if not name.startswith("_")}
    for name in ["Reader", "Writer"]:
        names.update(f"{name}.{member}" for member in vars(getattr(_esieve, name)) if not member.startswith("_"))
    return names


class Stubs(unittest.TestCase):
    def test_stub_and_extension_have_the_same_names(self):
        self.assertEqual(names_of_stub(), names_of_extension())

    def test_the_package_says_that_it_is_typed(self):
        self.assertTrue(os.path.exists(os.path.join(FOLDER, "py.typed")))

    def test_every_public_name_is_documented_and_annotated(self):
        for name in esieve.__all__:
            thing = getattr(esieve, name)
            if not callable(thing):
                continue
            self.assertTrue(thing.__doc__, name)
            functions = [thing] if inspect.isfunction(thing) else []
            if inspect.isclass(thing) and not issubclass(thing, (Exception, tuple)):
                functions = [member for name, member in vars(thing).items() if inspect.isfunction(member) and name[0] != "_"]
            for function in functions:
                self.assertTrue(function.__doc__, function.__qualname__)
                missing = set(inspect.signature(function).parameters) - set(function.__annotations__) - {"self"}
                self.assertEqual((missing, "return" in function.__annotations__), (set(), True), function.__qualname__)

    def test_mypy_has_nothing_to_say(self):
        try:
            import mypy  # noqa: F401
        except ImportError:
            self.skipTest("mypy is not installed")
        done = subprocess.run([sys.executable, "-m", "mypy", "--strict", "--ignore-missing-imports", "--cache-dir=/dev/null",
                               "--allow-untyped-calls", "--package=esieve"],
                              capture_output=True, text=True, timeout=600, cwd=os.path.dirname(os.path.abspath(__file__)))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
