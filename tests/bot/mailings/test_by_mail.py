"""A mailing by e-mail, against a mail server that takes, refuses, limits and hangs up."""

from __future__ import annotations

from collections import Counter
from email import message_from_string

import pytest

from bot.mailings import collecting, running, sending
from bot.models import Mailing, Recipient
from integrations.models import Suppression
from tests.bot.mailings.rows import Channel, a_mailing, agreed, states
from tests.partners.factories import a_partner
from tests.support.mail import post_office

pytestmark = pytest.mark.django_db

State, Status = Recipient.State, Mailing.Status


@pytest.fixture
def post(settings):
    settings.MAIL_A_DAY = settings.MAIL_A_MINUTE = settings.MAIL_BULK_A_DAY = 0
    with post_office() as office:
        yield office


@pytest.fixture
def partners():
    found = [a_partner() for _ in range(6)]
    agreed(*(one.email for one in found), channel=Channel.MAIL)
    return found


def started(**fields) -> Mailing:
    mailing = a_mailing(channel=Mailing.Channel.MAIL, **fields)
    running.schedule(mailing)
    return mailing


def test_each_partner_gets_one_letter_with_two_ways_out(post, partners):
    mailing = started(body_ru="Для {company}: [читать](https://example.test/a)")
    sending.send_due()
    mailing.refresh_from_db()
    assert (mailing.status, states(mailing)) == (Status.DONE, {State.SENT: 6})
    letters = post.letters
    assert Counter(letter.to for letter in letters) == Counter(one.email for one in partners)
    one = Recipient.objects.get(mailing=mailing, partner=partners[0])
    source = next(letter.source for letter in letters if letter.to == partners[0].email)
    parsed = message_from_string(source)
    ways = " ".join(parsed["List-Unsubscribe"].split())
    assert f"/unsubscribe/{one.unsubscribe_token}/>" in ways
    assert "<mailto:shop@provodnik.example?subject=unsubscribe" in ways
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert parsed["Message-ID"] == one.message_id
    assert parsed["Precedence"] == "bulk"


def test_suppressed_addresses_are_left_out_and_refused_ones_not_repeated(post, partners):
    mailing = started()
    collecting.begin_due()
    collecting.collect_waiting()
    Suppression.objects.create(address=partners[0].email, reason="complaint")
    post.answers("550", times=1)
    sending.send_due()
    assert states(mailing) == {State.SENT: 4, State.EXCLUDED: 1, State.REFUSED: 1}
    assert sending.send_due() == 0


def test_a_temporary_answer_is_tried_again_later(post, partners):
    mailing = started()
    post.answers("451", times=1)
    sending.send_due()
    assert states(mailing) == {State.SENT: 5, State.WAITING: 1}
    Recipient.objects.filter(mailing=mailing).update(not_before="2020-01-01T00:00Z")
    sending.send_due()
    assert states(mailing) == {State.SENT: 6}
    assert set(Counter(letter.to for letter in post.letters).values()) == {1}


def test_spam_pauses_the_mailing_with_the_reason(post, partners):
    mailing = started()
    post.answers("554")
    sending.send_due()
    mailing.refresh_from_db()
    assert mailing.status == Status.PAUSED
    assert mailing.pause_reason
    assert post.letters == []


def test_a_cap_lets_the_rest_wait(post, partners, settings):
    settings.MAIL_BULK_A_DAY = 4
    mailing = started()
    sending.send_due()
    sending.send_due()
    mailing.refresh_from_db()
    assert mailing.status == Status.RUNNING
    assert states(mailing) == {State.SENT: 4, State.WAITING: 2}
    settings.MAIL_BULK_A_DAY = 0
    sending.send_due()
    assert states(mailing) == {State.SENT: 6}


def test_a_test_letter_goes_to_its_author_and_counts_nobody(post, partners):
    mailing = a_mailing(channel=Mailing.Channel.MAIL)
    running.send_test(mailing, to="me@example.test")
    (letter,) = post.letters
    assert letter.to == "me@example.test"
    assert "/unsubscribe/sample/" in letter.source.replace("=\r\n", "").replace("=\n", "")
    assert Recipient.objects.count() == 0
