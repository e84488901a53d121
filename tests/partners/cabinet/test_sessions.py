"""The cabinet's session: its own, fresh at every sign-in, over everywhere at once, and never staff's."""

from __future__ import annotations

import pytest
from django.test import Client

from partners.cabinet.session import COOKIE
from partners.models import Partner
from tests.support.office import owner, signed_in

pytestmark = pytest.mark.django_db

HOME = "/cabinet/"


def test_the_cookie_is_out_of_reach(partner, link_of, settings):
    settings.SESSION_COOKIE_SECURE = True
    cookie = Client().post(link_of(partner)).cookies[COOKIE]
    assert cookie["path"] == "/cabinet/"
    assert cookie["httponly"]
    assert cookie["secure"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 14 * 24 * 3600


def test_a_planted_session_is_not_taken_over(partner, enter, link_of):
    attacker = enter(partner)
    planted = attacker.cookies[COOKIE].value
    victim = Client()
    victim.cookies[COOKIE] = planted
    victim.post(link_of(partner))
    assert victim.cookies[COOKIE].value != planted
    assert attacker.get(HOME).status_code == 302  # what was planted is over
    assert victim.get(HOME).status_code == 200


def test_an_invented_key_becomes_no_session(partner, link_of):
    client = Client()
    client.cookies[COOKIE] = "k" * 32
    assert client.get(HOME).status_code == 302
    client.post(link_of(partner))
    assert client.cookies[COOKIE].value != "k" * 32


def test_signing_out_here(cabinet, partner, enter):
    elsewhere = enter(partner)
    kept = cabinet.cookies[COOKIE].value
    assert cabinet.post("/cabinet/sign-out/")["Location"] == "/cabinet/sign-in/"
    cabinet.cookies[COOKIE] = kept
    assert cabinet.get(HOME).status_code == 302
    assert elsewhere.get(HOME).status_code == 200


def test_signing_out_everywhere(cabinet, partner, enter, link_of):
    elsewhere, unused = enter(partner), link_of(partner)
    cabinet.post("/cabinet/sign-out-everywhere/")
    assert elsewhere.get(HOME).status_code == 302
    assert Client().post(unused).status_code == 410
    assert enter(Partner.objects.get(pk=partner.pk)).get(HOME).status_code == 200


def test_whoever_has_the_old_mailbox_has_the_cabinet_no_more(cabinet, partner, link_of):
    unused = link_of(partner)
    Partner.objects.filter(pk=partner.pk).update(email="new@romashka.test")
    assert cabinet.get(HOME).status_code == 302
    assert Client().get(unused).status_code == 410
    assert Client().post(unused).status_code == 410


def test_getting_does_not_sign_out(cabinet):
    assert cabinet.get("/cabinet/sign-out/").status_code == 405
    assert cabinet.get(HOME).status_code == 200


def test_staff_are_not_partners_and_partners_are_not_staff(partner, enter, link_of, cabinet):
    staff = signed_in(owner())
    assert staff.get(HOME).status_code == 302
    assert cabinet.get("/admin/")["Location"].startswith("/admin/login/")
    # Neither key opens the other door.
    staff_key, cabinet_key = staff.cookies["sessionid"].value, cabinet.cookies[COOKIE].value
    swapped = Client()
    swapped.cookies[COOKIE], swapped.cookies["sessionid"] = staff_key, cabinet_key
    assert swapped.get(HOME).status_code == 302
    assert swapped.get("/admin/").status_code == 302
    # One browser may be both, and leaving one leaves the other.
    staff.post(link_of(partner))
    assert staff.cookies["sessionid"].value == staff_key
    assert staff.get(HOME).status_code == staff.get("/admin/").status_code == 200
    staff.post("/cabinet/sign-out/")
    assert staff.get("/admin/").status_code == 200


def test_a_form_without_its_token_is_refused(partner, link_of, enter):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(link_of(partner)).status_code == 403
    assert strict.post("/cabinet/sign-in/", {"email": partner.email}).status_code == 403
    assert strict.post("/cabinet/sign-out-everywhere/").status_code == 403


def test_pages_are_kept_from_caches_referrers_and_search(cabinet, link_of, partner):
    for address in (HOME, "/cabinet/sign-in/", link_of(partner)):
        headers = cabinet.get(address, follow=True).headers
        assert "no-store" in headers["Cache-Control"]
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("status", ["hidden", "closed"])
def test_a_partner_that_is_not_shown_reads_why(partner, enter, status):
    Partner.objects.filter(pk=partner.pk).update(
        status=status, status_reason="Жалоба № 5 <b>клиента</b>"
    )
    text = enter(partner).get(HOME).content.decode()
    assert "Жалоба № 5 &lt;b&gt;клиента&lt;/b&gt;" in text


def test_the_cabinet_speaks_the_partners_language(partner, enter):
    Partner.objects.filter(pk=partner.pk).update(language="en")
    assert '<html lang="en">' in enter(partner).get(HOME).content.decode()
