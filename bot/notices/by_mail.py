"""Where Telegram does not take notices, all that wait go as one letter to STAFF_EMAIL.

Written in the transaction that marks them as mailed: they are in one letter or in none. When Telegram is back, the
later ones go there again.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import override

from bot.models import Notice
from bot.notices.showing import full_url, plain
from integrations.clock import now
from integrations.services import post
from payments.formats import moment

LETTER = "staff_notice"
SHOWN = 40  # notices in one letter; the rest are told by their number
A_BATCH = 500

State = Notice.State


def mail_overdue() -> int:
    """Write the letters; returns how many notices they tell."""
    if not settings.STAFF_EMAIL:
        return 0
    since = now() - timedelta(minutes=settings.NOTICE_MAIL_AFTER)
    with transaction.atomic():
        waiting = list(_not_in_telegram().order_by("id")[:A_BATCH])
        if not any(notice.created_at <= since for notice in waiting):
            return 0
        for address in settings.STAFF_EMAIL:
            post.write(
                key=f"staff-notice:{waiting[0].pk}-{waiting[-1].pk}:{address}",
                kind=LETTER,
                to=address,
                language=settings.LANGUAGE_CODE,
                context=_facts(waiting),
            )
        Notice.objects.filter(pk__in=[notice.pk for notice in waiting]).update(
            state=State.MAILED, sent_at=now()
        )
    return len(waiting)


def _not_in_telegram() -> QuerySet[Notice]:
    """Those that were tried and failed and are in nobody's hand; without a chat, all of them."""
    rows = Notice.objects.select_for_update(skip_locked=True).filter(
        state=State.WAITING, message_id=None
    )
    if not settings.STAFF_CHAT_ID:
        return rows
    return rows.exclude(Q(error="") | Q(error="maybe sent"))


def _facts(waiting: list[Notice]) -> dict[str, object]:
    with override(settings.LANGUAGE_CODE):
        return {
            "count": len(waiting),
            "rest": max(0, len(waiting) - SHOWN),
            "list_url": f"{settings.PUBLIC_URL}/admin/bot/notice/",
            "is_down": bool(settings.STAFF_CHAT_ID),
            "notices": [
                {
                    "topic": notice.get_topic_display(),
                    "title": notice.title,
                    "text": plain(notice),
                    "more": notice.count - 1,
                    "url": full_url(notice),
                    "when": moment(notice.last_at),
                }
                for notice in waiting[:SHOWN]
            ],
        }
