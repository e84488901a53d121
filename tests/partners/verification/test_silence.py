"""When the tax service does not answer: never valid, told at once, asked on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integrations.clock import now
from partners.models import Application, AskingGate, RegistryAnswer
from partners.services import verification
from tests.partners.factories import inn
from tests.partners.verification.checked import checked, come, results
from tests.partners.verification.register import KEY, Register

pytestmark = pytest.mark.django_db
Check, Status = Application.Check, Application.Status


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        ({"status": 200}, "ФНС ответила сообщением об ошибке"),
        ({"status": 502}, "ФНС ответила непонятно"),
        (
            {"status": 403, "detail": {"error": "Ошибка: Неверный ключ (1)"}},
            "ФНС не принимает наш ключ",
        ),
    ],
)
def test_an_odd_answer_is_never_valid(register: Register, trouble, why):
    register.answers_badly(**trouble)

    application = checked()

    assert (application.status, application.check_state) == (Status.QUEUED, Check.MANUAL)
    assert application.check_error == why
    assert {results(application)[rule] for rule in ("found", "active", "marks")} == {"unknown"}
    assert "pass" not in [results(application).get("active"), results(application).get("found")]
    failed = RegistryAnswer.objects.get()
    assert (failed.outcome, bool(failed.error), bool(failed.sha256)) == ("failed", True, True)


def test_silence_is_told_at_once_and_ends_by_itself(register: Register):
    register.goes_down()
    application = checked()

    assert (application.check_state, application.check_error) == (Check.MANUAL, "ФНС не отвечает")
    assert application.check_at > now()
    assert [event.kind for event in application.events.all()] == ["queued", "check_failed"]

    register.is_well()
    come(application)
    assert verification.check_due() == 1

    application.refresh_from_db()
    assert (application.check_state, application.check_error) == (Check.DONE, "")
    assert results(application)["active"] == "pass"


def test_the_pauses_grow_and_the_event_is_written_once(register: Register):
    register.goes_down()
    application = checked()
    first = application.check_at - now()
    for _ in range(3):
        come(application)
        verification.check_due()
    application.refresh_from_db()

    assert first < timedelta(minutes=1, seconds=1)
    assert timedelta(minutes=7) < application.check_at - now() <= timedelta(minutes=8)
    assert application.events.filter(kind="check_failed").count() == 1


def test_an_earlier_answer_is_not_taken_back_by_silence(register: Register, admin_user):
    application = checked()
    register.goes_down()
    verification.ask_again(application_id=application.pk, staff=admin_user)
    verification.check_due()

    application.refresh_from_db()
    assert application.check_state == Check.MANUAL
    assert results(application)["active"] == "pass"


def test_marks_alone_may_be_missing(register: Register):
    register.goes_down(operation="check")
    application = checked()

    assert application.check_state == Check.MANUAL
    assert (results(application)["active"], results(application)["marks"]) == ("pass", "unknown")

    register.is_well()
    come(application)
    verification.check_due()
    assert register.asked.count("egr") == 1, "the card was heard already"
    assert results(application)["marks"] == "pass"


def test_nobody_is_asked_while_the_calls_are_used_up(register: Register):
    register.leaves(0)
    first = checked()
    asked = len(register.asked)

    second = checked(inn=inn(5), ogrn="")

    assert first.check_error == second.check_error == "Исчерпаны запросы к ФНС"
    assert len(register.asked) == asked
    assert second.check_at > now() + timedelta(minutes=55)
    assert AskingGate.objects.filter(name="egr").exists()

    register.is_well()
    AskingGate.objects.update(until=now() - timedelta(seconds=1))
    come(first)
    come(second)
    assert verification.check_due() == 2


def test_without_a_key_a_person_checks_alone(settings, register: Register):
    settings.CREDENTIALS = {**settings.CREDENTIALS, "FNS_API_KEY": ""}

    application = checked()

    assert (application.check_state, application.check_error) == (
        Check.MANUAL, "Не задан ключ FNS_API_KEY",
    )  # fmt: skip
    assert not RegistryAnswer.objects.exists()


def test_the_key_is_nowhere_in_what_is_kept(register: Register):
    register.answers_badly(status=403, detail={"error": f"ключ {KEY}"})
    application = checked()

    kept = RegistryAnswer.objects.get()
    assert KEY not in f"{kept.error} {kept.body} {kept.card} {application.check_error}"
    assert "•••" in kept.body


def test_nothing_said_of_marks_is_not_a_clean_slate(register: Register, monkeypatch):
    monkeypatch.setattr("integrations.sandbox.fns.wire.checked", lambda company: {"ЮЛ": {}})

    application = checked()

    assert (application.check_state, results(application)["marks"]) == (Check.DONE, "unknown")


def test_an_answer_that_trips_our_own_reading_is_odd(register: Register, monkeypatch):
    monkeypatch.setattr("integrations.fns.client.choose", lambda data, number: 1 / 0)

    application = checked()

    assert (application.check_state, application.check_error) == (
        Check.MANUAL, "ФНС ответила непонятно",
    )  # fmt: skip
