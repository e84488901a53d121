"""The simulated Flexbe site: what its form posts, and what its API answers."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests

from tests.integrations.sandbox.conftest import Receiver, Remote

KEYS = {"FLEXBE_WEBHOOK_SECRET": "hook-of-the-tests", "FLEXBE_API_KEY": "key-of-the-tests"}
FIELDS = {"name": "Иван", "phone": "79000000001", "comment": "Крыша"}


@pytest.fixture
def site(settings, receiver, request) -> Remote:
    settings.CREDENTIALS = {**settings.CREDENTIALS, **KEYS}
    remote: Remote = request.getfixturevalue("sandbox")
    remote.post("flexbe/options", callback_url=receiver.url, retry_seconds=[])
    return remote


def test_a_form_goes_out_as_php_writes_it(site: Remote, receiver: Receiver):
    lead = site.post("flexbe/submit", fields=FIELDS)["lead"]
    ((headers, body),) = receiver.wait(1)
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert body.startswith(b"event=lead&site%5Bid%5D=40001&site%5Bdomain%5D=promo.example.test&")
    fields = dict(parse_qsl(body.decode()))
    assert fields["data[id]"] == str(lead["id"])
    assert fields["data[form_data][field_1][name]"] == "Комментарий"
    assert fields["data[form_data][field_1][value]"] == "Крыша"
    assert not [name for name in fields if name.startswith("data[pay]")]


def test_a_payment_is_told_after_its_lead_and_a_test_says_so_once(site: Remote, receiver: Receiver):
    lead = site.post("flexbe/submit", fields=FIELDS, product="design", test=True, wait=10)["lead"]
    site.post("flexbe/pay", id=lead["id"], status="2")
    first, second = (dict(parse_qsl(body.decode())) for _headers, body in receiver.wait(2))
    assert (first["data[pay][status][code]"], first["data[pay][test]"]) == ("0", "1")
    assert (second["event"], second["data[pay][status][code]"]) == ("pay", "2")
    assert "data[pay][test]" not in second


def test_a_refused_call_is_repeated_byte_for_byte(site: Remote, receiver: Receiver):
    site.post("flexbe/options", retry_seconds=[0.01])
    receiver.statuses = [500]
    lead = site.post("flexbe/submit", fields=FIELDS)["lead"]
    receiver.wait(2)
    site.post("flexbe/again", id=lead["id"])
    assert len({body for _headers, body in receiver.wait(3)}) == 1


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_api_takes_its_parameters_from_both_places(site: Remote, method):
    wanted = {"api_key": KEYS["FLEXBE_API_KEY"], "method": "getLeads", "status": "0"}
    place: dict[str, Any] = {"params" if method == "get" else "data": wanted}
    address = f"{site.url}/flexbe/mod/api/"
    assert requests.request(method, address, timeout=10, **place).json() == {"data": {"leads": []}}
    number = site.post("flexbe/submit", fields=FIELDS)["lead"]["id"]
    listed = requests.request(method, address, timeout=10, **place).json()["data"]["leads"]
    assert listed[str(number)]["client"]["name"] == "Иван"
    assert listed[str(number)]["pay"] is None


def test_what_is_over_the_minutes_calls_is_refused(site: Remote):
    assert site.get("flexbe/leads")["options"]["a_minute"] == 100
    site.post("flexbe/options", a_minute=3)
    wanted = {"api_key": KEYS["FLEXBE_API_KEY"], "method": "checkConnection"}
    address = f"{site.url}/flexbe/mod/api/"
    with requests.Session() as session:
        answers = [session.get(address, params=wanted, timeout=10).json() for _ in range(4)]
    assert answers[:3] == [{"status": 1}] * 3
    assert answers[3]["error"]["code"] == 1
    (entry,) = site.get("journal", service="flexbe", limit=1)["entries"]
    assert KEYS["FLEXBE_API_KEY"] not in entry["path"]


def test_what_makes_no_sense_is_told(site: Remote):
    number = site.post("flexbe/submit", fields=FIELDS)["lead"]["id"]
    for path, document in (
        ("pay", {"id": number}),
        ("pay", {"id": 1}),
        ("submit", {"product": "castle"}),
    ):
        with pytest.raises(AssertionError, match="error"):
            site.post(f"flexbe/{path}", **document)
