"""How well messages are understood: precision and recall of what is said, field by field."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from partners.models import Category, Region, Specialisation
from partners.services.understanding import Understood, understand

EMPTY = (None, "", "none", False)
FIELDS = tuple(Understood.__slots__)


@dataclass
class Marks:
    """Counted by values: a list counts by each of its members."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    mistakes: list[str] = field(default_factory=list)

    def precision(self, *names: str) -> float:
        return self._share(self.wrong, names or FIELDS)

    def recall(self, *names: str) -> float:
        return self._share(self.missed, names or FIELDS)

    def _share(self, bad: Counter[str], names: tuple[str, ...]) -> float:
        right = sum(self.right[name] for name in names)
        count = right + sum(bad[name] for name in names)
        return right / count if count else 1.0

    def table(self, title: str) -> str:
        lines = [f"{title}: field, precision, recall, values"]
        for name in FIELDS:
            if count := self.right[name] + self.missed[name] + self.wrong[name]:
                lines.append(
                    f"  {name:<16}{self.precision(name):>7.3f}{self.recall(name):>7.3f}{count:>5}"
                )
        lines.append(f"  {'overall':<16}{self.precision():>7.3f}{self.recall():>7.3f}")
        return "\n".join([*lines, *self.mistakes])


def sentences(name: str) -> list[dict[str, Any]]:
    text = (Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8")
    said: list[dict[str, Any]] = tomllib.loads(text)["sentence"]
    return said


def marked(said: list[dict[str, Any]]) -> Marks:
    codes = {
        name: dict(model.objects.values_list("pk", "code"))
        for name, model in (
            ("specialisations", Specialisation),
            ("category", Category),
            ("region", Region),
        )
    }
    marks = Marks()
    for one in said:
        found = understand(one["text"])
        for name in FIELDS:
            wanted = _values(one.get(name), None)
            got = _values(getattr(found, name), codes.get(name))
            marks.right[name] += len(wanted & got)
            marks.wrong[name] += len(got - wanted)
            marks.missed[name] += len(wanted - got)
            if wanted != got:
                marks.mistakes.append(
                    f"  {one['text'][:70]!r} {name}: {got or '–'}, not {wanted or '–'}"
                )
    return marks


def _values(value: Any, codes: dict[int, str] | None) -> set[Any]:
    many = value if isinstance(value, list | tuple) else [value]
    return {
        codes[one] if codes else Decimal(one) if type(one) in (int, Decimal) else one
        for one in many
        if one not in EMPTY
    }
