"""Numbers in figures and in words: «500 000», «1,5», «пятьсот», «полтора»."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from partners.services.understanding.words import Token

_UNITS = (
    "ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать "
    "четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать"
)
_TENS = "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто"
_HUNDREDS = "сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот"
_ENGLISH = "zero one two three four five six seven eight nine ten"
VALUES: dict[str, Decimal] = {
    **{word: Decimal(value) for value, word in enumerate(_UNITS.split())},
    **{word: Decimal(value * 10) for value, word in enumerate(_TENS.split(), 2)},
    **{word: Decimal(value * 100) for value, word in enumerate(_HUNDREDS.split(), 1)},
    **{word: Decimal(value) for value, word in enumerate(_ENGLISH.split())},
    "полтора": Decimal("1.5"),
    "пара": Decimal(2),
    "сотня": Decimal(100),
}


def figure(token: Token) -> Decimal:
    """«1 500,5» as a number; a point before three figures divides thousands."""
    text = "".join(token.text.split()).replace(",", ".")
    if text.count(".") > 1:
        return Decimal(text.replace(".", ""))
    whole, mark, rest = text.partition(".")
    return Decimal(whole + rest) if mark and len(rest) == 3 else Decimal(text)


def number(tokens: Sequence[Token], at: int) -> tuple[Decimal, int] | None:
    """The number that begins at this token, and where it ends."""
    if at >= len(tokens):
        return None
    if tokens[at].is_number:
        return figure(tokens[at]), at + 1
    total, place, last = Decimal(0), at, Decimal(1000)
    while place < len(tokens):
        value = next((VALUES[form] for form in tokens[place].forms if form in VALUES), None)
        if value is None or value >= last:  # «сто двадцать», never «двадцать сто»
            break
        total, last, place = total + value, value, place + 1
    return (total, place) if place > at else None
