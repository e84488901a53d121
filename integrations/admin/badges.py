"""How a state looks to staff: a sign and a word first, a colour second."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

NOTHING = "–"


class Tone(StrEnum):
    OK = "ok"
    WAIT = "wait"
    WARN = "warn"
    BAD = "bad"
    BACK = "back"
    IDLE = "idle"


SIGNS = {
    Tone.OK: "✓",
    Tone.WAIT: "◷",
    Tone.WARN: "!",
    Tone.BAD: "✕",
    Tone.BACK: "↩",
    Tone.IDLE: "–",
}


def badge(text: str, tone: Tone) -> SafeString:
    return format_html(
        '<span class="badge badge-{}"><span class="badge-sign" aria-hidden="true">{}</span>{}</span>',
        tone.value,
        SIGNS[tone],
        text,
    )


def moment(value: datetime | None, *, seconds: bool = False) -> str:
    """A point in time in the office's own zone, the same width in every row."""
    if value is None:
        return NOTHING
    return date_format(localtime(value), "d.m.Y H:i:s" if seconds else "d.m.Y H:i")


def duration(value: timedelta) -> str:
    """How long something took, in its two largest units."""
    total = max(0, round(value.total_seconds()))
    days, rest = divmod(total, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    units = [
        (days, ngettext("%(n)d день", "%(n)d дня", days) % {"n": days}),
        (hours, _("%(n)d ч") % {"n": hours}),
        (minutes, _("%(n)d мин") % {"n": minutes}),
        (seconds, _("%(n)d с") % {"n": seconds}),
    ]
    said = [text for amount, text in units if amount]
    return " ".join(said[:2]) or _("%(n)d с") % {"n": 0}


def indented(value: Any) -> str:
    """A stored JSON value for reading."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)
