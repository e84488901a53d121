"""Umnico's chat on our public pages: there when it is set, and only what it needs is let in."""

from __future__ import annotations

import pytest

from integrations.checks import check_umnico
from partners.models import TildaPage
from partners.views import wearing

pytestmark = pytest.mark.django_db
TOKEN = "0123456789abcdef" * 2
HEADER = "Content-Security-Policy"


def policy_of(response) -> dict[str, list[str]]:
    parts = [part.split() for part in response.headers[HEADER].split(";")]
    return {name: sources for name, *sources in parts}


@pytest.fixture
def chat(settings):
    settings.UMNICO_WIDGET_TOKEN = TOKEN


@pytest.mark.parametrize("path", ["/partners/", "/partners/join/", "/partners/P-261122-0001/"])
def test_a_public_page_has_the_chat_and_lets_umnico_in(client, chat, path):
    response = client.get(path)
    assert f'data-token="{TOKEN}"' in response.content.decode()
    policy = policy_of(response)
    assert policy["script-src"] == ["'self'", "https://umnico.com", "https://*.umnico.com"]
    assert "wss://umnico.com" in policy["connect-src"]
    assert policy["default-src"] == ["'self'"]
    assert policy["frame-ancestors"] == ["'none'"]


@pytest.mark.parametrize("path", ["/cabinet/", "/status/x/", "/offers/x/", "/admin/login/"])
def test_a_page_for_one_person_has_no_foreign_script(client, chat, path):
    response = client.get(path, follow=True)
    assert TOKEN not in response.content.decode()
    assert "umnico" not in response.headers[HEADER]


@pytest.mark.parametrize("token", ["", "abc", TOKEN[:-1], TOKEN + "0", '"><script>' + "0" * 22])
def test_without_a_proper_token_nothing_changes(client, settings, token):
    settings.UMNICO_WIDGET_TOKEN = token
    response = client.get("/partners/")
    assert "chat_widget.js" not in response.content.decode()
    assert "umnico" not in response.headers[HEADER]
    assert bool(check_umnico()) is bool(token)


def test_a_page_in_the_sites_look_has_it_too(client, chat, rf, monkeypatch):
    monkeypatch.setattr(wearing, "look_of", lambda role: "look")
    monkeypatch.setattr(wearing, "dress", lambda exported, words: words.head)
    response = wearing.in_look(
        rf.get("/partners/"),
        "partners/catalogue.html",
        {},
        role=TildaPage.Role.CATALOGUE,
        values={},
    )
    assert f'data-token="{TOKEN}"' in response.content.decode()
    policy = policy_of(response)
    assert policy["script-src"][:2] == ["'self'", "'unsafe-inline'"]
    assert "https://umnico.com" in policy["script-src"]
    assert policy["style-src"].count("'unsafe-inline'") == 1


def test_events_without_an_address_for_them_are_warned_of(settings):
    settings.CREDENTIALS = {**settings.CREDENTIALS, "UMNICO_API_KEY": "x" * 10}
    assert [one.id for one in check_umnico()] == ["integrations.W002"]
    settings.CREDENTIALS = {**settings.CREDENTIALS, "UMNICO_WEBHOOK_SECRET": "x" * 20}
    assert check_umnico() == []
