"""Somebody takes a notice: one of the group by its button, or a member of staff in the admin. The first one has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from bot.models import Notice
from bot.notices.raising import nudge
from integrations.clock import now, wall_clock
from payments.formats import moment


@dataclass(frozen=True, slots=True)
class Taken:
    is_first: bool
    words: str


def take_in_group(*, notice_id: int, chat_id: int, name: str) -> Taken:
    """A press in the group; the notice has to stand in that very chat."""
    with override(settings.LANGUAGE_CODE):
        notice = Notice.objects.filter(pk=notice_id, chat_id=chat_id).first()
        if notice is None:
            return Taken(is_first=False, words=_("Этой записи больше нет."))
        return take(notice, name=name)


def not_a_member() -> str:
    with override(settings.LANGUAGE_CODE):
        return _("Взять в работу может только участник группы.")


def take(notice: Notice, *, name: str, staff: Any = None) -> Taken:
    """Whoever is first has it; everybody else is told by whom it was taken."""
    with transaction.atomic():
        free = Notice.objects.filter(pk=notice.pk, taken_at=None)
        is_first = bool(
            free.update(taken_at=now(), taken_name=name[:100] or _("участник"), taken_by=staff)
        )
        if is_first:
            # What stands in the chat shows it.
            shown = Notice.objects.filter(pk=notice.pk, message_id__isnull=False)
            shown.update(state=Notice.State.WAITING, claimed_at=wall_clock())
            transaction.on_commit(nudge)
    if is_first:
        return Taken(is_first=True, words=_("Вы взяли это в работу."))
    notice.refresh_from_db(fields=["taken_name", "taken_at"])
    when = moment(notice.taken_at) if notice.taken_at else ""
    facts = {"name": notice.taken_name, "when": when}
    return Taken(is_first=False, words=_("Уже в работе: %(name)s, %(when)s.") % facts)
