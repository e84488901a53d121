"""Coming in by a letter: what the page answers, whom a letter reaches, how often a link works."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from integrations.clock import now
from integrations.models import MailMessage, OutboxMessage
from integrations.services import outbox, post
from partners.errors import LinkUseless, TooMany
from partners.models import Partner, SignInLink, SignInRequest
from partners.services import sign_in
from tests.partners.factories import a_partner
from tests.support.mail import post_office

pytestmark = pytest.mark.django_db

ASK = "/cabinet/sign-in/"


def ask(client: Client, email: str, **extra):
    return client.post(ASK, {"email": email}, **extra)


def letters_after(client: Client, email: str) -> list[MailMessage]:
    ask(client, email)
    sign_in.send_links(request_id=SignInRequest.objects.latest("id").pk)
    return list(MailMessage.objects.order_by("id"))


def test_the_answer_does_not_tell_a_partner_from_a_stranger(client, partner):
    ask(client, "warm-up@example.test")
    answers, counts = [], []
    for email in (partner.email, "nobody@example.test"):
        with CaptureQueriesContext(connection) as captured:
            answers.append(ask(client, email))
        counts.append([query["sql"].split()[0] for query in captured])
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"] == "/cabinet/sign-in/sent/"
    assert counts[0] == counts[1]  # the very same work: the same time
    assert not SignInLink.objects.exists()
    assert not MailMessage.objects.exists()


def test_a_stranger_gets_no_letter(client, partner):
    assert letters_after(client, "nobody@example.test") == []


def test_a_partner_gets_one_letter_however_the_reaction_repeats(client, partner):
    (letter,) = letters_after(client, " OFFICE@Romashka.test ")
    sign_in.send_links(request_id=SignInRequest.objects.latest("id").pk)
    assert MailMessage.objects.count() == SignInLink.objects.count() == 1
    assert letter.to == partner.email
    assert "•••" in letter.text
    assert "/cabinet/enter/" not in letter.text + letter.html + str(letter.context)


def test_the_letter_lists_every_partner_of_an_address(client, partner):
    a_partner(name="Ромашка-2", email=partner.email.upper())
    with post_office() as office:
        (letter,) = letters_after(client, partner.email)
        post.deliver(message_id=letter.pk)
        (sent,) = office.letters
    text = sent.text
    assert "Ромашка-2" in text
    links = re.findall(r"https?://\S+/cabinet/enter/(\S+)/", text)
    assert len(set(links)) == 2
    assert {sign_in.look(token).name for token in links} == {"Ромашка", "Ромашка-2"}


def test_a_look_alike_mailbox_gets_nobody_elses_link(client, partner):
    partner.email = "mike@romashka.test"
    partner.save()
    a_partner(name="Чужой", email="m\u0131ke@romashka.test")  # a dotless i
    (letter,) = letters_after(client, "m\u0131ke@romashka.test")
    assert [door["name"] for door in letter.context["doors"]] == ["Чужой"]
    (_other, letter) = letters_after(client, "mike@romashka.test")
    assert [door["name"] for door in letter.context["doors"]] == ["Ромашка"]
    assert letter.to == "mike@romashka.test"


def test_a_link_counts_its_time_from_when_the_letter_leaves(client, partner, move_clock):
    (letter,) = letters_after(client, partner.email)
    move_clock(timedelta(hours=3))  # the mail server was down
    (door,) = sign_in.fill(letter)["doors"]
    assert sign_in.redeem(door["url"].split("/")[-2]) == partner


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.test/", "//evil.test/cabinet/", "/admin/", "/cabinet/../admin/", "/cabinet/\\x"],
)
def test_a_letter_never_leads_elsewhere(client, partner, wanted):
    client.post(ASK, {"email": partner.email, "next": wanted})
    assert SignInRequest.objects.get().next == ""


def test_the_wanted_page_comes_back_after_the_letter(client, partner):
    page = client.get("/cabinet/?x=1")
    assert page["Location"] == "/cabinet/sign-in/?next=%2Fcabinet%2F%3Fx%3D1"
    client.post(ASK, {"email": partner.email, "next": "/cabinet/?x=1"})
    sign_in.send_links(request_id=SignInRequest.objects.get().pk)
    (door,) = sign_in.fill(MailMessage.objects.get())["doors"]
    path = re.sub(r"^https?://[^/]+", "", door["url"])
    assert client.post(path)["Location"] == "/cabinet/?x=1"


def test_an_address_is_not_flooded(client, partner):
    for _ in range(sign_in.LETTERS):
        assert ask(client, partner.email).status_code == 302
    refused = ask(client, partner.email)
    assert refused.status_code == 429
    assert "Слишком много" in refused.content.decode()
    assert ask(client, "nobody@example.test").status_code == 302
    assert SignInRequest.objects.filter(email=partner.email).count() == sign_in.LETTERS


def test_a_network_does_not_try_addresses(client, monkeypatch):
    monkeypatch.setattr(sign_in, "REQUESTS", 3)
    for number in range(3):
        where = {"REMOTE_ADDR": f"2001:db8:1:1::{number}"}
        assert ask(client, f"try{number}@example.test", **where).status_code == 302
    assert ask(client, "try9@example.test", REMOTE_ADDR="2001:db8:1:1::9").status_code == 429
    assert ask(client, "try9@example.test", REMOTE_ADDR="2001:db8:1:2::9").status_code == 302


def test_a_letter_sent_again_revives_no_closed_link(client, partner):
    (letter,) = letters_after(client, partner.email)
    sign_in.sign_out_everywhere(partner)
    assert sign_in.fill(letter)["doors"] == []


def test_what_is_not_an_address_is_said(client):
    answer = ask(client, "romashka")
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()


def test_looking_at_a_link_does_not_use_it_up(client, partner, link_of):
    link = link_of(partner)
    for _ in range(3):  # mail scanners
        page = client.get(link)
        assert page.status_code == 200
        assert "Ромашка" in page.content.decode()
        assert "cabinet" not in page.cookies
    assert client.get("/cabinet/").status_code == 302
    assert client.post(link)["Location"] == "/cabinet/"
    assert client.get("/cabinet/").status_code == 200


@pytest.mark.parametrize("case", ["used", "late", "tampered", "invented", "of another purpose"])
def test_a_link_that_is_no_good(client, partner, link_of, case):
    link = link_of(partner)
    if case == "used":
        Client().post(link)
    if case == "late":
        link = link_of(partner, expires_at=now() - timedelta(seconds=1))
    if case == "tampered":
        link = link[:-4] + ("x" if link[-4] != "x" else "y") + link[-3:]
    if case == "invented":
        link = "/cabinet/enter/let-me-in/"
    if case == "of another purpose":
        row = SignInLink.objects.latest("id")
        mark = sign_in.mailbox_mark(partner)
        token = signing.dumps([row.pk, row.nonce, mark], salt="something else")
        link = f"/cabinet/enter/{token}/"
    for answer in (client.get(link), client.post(link)):
        assert answer.status_code == 410
        assert "Ссылка не действует" in answer.content.decode()
        assert "Ромашка" not in answer.content.decode()
    assert client.get("/cabinet/").status_code == 302


def test_old_traces_are_swept(partner, client, move_clock):
    ask(client, partner.email)
    SignInRequest.objects.update(created_at=now() - sign_in.KEPT - timedelta(hours=1))
    ask(client, partner.email)
    assert sign_in.sweep() == 1
    assert SignInRequest.objects.count() == 1


def test_the_worker_writes_the_letter(client, partner):
    ask(client, partner.email)
    assert outbox.drain(seconds=5) >= 1
    assert MailMessage.objects.get().kind == "sign_in"
    topics = set(OutboxMessage.objects.values_list("topic", flat=True))
    # There is no mail server here, and staff are told that letters do not leave.
    assert topics == {"cabinet.link_wanted", "letter.written", "mail.failing"}


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_let_one_in(partner, link_of):
    token = link_of(partner).split("/")[-2]

    def press(_number: int) -> int:
        try:
            return sign_in.redeem(token).pk
        except LinkUseless:
            return 0
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(press, range(8))) == [0] * 7 + [partner.pk]


@pytest.mark.django_db(transaction=True)
def test_requests_at_once_are_counted_one_by_one(partner):
    def press(_number: int) -> bool:
        try:
            sign_in.request_link(partner.email, remote_addr="192.0.2.1")
            return True
        except TooMany:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(press, range(8))) == sign_in.LETTERS


def test_every_state_may_sign_in(link_of, client, partner):
    for status in Partner.Status:
        Partner.objects.filter(pk=partner.pk).update(status=status, status_reason="Так надо")
        assert Client().post(link_of(partner)).status_code == 302
