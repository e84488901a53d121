"""A provider's statement as people export it: any of three encodings and separators, Russian or English headers.

Nothing is skipped in silence: a line that cannot be read is named with its number, and the file is not taken.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal

from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _

from payments.errors import PaymentError
from payments.provider import EventKind
from payments.services.statement_words import COLUMNS, CURRENCIES, NOT_PAID, PAID, REFUNDED

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 50_000
MOST_PROBLEMS = 50  # a file with more of them has one cause
PREAMBLE = 20  # lines a bank may put above the header
SEPARATORS = ";\t,"
NOON = time(12)  # of a date without a time: no zone makes it another day

DATES = (
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y",
)
AMOUNT = re.compile(r"[+-]?[0-9]{1,10}(?:\.[0-9]{1,2})?")

Row = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Problem:
    """`line` counts from 1, as a spreadsheet does; 0 is the whole file."""

    line: int
    text: str


class StatementRefused(PaymentError):
    """The file is not taken, and why, line by line."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{one.line}: {one.text}" for one in problems))
        self.problems = problems


class _Unclear(ValueError):
    """One cell cannot be read."""


def read_statement(content: bytes, *, currency: str) -> list[Row]:
    """The rows about money that moved, ready to be kept. `currency` is meant where the file names none.

    Sums are text of exact decimals, moments ISO 8601. Raises StatementRefused.
    """
    if len(content) > MOST_BYTES:
        raise _refused(_("Файл больше 5 МБ."))
    columns, below = _table(_text(content))
    rows: list[Row] = []
    problems: list[Problem] = []
    tells_refunds = "refunded" in columns.values() or "status" in columns.values()
    for line, cells in below:
        values = {
            columns[index]: cell.strip() for index, cell in enumerate(cells) if index in columns
        }
        if not any(values.values()):
            continue
        try:
            row = _row(values, currency, tells_refunds=tells_refunds)
        except _Unclear as error:
            problems.append(Problem(line, str(error)))
        else:
            rows += [{"line": str(line), **row}] if row else []
        if len(problems) >= MOST_PROBLEMS or len(rows) > MOST_ROWS:
            break
    if len(rows) > MOST_ROWS:
        raise _refused(_("В файле больше 50 000 строк: разделите его."))
    if problems:
        raise StatementRefused(problems)
    if not rows:
        raise _refused(_("В файле нет ни одной оплаты и ни одного возврата."))
    return rows


def _refused(text: str) -> StatementRefused:
    return StatementRefused([Problem(0, text)])


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return content.decode("cp1251")
        except UnicodeDecodeError as error:
            raise _refused(_("Кодировка не UTF-8 и не Windows-1251.")) from error


def _table(text: str) -> tuple[dict[int, str], Iterator[tuple[int, list[str]]]]:
    """Which column holds what, and the numbered lines below the header: cut at the sign that makes a header of it."""
    if "\x00" in text:
        raise _refused(_("Это не CSV: сохраните таблицу как CSV."))
    for separator in SEPARATORS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        try:
            table = [(reader.line_num, cells) for cells in reader]
        except csv.Error as error:
            raise _refused(_("Файл не читается как CSV: %(error)s") % {"error": error}) from error
        for position, (_line, cells) in enumerate(table[:PREAMBLE]):
            columns = _columns(cells)
            named = set(columns.values())
            if "amount" in named and named & {"reference", "external_id", "number"}:
                return columns, iter(table[position + 1 :])
    raise _refused(_("Не найдена строка заголовков: нужны хотя бы номер и сумма."))


def _columns(cells: list[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for index, cell in enumerate(cells):
        for name, aliases in COLUMNS.items():
            if _word(cell) in aliases and name not in found.values():
                found[index] = name
    return found


def _word(text: str) -> str:
    return " ".join(text.strip().strip("\"'«»:.").lower().replace("ё", "е").split())


def _row(values: Mapping[str, str], currency: str, *, tells_refunds: bool) -> Row | None:
    """One line about money; None for one whose status says that none moved."""
    kind = _kind(values.get("status"))
    if kind is None:
        return None
    number = values.get("number", "")
    reference = values.get("reference") or number
    external_id = values.get("external_id") or number
    if not reference and not external_id:
        raise _Unclear(_("нет номера"))
    amount = _amount(values.get("amount", ""))
    refunded = _amount(values["refunded"]) if values.get("refunded") else None
    if amount < 0 or kind is EventKind.REFUNDED:
        # A refund's own line; its sum is no order's sum.
        kind, refunded, told = EventKind.REFUNDED, abs(amount), None
    else:
        told = amount
        refunded = abs(refunded) if refunded is not None else Decimal(0) if tells_refunds else None
    return {
        "kind": kind.value,
        "reference": reference[:128],
        "external_id": external_id[:100],
        "amount": None if told is None else f"{told:f}",
        "refunded": None if refunded is None else f"{refunded:f}",
        "currency": _currency(values.get("currency", ""), currency),
        "at": _moment(values.get("at", "")),
    }


def _kind(text: str | None) -> EventKind | None:
    """Without a column of states every line is money that came."""
    if text is None:
        return EventKind.PAID
    word = _word(text)
    if word in PAID:
        return EventKind.PAID
    if word in REFUNDED:
        return EventKind.REFUNDED
    if word in NOT_PAID:
        return None
    raise _Unclear(_("незнакомый статус «%(word)s»") % {"word": text[:40]})


def _amount(text: str) -> Decimal:
    """1 234,56 ₽ · 1,234.56 · -199. The last separator is the decimal one."""
    plain = re.sub(r"[\s\u00a0\u202f]|₽|руб\.?|RUB|р\.", "", text)
    plain = plain.replace("−", "-")
    if "," in plain and "." in plain:
        thousands = "," if plain.rfind(".") > plain.rfind(",") else "."
        plain = plain.replace(thousands, "")
    plain = plain.replace(",", ".")
    if not AMOUNT.fullmatch(plain):
        raise _Unclear(_("сумма «%(text)s» не читается") % {"text": text[:40]})
    return Decimal(plain)


def _currency(text: str, default: str) -> str:
    word = text.strip().strip(".")
    if not word:
        return default
    code = CURRENCIES.get(word.lower(), word.upper())
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise _Unclear(_("валюта «%(text)s» не читается") % {"text": text[:40]})
    return code


def _moment(text: str) -> str | None:
    """In the shop's own zone where the file names none."""
    if not text:
        return None
    parsed = _parsed(text)
    if parsed is None:
        raise _Unclear(_("дата «%(text)s» не читается") % {"text": text[:40]})
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=get_current_timezone())).isoformat()


def _parsed(text: str) -> datetime | None:
    for form in DATES:
        try:
            found = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is added by the caller
        except ValueError:
            continue
        return found if "%H" in form else datetime.combine(found.date(), NOON)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return datetime.combine(found.date(), NOON) if len(text) == len("2026-11-20") else found
