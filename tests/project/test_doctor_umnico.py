"""What the doctor says of Umnico: whether it can be answered, and whether it tells us anything."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integrations.sandbox.core.sandbox import Sandbox
from integrations.sandbox.umnico.account import Umnico
from integrations.umnico import keeping
from project.doctor.findings import Level
from project.doctor.umnico import umnico
from tests.support.sandbox import plan_fault
from tests.support.umnico import connected


@pytest.fixture
def sandbox(settings) -> Iterator[Sandbox]:
    with connected(settings) as sandbox:
        yield sandbox


def said() -> dict[str, tuple[Level, str]]:
    return {one.title: (one.level, one.detail) for one in umnico()}


def test_without_a_key_it_is_a_choice(settings):
    settings.CREDENTIALS = {}
    assert said() == {"Key": (Level.WARNING, "UMNICO_API_KEY is not set")}


def test_a_working_account_says_who_answers_and_that_it_is_heard(sandbox):
    keeping.keep()
    assert said() == {
        "Account": (Level.FINE, "answers as Мария"),
        "Webhook": (Level.FINE, "registered and on"),
    }


def test_a_deaf_webhook_is_an_alarm_and_says_what_happens_next(sandbox):
    sandbox.get(Umnico).state.webhooks = []
    assert said()["Webhook"][0] is Level.FAILED
    keeping.keep()
    sandbox.get(Umnico).state.webhooks[0].status = "disabled"
    (finding,) = [one for one in umnico() if one.title == "Webhook"]
    assert finding.level is Level.FAILED
    assert "within the hour" in finding.hint
    assert "umnico-address" not in f"{finding}"


def test_an_address_without_a_secret_and_one_with_an_older_one_are_told_of(sandbox, settings):
    keeping.keep()
    settings.CREDENTIALS = {**settings.CREDENTIALS, "UMNICO_WEBHOOK_SECRET": "a-newer-one"}
    assert said()["Old addresses"][0] is Level.WARNING
    settings.CREDENTIALS = {**settings.CREDENTIALS, "UMNICO_WEBHOOK_SECRET": ""}
    assert said()["Webhook"][0] is Level.WARNING


def test_a_refused_token_and_a_silent_service_are_told_apart(sandbox):
    sandbox.get(Umnico).state.options.token_expired = True
    (finding,) = umnico()
    assert (finding.title, finding.level) == ("Key", Level.FAILED)
    assert "UMNICO_API_KEY" in finding.hint
    sandbox.get(Umnico).state.options.token_expired = False
    plan_fault(sandbox, "umnico", "reset", times=None)
    assert said()["Account"][0] is Level.FAILED


def test_a_manager_who_is_nobody_there_is_named(sandbox, settings):
    settings.UMNICO_MANAGER_ID = "99"
    assert said()["Account"] == (Level.FAILED, "UMNICO_MANAGER_ID is nobody there")
