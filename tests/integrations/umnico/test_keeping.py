"""Our address at Umnico: registered where it is missing or switched off, and never twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from integrations.checks import check_umnico
from integrations.errors import ServiceUnreachable
from integrations.sandbox.core.sandbox import Sandbox
from integrations.sandbox.umnico.account import Umnico
from integrations.umnico import keeping
from integrations.umnico.keeping import State
from tests.support.sandbox import calls_of, plan_fault
from tests.support.umnico import connected

SECRET = "address-of_the.tests~2"


@pytest.fixture
def sandbox(settings) -> Iterator[Sandbox]:
    with connected(settings) as sandbox:
        sandbox.get(Umnico).state.webhooks = []
        yield sandbox


def registered(sandbox: Sandbox) -> list[tuple[str, str]]:
    with sandbox.lock:
        return [(one.url, one.status) for one in sandbox.get(Umnico).state.webhooks]


OURS = ("https://shop.example.com/integrations/callbacks/umnico/umnico-address", "active")


def test_a_missing_address_is_registered_once(sandbox):
    assert keeping.keep() is State.MISSING
    assert keeping.keep() is State.ON
    assert registered(sandbox) == [OURS]


def test_one_that_was_switched_off_is_registered_anew(sandbox):
    keeping.keep()
    sandbox.get(Umnico).state.webhooks[0].status = "disabled"
    assert keeping.look().state is State.OFF
    assert keeping.keep() is State.OFF
    assert registered(sandbox) == [OURS]
    assert keeping.keep() is State.ON


def test_others_addresses_are_left_alone(sandbox):
    umnico = sandbox.get(Umnico)
    with sandbox.lock:
        umnico.connect("https://crm.example/hook", "CRM")
        umnico.connect(OURS[0].replace("umnico-address", "older-secret"), "Provodnik")
    keeping.keep()
    assert len(registered(sandbox)) == 3
    assert keeping.look().outdated == 1


def test_whoever_comes_second_finds_it_there(sandbox, monkeypatch):
    keeping.keep()
    monkeypatch.setattr(keeping, "look", lambda: keeping.Found(state=State.MISSING))
    assert keeping.keep() is State.MISSING
    assert registered(sandbox) == [OURS]


def test_a_failure_is_not_hidden_and_the_next_run_mends_it(sandbox):
    keeping.keep()
    sandbox.get(Umnico).state.webhooks[0].status = "disabled"
    plan_fault(sandbox, "umnico", "reset", operation="webhooks", times=2)
    with pytest.raises(ServiceUnreachable):
        keeping.keep()
    assert keeping.keep() is State.OFF
    assert registered(sandbox) == [OURS]


@pytest.mark.parametrize("missing", ["UMNICO_API_KEY", "UMNICO_WEBHOOK_SECRET"])
def test_without_a_key_or_a_secret_nobody_is_asked(sandbox, settings, missing):
    settings.CREDENTIALS = {**settings.CREDENTIALS, missing: ""}
    assert keeping.keep() is State.UNSET
    assert calls_of(sandbox, "umnico") == []


def test_the_secret_stands_in_the_address_and_in_no_line(sandbox, settings):
    settings.CREDENTIALS = {**settings.CREDENTIALS, "UMNICO_WEBHOOK_SECRET": SECRET}
    with capture_logs() as lines:
        keeping.keep()
    ((url, _status),) = registered(sandbox)
    assert url.endswith(f"/integrations/callbacks/umnico/{SECRET}")
    assert keeping.keep() is State.ON
    assert SECRET not in str(lines)


def test_a_secret_that_no_address_can_hold_is_told_of_at_start_up(settings):
    named = {"UMNICO_API_KEY": "x", "UMNICO_WEBHOOK_SECRET": "a/b"}
    settings.CREDENTIALS = {**settings.CREDENTIALS, **named}
    assert [one.id for one in check_umnico()] == ["integrations.E007"]
    settings.CREDENTIALS = {**settings.CREDENTIALS, "UMNICO_WEBHOOK_SECRET": SECRET}
    assert check_umnico() == []
