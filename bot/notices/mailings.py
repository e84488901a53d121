"""News for staff of mailings: one came to its end, one waits for a person. Called by the engine, in its transaction."""

from __future__ import annotations

from bot.models import Mailing, Topic
from bot.notices.raising import page, pages, raise_notice
from integrations.clock import wall_clock


def mailing_finished(mailing: Mailing) -> None:
    raise_notice(
        "mailing_finished",
        Topic.SYSTEM,
        f"mailing_finished:{mailing.pk}",
        template="mailing_finished",
        url=page(mailing),
        many_url=pages(Mailing),
        mailing=mailing,
    )


def mailing_paused(mailing: Mailing, reason: str) -> None:
    """Not by a person: he knows."""
    raise_notice(
        "mailing_paused",
        Topic.PROBLEM,
        f"mailing_paused:{mailing.pk}:{wall_clock():%Y%m%d%H%M%S%f}",
        template="mailing_paused",
        url=page(mailing),
        many_url=pages(Mailing, "?status__exact=paused"),
        mailing=mailing,
        reason=reason,
    )
