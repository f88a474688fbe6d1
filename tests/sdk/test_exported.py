"""The public names of the SDK, and what it may lean on."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pop_sdk

HERE = Path(pop_sdk.__file__).parent
NAMES = [
    "Engine",
    "Need",
    "NeedError",
    "Snapshot",
    "SnapshotError",
    "Vocabulary",
    "compile_snapshot",
    "emergency_only",
    "encode",
    "from_json",
    "from_query",
    "load",
]


def test_the_public_names_are_these() -> None:
    assert pop_sdk.__all__ == NAMES
    assert all(hasattr(pop_sdk, name) for name in NAMES)


def test_every_public_name_says_what_it_is_for() -> None:
    assert all(getattr(pop_sdk, name).__doc__ for name in NAMES)


def test_the_package_says_that_it_is_typed() -> None:
    assert (HERE / "py.typed").exists()


def test_only_the_standard_library_is_imported() -> None:
    imported = set()
    for path in HERE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").split(".")[0])
    assert imported - {"pop_sdk"} <= set(sys.stdlib_module_names)


def test_it_works_alone_without_site_packages() -> None:
    code = "import pop_sdk, sys; print('django' in sys.modules, *pop_sdk.__all__)"
    run = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(HERE.parent)!r}); {code}"]
    printed = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert printed.split() == ["False", *NAMES]
