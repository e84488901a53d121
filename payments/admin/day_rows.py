from __future__ import annotations

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from integrations.admin.badges import NOTHING, moment
from payments.models import DayEntry


def day_headers() -> tuple[str, ...]:
    return (_("когда"), _("вид"), _("дней"), _("с"), _("стало до"), _("основание"))


def day_row(entry: DayEntry) -> list[Any]:
    """One grant or clawback; "until" is the end it left behind, so the column explains the present one."""
    return [
        moment(entry.created_at, seconds=True),
        entry.get_kind_display(),
        signed_days(entry),
        moment(entry.starts_at),
        moment(entry.ends_at),
        ground(entry),
    ]


def signed_days(entry: DayEntry) -> str:
    """+30 or −7; a part of a day with one decimal."""
    sign = "+" if entry.seconds > 0 else "−"  # a real minus sign
    whole, rest = divmod(abs(entry.seconds), 86400)
    return f"{sign}{whole}" if not rest else f"{sign}{number_format(abs(entry.seconds) / 86400, 1)}"


def ground(entry: DayEntry) -> Any:
    """Who or what gave the days: a person with a reason, or a payment."""
    if entry.granted_by is not None:
        return f"{entry.granted_by}: {entry.reason}"
    if entry.payment_id is not None:
        said = _("платёж № %(number)s") % {"number": entry.payment_id}
        return f"{said}. {entry.reason}" if entry.reason else said
    return entry.reason or NOTHING


def days_phrase(number: int) -> str:
    return ngettext("%(n)d день", "%(n)d дня", number) % {"n": number}
