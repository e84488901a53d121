"""An application and the tax service: asked for until it answers, and a person may decide meanwhile.

Nothing here makes an application valid. Silence of the service is told in the queue at once, and asking goes on.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import structlog
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from integrations.clock import now, offset
from integrations.fns.cards import Marks
from integrations.wakeups import wake
from partners.errors import NotPossible
from partners.models import Application, ApplicationEvent
from partners.numbers import inn_fault
from partners.services import journal
from partners.services.verification import claims as said
from partners.services.verification import evidence, gates, risks, rules
from partners.services.verification.claims import Claims
from partners.services.verification.evidence import Card, Silent

log = structlog.get_logger(__name__)

CHECK = "partners.check_due"  # the task's name: services never import tasks
LEASE = timedelta(seconds=120)  # longer than two calls at their slowest
FIRST_PAUSE = timedelta(minutes=1)  # doubled with every failure
LONGEST_PAUSE = timedelta(hours=1)

Check = Application.Check
Status = Application.Status
Kind = ApplicationEvent.Kind
ASKED = (Check.WAITING, Check.MANUAL)


def begin(*, application_id: int) -> None:
    """Reaction: look at the digits and at who else is like this, put the application before people, order the asking.

    The service itself is asked by `check_due`: it may take most of a minute, and reactions of those who paid must not
    wait for it.
    """
    arrived = Application.objects.select_related("partner").get(pk=application_id)
    if not _is_new(arrived):
        return
    claims = said.of(arrived)
    if arrived.form != Application.Form.DOCUMENTS:
        risks.refresh(arrived, claims)
    with transaction.atomic():
        application = _open(application_id)
        if application is None or not _is_new(application):
            return
        is_asked = _is_asked(application, claims)
        if application.form != Application.Form.DOCUMENTS:
            _write(application, rules.of_digits(claims))
        application.check_state = Check.WAITING if is_asked else Check.NOT_NEEDED
        application.check_at = now()
        application.status = Status.QUEUED
        application.queued_at = now()
        application.save(update_fields=["check_state", "check_at", "status", "queued_at"])
        application.events.create(kind=Kind.QUEUED)
        if is_asked:
            transaction.on_commit(lambda: wake(CHECK))


def check_due(*, seconds: float = 20.0) -> int:
    """Ask about every application whose time has come; returns how many were settled. One worker asks at a time."""
    settled = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with gates.turn() as mine:
            application = _claim() if mine else None
            if application is None:
                break
            settled += _check(application)
    return settled


def ask_again(*, application_id: int, staff: AbstractBaseUser) -> None:
    """Staff want to hear it from the tax service now: earlier answers and pauses count no more.

    Raises NotPossible where the application is decided or its INN is none.
    """
    with transaction.atomic():
        application = _open(application_id)
        if application is None:
            raise NotPossible(_("Заявка уже решена."))
        if inn_fault(said.of(application).inn) is not None:
            raise NotPossible(_("В ИНН опечатка: ФНС не о чем спрашивать."))
        application.check_state, application.check_attempts = Check.WAITING, 0
        application.check_at = application.check_after = now()
        application.check_error = ""
        application.save(
            update_fields=[
                "check_state",
                "check_attempts",
                "check_at",
                "check_after",
                "check_error",
            ]
        )
        gates.reopen(evidence.EGR, evidence.CHECK)
        journal.record(staff, application, _("Спросил ФНС ещё раз"))
        transaction.on_commit(lambda: wake(CHECK))


def _is_new(application: Application) -> bool:
    return application.is_open and application.queued_at is None


def _is_asked(application: Application, claims: Claims) -> bool:
    if application.form == Application.Form.DOCUMENTS:
        return False
    return inn_fault(claims.inn) is None and not said.changes_nothing_legal(application)


def _open(application_id: int) -> Application | None:
    """The application, its row locked; None when it is decided or replaced."""
    application = (
        Application.objects.select_for_update(of=("self",))
        .select_related("partner")
        .filter(pk=application_id)
        .first()
    )
    return application if application is not None and application.is_open else None


def is_awaited() -> bool:
    """Whether an application's turn has come: partners who are looked up again stand behind it."""
    return Application.objects.filter(_due()).exists()


def _due() -> Q:
    return Q(check_state__in=ASKED, status__in=Application.OPEN, check_at__lte=now())


def _claim() -> Application | None:
    """The one that waits longest, leased: the lease is committed before the call, and a killed worker's ends."""
    with transaction.atomic():
        application = (
            Application.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("partner")
            .filter(_due())
            .order_by("check_at", "id")
            .first()
        )
        if application is not None:
            application.check_at = now() + LEASE
            application.check_attempts += 1
            application.save(update_fields=["check_at", "check_attempts"])
    return application


def _check(application: Application) -> bool:
    """Ask, with no transaction open, and write down what came. Whether the service has said all it has to say."""
    claims = said.of(application)
    answers: Card | None = None
    marks: Marks | None = None
    verdicts: list[rules.Verdict] = []
    problem: Silent | None = None
    try:
        answers = evidence.card_of(claims.inn, after=application.check_after)
        verdicts += rules.of_card(claims, answers.card, answers.answer)
        if answers.card is not None:
            answer, marks = evidence.marks_of(claims.inn, after=application.check_after)
            verdicts += rules.of_marks(marks, answer)
    except Silent as silent:
        problem = silent
        verdicts += (
            rules.unanswered(claims, silent.why)
            if answers is None
            else rules.of_marks(None, None, silent.why)
        )
    if answers is not None and answers.card is not None:
        risks.refresh(application, claims, registry_address=answers.card.address)
    with transaction.atomic():
        current = _open(application.pk)
        if current is None or current.check_attempts != application.check_attempts:
            return False  # decided, or asked anew meanwhile
        _record(current, claims, answers, verdicts, problem)
    return problem is None


def _record(
    application: Application,
    claims: Claims,
    answers: Card | None,
    verdicts: list[rules.Verdict],
    problem: Silent | None,
) -> None:
    knows = application.verdicts.exclude(answer=None).exists()
    if answers is not None or not knows:
        # Silence takes nothing back that was heard before.
        _write(application, [*rules.of_digits(claims), *verdicts])
    if problem is None:
        application.check_state, application.check_error = Check.DONE, ""
        application.events.create(kind=Kind.CHECKED)
    else:
        if application.check_error != problem.why:
            application.events.create(kind=Kind.CHECK_FAILED, note=problem.why)
        application.check_state, application.check_error = Check.MANUAL, problem.why
        application.check_at = _next(application.check_attempts, problem.until)
    application.save(update_fields=["check_state", "check_error", "check_at"])
    log.info("partners.checked", case=application.case, state=application.check_state)


def _write(application: Application, verdicts: list[rules.Verdict]) -> None:
    """These verdicts in place of those there were. The caller holds the application's row."""
    application.verdicts.all().delete()
    rows = {verdict.rule: verdict.row(application.pk) for verdict in verdicts}
    application.verdicts.model.objects.bulk_create(rows.values())


def _next(attempts: int, until: datetime | None) -> datetime:
    pause: timedelta = min(FIRST_PAUSE * 2 ** min(max(attempts - 1, 0), 10), LONGEST_PAUSE)
    # A pause is told in real time.
    return max(now() + pause, until + offset()) if until else now() + pause
