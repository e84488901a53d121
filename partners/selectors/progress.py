"""How far an application has come, as its applicant may see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from partners.fields import FIELDS
from partners.models import Application, ApplicationEvent, Decision, Document

Status = Application.Status
Check = Application.Check


@dataclass(frozen=True, slots=True)
class Step:
    """`mark` is done, now, stop or empty: not reached."""

    title: str
    mark: str = ""
    note: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """`decision` is the one that stands; `newer` took this application's place."""

    application: Application
    steps: list[Step]
    decision: Decision | None
    newer: Application | None
    documents: list[Document] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)


def progress_of(application: Application) -> Progress:
    decision = application.decisions.select_related("reason").order_by("-id").first()
    problems = [
        (str(FIELDS[name].title), str(why))
        for name, why in application.problems.items()
        if name in FIELDS
    ]
    return Progress(
        application=application,
        steps=_steps(application, decision),
        decision=decision,
        newer=application.corrections.order_by("-id").first(),
        documents=list(application.documents.order_by("id")),
        problems=problems,
    )


def _steps(application: Application, decision: Decision | None) -> list[Step]:
    steps = [Step(_("Получена"), "done", at=application.created_at)]
    if application.check_state != Check.NOT_NEEDED:
        steps.append(_check(application))
    return [*steps, _review(application, decision), _decided(application, decision)]


def _check(application: Application) -> Step:
    if application.check_state == Check.DONE:
        event = (
            application.events.filter(kind=ApplicationEvent.Kind.CHECKED).order_by("-id").first()
        )
        return Step(_("ИНН проверен"), "done", at=event.created_at if event else None)
    title = _("Проверка ИНН")
    if application.check_state == Check.MANUAL:
        return Step(title, "", _("ФНС не ответила, сверит сотрудник"))
    return Step(title, "now" if application.status == Status.RECEIVED else "", _("спрашиваем ФНС"))


def _review(application: Application, decision: Decision | None) -> Step:
    title = _("На проверке у сотрудника")
    if application.status == Status.QUEUED:
        return Step(title, "now", at=application.queued_at)
    done = decision is not None
    return Step(title, "done" if done else "", at=application.queued_at if done else None)


def _decided(application: Application, decision: Decision | None) -> Step:
    words = {
        Status.APPROVED: (_("Одобрена"), "done"),
        Status.CORRECTION: (_("Нужна правка"), "stop"),
        Status.REJECTED: (_("Отклонена"), "stop"),
        Status.REPLACED: (_("Заменена новой"), "stop"),
    }
    title, mark = words.get(Status(application.status), (_("Решение"), ""))
    return Step(title, mark, at=decision.decided_at if decision and mark else None)
