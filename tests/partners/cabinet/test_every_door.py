"""Every address of the cabinet, whichever are added: closed without a session, and to a form without its token."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from partners.cabinet.urls import urlpatterns
from partners.models import Partner

pytestmark = pytest.mark.django_db

BEFORE_THE_DOOR = {
    "cabinet-sign-in",
    "cabinet-sent",
    "cabinet-enter",
    "cabinet-sign-out",
    "cabinet-sign-out-everywhere",
}
BEHIND = [one for one in urlpatterns if one.name not in BEFORE_THE_DOOR]


def address_of(pattern: URLPattern) -> str:
    converters = pattern.pattern.converters
    return reverse(
        f"partners:{pattern.name}",
        kwargs={name: 1 if name == "number" else "x" for name in converters},
    )


@pytest.mark.parametrize("pattern", BEHIND, ids=lambda one: one.name)
def test_nothing_is_behind_the_door_without_a_session(client, partner, pattern):
    for ask in (client.get, client.post):
        answer = ask(address_of(pattern))
        if answer.status_code != 405:
            assert answer.status_code == 302
            assert answer["Location"].split("?")[0] == "/cabinet/sign-in/"


@pytest.mark.parametrize("pattern", urlpatterns, ids=lambda one: one.name)
def test_no_form_is_taken_without_its_token(partner, link_of, pattern):
    browser = Client(enforce_csrf_checks=False)
    browser.post(link_of(partner))
    browser.handler.enforce_csrf_checks = True
    before = Partner.objects.values().get(pk=partner.pk)
    assert browser.post(address_of(pattern)).status_code in (403, 405)
    assert Partner.objects.values().get(pk=partner.pk) == before


@pytest.mark.parametrize("pattern", BEHIND, ids=lambda one: one.name)
def test_every_answer_is_kept_from_caches(cabinet, pattern):
    answer = cabinet.get(address_of(pattern))
    if answer.status_code == 200:
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "same-origin"
