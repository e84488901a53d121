"""A mailing from its start to its end, with kills on the way."""

from __future__ import annotations

from functools import partial

from bot.models import Mailing, Recipient
from tests.support.mailers import NAMES, Mailers, until


def is_done(mailing: Mailing) -> bool:
    mailing.refresh_from_db()
    return mailing.status == Mailing.Status.DONE


def is_past(mailing: Mailing, number: int) -> bool:
    left = Recipient.objects.filter(mailing=mailing, state=Recipient.State.WAITING).count()
    return mailing.total - left > number


def killed_twice(crew: Mailers, mailing: Mailing, total: int, *, within: float) -> None:
    """Each worker once, in the middle of it; like any supervisor, start it again."""
    until(lambda: is_done(mailing) or bool(mailing.total), within)
    for name, part in zip(NAMES, (0.25, 0.6), strict=True):
        until(partial(is_past, mailing, int(total * part)), within)
        crew.kill(name)
        crew.start(name)
    until(partial(is_done, mailing), within)
