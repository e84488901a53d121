"""Two people at one application, and two applications of one company: one decision, one partner, nothing in between."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.models import User

from integrations.models import MailMessage
from partners.errors import AlreadyDecided, NotPossible, PartnerExists, TakenByAnother
from partners.models import Application, Decision, DecisionReason, Partner
from partners.services import desk, publishing
from partners.services.decisions import decide
from tests.partners.factories import an_application, vocabulary
from tests.support import crowd
from tests.support.office import staff_member

pytestmark = pytest.mark.django_db(transaction=True)

LATE = (AlreadyDecided, TakenByAnother, NotPossible)


@pytest.fixture
def staff() -> list[User]:
    vocabulary()
    return [staff_member(name=f"staff_{number}") for number in range(4)]


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    return crowd.at_once(*acts, late=LATE)


def decides(application: Application, outcome: str, user: User, **fields: Any) -> Callable[[], Any]:
    reason = DecisionReason.objects.get(code="spam") if outcome == "reject" else None
    return lambda: decide(
        application_id=application.pk,
        outcome=outcome,
        reason=reason,
        subject="Тема",
        body="Текст",
        staff=user,
        **fields,
    )


def test_of_people_who_decide_differently_one_does(staff):
    application = an_application()
    answers = at_once(
        decides(application, "approve", staff[0]),
        decides(application, "reject", staff[1]),
        decides(application, "approve", staff[2]),
        decides(application, "reject", staff[3]),
    )
    assert sum(isinstance(answer, AlreadyDecided) for answer in answers) == 3
    decision = Decision.objects.get()
    application.refresh_from_db()
    assert application.status == ("approved" if decision.outcome == "approve" else "rejected")
    assert Partner.objects.count() == (decision.outcome == "approve")
    assert MailMessage.objects.count() == application.events.count() == 1


def test_a_decision_is_corrected_once(staff):
    application = an_application()
    first = decides(application, "approve", staff[0])()
    answers = at_once(*(decides(application, "reject", user, corrects=first) for user in staff))
    assert sum(isinstance(answer, AlreadyDecided) for answer in answers) == 3
    assert Decision.objects.count() == 2


def test_two_applications_of_one_company_make_one_partner(staff):
    one = an_application()
    two = an_application(inn=one.inn)
    answers = at_once(decides(one, "approve", staff[0]), decides(two, "approve", staff[1]))
    assert sum(isinstance(answer, PartnerExists) for answer in answers) == 1
    assert Partner.objects.count() == 1
    assert Application.objects.filter(status="received").count() == 1


def test_of_those_who_take_it_at_once_one_has_it(staff):
    application = an_application()
    answers = at_once(
        *(lambda user=user: desk.take(application_id=application.pk, staff=user) for user in staff)
    )
    assert sum(isinstance(answer, TakenByAnother) for answer in answers) == 3
    assert application.events.filter(kind="taken").count() == 1


class Killed(BaseException):
    """The process is gone: nothing after this runs, nothing uncommitted stays."""


@pytest.mark.parametrize(
    "point",
    [
        "partners.services.publishing.publish",
        "partners.services.profile.set_terms",
        "partners.services.decisions._close",
        "partners.services.decisions._write_history",
        "integrations.services.post.write",
    ],
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_decision_cut_off_anywhere_is_as_if_it_was_never_made(staff, monkeypatch, point, when):
    application = an_application()
    module, _, name = point.rpartition(".")
    whole = getattr(__import__(module, fromlist=[name]), name)

    def cut_off(*args: Any, **kwargs: Any) -> Any:
        if when == "after":
            whole(*args, **kwargs)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(point, cut_off)
        with pytest.raises(Killed):
            decides(application, "approve", staff[0])()
    application.refresh_from_db()
    assert application.is_open
    assert not Partner.objects.exists()
    assert not Decision.objects.exists()
    assert not MailMessage.objects.exists()
    decides(application, "approve", staff[1])()
    assert Partner.objects.count() == MailMessage.objects.count() == 1


def test_without_the_lock_of_codes_one_company_could_be_registered_twice(staff, monkeypatch):
    """The control: what drawing the code first keeps from happening is left to the unique INN."""
    one = an_application()
    two = an_application(inn=one.inn)
    numbers = iter(["P-261122-0001", "P-261122-0002"])
    monkeypatch.setattr(publishing, "next_code", lambda: next(numbers))
    meet = Barrier(2)
    whole = desk.rival_of

    def together(application: Application) -> Partner | None:
        found = whole(application)
        meet.wait(timeout=10)
        return found

    monkeypatch.setattr(desk, "rival_of", together)

    def quietly(act: Callable[[], Any]) -> Callable[[], Any]:
        def run() -> Any:
            try:
                return act()
            except Exception as error:  # whatever breaks: the control counts what was written
                return error

        return run

    answers = at_once(
        quietly(decides(one, "approve", staff[0])), quietly(decides(two, "approve", staff[1]))
    )
    assert [type(answer).__name__ for answer in answers if isinstance(answer, Exception)] == [
        "IntegrityError"
    ]
    assert Partner.objects.count() == 1
