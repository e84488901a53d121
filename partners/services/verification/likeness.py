"""Whether two ways of writing a company, a person or an address mean the same."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from enum import Enum

# Longest first: «публичное акционерное общество» holds «акционерное общество».
FORMS = (
    ("публичное акционерное общество", "пао"),
    ("закрытое акционерное общество", "зао"),
    ("открытое акционерное общество", "оао"),
    ("непубличное акционерное общество", "ао"),
    ("общество с ограниченной ответственностью", "ооо"),
    ("индивидуальный предприниматель", "ип"),
    ("акционерное общество", "ао"),
)
SHORT_FORMS = frozenset({"пао", "зао", "оао", "ао", "ооо", "ип", "нао", "тоо"})
# Words for kinds of places.
ADDRESS_WORD = re.compile(
    r"россия|рф|г|гор|город|ул|улица|д|дом|пом|помещ|помещение|оф|офис|кв|кварт|квартира|к|корп|корпус|стр|строение"
    r"|обл|область|край|респ|республика|район|пр|кт|просп|проспект|пер|переулок|бульвар|ш|шоссе|наб|набережная"
    r"|мкр|микрорайон|пос|поселок|п|с|село|дер|деревня|тер|территория|вн|муниципальный|округ|эт|этаж|ком|комната"
)
POSTCODE = re.compile(r"\d{6}")
CLOSE = 0.8  # of SequenceMatcher's ratio


class Likeness(Enum):
    SAME = "same"
    CLOSE = "close"
    OTHER = "other"


def plain(text: str) -> str:
    """Lower case, ё as е, no quotes or punctuation, one space between words."""
    text = re.sub(r"[^\w\s-]", " ", text.casefold().replace("ё", "е"))
    return " ".join(re.sub(r"\s-+|-+\s", " ", f" {text} ").replace("_", " ").split())


def company_name(text: str) -> str:
    """The name without its legal form, wherever that stands."""
    words = plain(text)
    for long, short in FORMS:
        words = words.replace(long, short)
    return " ".join(word for word in words.split() if word not in SHORT_FORMS)


def legal_form(text: str) -> str:
    """The legal form that a name says, as a code of LegalForm; empty where it says none."""
    words = plain(text)
    for long, short in FORMS:
        words = words.replace(long, short)
    found = next((word for word in words.split() if word in SHORT_FORMS), "")
    return {
        "пао": "pao", "зао": "zao", "оао": "oao", "ао": "ao", "нао": "ao", "ооо": "ooo", "ип": "ip",
    }.get(found, "")  # fmt: skip


def companies(given: str, *known: str) -> Likeness:
    """A name as it was sent against the register's names of the company. The best of them counts."""
    mine = company_name(given)
    others = [company_name(name) for name in known if company_name(name)]
    if mine and mine in others:
        return Likeness.SAME
    if any(_is_short_for(mine, other) or _close(mine, other) for other in others):
        return Likeness.CLOSE
    return Likeness.OTHER


def people(given: str, known: str) -> Likeness:
    """Full names; initials are close to a name that begins with them."""
    mine, other = company_name(given), company_name(known)
    if mine and sorted(mine.split()) == sorted(other.split()):
        return Likeness.SAME
    return Likeness.CLOSE if _is_short_for(mine, other) or _close(mine, other) else Likeness.OTHER


def addresses(given: str, known: str) -> Likeness:
    """By what is left without the words for streets and houses; whose numbers differ is another place."""
    mine, other = _places(given), _places(known)
    if not mine or not other:
        return Likeness.OTHER
    if mine == other:
        return Likeness.SAME
    numbers, others = _numbers(mine), _numbers(other)
    if numbers and others and not (numbers <= others or others <= numbers):
        return Likeness.OTHER
    words, theirs = mine - numbers, other - others
    shared = len(words & theirs) / max(min(len(words), len(theirs)), 1)
    return Likeness.CLOSE if shared >= CLOSE else Likeness.OTHER


def _is_short_for(given: str, known: str) -> bool:
    """«иванов и и» for «иванов иван иванович»."""
    mine, other = given.split(), known.split()
    return (
        1 < len(mine) == len(other)
        and mine[0] == other[0]
        and all(b.startswith(a) for a, b in zip(mine, other, strict=True))
    )


def _close(one: str, other: str) -> bool:
    return bool(one and other) and SequenceMatcher(None, one, other).ratio() >= CLOSE


def _places(text: str) -> frozenset[str]:
    """Words and numbers that tell places apart; a postcode does not."""
    words = re.findall(r"\w+", plain(text).replace("-", " "))
    return frozenset(
        word for word in words if not ADDRESS_WORD.fullmatch(word) and not POSTCODE.fullmatch(word)
    )


def _numbers(words: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in words if word[0].isdigit())
