"""Giving and taking access, on a panel that works."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from integrations.errors import ServiceRefused
from integrations.remnawave.client import Panel
from integrations.remnawave.users import same_second, wire_time
from integrations.sandbox.remnawave.state import DEFAULT_SQUAD
from tests.integrations.remnawave.scenario import ANNA, Scenario, in_days


def test_a_new_customer_gets_a_user_with_everything_needed(scenario: Scenario) -> None:
    until = in_days(30)

    user = scenario.ensure(until, description="Заказ № 17, Партнёр")

    made = scenario.anna
    assert (made.username, made.telegram_id, made.squads) == (f"tg_{ANNA}", ANNA, [DEFAULT_SQUAD])
    assert (made.description, made.traffic_limit_bytes) == ("Заказ № 17, Партнёр", 0)
    assert same_second(made.expire_at, until)
    assert (user.status, user.short_uuid) == ("ACTIVE", made.short_uuid)
    assert user.subscription_url.endswith(made.short_uuid)


def test_the_remote_id_is_what_the_version_addresses_users_with(scenario: Scenario) -> None:
    user = scenario.ensure(in_days(30))

    made = scenario.anna
    assert user.remote_id == (str(made.id) if scenario.simulator.is_v3 else made.uuid)


def test_a_known_customer_is_extended_and_not_doubled(scenario: Scenario) -> None:
    first, until = scenario.ensure(in_days(30)), in_days(60)

    second = scenario.ensure(until)

    assert same_second(second.expires_at, until)
    assert second == replace(first, expires_at=second.expires_at)


def test_an_earlier_end_is_written_too(scenario: Scenario) -> None:
    scenario.ensure(in_days(30))
    sooner = in_days(10)

    scenario.ensure(sooner)

    assert same_second(scenario.anna.expire_at, sooner)


def test_nothing_is_written_when_nothing_differs(scenario: Scenario) -> None:
    until = in_days(30)

    first = scenario.ensure(until)
    second = scenario.ensure(until)

    assert first == second
    assert scenario.calls == ["users.create", "users.by-username"]


def test_who_was_on_the_panel_before_us_is_adopted(scenario: Scenario) -> None:
    scenario.given(expires_at=in_days(1))
    until = in_days(30)

    assert same_second(scenario.ensure(until, known=False).expires_at, until)
    assert scenario.calls[-3:] == ["users.create", "users.by-username", "users.update"]


def test_a_user_that_ran_out_is_active_again(scenario: Scenario) -> None:
    scenario.given(expires_at=in_days(-3), status="EXPIRED")

    assert scenario.ensure(in_days(30)).status == "ACTIVE"


def test_a_disabled_user_is_active_again(scenario: Scenario) -> None:
    until = in_days(30)
    scenario.given(expires_at=until, status="DISABLED")

    assert scenario.ensure(until).status == "ACTIVE"
    assert scenario.anna.status == "ACTIVE"


def test_a_user_over_a_traffic_limit_keeps_it(scenario: Scenario) -> None:
    scenario.given(expires_at=in_days(1), status="LIMITED")

    assert scenario.ensure(in_days(30)).status == "LIMITED"


def test_an_adopted_user_without_a_squad_gets_one(scenario: Scenario) -> None:
    until = in_days(30)
    scenario.given(expires_at=until)
    scenario.anna.squads = []

    scenario.ensure(until)

    assert scenario.anna.squads == [DEFAULT_SQUAD]


def test_a_squad_chosen_by_staff_is_kept(scenario: Scenario) -> None:
    other = "0b9d6a52-7c0e-4d0e-9f2b-5a3c1f1f0a02"
    scenario.simulator.state.squads[other] = "Staff"
    scenario.ensure(in_days(1), squad=other)

    scenario.ensure(in_days(30))

    assert scenario.anna.squads == [other]


def test_a_past_end_disables(scenario: Scenario) -> None:
    scenario.ensure(in_days(30))

    assert scenario.ensure(in_days(-1)).status == "DISABLED"
    assert scenario.anna.status == "DISABLED"
    assert scenario.anna.expire_at > in_days(0)


def test_a_past_end_creates_nobody(scenario: Scenario) -> None:
    user = scenario.ensure(in_days(-1))

    assert (user.status, user.remote_id, user.subscription_url) == ("ABSENT", "", "")
    assert scenario.users == []


def test_disabling_twice_or_nobody_is_fine(scenario: Scenario) -> None:
    user = scenario.ensure(in_days(30))

    for _ in range(2):
        disabled = scenario.panel.disable(username=user.username)
        assert disabled == replace(user, status="DISABLED")
    assert scenario.panel.disable(username="tg_1") is None


def test_enabling_twice_is_fine_but_nobody_is_not(scenario: Scenario) -> None:
    user = scenario.ensure(in_days(30))
    scenario.panel.disable(username=user.username)

    for _ in range(2):
        assert scenario.panel.enable(username=user.username) == user
    assert scenario.anna.status == "ACTIVE"
    with pytest.raises(ServiceRefused, match="has no user tg_1"):
        scenario.panel.enable(username="tg_1")


def test_get_reads_a_user_or_nobody(scenario: Scenario) -> None:
    user = scenario.ensure(in_days(30))

    assert scenario.panel.get(username=user.username) == user
    assert scenario.panel.get(username="tg_1") is None


def test_ten_workers_at_once_make_one_user(scenario: Scenario) -> None:
    until = in_days(30)

    with ThreadPoolExecutor(10) as pool:
        users = list(pool.map(lambda _: scenario.ensure(until), range(10)))

    assert len(set(users)) == 1
    assert len(scenario.users) == 1


def test_a_panel_upgraded_meanwhile_is_served_on(scenario: Scenario) -> None:
    scenario.simulator.state.version = "2"
    scenario.ensure(in_days(30))

    scenario.simulator.state.version = "3"

    assert scenario.ensure(in_days(60)).remote_id == str(scenario.anna.id)
    assert scenario.ensure(in_days(-1)).status == "DISABLED"


def test_the_address_may_end_in_api(scenario: Scenario) -> None:
    panel = Panel(base_url=f"{scenario.sandbox.base_url}/remnawave/api/", token="t", version="3")

    with pytest.raises(ServiceRefused, match="does not accept REMNAWAVE_API_TOKEN"):
        panel.get(username="tg_1")


def test_dates_go_in_utc_with_milliseconds() -> None:
    moscow = timezone(timedelta(hours=3))

    assert wire_time(datetime(2026, 11, 1, 3, 0, 0, 123999, moscow)) == "2026-11-01T00:00:00.123Z"
    assert wire_time(datetime(2026, 11, 1, tzinfo=UTC)) == "2026-11-01T00:00:00.000Z"
