"""Two workers, dead workers, and people in between."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from integrations.clock import now
from partners.models import Application, AskingGate
from partners.services import verification
from partners.services.verification import checking, evidence
from tests.partners.factories import an_application, vocabulary
from tests.partners.verification.checked import ROMASHKA, checked, come, results
from tests.partners.verification.register import Register

pytestmark = pytest.mark.django_db
Check, Status = Application.Check, Application.Status


def test_a_killed_workers_application_is_asked_about_again(register: Register):
    application = an_application(**ROMASHKA)
    verification.begin(application_id=application.pk)
    assert checking._claim() is not None  # and the worker dies with it

    assert verification.check_due() == 0
    come(application)  # the lease is over
    assert verification.check_due() == 1
    assert register.asked == ["egr", "check"]


def test_a_killed_workers_turn_ends_by_itself(register: Register):
    AskingGate.objects.create(name=AskingGate.LINE, until=now() + timedelta(seconds=60))
    application = an_application(**ROMASHKA)
    verification.begin(application_id=application.pk)
    assert verification.check_due() == 0

    AskingGate.objects.update(until=now() - timedelta(seconds=1))
    assert verification.check_due() == 1


@pytest.mark.parametrize("meanwhile", ["decided", "asked anew"])
def test_an_answer_that_comes_too_late_changes_nothing(
    register: Register, monkeypatch, admin_user, meanwhile
):
    application = an_application(**ROMASHKA)
    verification.begin(application_id=application.pk)
    ask = evidence.card_of

    def slow(number, **kwargs):
        if meanwhile == "decided":
            Application.objects.update(status=Status.REJECTED)
        else:
            verification.ask_again(application_id=application.pk, staff=admin_user)
        return ask(number, **kwargs)

    monkeypatch.setattr(evidence, "card_of", slow)
    claimed = checking._claim()
    assert claimed is not None
    assert checking._check(claimed) is False

    application.refresh_from_db()
    assert "active" not in results(application)
    assert application.check_state == Check.WAITING


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_service_is_asked(register: Register, monkeypatch):
    vocabulary()
    open_ones = []
    ask = evidence._ask

    def seen(*arguments):
        open_ones.append(connection.in_atomic_block)
        return ask(*arguments)

    monkeypatch.setattr(evidence, "_ask", seen)

    assert checked().check_state == Check.DONE
    assert open_ones == [False, False]
