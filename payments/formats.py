"""Dates, sums and numbers as people read them, in the active language."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, ngettext

NBSP = "\N{NO-BREAK SPACE}"
SIGNS = {"RUB": "₽", "USD": "$", "EUR": "€", "XTR": "⭐"}


def money(amount: Decimal, currency: str) -> str:
    """«1 550 ₽», «199,50 ₽»: no kopecks where there are none."""
    whole = amount == amount.to_integral_value()
    text = f"{amount:,.0f}" if whole else f"{amount:,.2f}"
    if get_language() != "en":
        text = text.replace(",", NBSP).replace(".", ",")
    return f"{text}{NBSP}{SIGNS.get(currency, currency)}"


def day(value: datetime) -> str:
    """«14 марта 2027»."""
    return date_format(timezone.localtime(value), "j E Y")


def clock(value: datetime) -> str:
    """«18:40 (МСК)»."""
    return f"{date_format(timezone.localtime(value), 'H:i')} ({zone(value)})"


def moment(value: datetime) -> str:
    """«14 марта 2027, 18:40 (МСК)»."""
    return f"{day(value)}, {clock(value)}"


def zone(value: datetime) -> str:
    name = timezone.localtime(value).tzname() or "UTC"
    if name == "MSK":
        return gettext("МСК")
    return f"UTC{name}" if name[0] in "+-" else name


def days(number: int) -> str:
    return ngettext("%(number)s день", "%(number)s дня", number) % {"number": number}


def seconds(number: int) -> str:
    return ngettext("%(number)s секунду", "%(number)s секунды", number) % {"number": number}
