"""A message read: what it says, and by which of its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from partners.services.understanding import contacts, intents, money, places, terms
from partners.services.understanding.lexicon import Lexicon, Meaning, lexicon
from partners.services.understanding.phrases import Hit, longest
from partners.services.understanding.understood import Side, Understood, side_of
from partners.services.understanding.words import LONGEST, Token, tokens

SIDES = (Meaning.CLIENT, Meaning.PARTNER)
# What a wish is about stands after these as a rule only when something else is wanted: «фундамент под каркасный дом».
ASIDE = frozenset({"под", "для", "в", "на", "к", "у", "for", "in"})


@dataclass(frozen=True, slots=True)
class Found:
    """`field` of Understood, and the words that said so."""

    field: str
    words: str


@dataclass(frozen=True, slots=True)
class Reading:
    understood: Understood
    found: tuple[Found, ...]


def read(text: str) -> Reading:
    """Understand a message. Asks the database only whether the lists have changed, once in a while."""
    text = text[:LONGEST]
    lists = lexicon()
    email, rest = contacts.email(text)
    phone, rest = contacts.phone(rest)
    said = _corrected(tokens(rest), lists)
    name, name_start, name_end = contacts.name(said)
    rest_of = [*said[:name_start], *said[name_end:]]
    words = [token for token in rest_of if token.is_word or token.is_number]
    hits = lists.keywords.find(words)
    place = places.place(words, lists, said_by_hand=any(c.islower() for c in text))
    side, side_hits = _side(hits, lists)
    specs = _in_order(hits, Meaning.SPECIALISATION, words)
    categories = _in_order(hits, Meaning.CATEGORY, words)
    budget = money.budget(rest_of)
    rating = intents.rating(rest_of)
    term, term_start, term_end = terms.term(rest)
    understood = Understood(
        side=side,
        specialisations=tuple(dict.fromkeys(_row(hit) for hit in specs)),
        category=_row(categories[0]) if categories else None,
        region=place.region,
        city=place.city,
        budget_from=budget.low,
        budget_to=budget.high,
        term=term[:120],
        phone=phone,
        email=email,
        name=name,
        wants_person=intents.wants_person(words),
        says="" if rating else intents.says(said),
        rating=rating,
        start_over=intents.start_over(words),
    )
    found = [
        Found(f"side_{hit.phrase.meaning.meaning}", _said(text, words, hit)) for hit in side_hits
    ]
    found += [Found("specialisations", _said(text, words, hit)) for hit in specs]
    found += [Found("category", _said(text, words, hit)) for hit in categories[:1]]
    found += [Found("place", _said(text, words, hit)) for hit in place.hits]
    if budget.end:
        span = rest_of[budget.start].start, rest_of[budget.end - 1].end
        found.append(Found("budget", text[slice(*span)]))
    if term:
        found.append(Found("term", text[term_start:term_end]))
    return Reading(understood, tuple(found))


def _corrected(said: Sequence[Token], lists: Lexicon) -> list[Token]:
    result = []
    for token in said:
        word = lists.speller.meant(token.text, token.raw) if token.is_word else token.text
        result.append(token if word == token.text else token.read_as(word))
    return result


def _side(hits: Sequence[Hit], lists: Lexicon) -> tuple[Side, list[Hit]]:
    """Who writes. What both lists have says nothing where a word of one of them stands beside it."""
    sides = longest([hit for hit in hits if hit.phrase.meaning.meaning in SIDES])
    telling = [hit for hit in sides if hit.phrase.words not in lists.shared]
    sides = telling or sides
    said = {hit.phrase.meaning.meaning for hit in sides}
    return side_of(client=Meaning.CLIENT in said, partner=Meaning.PARTNER in said), sides


def _in_order(hits: Sequence[Hit], meaning: str, words: Sequence[Token]) -> list[Hit]:
    """What is wanted first, then what it is for; as they were said."""
    own = longest([hit for hit in hits if hit.phrase.meaning.meaning == meaning])
    return sorted(own, key=lambda hit: (_is_aside(hit, words), hit.start))


def _is_aside(hit: Hit, words: Sequence[Token]) -> bool:
    return any(word.text in ASIDE for word in words[max(0, hit.start - 1) : hit.start])


def _row(hit: Hit) -> int:
    return int(hit.phrase.meaning.row)


def _said(text: str, words: Sequence[Token], hit: Hit) -> str:
    return text[words[hit.start].start : words[hit.end - 1].end]
