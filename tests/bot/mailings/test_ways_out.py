"""Unsubscribing, counted links, returned letters."""

from __future__ import annotations

import pytest
from django.test import Client

from bot.mailings import clicks
from bot.mailings.returns import letter_returned
from bot.models import Mailing, MailingLink, Recipient
from integrations.models import Consent
from tests.bot.mailings.rows import Channel, a_mailing, agreed
from tests.partners.factories import a_partner

pytestmark = pytest.mark.django_db

URL = "https://example.test/offer?a=1"
BODY = "List-Unsubscribe=One-Click"


@pytest.fixture
def recipient() -> Recipient:
    partner = a_partner()
    agreed(partner.email, channel=Channel.MAIL)
    mailing = a_mailing(channel=Mailing.Channel.MAIL)
    MailingLink.objects.create(mailing=mailing, number=1, url=URL)
    return Recipient.objects.create(mailing=mailing, partner=partner, address=partner.email)


@pytest.fixture
def stranger() -> Client:
    """A program without cookies that would be stopped by the check against forgery."""
    return Client(enforce_csrf_checks=True)


def consent_of(recipient: Recipient) -> Consent:
    return Consent.objects.filter(address=recipient.address).latest("pk")


def test_looking_at_the_page_changes_nothing(client, recipient):
    page = client.get(f"/unsubscribe/{recipient.unsubscribe_token}/")
    assert recipient.address in page.text
    assert ">Отписаться</button>" in page.text
    assert "no-store" in page["Cache-Control"]
    assert consent_of(recipient).withdrawn_at is None


def test_a_press_unsubscribes_and_another_one_takes_it_back(client, recipient):
    path = f"/unsubscribe/{recipient.unsubscribe_token}/"
    assert "Вы отписаны" in client.post(path, {"wish": "stop"}).text
    recipient.refresh_from_db()
    assert recipient.unsubscribed_at is not None
    assert consent_of(recipient).withdrawn_by == "link"
    assert "Вы отписаны" in client.get(path).text
    assert "мы снова будем присылать" in client.post(path, {"wish": "again"}).text
    recipient.refresh_from_db()
    assert recipient.unsubscribed_at is None
    assert (consent_of(recipient).withdrawn_at, consent_of(recipient).wording) == (
        None,
        "Снова получать новости",
    )


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (BODY, "application/x-www-form-urlencoded"),
        (
            '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
    ],
)
def test_a_mail_programs_button_works_without_cookies_as_often_as_it_is_pressed(
    stranger, recipient, body, kind
):
    for _ in range(2):
        answer = stranger.post(
            f"/unsubscribe/{recipient.unsubscribe_token}/", body, content_type=kind
        )
        assert answer.status_code == 200
        assert not answer.cookies
    assert consent_of(recipient).withdrawn_by == "one_click"
    assert Consent.objects.filter(address=recipient.address).count() == 1


def test_a_strange_token_opens_nothing(client, recipient):
    assert client.get("/unsubscribe/nobody/").status_code == 404
    assert client.get(f"/unsubscribe/{recipient.click_token}/").status_code == 404
    assert "пробного письма" in client.get("/unsubscribe/sample/").text
    assert client.post("/unsubscribe/sample/").status_code == 405


def test_a_counted_link_leads_on_and_counts_each_recipient_once(client, recipient):
    path = f"/l/{recipient.click_token}/1/"
    client.head(path)
    assert MailingLink.objects.get().clicks == 0
    for _ in range(3):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, URL)
    assert MailingLink.objects.get().clicks == 1
    recipient.refresh_from_db()
    assert recipient.clicked_at is not None
    other = Recipient.objects.create(mailing=recipient.mailing, address="b@example.test")
    assert clicks.follow(other.click_token, 1, counts=True) == URL
    assert MailingLink.objects.get().clicks == 2


@pytest.mark.parametrize(
    "path", ["/l/{click}/2/", "/l/{leave}/1/", "/l/{click}/1/?url=https://evil.test/"]
)
def test_only_what_was_written_down_is_led_to(client, recipient, path):
    filled = path.format(click=recipient.click_token, leave=recipient.unsubscribe_token)
    answer = client.get(filled)
    assert answer.status_code == 404 or answer["Location"] == URL


def test_a_returned_letter_is_seen_at_its_recipient(recipient):
    Recipient.objects.filter(pk=recipient.pk).update(state="sent", message_id="<a@b.test>")
    letter_returned(message_id="", address="x", is_hard=True)
    letter_returned(message_id="<other@b.test>", address="x", is_hard=True)
    recipient.refresh_from_db()
    assert recipient.state == "sent"
    for _ in range(2):
        letter_returned(message_id="<a@b.test>", address=recipient.address, is_hard=True)
    recipient.refresh_from_db()
    assert recipient.state == "bounced"
