"""The simulated Umnico: its API checks what the real one does, its webhooks tell what the real one tells."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from tests.integrations.sandbox.conftest import Receiver, Remote

TOKEN = "umnico-token-of-the-tests"
EVENTS = ["customer.created", "lead.created", "message.incoming"]


@pytest.fixture
def site(settings, receiver, request) -> Remote:
    settings.CREDENTIALS = {**settings.CREDENTIALS, "UMNICO_API_KEY": TOKEN}
    remote: Remote = request.getfixturevalue("sandbox")
    remote.post("umnico/options", retry_seconds=[0.01, 0.01])
    assert api(remote, "POST", "webhooks", {"url": receiver.url}).json()["status"] == "active"
    return remote


def api(site: Remote, method: str, path: str, body: Any = None, token: str = f"bearer {TOKEN}"):
    return requests.request(
        method,
        f"{site.url}/umnico/v1.3/{path}",
        json=body,
        headers={"Authorization": token},
        timeout=30,
    )


def bodies(receiver: Receiver, count: int) -> list[dict[str, Any]]:
    return [json.loads(body) for _headers, body in receiver.wait(count)]


def sent(site: Remote, lead: int, **changes: Any):
    body = {"message": {"text": "Да"}, "source": str(lead - 899_000), "userId": 15, **changes}
    return api(site, "POST", f"messaging/{lead}/send", body)


def test_a_first_message_announces_its_writer(site: Remote, receiver: Receiver):
    talk = site.post("umnico/say", text="Нужна крыша", channel="whatsapp2", wait=20)["talk"]
    events = bodies(receiver, 3)
    assert [one["type"] for one in events] == EVENTS
    told = events[2]["message"]
    assert told["message"]["text"] == "Нужна крыша"
    assert told["sender"]["login"] == talk["phone"].lstrip("+")
    assert told["sa"]["login"] == told["source"]["identifier"] == "79990000000"
    site.post("umnico/say", lead=talk["lead"], text="И фундамент", wait=20)
    assert [one["type"] for one in bodies(receiver, 4)] == [*EVENTS, "message.incoming"]


@pytest.mark.parametrize(
    ("way", "count", "different"),
    [("twice", 2, 1), ("other_body", 2, 2), ("without_text", 1, 1), ("bare", 1, 1)],
)
def test_events_come_as_they_are_told_to(site: Remote, receiver: Receiver, way, count, different):
    site.post("umnico/say", text="Нужна крыша", way=way, wait=20)
    calls = [body for _headers, body in receiver.wait(2 + count)][2:]
    assert (len(calls), len(set(calls))) == (count, different)
    assert ("Нужна крыша".encode() in calls[0]) is (way in ("twice", "other_body"))
    assert (b'"message"' in calls[0]) is (way != "bare")


@pytest.mark.parametrize(
    "kind",
    [
        *EVENTS,
        "message.outgoing",
        "lead.changed",
        "lead.changed.status",
        "customer.changed",
        "integration.created",
        "integration.deleted",
        "deal.of.tomorrow",
    ],
)
def test_any_event_can_be_sent(site: Remote, receiver: Receiver, kind):
    lead = site.post("umnico/say", text="Нужна крыша", wait=20)["talk"]["lead"]
    site.post("umnico/event", lead=lead, type=kind, wait=20)
    assert bodies(receiver, 4)[3]["type"] == kind


def test_an_answer_reaches_the_visitor_and_is_told_of(site: Remote, receiver: Receiver):
    lead = site.post("umnico/say", text="Нужна крыша", wait=20)["talk"]["lead"]
    number = sent(site, lead, customId="out-17").json()["messageId"]
    told = bodies(receiver, 4)[3]
    assert (told["type"], told["message"]["customId"]) == ("message.outgoing", "out-17")
    assert (told["message"]["incoming"], told["message"]["messageId"]) == (False, number)
    (talk,) = site.get("umnico/talks")["talks"]
    assert [one["author"] for one in talk["messages"]] == ["visitor", "us"]
    history = api(site, "POST", f"messaging/{lead}/history/{lead - 899_000}", {}).json()
    assert [one["message"]["text"] for one in history] == ["Да", "Нужна крыша"]


def test_the_token_is_asked_for(site: Remote):
    for genuine in (TOKEN, f"bearer {TOKEN}", f"Bearer {TOKEN}"):
        assert api(site, "GET", "managers", token=genuine).status_code == 200
    for wrong in ("", "bearer", f"bearer {TOKEN}x"):
        assert api(site, "GET", "managers", token=wrong).status_code == 401
    site.post("umnico/options", token_expired=True)
    assert api(site, "GET", "managers").status_code == 401


def test_a_send_that_lacks_something_is_refused(site: Remote):
    lead = site.post("umnico/say", text="Нужна крыша")["talk"]["lead"]
    assert sent(site, lead, message={"attachment": {}}).status_code == 422
    assert sent(site, lead, source="1").status_code == 422
    assert sent(site, lead, userId=None).status_code == 422
    assert api(site, "POST", "messaging/1/send", {"message": {"text": "Да"}}).status_code == 404
    assert sent(site, lead).status_code == 200


def test_an_address_is_registered_once_and_can_be_removed(site: Remote, receiver: Receiver):
    again = api(site, "POST", "webhooks", {"url": receiver.url})
    assert (again.status_code, again.json()["message"]) == (400, "This server already exists")
    assert api(site, "POST", "webhooks", {"url": "x"}).status_code == 422
    (row,) = api(site, "GET", "webhooks").json()
    assert api(site, "DELETE", f"webhooks/{row['id']}").status_code == 200
    assert api(site, "GET", "webhooks").json() == []


def test_an_address_that_keeps_failing_is_switched_off(site: Remote, receiver: Receiver):
    site.post("umnico/options", disable_after=3)
    receiver.statuses = [500] * 20
    lead = site.post("umnico/say", text="Нужна крыша", wait=20)["talk"]["lead"]
    (hook,) = site.get("umnico/talks")["webhooks"]
    assert hook["status"] == "disabled"
    calls = len(receiver.calls)
    site.post("umnico/say", lead=lead, text="Ау", wait=20)
    assert len(receiver.calls) == calls


def test_what_is_connected_survives_a_reset(site: Remote, receiver: Receiver):
    site.post("umnico/say", text="Нужна крыша")
    site.post("reset", service="umnico")
    overview = site.get("umnico/talks")
    assert overview["talks"] == []
    assert [one["url"] for one in overview["webhooks"]] == [receiver.url]


def test_the_page_and_its_tile_are_there(site: Remote):
    page = requests.get(f"{site.url}/site-chat/", timeout=30).text
    assert "дома-цены.рф" in page
    assert "Чат на сайте" in requests.get(f"{site.url}/", timeout=30).text
