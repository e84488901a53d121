"""Rows for tests of mailings."""

from __future__ import annotations

from typing import Any

from bot.models import Mailing, Recipient
from integrations.services import consents

Channel = consents.Channel


def a_mailing(**fields: Any) -> Mailing:
    defaults = {
        "name": "Новости",
        "channel": Mailing.Channel.TELEGRAM,
        "body_ru": "Здравствуйте, {name}!",
        "body_en": "Hello, {name}!",
        "keeps_quiet_hours": False,
    }
    if fields.get("channel") == Mailing.Channel.MAIL:
        defaults |= {
            "subject_ru": "Новости",
            "subject_en": "News",
            "body_ru": "Для {company}",
            "body_en": "For {company}",
        }
    return Mailing.objects.create(**(defaults | fields))


def agreed(*addresses: Any, channel: Channel = Channel.TELEGRAM) -> None:
    for address in addresses:
        consents.give(
            channel=channel,
            address=str(address),
            source=consents.Source.STAFF,
            wording="Согласие для теста",
        )


def states(mailing: Mailing) -> dict[str, int]:
    """How many recipients are in each state."""
    found: dict[str, int] = {}
    for state in Recipient.objects.filter(mailing=mailing).values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found
