"""The budget a message names: sums of roubles, never a phone, an area, a year or how many of something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from partners.services.understanding.numbers import number
from partners.services.understanding.words import Token

K, M = Decimal(1_000), Decimal(1_000_000)
SCALES = {
    **dict.fromkeys(("тысяча", "тыс", "тыща", "тр", "к", "k", "т", "thousand"), K),
    **dict.fromkeys(
        ("миллион", "млн", "лям", "лимон", "кк", "kk", "million", "mln", "mil", "мильон"), M
    ),
}
LETTERS = frozenset({"к", "k", "т"})
WHOLE = {
    **dict.fromkeys(("полмиллиона", "поллимона", "полляма"), M / 2),
    **dict.fromkeys(("миллион", "лям", "лимон", "million"), M),
    **dict.fromkeys(("полтинник",), K * 50),
}
ROUBLES = frozenset({"рубль", "руб", "₽", "rub", "ruble", "rouble", "rur", "деревянный"})
UNITS = frozenset({
    "м", "m", "м²", "м2", "м3", "метр", "квадрат", "квадратный", "кв", "квартира", "кв.м", "сотка", "этаж",
    "комната", "км", "шт", "штука", "окно", "дверь", "год", "день", "неделя", "месяц", "час", "человек", "см",
    "мм", "sqm", "га", "куб", "раз", "m2", "точка", "розетка", "процент", "%", "лет", "гектар", "тонна", "кг",
    "квт", "ватт", "летие",
})  # fmt: skip
UP_TO = frozenset({
    "до", "максимум", "предел", "макс", "максимальный", "max", "maximum", "under", "within", "дорогой", "больше",
    "выше", "более", "дороже",
})  # fmt: skip
AT_LEAST = frozenset({"от", "минимум", "меньше", "мин", "менее", "over"})
ASKS = frozenset({
    "бюджет", "сумма", "budget", "смета", "рассчитывать", "располагать", "потратить", "уложиться", "деньги",
})  # fmt: skip
FROM = frozenset({"от", "с", "from", "между"})
DASHES = frozenset({"-", "–", "—"})
TO = frozenset({"до", "-", "–", "—", "to", "по", "и"})
PER = frozenset({"за", "/", "per", "в"})
BARE = Decimal(10_000)  # a sum without a word that makes it one is at least this
LOOKS_BACK = 4


@dataclass(frozen=True, slots=True)
class Amount:
    """`start` to `end` of the tokens; `is_sure`: it says thousands, millions or roubles itself."""

    value: Decimal
    start: int
    end: int
    scale: Decimal | None
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Budget:
    low: Decimal | None = None
    high: Decimal | None = None
    start: int = 0
    end: int = 0


def budget(tokens: Sequence[Token]) -> Budget:
    """The first that the message names: a range, an end of one, or a sum, which is then the most."""
    place = 0
    while place < len(tokens):
        amount = _amount(tokens, place)
        if amount is None:
            place += 1
            continue
        if (found := _read(tokens, amount)) is not None:
            return found
        place = amount.end
    return Budget()


def _read(tokens: Sequence[Token], amount: Amount) -> Budget | None:
    before = _before(tokens, amount.start)
    if (found := _range(tokens, amount, opened=bool(before and before[-1] & FROM))) is not None:
        return found
    if _is_counted(tokens, amount):
        return None
    near = frozenset[str]().union(*before[-2:])
    asked = any(word & ASKS for word in before)
    if not amount.is_sure and (amount.value < BARE or not (asked or near & (UP_TO | AT_LEAST))):
        return None
    is_denied = any("не" in word for word in before[-3:])
    if near & AT_LEAST and not (is_denied and near & UP_TO):
        return Budget(amount.value, None, amount.start, amount.end)
    return Budget(None, amount.value, amount.start, amount.end)


def _range(tokens: Sequence[Token], first: Amount, *, opened: bool) -> Budget | None:
    """«от 300 до 500 тысяч», «300–500 тыс»: the first sum is of the second one's size."""
    between = tokens[first.end].text if first.end < len(tokens) else ""
    second = _amount(tokens, first.end + 1) if between in TO else None
    if second is None or not (opened or between in DASHES) or _is_counted(tokens, second):
        return None
    low = _round(first.value * (1 if first.scale or not second.scale else second.scale))
    if not second.is_sure and low < BARE:
        return None
    fits = low < second.value
    return Budget(low, second.value, first.start, second.end) if fits else None


