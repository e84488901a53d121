"""The source as the house rules see it: files that git knows, or would, and their syntax trees."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

# Reading all of it takes longer than any of the tests: one process does it for all of them.
READ_ONCE = pytest.mark.xdist_group("source")

ROOT: Path = settings.BASE_DIR
APPS = ("project", "bot", "partners", "payments", "integrations")
# What talks to the outside in its own way: simulators, and tests.
SANDBOX = "integrations/sandbox/"


@cache
def files() -> tuple[str, ...]:
    """Paths from the root, of everything that belongs to the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    names = listed.stdout.split("\0") if listed.returncode == 0 else _without_git()
    return tuple(sorted(name for name in names if (ROOT / name).is_file()))


def _without_git() -> Iterator[str]:
    """An unpacked archive: everything but what is hidden."""
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        if not parts[0].startswith(".") and "__pycache__" not in parts:
            yield "/".join(parts)
    yield ".env.example"


def python_files(*folders: str) -> list[str]:
    """Python of these folders (of everything without any), migrations left out."""
    return [
        name
        for name in files()
        if name.endswith(".py")
        and "/migrations/" not in name
        and (not folders or name.split("/")[0] in folders)
    ]


def product() -> list[str]:
    """What runs in production."""
    return [name for name in python_files(*APPS) if not name.startswith(SANDBOX)]


@cache
def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(read(name), filename=name)


def nodes(name: str, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
    return (node for node in ast.walk(tree(name)) if isinstance(node, kinds))


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a name or an attribute; "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr}" if base else node.attr
    return ""


def imported(name: str) -> Iterator[tuple[int, str]]:
    """Line and full name of everything a file imports."""
    for node in nodes(name, ast.Import, ast.ImportFrom):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)
