"""Words of a message and the forms they may be: every later step compares these, never letters."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from threading import Lock

import pymorphy3

LONGEST = 2_000  # characters of a message that are read; a wish is said in fewer
SURE = 0.03  # a reading of a word that is rarer than this is left aside

_LATIN, _CYRILLIC = "aceopxykmthbABCEHKMOPTXy", "асеорхукмтнвАВСЕНКМОРТХу"
_ALIKE = str.maketrans(_LATIN, _CYRILLIC)
_TOKEN = re.compile(
    r"[^\W\d_]+|\d{1,3}(?:\.\d{3}){2,}(?!\d)|(?:\d{1,3}(?:[ \u00a0]\d{3}(?!\d))+|\d+)(?:[.,]\d+)?|[^\w\s]"
)
_HAS_CYRILLIC, _HAS_LATIN = re.compile("[а-яё]", re.IGNORECASE), re.compile("[a-z]", re.IGNORECASE)
_SHORT = {
    "обл": "область", "респ": "республика", "г": "город", "гор": "город", "кв": "квартира",
    "р": "рубль", "руб": "рубль",
}  # fmt: skip

_lock = Lock()


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is small letters with е for ё; `forms` are the normal forms it may have."""

    raw: str
    text: str
    start: int
    end: int
    forms: frozenset[str]

    @property
    def is_word(self) -> bool:
        return self.raw[0].isalpha()

    @property
    def is_number(self) -> bool:
        return self.raw[0].isdecimal()

    @property
    def is_capital(self) -> bool:
        return self.raw[0].isupper()

    def read_as(self, word: str) -> Token:
        """The same place of the message, spelt as it was meant."""
        return replace(self, text=word, forms=forms_of(word))


@cache
def _loaded() -> pymorphy3.MorphAnalyzer:
    return pymorphy3.MorphAnalyzer()


def morph() -> pymorphy3.MorphAnalyzer:
    """One dictionary for the process, read at the first word."""
    with _lock:
        return _loaded()


def plain(text: str) -> str:
    """Small letters, е for ё; as many characters as before, so that places stay where they were."""
    return "".join(_small(char) for char in text).replace("ё", "е")


@lru_cache(maxsize=50_000)
def readings(word: str) -> tuple[pymorphy3.analyzer.Parse, ...]:
    """What the word may be, the likeliest first; guesses about unknown words included."""
    return tuple(morph().parse(word))


@lru_cache(maxsize=50_000)
def is_known(word: str) -> bool:
    return bool(morph().word_is_known(word))


@lru_cache(maxsize=50_000)
def forms_of(word: str) -> frozenset[str]:
    """Normal forms, е for ё; an English word with and without its last s."""
    word = _SHORT.get(word, word)
    if not _HAS_CYRILLIC.search(word):
        return frozenset({word, word[:-1]} if word.endswith("s") and len(word) > 3 else {word})
    found = {one.normal_form.replace("ё", "е") for one in readings(word) if one.score >= SURE}
    return frozenset(found or {word})


@lru_cache(maxsize=50_000)
def all_forms(word: str) -> frozenset[str]:
    """Every form of the word, to compare slips of the keyboard with."""
    first = readings(word)[0] if _HAS_CYRILLIC.search(word) else None
    if first is None or not first.is_known:
        return frozenset({word})
    return frozenset({one.word.replace("ё", "е") for one in first.lexeme} | {word})


def tokens(text: str) -> list[Token]:
    """Words, numbers and marks of a message, in order. A word with a hyphen is two words with a mark between."""
    found = []
    for match in _TOKEN.finditer(text[:LONGEST]):
        raw = match.group()
        word = plain(_one_alphabet(raw))
        forms = forms_of(word) if raw[0].isalpha() else frozenset({word})
        found.append(Token(raw, word, match.start(), match.end(), forms))
    return found


def _one_alphabet(word: str) -> str:
    """Latin letters that look like Russian ones, among Russian ones, were a keyboard's slip."""
    mixed = _HAS_LATIN.search(word) and _HAS_CYRILLIC.search(word)
    return word.translate(_ALIKE) if mixed else word


def as_russian(word: str) -> str:
    """A word written in Latin letters that all look like Russian ones, in Russian; "" for any other."""
    return word.translate(_ALIKE).lower() if word and set(word) <= set(_LATIN) else ""


def _small(char: str) -> str:
    small = char.lower()
    return small if len(small) == 1 else char
