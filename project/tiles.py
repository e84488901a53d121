"""Tiles of the first page: a queue, how many wait in it, where it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bot.models import Notice
from integrations.admin.badges import Tone, duration
from integrations.admin.cards import list_link
from integrations.admin.letters import TROUBLE
from integrations.clock import now
from integrations.models import Alert, MailMessage, MailPause
from partners.admin.conversation_filters import FOR_PEOPLE, failed_messages
from partners.models import Application, Conversation, Document, RegistryChange
from project.admin.notices import UNSENT

COUNTED = 999  # a tile says "999+" beyond it: the queue is long either way


@dataclass(frozen=True, slots=True)
class Tile:
    title: str
    note: str
    count: str
    url: str
    tone: Tone


def tile(title: str, note: str, rows: QuerySet[Any], url: str, tone: Tone) -> Tile:
    count = rows.order_by()[: COUNTED + 1].count()
    text = f"{COUNTED}+" if count > COUNTED else str(count)
    return Tile(title, note, text, url, tone if count else Tone.OK)


def registry_tiles(user: Any) -> list[Tile]:
    """What the registry of partners has for this person."""
    tiles = []
    if user.has_perm("partners.view_application"):
        waiting = Application.objects.filter(status__in=Application.OPEN)
        oldest = waiting.order_by("created_at").values_list("created_at", flat=True).first()
        note = _("старшая ждёт %(age)s") % {"age": duration(now() - oldest)} if oldest else ""
        address = list_link(Application)
        tiles.append(tile(_("Заявки партнёров"), note, waiting, address, Tone.WARN))
    if user.has_perm("partners.view_document"):
        unseen = Document.objects.filter(review="unseen", status="stored")
        address = list_link(Document, review__exact="unseen", status__exact="stored")
        note = _("никто ещё не открывал")
        tiles.append(tile(_("Документы партнёров"), note, unseen, address, Tone.WAIT))
    if user.has_perm("partners.view_conversation"):
        tiles += conversation_tiles()
    if user.has_perm("partners.view_registrychange"):
        changed = RegistryChange.objects.filter(seen_at=None)
        note = _("ФНС говорит не то, что раньше")
        address = list_link(RegistryChange)
        tiles.append(tile(_("Изменения в реестре"), note, changed, address, Tone.WARN))
    return tiles


def alert_tile() -> Tile:
    return tile(
        _("Тревоги"),
        _("что-то не работает сейчас"),
        Alert.objects.filter(state=Alert.State.FIRING),
        list_link(Alert, state__exact="firing"),
        Tone.BAD,
    )


def notice_tile() -> Tile:
    return tile(
        _("Уведомления не уходят"),
        _("ни в Telegram, ни письмом"),
        Notice.objects.filter(UNSENT),
        list_link(Notice, queue="unsent"),
        Tone.BAD,
    )


def conversation_tiles() -> list[Tile]:
    waiting = Conversation.objects.filter(FOR_PEOPLE)
    oldest = waiting.order_by("last_at").values_list("last_at", flat=True).first()
    note = _("старший ждёт %(age)s") % {"age": duration(now() - oldest)} if oldest else ""
    return [
        tile(
            _("Диалоги ждут человека"),
            note,
            waiting,
            list_link(Conversation, queue="person"),
            Tone.BAD,
        ),
        tile(
            _("Сообщения не доставлены"),
            _("не отправлены или неизвестно, дошли ли"),
            failed_messages(),
            list_link(Conversation, queue="failed"),
            Tone.BAD,
        ),
    ]


def mail_tiles() -> list[Tile]:
    """Letters somebody should look at; why the others wait, only while they do."""
    return [_letter_tile(), *([_pause_tile()] if MailPause.objects.exists() else [])]


def _letter_tile() -> Tile:
    return tile(
        _("Письма с ошибкой"),
        _("не приняты, вернулись или неизвестно, ушли ли"),
        MailMessage.objects.filter(TROUBLE),
        list_link(MailMessage, queue="trouble"),
        Tone.BAD,
    )


def _pause_tile() -> Tile:
    return tile(
        _("Письма ждут"),
        _("почтовый сервер не принимает: ничего не потеряно"),
        MailPause.objects.all(),
        list_link(MailPause),
        Tone.BAD,
    )
