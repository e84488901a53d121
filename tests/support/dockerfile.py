"""The Dockerfile as a list of steps, and what .dockerignore lets in, read as an engine reads them."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Step:
    """One instruction: its word in capitals, and the rest with continued lines joined."""

    word: str
    rest: str

    @property
    def words(self) -> list[str]:
        """Of its JSON form, else as a shell splits them."""
        if self.rest.startswith("["):
            return [str(word) for word in json.loads(self.rest)]
        return shlex.split(self.rest)


@dataclass(frozen=True)
class Stage:
    """What it begins with (another stage's name or an image), its own name, and its steps after FROM."""

    base: str
    name: str
    steps: list[Step] = field(default_factory=list)

    def all_of(self, word: str) -> list[Step]:
        return [step for step in self.steps if step.word == word]

    def last(self, word: str) -> Step:
        return self.all_of(word)[-1]

    @property
    def variables(self) -> dict[str, str]:
        pairs = [pair for step in self.all_of("ENV") for pair in step.words]
        return dict(pair.split("=", 1) for pair in pairs)


def stages(text: str) -> list[Stage]:
    found: list[Stage] = []
    for step in _steps(text):
        if step.word == "FROM":
            base, _, name = step.rest.partition(" AS ")
            found.append(Stage(base.strip(), name.strip()))
        else:
            found[-1].steps.append(step)
    return found


def _steps(text: str) -> Iterator[Step]:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    for line in joined.splitlines():
        if line.strip():
            word, _, rest = line.partition(" ")
            yield Step(word.upper(), rest.strip())


def context(root: Path) -> list[Path]:
    """Every file that .dockerignore lets into the build, relative to `root`. The last rule that fits decides."""
    rules = list(_rules((root / ".dockerignore").read_text(encoding="utf-8")))
    opened = {rule.split("/")[0] for rule in _named(root / ".dockerignore")}
    found = []
    for top in sorted(opened):
        path = root / top
        files = path.rglob("*") if path.is_dir() else [path]
        found += [file.relative_to(root) for file in files if file.is_file()]
    return sorted(file for file in found if not _is_left_out(file, rules))


def _named(file: Path) -> list[str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return [line[1:] for line in lines if line.startswith("!")]


def _rules(text: str) -> Iterator[tuple[bool, re.Pattern[str]]]:
    """Whether a rule leaves out, and what it fits: a path, or any folder above it."""
    for line in text.splitlines():
        rule = line.strip()
        if not rule or rule.startswith("#"):
            continue
        pattern = re.escape(rule.lstrip("!")).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
        yield not rule.startswith("!"), re.compile(rf"{pattern}(?:/.*)?")


def _is_left_out(file: Path, rules: list[tuple[bool, re.Pattern[str]]]) -> bool:
    is_out = False
    for leaves_out, pattern in rules:
        if pattern.fullmatch(file.as_posix()):
            is_out = leaves_out
    return is_out
