"""The simulated site: what its webhook sends, and how it insists."""

from __future__ import annotations

import base64
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.integrations.sandbox.conftest import Receiver, Remote

KEY = {"TILDA_WEBHOOK_KEY_NAME": "X-Tilda-Key", "TILDA_WEBHOOK_SECRET": "form-key-of-the-tests"}


@pytest.fixture
def site(settings, receiver, request) -> Remote:
    settings.CREDENTIALS = {**settings.CREDENTIALS, **KEY}
    remote: Remote = request.getfixturevalue("sandbox")
    remote.post("tilda/options", callback_url=receiver.url, retry_seconds=[0.01, 0.01])
    return remote


def test_a_form_goes_out_as_tilda_sends_it(site: Remote, receiver: Receiver):
    site.post("tilda/submit", form="registration", fields={"Name": "Иван", "ИНН": "9901000010"})
    ((headers, body),) = receiver.wait(1)
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert headers["x-tilda-key"] == KEY["TILDA_WEBHOOK_SECRET"]
    assert body.startswith(b"Name=%D0%98%D0%B2%D0%B0%D0%BD&")
    fields = parse_qs(body.decode())
    assert fields["formname"] == ["Регистрация партнёра"]
    assert fields["formid"] == ["form555000111"]
    assert fields["tranid"][0].startswith("1234567:")
    assert "TILDAUTM=utm_source%3Dvk" in fields["COOKIES"][0]


@pytest.mark.parametrize("place", ["header", "field", "none"])
def test_the_key_stands_where_it_was_told_to(site: Remote, receiver: Receiver, place):
    site.post("tilda/options", place=place)
    site.post("tilda/submit", fields={"Name": "A"})
    ((headers, body),) = receiver.wait(1)
    assert ("x-tilda-key" in headers) is (place == "header")
    assert (b"X-Tilda-Key=form-key" in body) is (place == "field")


@pytest.mark.parametrize("place", ["query", "path"])
def test_the_key_may_stand_in_the_address(site: Remote, receiver: Receiver, place):
    site.post("tilda/options", place=place)
    site.post("tilda/submit", fields={"Name": "A"}, wait=10)
    (entry,) = site.get("journal", service="tilda")["entries"]
    expected = {
        "query": f"{receiver.url}?X-Tilda-Key=form-key-of-the-tests",
        "path": f"{receiver.url}/form-key-of-the-tests",
    }
    assert entry["path"] == expected[place]


def test_it_insists_three_times_and_then_gives_up(site: Remote, receiver: Receiver):
    receiver.statuses = [500, 503, 500, 500]
    number = site.post("tilda/submit", fields={"Name": "A"})["submission"]["number"]
    calls = receiver.wait(3)
    assert len({body for _headers, body in calls}) == 1
    (sent,) = site.get("tilda/submissions")["submissions"]
    assert not sent["deliveries"][0]["done"]
    site.post("tilda/again", number=number, changes={"Name": "B"})
    again = parse_qs(receiver.wait(5)[4][1].decode())
    assert again["Name"] == ["B"]
    assert again["tranid"] == [sent["tranid"]]


def test_connecting_sends_two_words(site: Remote, receiver: Receiver):
    site.post("tilda/test", wait=10)
    ((_headers, body),) = receiver.wait(1)
    assert body == b"test=test"


def test_a_file_stays_on_the_site_behind_its_link(site: Remote, receiver: Receiver):
    content = base64.b64encode(b"%PDF-1.7").decode()
    site.post("tilda/submit", form="documents", files={"Документы": {"Лицензия 1.pdf": content}})
    ((_headers, body),) = receiver.wait(1)
    link = parse_qs(body.decode())["Документы"][0]
    assert urlsplit(link).netloc == urlsplit(site.url).netloc
    answer = requests.get(link, timeout=5)
    assert (answer.content, answer.headers["Content-Type"]) == (b"%PDF-1.7", "application/pdf")
    assert requests.get(f"{site.url}/tilda/files/99/a.pdf", timeout=5).status_code == 404
    site.post("faults", service="tilda", kind="status", status=503)
    assert requests.get(link, timeout=5).status_code == 503


def test_the_page_works_without_scripts(site: Remote, receiver: Receiver):
    shown = requests.get(f"{site.url}/site/", timeout=5).text
    assert "Регистрация партнёра" in shown
    sent = requests.post(
        f"{site.url}/site/",
        data={"act": "submit", "code": "update", "form": "profile_update", "О себе": "Кроем"},
        files={"Файл": ("a.pdf", b"%PDF-1.7")},
        timeout=5,
    )
    assert sent.url.endswith("/site/#sent")
    fields = parse_qs(receiver.wait(1)[0][1].decode())
    assert (fields["form"], fields["О себе"]) == (["profile_update"], ["Кроем"])
    for act in ({"act": "test"}, {"act": "place", "place": "path"}):
        assert requests.post(f"{site.url}/site/", data=act, timeout=5).ok
    wrong = requests.post(f"{site.url}/site/", data={"act": "place", "place": "x"}, timeout=5)
    assert wrong.status_code == 400
    assert site.get("tilda/submissions")["options"]["place"] == "path"
