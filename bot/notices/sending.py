"""Notices leave for the group: claimed by a lease, sent, and edited when their counter has risen or somebody took them.

What surely did not leave is tried again, 2, 4, 8 … 60 seconds later. A notice whose fate is unclear is sent once more:
it needs a person. Only of a sale a second copy is not worth it, because it would look like a second sale.
"""

from __future__ import annotations

import time
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction

from bot.models import Notice, Topic
from bot.notices import topics
from bot.notices.showing import screen
from integrations.clock import now, wall_clock
from integrations.errors import IntegrationError, ServiceUnreachable
from integrations.telegram.client import get_bot_api
from integrations.telegram.errors import ChatMigrated, MaybeSent, MessageGone, ThreadGone

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
LONGEST_WAIT = timedelta(seconds=60)
BETWEEN_EDITS = timedelta(seconds=3)  # Telegram takes 20 messages a minute in a group

State = Notice.State


def send_due(*, seconds: float = 20.0) -> int:
    """Tell what is due, oldest first, until nothing is, the time is up or Telegram does not answer."""
    told = 0
    until = time.monotonic() + seconds
    while settings.STAFF_CHAT_ID and time.monotonic() < until:
        claimed = claim_next()
        if claimed is None:
            break
        notice, in_doubt = claimed
        try:
            tell(notice, in_doubt=in_doubt)
        except IntegrationError as error:
            _postpone(notice, error)
            if isinstance(error, ServiceUnreachable):
                break
        else:
            told += 1
    return told


def claim_next() -> tuple[Notice, bool] | None:
    """The oldest that is due, for the time of the lease, and whether a worker died while it was sending it.

    `claimed_at` is when anybody may look at the row again: the end of a lease or of a pause.
    """
    with transaction.atomic():
        notice = (
            Notice.objects.select_for_update(skip_locked=True)
            .filter(state=State.WAITING, claimed_at__lte=wall_clock())
            .order_by("id")
            .first()
        )
        if notice is None:
            return None
        in_doubt = notice.message_id is None and notice.attempts > 0 and not notice.error
        notice.attempts, notice.error = notice.attempts + 1, ""
        notice.claimed_at = wall_clock() + LEASE
        notice.save(update_fields=["attempts", "error", "claimed_at"])
    return notice, in_doubt


def tell(notice: Notice, *, in_doubt: bool = False) -> None:
    """Send the notice, or bring what stands in the chat up to date. Raises the errors of Telegram's client."""
    if notice.message_id is not None:
        _edit(notice)
        return
    if in_doubt and notice.topic == Topic.PAYMENT:
        _close(notice, error="maybe sent")
        return
    try:
        notice.chat_id, notice.message_id = _say(notice)
    except MaybeSent:
        if notice.topic != Topic.PAYMENT:
            raise
        _close(notice, error="maybe sent")
        return
    _close(notice)


def _say(notice: Notice) -> tuple[int, int]:
    """One call of Telegram; a second one where the group has moved, which surely did nothing the first time."""
    chat_id = int(settings.STAFF_CHAT_ID)
    try:
        return chat_id, _say_in(chat_id, notice)
    except ChatMigrated as moved:
        log.warning("notices.group_moved", old=chat_id, new=moved.new_chat_id)
        return moved.new_chat_id, _say_in(moved.new_chat_id, notice)


def _say_in(chat_id: int, notice: Notice) -> int:
    thread = topics.thread_of(chat_id, Topic(notice.topic))
    try:
        return _send(chat_id, notice, thread)
    except ThreadGone:
        if thread is None:
            raise
        topics.forget(chat_id, thread)
        return _send(chat_id, notice, topics.thread_of(chat_id, Topic(notice.topic)))


def _send(chat_id: int, notice: Notice, thread: int | None) -> int:
    shown = screen(notice)
    return get_bot_api().send_message(
        chat_id, shown.text, reply_markup=shown.keyboard.to_dict(), thread_id=thread
    )


def _edit(notice: Notice) -> None:
    shown = screen(notice)
    try:
        get_bot_api().edit_message(
            notice.chat_id or 0,
            notice.message_id or 0,
            shown.text,
            reply_markup=shown.keyboard.to_dict(),
        )
    except MessageGone:
        notice.message_id = None  # somebody has cleared the chat; the admin has every notice
    _close(notice)


def _close(notice: Notice, *, error: str = "") -> None:
    """What was shown is written down; what came meanwhile is shown next."""
    row = Notice.objects.filter(pk=notice.pk)
    row.update(
        chat_id=notice.chat_id,
        message_id=notice.message_id,
        shown_count=notice.count,
        sent_at=notice.sent_at or now(),
        attempts=0,
        error=error,
        claimed_at=wall_clock() + BETWEEN_EDITS,
    )
    row.filter(state=State.WAITING, count=notice.count, taken_at=notice.taken_at).update(
        state=State.SENT
    )


def _postpone(notice: Notice, error: IntegrationError) -> None:
    wait = min(timedelta(seconds=2 ** min(notice.attempts, 10)), LONGEST_WAIT)
    asked = timedelta(seconds=getattr(error, "retry_after", 0) or 0)
    Notice.objects.filter(pk=notice.pk).update(
        error=f"{error}"[:300] or type(error).__name__, claimed_at=wall_clock() + max(wait, asked)
    )
    log.warning("notices.postponed", notice=notice.pk, error=str(error))
