"""Giving access while the panel misbehaves: no user twice, and the next call settles it."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.errors import ConnectionLost, ServiceRefused, ServiceUnreachable
from integrations.remnawave.client import Panel
from tests.integrations.remnawave.scenario import TOKEN, Scenario, in_days

OUTAGES: dict[str, dict[str, Any]] = {
    "503": {"kind": "status", "status": 503},
    "reset": {"kind": "reset"},
    "silence": {"kind": "hang"},
    "garbage": {"kind": "garbage"},
    "done, then reset": {"kind": "after"},
    "done, then silence": {"kind": "after", "seconds": 30},
}
WRITES = ["users.create", "users.update", "users.disable"]


@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize("outage", OUTAGES)
def test_the_next_call_settles_a_write_that_failed(
    scenario: Scenario, outage: str, operation: str
) -> None:
    until = in_days(-1) if operation == "users.disable" else in_days(60)
    if operation != "users.create":
        scenario.ensure(in_days(30))
    scenario.fault(operation=operation, **OUTAGES[outage])

    with pytest.raises(ServiceUnreachable):
        scenario.ensure(until)
    settled = scenario.ensure(until)

    assert settled.status == scenario.anna.status
    assert scenario.anna.status == ("DISABLED" if operation == "users.disable" else "ACTIVE")
    assert scenario.calls.count("users.create") <= 2


@pytest.mark.parametrize("outage", ["503", "reset", "garbage"])
def test_a_failed_read_is_repeated_at_once(scenario: Scenario, outage: str) -> None:
    scenario.ensure(in_days(10))
    scenario.fault(operation="users.by-username", **OUTAGES[outage])

    assert scenario.ensure(in_days(30)).status == "ACTIVE"


@pytest.mark.parametrize("outage", OUTAGES)
def test_a_panel_that_is_down_is_worth_a_retry(scenario: Scenario, outage: str) -> None:
    scenario.fault(times=None, **OUTAGES[outage])

    with pytest.raises(ServiceUnreachable) as caught:
        scenario.ensure(in_days(30))

    assert caught.value.retryable
    assert caught.value.service == "remnawave"


def test_a_user_made_by_somebody_faster_is_adopted(scenario: Scenario) -> None:
    scenario.ensure(in_days(30))

    user = scenario.ensure(in_days(60), known=False)

    assert scenario.calls[-3:] == ["users.create", "users.by-username", "users.update"]
    assert user.short_uuid == scenario.anna.short_uuid
    assert scenario.anna.expire_at > in_days(59)


def test_a_user_deleted_at_the_panel_is_made_again(scenario: Scenario) -> None:
    scenario.ensure(in_days(30))
    with scenario.sandbox.lock:
        scenario.simulator.state.users.clear()

    scenario.ensure(in_days(60))

    assert scenario.calls[-2:] == ["users.by-username", "users.create"]
    assert scenario.anna.expire_at > in_days(59)


def test_a_name_that_is_taken_by_nobody_is_worth_a_retry(scenario: Scenario) -> None:
    scenario.refusal("users.create", 400, "A019")

    with pytest.raises(ServiceUnreachable, match="had the user tg_700100200 a moment ago"):
        scenario.ensure(in_days(30))


def test_another_refusal_of_a_create_is_no_reason_to_adopt(scenario: Scenario) -> None:
    scenario.refusal("users.create", 400, "A020")

    with pytest.raises(ServiceRefused, match="400 A020: a user with this short id exists"):
        scenario.ensure(in_days(30))


def test_a_user_deleted_meanwhile_is_worth_a_retry(scenario: Scenario) -> None:
    scenario.ensure(in_days(30))
    scenario.refusal("users.update", 404, "A025")

    with pytest.raises(ServiceUnreachable, match="a moment ago and has not now"):
        scenario.ensure(in_days(60))


@pytest.mark.parametrize(("status", "code"), [(400, "A029"), (404, "A025")])
def test_somebody_else_disabled_or_deleted_meanwhile(
    scenario: Scenario, status: int, code: str
) -> None:
    user = scenario.ensure(in_days(30))
    scenario.refusal("users.disable", status, code)

    disabled = scenario.panel.disable(username=user.username)

    assert (disabled is None) == (code == "A025")
    assert disabled is None or disabled.status == "DISABLED"


def test_somebody_else_enabled_meanwhile(scenario: Scenario) -> None:
    scenario.given(expires_at=in_days(30), status="DISABLED")
    scenario.refusal("users.enable", 400, "A030")

    assert scenario.panel.enable(username=scenario.anna.username).status == "ACTIVE"


@pytest.mark.parametrize("action", ["disable", "enable"])
def test_another_refusal_of_an_action_is_told(scenario: Scenario, action: str) -> None:
    opposite = "DISABLED" if action == "enable" else "ACTIVE"
    scenario.given(expires_at=in_days(30), status=opposite)
    scenario.refusal(f"users.{action}", 403, "E403")

    with pytest.raises(ServiceRefused, match="403 E403: REMNAWAVE_API_TOKEN has no right"):
        getattr(scenario.panel, action)(username=scenario.anna.username)


def test_a_panel_whose_clock_is_ahead_refuses_the_date(scenario: Scenario) -> None:
    scenario.ensure(in_days(30))
    scenario.sandbox.clock.set(3 * 86400)

    with pytest.raises(ServiceRefused, match="answered 400: it finds the data invalid"):
        scenario.ensure(in_days(2))


def test_an_unknown_address_gets_the_hint_about_closed_sockets(scenario: Scenario) -> None:
    elsewhere = Panel(base_url=f"{scenario.sandbox.base_url}/remnawave/api/v9", token=TOKEN)

    with pytest.raises(ConnectionLost, match="X-Forwarded-For and X-Forwarded-Proto"):
        elsewhere.get(username="tg_1")


def test_an_address_of_something_else_is_named(scenario: Scenario) -> None:
    elsewhere = Panel(base_url=f"{scenario.sandbox.base_url}/nowhere", token=TOKEN)

    with pytest.raises(ServiceRefused, match="is REMNAWAVE_BASE_URL right"):
        elsewhere.get(username="tg_1")


def test_a_foreign_404_is_not_taken_for_an_absent_user(scenario: Scenario) -> None:
    scenario.refusal("users.by-username", 404, "nginx")

    with pytest.raises(ServiceRefused, match="nothing at this address"):
        scenario.ensure(in_days(30), known=True)
    assert scenario.users == []


def test_the_token_is_in_no_error(scenario: Scenario) -> None:
    wrong = Panel(base_url=f"{scenario.sandbox.base_url}/remnawave", token=TOKEN + "-wrong")

    with pytest.raises(ServiceRefused) as caught:
        wrong.get(username="tg_1")

    assert (
        str(caught.value) == "remnawave answered 401 E401: it does not accept REMNAWAVE_API_TOKEN"
    )
    assert TOKEN not in repr(caught.value) + repr(wrong)