def _before(tokens: Sequence[Token], start: int) -> list[frozenset[str]]:
    return [token.forms | {token.text} for token in tokens[max(0, start - LOOKS_BACK) : start]]


def _amount(tokens: Sequence[Token], at: int) -> Amount | None:
    if at >= len(tokens):
        return None
    scale = _in(SCALES, tokens, at)
    if scale is not None and (rest := number(tokens, at + 1)):  # «тысяч триста»
        return Amount(_round(rest[0] * scale), at, rest[1], scale, is_sure=True)
    found = number(tokens, at)
    value, end = found or (Decimal(0), at)
    scale = _in(SCALES, tokens, end) if found and not _is_apart(tokens, end) else None
    if scale is not None:
        value, end = value * scale, end + 1
        if _in(SCALES, tokens, end) == K and scale == M:
            end += 1
        elif scale == M and (rest := number(tokens, end)) and _in(SCALES, tokens, rest[1]) == K:
            value, end = value + rest[0] * K, rest[1] + 1  # «1 млн 200 тысяч»
    elif not found:
        word = _in(WHOLE, tokens, at)
        if word is None:
            if (
                tokens[at].text != "пол"
                or (half := _in(SCALES, tokens, at + 1 + _hyphen(tokens, at + 1))) != M
            ):
                return None
            word, end = half / 2, at + 1 + _hyphen(tokens, at + 1)
        value, scale, end = word, M, end + 1
    end += _dot(tokens, end)
    if tokens[end - 1].text == "т" and end < len(tokens) and tokens[end].text == "р":
        end += 1
    sure = scale is not None
    if end < len(tokens) and (tokens[end].text in ROUBLES or tokens[end].forms & ROUBLES):
        sure, end = True, end + 1
    return Amount(_round(value), at, end, scale, is_sure=sure) if value else None


def _round(value: Decimal) -> Decimal:
    """Roubles, with kopecks only where there are some."""
    whole = value.to_integral_value()
    return whole if whole == value else value.quantize(Decimal("0.01"))


def _is_counted(tokens: Sequence[Token], amount: Amount) -> bool:
    """Whether it says how many of something, or a price for one of something."""
    after = tokens[amount.end : amount.end + 3]
    if not after:
        return False
    if not amount.is_sure and (after[0].text in UNITS or after[0].forms & UNITS):
        return True
    if after[0].text in PER and len(after) > 1:
        return bool(after[1].text in UNITS or after[1].forms & UNITS)
    return after[0].text == "%"


def _in(table: dict[str, Decimal], tokens: Sequence[Token], at: int) -> Decimal | None:
    if at >= len(tokens):
        return None
    token = tokens[at]
    return next((table[form] for form in (token.text, *token.forms) if form in table), None)


def _is_apart(tokens: Sequence[Token], at: int) -> bool:
    """«5 к маю» is not five thousand; «5к», «5 к» and «5 к руб» are."""
    if at + 1 >= len(tokens) or tokens[at].text not in LETTERS:
        return False
    after = tokens[at + 1]
    joined = tokens[at].start == tokens[at - 1].end
    return not joined and after.is_word and not after.forms & ROUBLES and after.text != "р"


def _dot(tokens: Sequence[Token], at: int) -> int:
    return int(at < len(tokens) and tokens[at].text == ".")


def _hyphen(tokens: Sequence[Token], at: int) -> int:
    return int(at < len(tokens) and tokens[at].text == "-")
