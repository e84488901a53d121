"""`docs/configuration.md`, made of the two places that know every variable.

`.env.example` says what each one means, and the code how it is read: as text, a number, a list or yes and no. A test
compares, so neither can say something else.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from devtools import places

EXAMPLE = places.ROOT / ".env.example"
PAGE = places.ROOT / "docs" / "configuration.md"
SECTION = re.compile(r"# --- (.+?) -*$")
VARIABLE = re.compile(r"(#?)([A-Z][A-Z0-9_]+)=(.*)")
SECRET = re.compile(
    r"SECRET|TOKEN|PASSWORD|_KEY\b|DSN|^(DATABASE|DATABASE_SESSION|REDIS|BROKER)_URL$"
)
KINDS = {"flag": "true or false", "number": "whole number", "words": "list, by commas"}
APPS = ("project", "bot", "partners", "payments", "integrations")
HEAD = """# Configuration

Everything that is read from the environment. This page is made by `./dev configuration` of `.env.example` and of the
code that reads it; do not edit it.

Copy `.env.example` to `.env`, or set the variables wherever your processes get theirs from. Any value may come from a
file instead: set `NAME_FILE=/run/secrets/name` and leave `NAME` out. White space around a value is dropped. A variable
without a default has to be set only where what it is for is used; `manage.py doctor` says what is missing or wrong.
"""


@dataclass(frozen=True)
class Variable:
    name: str
    default: str  # as .env.example shows it; empty where there is none
    is_needed: bool
    about: str


@dataclass
class Section:
    title: str
    about: list[str] = field(default_factory=list)
    variables: list[Variable] = field(default_factory=list)


def written() -> str:
    """The page as it should be."""
    kinds = dict(read_as())
    parts = [HEAD]
    for section in sections(EXAMPLE.read_text(encoding="utf-8")):
        rows = [_row(one, kinds.get(one.name, "")) for one in section.variables]
        head = ["| variable | value | default | what for |", "|---|---|---|---|"]
        parts.append("\n".join([f"## {section.title}", "", *head, *rows]) + "\n")
    return "\n".join(parts)


def sections(text: str) -> list[Section]:
    """What `.env.example` explains, in its order. A comment stands above one variable or several neighbours."""
    found: list[Section] = []
    comment: list[str] = []
    is_fresh = True
    for line in text.splitlines():
        if title := SECTION.match(line):
            found.append(Section(title[1]))
            comment, is_fresh = [], True
        elif (variable := VARIABLE.match(line)) and found:
            about = " ".join(comment)
            is_needed = not variable[1]
            found[-1].variables.append(Variable(variable[2], variable[3], is_needed, about))
            is_fresh = True
        elif line.startswith("#"):
            comment = [*([] if is_fresh else comment), line.lstrip("# ").strip()]
            is_fresh = False
        else:
            comment, is_fresh = [], True
    return [section for section in found if section.variables]


def read_as() -> Iterator[tuple[str, str]]:
    """Each variable and the kind of value it is read as, where it is not plain text."""
    for app in APPS:
        for path in sorted((places.ROOT / app).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and (kind := _kind(node.func)):
                    name = node.args[0]
                    if isinstance(name, ast.Constant) and isinstance(name.value, str):
                        yield name.value, kind


def _kind(function: ast.expr) -> str:
    if not (isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name)):
        return ""
    return KINDS.get(function.attr, "") if function.value.id == "env" else ""


def _row(one: Variable, kind: str) -> str:
    value = kind or ("secret" if SECRET.search(one.name) else "text")
    if one.is_needed and not one.default:
        value = f"{value}, needed"
    default = f"`{one.default}`" if one.default else ""
    if one.is_needed and one.default:
        default = f"for example {default}"
    about = one.about.replace("|", "\\|")
    return f"| `{one.name}` | {value} | {default} | {about} |"
