"""The panel: both versions, its rules for dates and statuses, its way of hanging up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import requests
from django.conf import settings

from integrations.clock import now

PROXIED = {"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "https"}


@pytest.fixture
def panel(sandbox):
    token = settings.CREDENTIALS["REMNAWAVE_API_TOKEN"]

    def call(method: str, path: str, /, headers: Any = None, **document: Any) -> requests.Response:
        sent = {"Authorization": f"Bearer {token}"} | (PROXIED if headers is None else headers)
        return requests.request(
            method, f"{sandbox.url}/remnawave/api/{path}", json=document, headers=sent, timeout=30
        )

    return call


def in_days(days: float) -> str:
    return (now() + timedelta(days=days)).isoformat()


@pytest.fixture
def anna(panel) -> dict[str, Any]:
    answer = panel(
        "POST", "users", username="tg_7", expireAt=in_days(30), telegramId=7, description="Анна"
    )
    assert answer.status_code == 201
    user: dict[str, Any] = answer.json()["response"]
    return user


def test_the_socket_is_cut_without_the_proxys_headers_and_on_unknown_routes(panel):
    for method, path, headers in (("GET", "users", {}), ("GET", "nothing", None)):
        with pytest.raises(requests.ConnectionError):
            panel(method, path, headers=headers)


def test_a_wrong_token_is_401(panel):
    answer = panel("GET", "users", headers=PROXIED | {"Authorization": "Bearer nope"})
    assert (answer.status_code, answer.json()["errorCode"]) == (401, "E401")


def test_a_taken_name_is_a019_and_the_user_can_be_read_by_name(panel, anna):
    again = panel("POST", "users", username="tg_7", expireAt=in_days(1))
    assert (again.status_code, again.json()["errorCode"]) == (400, "A019")
    assert panel("GET", "users/by-username/tg_7").json()["response"] == anna
    missing = panel("GET", "users/by-username/tg_8")
    assert (missing.status_code, missing.json()["errorCode"]) == (404, "A063")


def test_version_2_addresses_by_uuid_and_version_3_by_number(panel, sandbox, anna):
    assert "uuid" not in anna
    assert panel("GET", f"users/{anna['id']}").json()["response"]["username"] == "tg_7"
    sandbox.post("remnawave/version", version="2")
    uuid = panel("GET", "users/by-username/tg_7").json()["response"]["uuid"]
    assert panel("GET", f"users/{uuid}").json()["response"]["id"] == anna["id"]
    assert panel("GET", "users/by-telegram-id/7").json()["response"][0]["uuid"] == uuid
    assert panel("GET", "system/metadata").json()["response"]["version"].startswith("2.")
    assert panel("DELETE", f"users/{uuid}").json() == {"response": {"isDeleted": True}}


def test_version_3_deletes_with_an_empty_204_and_streams(panel, anna):
    page = panel("GET", "users/stream?telegramId=7&size=1").json()["response"]
    assert ([one["id"] for one in page["users"]], page["hasMore"]) == ([anna["id"]], False)
    answer = panel("DELETE", f"users/{anna['id']}")
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_date_in_the_past_is_refused_on_update(panel, anna):
    answer = panel("PATCH", "users", username="tg_7", expireAt=in_days(-1))
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, ["expireAt"])


def test_a_user_expires_with_the_clock_and_a_new_date_brings_him_back(panel, sandbox, anna):
    sandbox.post("clock", advance_seconds=31 * 86400)
    expired = panel("GET", "users/by-username/tg_7").json()["response"]
    assert expired["status"] == "EXPIRED"
    assert "Доступ закончился" in requests.get(anna["subscriptionUrl"], timeout=30).text
    back = panel("PATCH", "users", username="tg_7", expireAt=in_days(61)).json()["response"]
    assert back["status"] == "ACTIVE"
    assert "Подключено" in requests.get(anna["subscriptionUrl"], timeout=30).text


def test_actions_repeat_with_their_codes(panel, anna):
    path = f"users/{anna['id']}/actions"
    assert panel("POST", f"{path}/enable").json()["errorCode"] == "A030"
    assert panel("POST", f"{path}/disable").json()["response"]["status"] == "DISABLED"
    assert panel("POST", f"{path}/disable").json()["errorCode"] == "A029"
    renewed = panel("POST", f"{path}/revoke").json()["response"]
    assert renewed["subscriptionUrl"] != anna["subscriptionUrl"]
    extended = panel("POST", f"{path}/extend", days=10).json()["response"]
    assert (extended["status"], extended["expireAt"] > anna["expireAt"]) == ("DISABLED", True)


def test_a_lost_answer_leaves_the_user_made(panel, sandbox):
    sandbox.post("remnawave/outage", mode="after", times=1)
    with pytest.raises(requests.ConnectionError):
        panel("POST", "users", username="tg_9", expireAt=in_days(1))
    assert panel("GET", "users/by-username/tg_9").ok


def test_an_outage_lasts_until_it_is_switched_off(panel, sandbox, anna):
    sandbox.post("remnawave/outage", mode="refuse")
    assert [panel("GET", "users").status_code for _ in range(3)] == [503, 503, 503]
    sandbox.post("remnawave/outage", mode="none")
    assert panel("GET", "users").ok


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "я"),
        ("expireAt", "завтра"),
        ("tag", "lower"),
        ("telegramId", "7"),
        ("email", "x"),
    ],
)
def test_a_bad_field_is_named(panel, field, value):
    document = {"username": "tg_10", "expireAt": in_days(1)} | {field: value}
    answer = panel("POST", "users", **document)
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, [field])


def test_the_default_squad_is_listed(panel):
    answer = panel("GET", "internal-squads").json()["response"]
    assert (answer["total"], answer["internalSquads"][0]["name"]) == (1, "Default")
