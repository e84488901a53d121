"""What a partner sells, read from the lines it typed: «Кровля – 1 000–2 000 ₽ за м²»."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

MOST_LINES = 100
LONGEST_LINE = 300
LEAST_UNMARKED = (
    100  # "24/7" and "дом 6" name no price: without «₽» or «от» a smaller number is no price
)
LARGEST = Decimal("9999999999")
LONGEST_TITLE, LONGEST_UNIT = 200, 40

_DASH = r"[-–—−]"
_SUM = r"\d[\d ]*(?:[.,]\d{1,2})?"
_CURRENCY = r"(?:₽|руб(?:лей|ля|ль)?\.?|р\.?|rub)"
_PRICE = re.compile(
    rf"""
    (?P<title>.*?)
    (?:(?P<sign>[ ]?:|[ ]{_DASH})[ ]?|[ ])
    (?:(?P<word>от|до|from|up[ ]to)[ ])?
    (?P<first>{_SUM})[ ]?(?P<mark>{_CURRENCY})?
    (?:[ ]?(?:{_DASH}|до|to)[ ]?(?P<second>{_SUM}))?
    [ ]?(?P<currency>{_CURRENCY})?
    (?:[ ]?(?:за[ ]|/|per[ ])[ ]?(?P<unit>.+))?
    $
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ONLY_TO = {"до", "up to"}
_ONLY_FROM = {"от", "from"}


@dataclass(frozen=True, slots=True)
class PricedService:
    """Roubles; None where no such bound is named."""

    title: str
    price_from: Decimal | None = None
    price_to: Decimal | None = None
    unit: str = ""


def read_services(text: str) -> list[PricedService]:
    """One service a line; a line whose price cannot be read is a service without one, as it was typed."""
    lines = [" ".join(line.split()).strip(" •*·;–—-") for line in text.splitlines()]
    return [_read(line[:LONGEST_LINE]) for line in lines if line][:MOST_LINES]


def _read(line: str) -> PricedService:
    found = _PRICE.match(line)
    plain = PricedService(line[:LONGEST_TITLE])
    if found is None or not any(letter.isalpha() for letter in found["title"]):
        return plain
    first, second = _sum(found["first"]), _sum(found["second"])
    if first is None or (found["second"] and second is None):
        return plain
    word = (found["word"] or "").lower()
    is_marked = found["mark"] or found["currency"] or word
    if not is_marked and not (found["sign"] and first >= LEAST_UNMARKED):
        return plain
    low: Decimal | None = first if second is None else min(first, second)
    high: Decimal | None = first if second is None else max(first, second)
    if second is None and word in _ONLY_FROM:
        high = None
    elif second is None and word in _ONLY_TO:
        low = None
    unit = (found["unit"] or "").strip(" .")
    title = found["title"].rstrip(" :,-–—−")
    return PricedService(title[:LONGEST_TITLE], low, high, unit[:LONGEST_UNIT])


def _sum(text: str | None) -> Decimal | None:
    if not text:
        return None
    try:
        value = Decimal(text.replace(" ", "").replace(",", "."))
    except InvalidOperation:
        return None
    return value if value <= LARGEST else None
