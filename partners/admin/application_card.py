"""Everything about one application on one page, in a fixed number of queries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils.translation import gettext as _

from integrations.admin import callbacks, outbox
from integrations.admin.badges import NOTHING, duration, moment
from integrations.admin.cards import Card, Fact, Table, plain_rows, row_link, shortened
from integrations.models import MailMessage, OutboxMessage
from partners.admin.comparison import compare
from partners.admin.document_rows import documents_table
from partners.admin.note_rows import notes_table
from partners.admin.words import (
    check_badge,
    decided_how,
    result_badge,
    status_badge,
    waits_badge,
    who_looks,
)
from partners.fields import FIELDS
from partners.models import Application, ApplicationEvent, Partner
from partners.services import desk, profile, publishing

MOST = 50


def card_of(application: Application, user: AbstractBaseUser | AnonymousUser) -> Card:
    answer = profile.last_answer(application.inn)
    partner = application.partner or publishing.partner_named(application)
    return Card(
        title=_("Заявка № %(number)s") % {"number": application.number},
        badges=[waits_badge(application), *_checked(application)],
        warning=_warning(application),
        facts=_facts(application, partner),
        tables=[
            _verdicts(application),
            _risks(application),
            documents_table(application.documents.select_related("reviewed_by"), user),
            _decisions(application),
            _earlier(application),
            notes_table(application.notes.select_related("staff")),
            _raw(application),
            _history(application),
        ],
        extra={
            "comparison": compare(application, answer, partner),
            "answer": row_link(answer, moment(answer.received_at)) if answer else "",
            "looks": who_looks(application),
            "notices": _notices(application, partner),
        },
    )


def _checked(application: Application) -> list[Any]:
    """Nobody asks any more once it is decided."""
    is_asked = application.is_open or application.check_state == Application.Check.DONE
    return [check_badge(application)] if is_asked else []


def _warning(application: Application) -> str:
    if not application.is_open:
        return ""
    if application.check_state == Application.Check.MANUAL:
        said = _("ФНС не ответила, поэтому ничего не проверено: решайте по документам.")
        return f"{said} {_(application.check_error) if application.check_error else ''}".strip()
    if application.check_state == Application.Check.WAITING:
        return _("ФНС ещё не ответила: обычно это занимает минуту. Можно спросить ещё раз.")
    return ""


def _notices(application: Application, partner: Partner | None) -> list[Any]:
    """What a person should know before deciding; each may hold a link."""
    notices: list[tuple[str, Any]] = []
    if early := desk.too_early(application):
        until = early.reapply_after
        said = (
            _("Этой компании отказали, снова подать можно с %(day)s:") % {"day": moment(until)}
            if until
            else _("Этой компании отказали без права подать снова:")
        )
        notices.append((said, row_link(early.application)))
    if partner is not None and application.form == Application.Form.REGISTRATION:
        is_own = partner.pk == application.partner_id
        said = _("Стала партнёром:") if is_own else _("Партнёр с этим ИНН уже есть:")
        notices.append((said, row_link(partner)))
    elif partner is not None:
        notices.append((_("Заявка меняет партнёра:"), row_link(partner)))
    elif application.form != Application.Form.REGISTRATION:
        notices.append((_("Партнёра с таким кодом или ИНН нет."), ""))
    if not application.email:
        notices.append((_("E-mail не прочитан: письмо отправить некуда."), ""))
    return notices


def _facts(application: Application, partner: Partner | None) -> list[Fact]:
    facts = [
        Fact(_("Компания"), application.company),
        Fact(_("ИНН"), application.inn, is_code=True),
        Fact(_("Телефон"), application.phone, is_code=True),
        Fact(_("E-mail"), application.email, is_code=True),
        Fact(_("Форма"), application.get_form_display()),
        Fact(_("Откуда"), application.get_source_display()),
        Fact(_("Язык"), application.language),
        Fact(_("Получена"), moment(application.created_at, seconds=True)),
        Fact(_("Партнёр"), row_link(partner)),
    ]
    if application.callback_id is not None:
        facts.append(Fact(_("Вызов"), row_link(application.callback)))
    if application.previous_id is not None:
        facts.append(Fact(_("Исправляет"), row_link(application.previous)))
    if comment := application.data.get("comment"):
        facts.append(Fact(_("Комментарий заявителя"), comment))
    if application.decided_at is not None:
        took = application.decided_at - application.created_at
        facts.append(Fact(_("Решена"), f"{moment(application.decided_at)} ({duration(took)})"))
    return facts


def _verdicts(application: Application) -> Table:
    return Table(
        title=_("Правила"),
        headers=(_("вердикт"), _("правило"), _("прислано"), _("в реестре"), _("пояснение"), ""),
        rows=[
            [
                result_badge(verdict),
                verdict.title,
                verdict.sent or NOTHING,
                verdict.found or NOTHING,
                verdict.explanation,
                row_link(verdict.answer, _("ответ ФНС")) if verdict.answer else "",
            ]
            for verdict in application.verdicts.select_related("answer").defer("answer__body")
        ],
        empty=_("Правила ещё не проверялись: ждём ответа ФНС."),
    )


def _risks(application: Application) -> Table:
    return Table(
        title=_("Риски"),
        headers=(_("что"), _("у кого"), _("пояснение")),
        rows=[
            [
                signal.get_kind_display(),
                row_link(signal.partner or signal.other),
                signal.detail,
            ]
            for signal in application.risks.select_related("partner", "other")
        ],
        empty=_("Ничего подозрительного не нашли."),
    )


def _decisions(application: Application) -> Table:
    return Table(
        title=_("Решения"),
        headers=(_("когда"), _("решение"), _("кто"), _("для сотрудников"), _("снова можно с")),
        rows=[
            [
                moment(decision.decided_at),
                decided_how(decision),
                decision.decided_by,
                decision.comment or NOTHING,
                moment(decision.reapply_after),
            ]
            for decision in application.decisions.select_related("reason", "decided_by")
        ],
        empty=_("Решения ещё нет."),
    )


def _earlier(application: Application) -> Table:
    others = (
        Application.objects.filter(inn=application.inn).exclude(pk=application.pk)
        if application.inn
        else Application.objects.none()
    )
    return Table(
        title=_("Другие заявки этого ИНН"),
        headers=(_("заявка"), _("форма"), _("состояние"), _("получена"), _("решена")),
        rows=[
            [
                row_link(other),
                other.get_form_display(),
                status_badge(other),
                moment(other.created_at),
                moment(other.decided_at),
            ]
            for other in others[:MOST]
        ],
        empty=_("Других заявок не было.") if application.inn else _("ИНН не прочитан."),
    )


def _raw(application: Application) -> Table:
    problems = [
        [str(FIELDS[name].title) if name in FIELDS else name, why]
        for name, why in application.problems.items()
    ]
    sent = [
        [name, ", ".join(map(str, value)) if isinstance(value, list) else str(value)]
        for name, value in application.raw.items()
    ]
    said = [[_("не прочиталось: %(field)s") % {"field": field}, why] for field, why in problems]
    return Table(
        title=_("Как прислано"),
        headers=(_("поле формы"), _("значение")),
        rows=plain_rows([*said, *sent]),
        empty=_("Форма пуста."),
    )


def _history(application: Application) -> Table:
    """Events, the call, letters and actions, by time."""
    rows: list[tuple[datetime, list[Any]]] = [
        (one.created_at, [one.get_kind_display(), _story(one), one.staff or NOTHING])
        for one in application.events.select_related("staff")[:MOST]
    ]
    call = application.callback
    if call is not None:
        rows.append((call.received_at, [_("вызов"), row_link(call), callbacks.status_badge(call)]))
    for letter in MailMessage.objects.filter(case=application.case).defer("text", "html")[:MOST]:
        said = [_("письмо"), row_link(letter), letter.get_status_display()]
        rows.append((letter.created_at, said))
    for message in OutboxMessage.objects.filter(case=application.case).order_by("-pk")[:MOST]:
        name = row_link(message, outbox.reaction_name(message))
        said = [_("действие"), name, outbox.state_badge(message)]
        rows.append((message.created_at, said))
    rows.sort(key=lambda row: row[0])
    return Table(
        title=_("История"),
        headers=(_("когда"), _("что"), _("подробнее"), _("кто, чем кончилось")),
        rows=[
            [moment(at, seconds=True), what, _short(more), end] for at, (what, more, end) in rows
        ],
        empty=_("Пока ничего не происходило."),
    )


def _story(event: ApplicationEvent) -> str:
    """Why the tax service did not answer is a message of the catalogue; the rest is people's own words."""
    if event.kind == ApplicationEvent.Kind.CHECK_FAILED and event.note:
        return _(event.note)
    return event.note or NOTHING


def _short(value: Any) -> Any:
    return shortened(value, 300) if type(value) is str else value
