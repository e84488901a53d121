"""Where: the region and the town that a message names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from partners.services.understanding.lexicon import Lexicon, Meant
from partners.services.understanding.phrases import Hit, longest
from partners.services.understanding.towns import Town, is_person
from partners.services.understanding.words import Token

IN = frozenset({
    "в", "во", "под", "около", "возле", "у", "in", "near", "на", "по", "недалеко", "рядом",
})  # fmt: skip
FROM = frozenset({"из", "от", "с", "from"})
MARKS = frozenset({
    "город", "городе", "г", "пгт", "поселок", "поселке", "станица", "село", "town", "city", "гор", "поселка",
})  # fmt: skip
MIDDLING = 30_000  # people: a smaller one is not meant by a word that stands alone
LARGE = 80_000  # people: so large a town is meant even where its name, written small, is a word too


@dataclass(frozen=True, slots=True)
class Place:
    region: int | None = None
    city: str = ""
    hits: tuple[Hit, ...] = ()


def place(words: Sequence[Token], lexicon: Lexicon, *, said_by_hand: bool) -> Place:
    """`said_by_hand`: the message has small letters too, so a capital one says something."""
    hits = longest(lexicon.places.find(words))
    regions = [hit for hit in hits if isinstance(hit.phrase.meaning, Meant)]
    named = {hit.phrase.meaning.row for hit in regions}
    found: list[tuple[tuple[int, int], Hit, Town]] = []
    for hit in hits:
        if isinstance(hit.phrase.meaning, Meant):
            continue
        many = lexicon.towns[hit.phrase.meaning]
        town = max(many, key=lambda one: (one.region in named, one.population))
        if _is_meant(town, hit, words, named=named, by_hand=said_by_hand):
            found.append((_standing(hit, words), hit, town))
    if found:
        _order, hit, town = min(found, key=lambda one: one[0])
        elsewhere = [one for one in regions if not _same(one, hit)]
        return Place(town.region, town.name, (hit, *elsewhere))
    if regions:
        first = min(regions, key=lambda hit: _standing(hit, words))
        return Place(first.phrase.meaning.row, "", (first,))
    return Place()


def _standing(hit: Hit, words: Sequence[Token]) -> tuple[int, int]:
    """Where the work is comes before where somebody comes from."""
    before = words[hit.start - 1].text if hit.start else ""
    return (0 if before in IN else 2 if before in FROM else 1, hit.start)


def _same(one: Hit, other: Hit) -> bool:
    return one.start < other.end and other.start < one.end


def _is_meant(
    town: Town, hit: Hit, words: Sequence[Token], *, named: set[int], by_hand: bool
) -> bool:
    """Whether the town is meant, and not the word or the person of the same name."""
    word = words[hit.start]
    kin = town.kin or ("person" if hit.end - hit.start == 1 and is_person(word.text) else "")
    if not kin:
        return True
    before = words[hit.start - 1].text if hit.start else ""
    capital = by_hand and word.is_capital
    if before in MARKS or (town.region in named and capital):
        return True
    if before in IN or before in FROM:
        return kin == "person" or capital or town.population >= LARGE
    if len(words) == hit.end - hit.start:
        return kin == "person" or (word.text == town.key and town.population >= MIDDLING)
    return capital and hit.start > 0 and kin == "word" and town.population >= LARGE
