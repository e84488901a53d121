"""What the receiving view saves itself, and what it must not save."""

from __future__ import annotations

import structlog
from structlog.testing import capture_logs

from integrations import views
from integrations.views import Rush, headers_of


def test_a_rush_is_counted_and_not_described(monkeypatch):
    clock = iter([10.0, 10.1, 10.2, 10.9, 11.0])
    monkeypatch.setattr("integrations.views.time.monotonic", lambda: next(clock))
    rush = Rush(a_second=2)
    monkeypatch.setattr(views, "log", structlog.get_logger("test"))
    with capture_logs() as lines:
        assert [rush.admits() for _ in range(5)] == [True, True, False, False, True]
    assert [(line["event"], line["unlogged"]) for line in lines] == [("callback.rush", 2)]


def test_headers_are_what_django_says_they_are(rf):
    request = rf.post(
        "/x", b"{}", "application/json", headers={"Content-HMAC": "abc", "X-A_B": "1"}
    )
    said = {name.lower(): value for name, value in request.headers.items()}
    assert headers_of(request.META) == said


def test_an_answer_has_its_length_and_no_needless_header(client, db):
    answer = client.post("/1plat-webhook", data=b"{", content_type="application/json")
    assert answer["Content-Length"] == str(len(answer.content))
    assert not {"Vary", "Allow"} & set(answer.headers)


def test_another_method_is_told_so(client, db):
    assert client.get("/1plat-webhook").status_code == 405


def test_the_address_of_no_provider_is_found_by_nobody(client, db):
    for _ in range(2):
        answer = client.post(
            "/payments/callbacks/nobody", data=b"{}", content_type="application/json"
        )
        assert answer.status_code == 404
