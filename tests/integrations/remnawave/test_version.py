"""Which panel it is, and whether it is well."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.errors import IntegrationError, ServiceRefused, ServiceUnreachable
from integrations.remnawave import client
from integrations.remnawave.client import Panel
from integrations.remnawave.users import read_user
from tests.integrations.remnawave.scenario import TOKEN, Scenario, in_days
from tests.support.http_server import HttpServer, answer, cut, reset

USER = {
    "username": "tg_1",
    "shortUuid": "k3PqX9sVb2Lm0TzR",
    "status": "ACTIVE",
    "expireAt": "2026-11-01T00:00:00.000Z",
    "subscriptionUrl": "https://sub.example.test/k3PqX9sVb2Lm0TzR",
}


def panel_at(server: HttpServer, **options: Any) -> Panel:
    return Panel(base_url=server.url, token=TOKEN, **{"deadline": 2.0, **options})


# --- health


def test_health_names_the_version(scenario: Scenario) -> None:
    assert scenario.panel.health() == ("3.3.2" if scenario.simulator.is_v3 else "2.8.0")


def test_health_uses_the_token(scenario: Scenario) -> None:
    wrong = Panel(base_url=f"{scenario.sandbox.base_url}/remnawave", token="wrong")

    with pytest.raises(ServiceRefused, match="does not accept REMNAWAVE_API_TOKEN"):
        wrong.health()


def test_health_notices_a_squad_that_is_not_there(scenario: Scenario) -> None:
    scenario.simulator.state.squads.clear()

    with pytest.raises(ServiceRefused, match="no squad DEFAULT_SQUAD_UUID"):
        scenario.panel.health()


# --- version


@pytest.mark.parametrize("silence", [reset(), cut()], ids=["reset", "closed"])
def test_a_panel_that_closes_the_socket_on_metadata_is_2x(server: HttpServer, silence: Any) -> None:
    server.otherwise = silence

    assert panel_at(server).version() == "2.x"


def test_a_panel_without_metadata_is_2x(server: HttpServer) -> None:
    server.plan(answer(404, {"message": "Cannot GET", "errorCode": "E404"}))

    assert panel_at(server).version() == "2.x"


def test_a_token_without_the_right_to_metadata_is_no_failure(server: HttpServer) -> None:
    server.plan(answer(403, {"errorCode": "E403"}))

    assert panel_at(server).version() == "2.8+"


@pytest.mark.parametrize(("status", "kind"), [(401, ServiceRefused), (503, ServiceUnreachable)])
def test_a_panel_that_is_down_has_no_version(
    server: HttpServer, status: int, kind: type[IntegrationError]
) -> None:
    server.otherwise = answer(status, {})

    with pytest.raises(kind):
        panel_at(server).version()


@pytest.mark.parametrize(("ttl", "heard"), [(600.0, "2.8.0"), (-1.0, "3.3.2")])
def test_the_version_is_asked_again_once_it_is_old(
    server: HttpServer, monkeypatch: pytest.MonkeyPatch, ttl: float, heard: str
) -> None:
    monkeypatch.setattr(client, "VERSION_TTL", ttl)
    for version in ("2.8.0", "3.3.2"):
        server.plan(answer(200, {"response": {"version": version}}))
    panel = panel_at(server)

    assert [panel.version(), panel.version()] == ["2.8.0", heard]


@pytest.mark.parametrize("version", ["2", "3"])
def test_a_configured_version_is_not_asked_for(server: HttpServer, version: str) -> None:
    assert panel_at(server, version=version).version() == f"{version}.x"
    assert server.received == []


# --- what each call carries, and how users are read


def test_every_call_looks_as_if_it_came_through_a_tls_proxy(server: HttpServer) -> None:
    server.otherwise = answer(200, {"response": {}})
    panel = panel_at(server)

    panel.health()
    with pytest.raises(ServiceUnreachable):
        panel.ensure_user(telegram_id=1, expires_at=in_days(1), known=True)

    for request in server.received:
        assert request.headers["x-forwarded-for"]
        assert request.headers["x-forwarded-proto"] == "https"
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert server.paths()[-1] == "GET /api/users/by-username/tg_1"


@pytest.mark.parametrize(
    ("ids", "version", "remote_id", "address"),
    [
        ({"id": 417}, "auto", "417", {"id": 417}),
        ({"id": 417}, "3", "417", {"id": 417}),
        ({"uuid": "9b2d-4"}, "auto", "9b2d-4", {"uuid": "9b2d-4"}),
        ({"uuid": "9b2d-4", "id": 417}, "auto", "9b2d-4", {"uuid": "9b2d-4"}),
        ({"uuid": "9b2d-4", "id": 417}, "2", "9b2d-4", {"uuid": "9b2d-4"}),
    ],
)
def test_a_user_is_addressed_by_what_its_version_knows(
    ids: dict[str, Any], version: str, remote_id: str, address: dict[str, Any]
) -> None:
    user = read_user(USER | ids, version=version)

    assert (user.remote_id, user.address) == (remote_id, address)


@pytest.mark.parametrize(("ids", "version"), [({"id": 417}, "2"), ({"uuid": "9b2d-4"}, "3")])
def test_a_user_of_another_version_than_configured_is_an_error(
    ids: dict[str, Any], version: str
) -> None:
    with pytest.raises(ServiceUnreachable, match="is REMNAWAVE_VERSION right"):
        read_user(USER | ids, version=version)


@pytest.mark.parametrize(
    "record",
    [{}, {"id": 1}, USER, USER | {"id": 1, "expireAt": "soon"}, USER | {"id": 1, "expireAt": None}],
    ids=["nothing", "only id", "no id", "odd date", "no date"],
)
def test_an_unreadable_user_is_an_error_of_ours(server: HttpServer, record: Any) -> None:
    server.otherwise = answer(200, {"response": record})

    with pytest.raises(ServiceUnreachable, match="remnawave answered with a user"):
        panel_at(server).get(username="tg_1")


@pytest.mark.parametrize("document", [None, [], {}, {"response": None}, {"response": [1]}, 7])
def test_an_answer_of_something_else_is_an_error_of_ours(server: HttpServer, document: Any) -> None:
    server.otherwise = answer(200, document)

    with pytest.raises(ServiceUnreachable, match="as no panel does"):
        panel_at(server).health()
