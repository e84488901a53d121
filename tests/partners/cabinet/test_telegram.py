"""Leads in the partner's own Telegram: asked for and switched off in the cabinet."""

from __future__ import annotations

import re

import pytest

from partners.models import PartnerChat
from partners.services import chats
from tests.partners.factories import a_partner
from tests.support.http_server import HttpServer, answer

pytestmark = pytest.mark.django_db

ON = "/cabinet/leads/telegram/"
ME = answer(200, {"ok": True, "result": {"id": 42, "is_bot": True, "username": "a_bot"}})


def test_the_page_shows_a_link_of_the_bot_that_connects_this_partner(cabinet, partner, settings):
    with HttpServer() as server:
        settings.CREDENTIALS = {**settings.CREDENTIALS, "TELEGRAM_API_URL": server.url}
        server.plan(ME)
        words = cabinet.post(ON).content.decode()
    found = re.search(r"https://t\.me/a_bot\?start=p_([\w-]+)", words)
    assert found
    assert chats.link_chat(found[1], chat_id=7, name="Олег").partner == partner
    assert "Олег" in cabinet.get("/cabinet/leads/").content.decode()


def test_without_telegram_it_says_so(cabinet):
    answered = cabinet.post(ON, follow=True)
    assert "Telegram не отвечает" in answered.content.decode()


def test_a_partner_switches_off_his_own_chat_only(cabinet, partner):
    own = PartnerChat.objects.create(partner=partner, chat_id=1)
    other = PartnerChat.objects.create(partner=a_partner(), chat_id=1)
    for chat in (own, other):
        cabinet.post(f"{ON}{chat.pk}/off/")
    own.refresh_from_db()
    other.refresh_from_db()
    assert own.left_at is not None
    assert other.left_at is None


def test_without_a_session_nothing_is_made(client):
    assert client.post(ON).status_code == 302
