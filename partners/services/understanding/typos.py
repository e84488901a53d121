"""Slips of the keyboard: a word that no dictionary knows, one or two keys away from a word we look for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from partners.services.understanding.words import all_forms, as_russian, is_known

SHORTEST = 5  # letters: shorter words are all alike
LONG = 8  # letters from which two slips are forgiven
REMEMBERED = 20_000
_WORD = re.compile("[а-я]+|[a-z]+")


class Speller:
    """Compares with every form of the words it is given."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(word for word in words if _WORD.fullmatch(word))
        self._answers: dict[str, str] = {}

    def meant(self, word: str, raw: str) -> str:
        """The word that was meant; the same one where it is right, or like nothing we know."""
        if (russian := as_russian(raw)) in self._known and russian:
            return russian
        if (
            len(word) < SHORTEST
            or not _WORD.fullmatch(word)
            or word in self._known
            or is_known(word)
        ):
            return word
        if word not in self._answers:
            if len(self._answers) >= REMEMBERED:
                self._answers.clear()
            self._answers[word] = self._nearest(word)
        return self._answers[word]

    def _nearest(self, word: str) -> str:
        allowed = 1 if len(word) < LONG else 2
        near = [
            other
            for length in range(len(word) - allowed, len(word) + allowed + 1)
            for other in self._by_length.get(length, ())
        ]
        best = process.extractOne(
            word, near, scorer=DamerauLevenshtein.distance, score_cutoff=allowed
        )
        return str(best[0]) if best else word

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(form for word in self._words for form in all_forms(word))

    @cached_property
    def _by_length(self) -> dict[int, list[str]]:
        found = defaultdict(list)
        for form in sorted(self._known):
            if len(form) >= SHORTEST and _WORD.fullmatch(form):
                found[len(form)].append(form)
        return found
