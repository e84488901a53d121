"""How a text is read for searching: the same for what is stored and for what is asked."""

from __future__ import annotations

import re

LONGEST_QUESTION = 200
SHORTEST_GUESS, LONGEST_WORD = 4, 40
MOST_WORDS = 8
_BREAK = re.compile(r"[\W_]+")


def words(text: str) -> list[str]:
    """Small letters and figures only, ё as е: «ООО "Зелёный-Дом"» is ооо, зеленый, дом."""
    return _BREAK.sub(" ", text.casefold().replace("ё", "е")).split()


def asked(text: str) -> tuple[str, ...]:
    """The words of a question, each once, no more than a person would type."""
    return tuple(dict.fromkeys(words(text[:LONGEST_QUESTION])))[:MOST_WORDS]


def can_be_misspelt(word: str) -> bool:
    """A number with another digit is another number, and two short words are always alike."""
    return SHORTEST_GUESS <= len(word) <= LONGEST_WORD and not word.isdigit()
