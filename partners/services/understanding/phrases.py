"""Expressions of several words, found in any of their forms."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from partners.services.understanding.words import Token, forms_of, plain

MOST_BETWEEN = 3  # words that may stand where a phrase says *
_PART = re.compile(r"\*|=?[^\W\d_]+|\d+")


@dataclass(frozen=True, slots=True)
class Phrase:
    """`words`: for each word the forms it may have; None stands for a few words in between."""

    words: tuple[frozenset[str] | None, ...]
    meaning: Any  # whatever the phrase was made for


@dataclass(frozen=True, slots=True)
class Hit:
    """Words `start` to `end` (not included) of the message."""

    start: int
    end: int
    phrase: Phrase

    def covers(self, other: Hit) -> bool:
        """Whether the other is a smaller part of this one."""
        inside = self.start <= other.start and other.end <= self.end
        return inside and self.end - self.start > other.end - other.start


def phrase(text: str, meaning: Any) -> Phrase | None:
    """`=` before a word stands for this form of it alone. None where there is no word."""
    words: list[frozenset[str] | None] = []
    for part in _PART.findall(plain(text)):
        if part == "*":
            if words and words[-1] is not None:
                words.append(None)
        else:
            words.append(frozenset({part}) if part.startswith("=") else forms_of(part))
    while words and words[-1] is None:
        words.pop()
    return Phrase(tuple(words), meaning) if words else None


class Phrases:
    """Many phrases, looked up by the first word."""

    def __init__(self, phrases: Iterable[Phrase | None]) -> None:
        self._by_first: dict[str, list[Phrase]] = defaultdict(list)
        for one in phrases:
            if one is None or one.words[0] is None:
                continue
            for form in one.words[0]:
                self._by_first[form].append(one)

    def find(self, words: Sequence[Token]) -> list[Hit]:
        """Every phrase in the message, those inside others too."""
        found = {}
        for start, token in enumerate(words):
            for form in (*token.forms, f"={token.text}"):
                for one in self._by_first.get(form, ()):
                    end = _end(one.words, words, start)
                    if end:
                        found[id(one), start] = Hit(start, end, one)
        return list(found.values())


def longest(hits: Sequence[Hit]) -> list[Hit]:
    """Without those that are a smaller part of another."""
    return [hit for hit in hits if not any(other.covers(hit) for other in hits)]


def _end(wanted: Sequence[frozenset[str] | None], words: Sequence[Token], start: int) -> int:
    """Where the phrase that begins at `start` ends; 0 where it is not there."""
    place, between = start, 0
    for forms in wanted:
        if forms is None:
            between = MOST_BETWEEN
            continue
        last = min(len(words), place + between + 1)
        place = next((at for at in range(place, last) if _is(words[at], forms)), -1) + 1
        if not place:
            return 0
        between = 0
    return place


def _is(token: Token, forms: frozenset[str]) -> bool:
    return not forms.isdisjoint(token.forms) or f"={token.text}" in forms
