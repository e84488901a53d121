"""One way for all news of staff: a row of its five minutes, written with the event; the worker tells it.

The same thing again within the window only raises the row's counter, and what stands in the chat is edited: an edit
rings no bell and floods nobody. An event is counted once, however often its reaction runs.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from html import unescape
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.html import strip_tags
from django.utils.translation import override

from bot.models import Notice, NoticeSource, Topic
from bot.rendering import render
from integrations.clock import now
from integrations.wakeups import wake

WINDOW = timedelta(minutes=5)
SEND = "bot.send_notices"  # the task's name
EARLIER = 8  # titles of the same window that stay readable under the newest
BULLET = "• "
LOCKS = 4_611  # first key of the advisory lock, no other code's; the second is a hash of the kind

State = Notice.State


def raise_notice(
    kind: str,
    topic: Topic,
    event: str,
    *,
    template: str,
    url: str,
    many_url: str = "",
    case: str = "",
    at: datetime | None = None,
    **facts: Any,
) -> None:
    """Tell staff of an event, once; `kind` names what may share one message within five minutes.

    `template` is under templates/telegram/staff; its first line is the title. `url` is the path of the page to look
    at, `many_url` of the one where several are to be looked at. `at`: when it happened, now unless said.
    """
    with override(settings.LANGUAGE_CODE):
        text = render(f"staff/{template}", **facts)
    moment = at or now()
    window = int(moment.timestamp() // WINDOW.total_seconds())
    with transaction.atomic():
        _one_at_a_time(kind)
        if NoticeSource.objects.filter(event=event).exists():
            return
        said = {"title": title_of(text), "text": text, "url": url, "case": case}
        notice = Notice.objects.select_for_update().filter(key=f"{kind}:{window}").first()
        if notice is None:
            notice = Notice.objects.create(
                key=f"{kind}:{window}", topic=topic, state=first_state(), **said
            )
        else:
            _again(notice, {**said, "url": many_url or url})
        NoticeSource.objects.create(notice=notice, event=event)
        transaction.on_commit(nudge)


def first_state() -> Notice.State:
    """Where nobody can be told, the admin shows it all the same."""
    return State.WAITING if settings.STAFF_CHAT_ID or settings.STAFF_EMAIL else State.SILENT


def nudge() -> None:
    wake(SEND)


def title_of(text: str) -> str:
    return unescape(strip_tags(text.partition("\n")[0]))[:150]


def page(row: Any) -> str:
    """The path of a row's page in the admin."""
    meta = row._meta
    return f"/admin/{meta.app_label}/{meta.model_name}/{row.pk}/change/"


def pages(model: Any, query: str = "") -> str:
    meta = model._meta
    return f"/admin/{meta.app_label}/{meta.model_name}/{query}"


def _again(notice: Notice, said: dict[str, str]) -> None:
    """The newest is shown in full, those before it by their titles."""
    before = notice.text.splitlines()
    earlier = [before[0], *(line[len(BULLET) :] for line in before if line.startswith(BULLET))]
    lines = "\n".join(f"{BULLET}{line}" for line in earlier[:EARLIER])
    notice.title, notice.url, notice.case = said["title"], said["url"], said["case"]
    notice.text = f"{said['text']}\n\n{lines}"
    notice.count += 1
    notice.last_at = now()
    notice.state = first_state()
    notice.save()


def _one_at_a_time(kind: str) -> None:
    """Two events of a kind at once: the second sees what the first has written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCKS, kind])
