"""Finds what the interface says: the strings marked for translation in Python and in templates.

Django's own `makemessages` needs GNU gettext, which a fresh machine does not have.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation.template import templatize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

APPS = ("project", "bot", "partners", "payments", "integrations")
TEMPLATES = ("templates", *(f"{app}/templates" for app in APPS))
SUFFIXES = {".html", ".txt", ".xml"}
# function -> what its first arguments are
CALLS = {
    "_": ("text",),
    "gettext": ("text",),
    "ngettext": ("text", "plural"),
    "pgettext": ("context", "text"),
    "npgettext": ("context", "text", "plural"),
}
LITERAL = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL_IN_TEMPLATE = re.compile(
    rf"\b(_|n?p?gettext)\(\s*({LITERAL}(?:\s*,\s*{LITERAL})*)", flags=re.DOTALL
)


@dataclass(frozen=True, order=True)
class Message:
    """The Russian text is the key; `plural` and `context` are empty for most."""

    text: str
    plural: str = ""
    context: str = ""


def in_sources(root: Path) -> dict[Message, list[str]]:
    """Every message of the product, and the files that say it."""
    found: dict[Message, list[str]] = defaultdict(list)
    for file in _files(root):
        source = file.read_text(encoding="utf-8")
        messages = in_python(source) if file.suffix == ".py" else in_template(source)
        for message in sorted(set(messages)):
            found[message].append(str(file.relative_to(root)))
    return found


def in_python(source: str) -> Iterator[Message]:
    """Only literals can be found, so only literals are translated."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (roles := _roles(node.func)):
            values = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args]
            yield from _message(roles, values)


def in_template(source: str) -> Iterator[Message]:
    """Django turns a template into a text where only calls of gettext are left standing."""
    for call in CALL_IN_TEMPLATE.finditer(templatize(source)):
        values = [ast.literal_eval(literal) for literal in re.findall(LITERAL, call[2])]
        yield from _message(CALLS[call[1]], values)


def _files(root: Path) -> Iterator[Path]:
    for app in APPS:
        yield from sorted((root / app).rglob("*.py"))
    for folder in TEMPLATES:
        files = sorted((root / folder).rglob("*"))
        yield from (file for file in files if file.suffix in SUFFIXES)


def _roles(function: ast.expr) -> tuple[str, ...]:
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    return CALLS.get(name.removesuffix("_lazy").removesuffix("_noop"), ())


def _message(roles: tuple[str, ...], values: Sequence[object]) -> Iterator[Message]:
    texts = [value for value in values[: len(roles)] if isinstance(value, str) and value]
    if len(texts) == len(roles):
        yield Message(**dict(zip(roles, texts, strict=True)))
