"""Who is let in, and how refusals look: one shape for everything under /api/."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError

from integrations.clock import wall_clock
from partners.models import Allowance, ApiToken, Lead
from partners.services import allowances, leads, tokens
from tests.partners.api.caller import Caller, problem_of
from tests.partners.factories import a_lead, a_partner

pytestmark = pytest.mark.django_db
Scope = ApiToken.Scope

ROUTES = (
    ("GET", "partners/search", (Scope.PARTNERS_READ,)),
    ("POST", "partners/register", (Scope.PARTNERS_WRITE,)),
    ("GET", "partners/{code}", (Scope.PARTNERS_READ,)),
    ("GET", "partners/{code}/profile", (Scope.PARTNERS_WRITE,)),
    ("PATCH", "partners/{code}/profile", (Scope.PARTNERS_WRITE,)),
    ("GET", "leads/", (Scope.LEADS_READ,)),
    ("POST", "leads/", (Scope.LEADS_WRITE,)),
    ("GET", "leads/{lead}/", (Scope.LEADS_READ,)),
    ("POST", "leads/{lead}/match", (Scope.LEADS_WRITE,)),
    ("GET", "plans/", (Scope.PARTNERS_READ, Scope.PAYMENTS_READ)),
    ("GET", "payments/1/", (Scope.PAYMENTS_READ,)),
)


@pytest.mark.parametrize(("method", "path", "scopes"), ROUTES)
def test_every_route_asks_for_its_scope(caller, method, path, scopes):
    address = path.format(code=a_partner().code, lead=a_lead().pk)
    nobody = problem_of(Caller().send(method, address), 401)
    assert nobody["title"] == "Нужен ключ API"
    others = [scope for scope in Scope.values if scope not in scopes]
    refused = problem_of(caller(*others).send(method, address), 403)
    assert all(scope in refused["detail"] for scope in scopes)
    for scope in scopes:
        assert caller(scope).send(method, address).status_code in (200, 201, 404, 409, 422)


@pytest.mark.parametrize(("method", "path", "scopes"), ROUTES)
def test_the_last_slash_is_optional(bot, method, path, scopes):
    address = path.format(code=a_partner().code, lead=a_lead().pk)
    other = address.rstrip("/") if address.endswith("/") else f"{address}/"
    answers = [bot.send(method, each).status_code for each in (address, other)]
    assert answers[0] == answers[1]
    assert answers[0] not in (301, 302, 307, 308)


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer prv_wrong",
        "Bearer a b",
        "Bearer \xff",
        "Token x",
        "Basic YTpi",
        "x",
    ],
)
def test_a_wrong_key_is_told_so(header):
    response = Caller().get("leads/", Authorization=header)
    problem_of(response, 401)
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_revoked_key_is_out_at_once(caller):
    bot = caller()
    assert bot.get("leads/").status_code == 200
    tokens.revoke(ApiToken.objects.get())
    problem_of(bot.get("leads/"), 401)


def test_refusals_speak_the_callers_language(bot):
    for path in ("leads/999999/", "nothing/here"):
        assert problem_of(bot.get(path), 404)["title"] == "Здесь ничего нет"
        assert problem_of(bot.speaking("en").get(path), 404)["title"] == "There is nothing here"
    russian = problem_of(bot.post("leads/", {"region": "Марс", "budget": "x"}), 422)
    english = problem_of(bot.speaking("en").post("leads/", {"region": "Марс", "budget": "x"}), 422)
    assert [each["field"] for each in russian["errors"]] == ["region", "budget"]
    for ours, theirs in zip(russian["errors"], english["errors"], strict=True):
        assert ours["code"] == theirs["code"]
        assert ours["message"] != theirs["message"]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v2/leads/",
        "/api/v1/leads/x/",
        "/api/v1/%00",
        "/api/a%0Ab",
        "/api/v1/partners/%0A",
    ],
)
def test_what_is_not_there_is_a_problem_whatever_the_method(bot, method, path):
    problem_of(bot.send(method, path), 404)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"])
def test_a_wrong_method_is_named(bot, method):
    response = bot.send(method, "leads/")
    problem_of(response, 405)
    assert set(response.headers["Allow"].split(", ")) >= {"GET", "POST"}


def test_what_we_cannot_answer_or_read(bot):
    problem_of(bot.get("leads/", Accept="text/html"), 406)
    problem_of(bot.send("POST", "leads/", b"<a/>", kind="application/xml"), 415)
    problem_of(bot.send("POST", "leads/", b"text=1", kind="application/x-www-form-urlencoded"), 415)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff",
        b'{"text": NaN}',
        b'{"text": "\\u0000"}',
        b'{"a\\u0000": 1}',
        b'{"text": "\\ud800"}',
        b'{"x": [[{"y": "\\ud800"}]]}',
        b"[" * 100_000,
        b'{"budget": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_json_of_ours_is_said_to_be_unreadable(bot, body):
    problem_of(bot.send("POST", "leads/", body), 400)
    assert not Lead.objects.exists()


@pytest.mark.parametrize("body", [b"[]", b"1", b'"x"', b"null"])
def test_a_body_that_is_no_object_is_refused(bot, body):
    assert bot.send("POST", "leads/", body).status_code in (400, 422)


def test_a_huge_body_is_not_read(bot):
    problem_of(bot.send("POST", "leads/", b'{"text": "' + b"x" * 300_000 + b'"}'), 413)


def test_an_error_of_ours_is_told_without_its_inside(bot, monkeypatch):
    def fail(**_facts):
        raise RuntimeError("the password is 12345")

    monkeypatch.setattr(leads, "receive", fail)
    response = bot.post("leads/", {})
    assert "12345" not in response.content.decode()
    problem_of(response, 500)


def test_a_database_that_does_not_answer_is_no_error_of_the_caller(bot, monkeypatch):
    def fail(**_facts):
        raise OperationalError("gone")

    monkeypatch.setattr(leads, "receive", fail)
    problem_of(bot.post("leads/", {}), 503)


def test_no_other_site_may_ask_through_a_browser(bot):
    response = bot.get("leads/", Origin="https://other.example")
    assert not [name for name in response.headers if name.lower().startswith("access-control")]
    assert not response.cookies
    assert response.headers["Cache-Control"] == "no-store"


def test_a_key_has_its_share_of_every_minute(caller, settings, monkeypatch):
    settings.API_REQUESTS = 2
    first, second = caller(), caller()
    assert [first.get("leads/").status_code for _ in range(3)] == [200, 200, 429]
    assert second.get("leads/").status_code == 200
    refused = first.get("leads/")
    problem_of(refused, 429)
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    later = wall_clock() + timedelta(seconds=61)
    monkeypatch.setattr(allowances, "wall_clock", lambda: later)
    assert first.get("leads/").status_code == 200


def test_who_shows_no_key_shares_with_his_address(settings):
    settings.API_ANONYMOUS_REQUESTS = 2
    guesser = Caller("prv_wrong")
    assert [guesser.get("leads/").status_code for _ in range(3)] == [401, 401, 429]
    problem_of(Caller().get("/api/v1/nothing"), 429)
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    for address, status in (("2001:db8::1", 401), ("2001:db8::2", 401), ("2001:db8::3", 429)):
        assert Caller().get("leads/", X_Forwarded_For=address).status_code in (status, 401)
    assert Allowance.objects.filter(who="address:127.0.0.1").exists()


def test_counting_that_fails_stops_nobody(bot, settings, monkeypatch):
    settings.API_REQUESTS = 1
    monkeypatch.setattr(allowances, "SPEND", "SELECT no_such_thing")
    assert allowances.spend("key:1", limit=1) == 0


def test_rows_of_who_went_away_are_removed(monkeypatch):
    allowances.spend("address:192.0.2.1", limit=5)
    assert allowances.sweep() == 0
    later = wall_clock() + timedelta(hours=2)
    monkeypatch.setattr(allowances, "wall_clock", lambda: later)
    assert allowances.sweep() == 1
