"""What the doctor and the metrics say about the tax service."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from integrations.clock import wall_clock
from integrations.sandbox.core.sandbox import Sandbox
from integrations.sandbox.fns.service import Fns
from partners.models import AskingGate
from partners.services import verification
from project.doctor.findings import Level
from project.doctor.registry import tax_service
from tests.partners.factories import a_partner, an_application
from tests.project.test_metrics import scrape as scrape
from tests.support.sandbox import plan_fault, running_sandbox

pytestmark = pytest.mark.django_db
KEY = "marker-fns-key-0123456789abcdef012345678"


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with running_sandbox(FNS_API_KEY=KEY) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox, settings) -> Sandbox:
    running.reset()
    url = f"{running.base_url}/fns"
    settings.CREDENTIALS = {**settings.CREDENTIALS, "FNS_BASE_URL": url, "FNS_API_KEY": KEY}
    return running


def report() -> dict[str, tuple[Level, str]]:
    return {one.title: (one.level, one.detail) for one in tax_service(kept=True)}


def checked(inn: str = "9901000010") -> None:
    verification.begin(application_id=an_application(inn=inn).pk)
    verification.check_due()


def test_limits_answers_and_applications_are_told(sandbox):
    checked()

    found = report()
    assert {level for level, _detail in found.values()} == {Level.FINE}
    assert found["Calls of egr"][1].startswith("1 of 10000 used, until ")
    assert found["Last answer"][1] == "0 s ago"
    assert found["Applications"][1] == "0 wait for an answer, 0 for people alone"


def test_without_a_key_people_check_alone(settings):
    settings.CREDENTIALS = {**settings.CREDENTIALS, "FNS_API_KEY": ""}

    assert report()["Key"] == (Level.WARNING, "FNS_API_KEY is not set")


@pytest.mark.parametrize(
    ("fault", "level"),
    [
        ({"status": 403, "detail": {"error": f"Ошибка: Неверный ключ {KEY}"}}, Level.FAILED),
        ({"status": 403, "detail": {"error": "Нет доступа с ip-адреса (192.0.2.7)"}}, Level.FAILED),
        ({"status": 502}, Level.WARNING),
    ],
)
def test_what_is_wrong_with_the_account_is_told_without_the_key(sandbox, fault, level):
    plan_fault(sandbox, "fns", "status", times=None, **fault)

    found = report()
    assert found["Account"][0] is level
    assert KEY not in str(found)


def test_failures_pauses_and_delays_are_warnings(sandbox, settings):
    with sandbox.lock:
        sandbox.get(Fns).state.limit = 0
    checked()
    a_partner(recheck_at=wall_clock() - timedelta(hours=3))

    found = report()
    for title in ("Calls of egr", "Last failure", "Asking paused: egr", "Applications", "Partners"):
        assert found[title][0] is Level.WARNING, title
    assert "Исчерпаны запросы" in found["Asking paused: egr"][1]
    assert found["Partners"][1].startswith("1 are overdue")


def test_the_same_is_in_the_metrics(sandbox, scrape):
    plan_fault(sandbox, "fns", "status", status=502, times=1)
    checked()
    AskingGate.objects.create(name="egr", until=wall_clock() + timedelta(hours=1))

    figures = scrape()
    assert figures["provodnik_applications_open", "manual"] == 1
    assert figures["provodnik_applications_open", "waiting"] == 0
    assert figures["provodnik_fns_failures_24h",] == 1
    assert figures["provodnik_fns_paused",] == 1
    assert figures["provodnik_partners_overdue",] == 0
