"""Handing letters in: over a real connection to a server that answers in every way."""

from __future__ import annotations

from email import message_from_string, policy

import pytest

from integrations.errors import ServiceRefused, ServiceUnreachable
from integrations.mail import sender as module
from integrations.mail.errors import (
    AddressRefused,
    LetterRefused,
    MailMisconfigured,
    MailOff,
    MaybeSent,
)
from integrations.mail.letters import Letter
from integrations.mail.sender import Mailbox, get_mailbox, mail_is_on
from tests.support.mail import ACCOUNT, post_office

pytestmark = pytest.mark.django_db

LETTER = Letter(
    subject="Осталось 3 дня", text="Срок до 14 марта.\n", html="<p>Срок до <b>14 марта</b>.</p>\n"
)
TO = "anna@example.com"


@pytest.fixture
def post():
    with post_office() as office:
        yield office


def send(**changes: str) -> None:
    get_mailbox().send(LETTER, **{"to": TO, "key": "reminder:1", **changes})


def test_a_letter_arrives_whole(post):
    send()
    (letter,) = post.letters
    assert (letter.sender, letter.to, letter.subject) == (ACCOUNT["SMTP_USER"], TO, LETTER.subject)
    assert letter.text.strip() == LETTER.text.strip()
    assert letter.html.strip() == LETTER.html.strip()
    headers = message_from_string(letter.source, policy=policy.default)
    assert headers["from"] == "Проводник <shop@provodnik.example>"
    assert headers["auto-submitted"] == "auto-generated"
    assert letter.source.split("\r\n\r\n")[0].isascii()


def test_a_repeat_carries_the_same_message_id_and_another_letter_another(post):
    send()
    send()
    send(key="reminder:2")
    first, again, other = (letter.message_id for letter in post.letters)
    assert first == again != other
    assert first.endswith("@provodnik.example>")


def test_a_cyrillic_domain_travels_in_ascii(post):
    send(to="anna@дома-цены.рф")
    assert post.letters[0].to == "anna@xn----7sblg6ajc1e4b.xn--p1ai"


@pytest.mark.parametrize(
    ("code", "error", "status", "retryable"),
    [
        ("421", ServiceUnreachable, 421, True),
        ("451", ServiceUnreachable, 451, True),
        ("535", MailMisconfigured, 535, False),
        ("550", AddressRefused, 550, False),
        ("553", MailMisconfigured, 553, False),
        ("554", LetterRefused, 554, False),
        ("reset", ServiceUnreachable, None, True),
    ],
)
def test_the_class_of_the_code_says_whether_another_try_helps(post, code, error, status, retryable):
    post.answers(code)
    with pytest.raises(error) as refused:
        send()
    assert (refused.value.status, refused.value.retryable) == (status, retryable)
    if retryable:
        assert not refused.value.maybe_executed
    assert post.letters == []
    post.recovers()
    send()
    assert len(post.letters) == 1


def test_a_letter_refused_for_now_after_it_was_written_is_surely_not_sent(post):
    post.fault("status", operation="data", status=452)
    with pytest.raises(ServiceUnreachable) as refused:
        send()
    assert not refused.value.maybe_executed
    assert not isinstance(refused.value, MaybeSent)


def test_a_lost_answer_leaves_the_letter_in_doubt(post):
    post.answers("after", times=1)
    with pytest.raises(MaybeSent):
        send()
    assert len(post.letters) == 1


@pytest.mark.parametrize("operation", ["connect", "data"])
def test_a_silent_server_is_left_after_a_while(post, monkeypatch, operation):
    monkeypatch.setattr(module, "TIMEOUT", 0.3)
    post.fault("hang", operation=operation, seconds=5)
    with pytest.raises(ServiceUnreachable) as refused:
        send()
    assert refused.value.maybe_executed == (operation == "data")


def test_garbage_instead_of_a_greeting_is_no_server(post):
    post.fault("garbage", operation="connect", times=None)
    with pytest.raises(ServiceUnreachable) as refused:
        send()
    assert not refused.value.maybe_executed


def test_nobody_listens():
    with post_office(SMTP_PORT="1"), pytest.raises(ServiceUnreachable) as refused:
        send()
    assert not refused.value.maybe_executed


def test_a_wrong_password_is_named_and_not_shown():
    with (
        post_office(SMTP_PASSWORD="another") as office,
        pytest.raises(MailMisconfigured) as refused,
    ):
        send()
    assert "another" not in str(refused.value)
    assert "another" not in repr(get_mailbox_with("another"))
    assert ("auth", 535) in office.steps


def get_mailbox_with(password: str) -> Mailbox:
    return Mailbox(
        host="127.0.0.1", port=465, user="u", password=password, from_header="a", from_address="a"
    )


def test_somebody_elses_sender_is_refused_as_a_setting():
    with post_office(sender="Проводник <other@provodnik.example>") as office:
        with pytest.raises(MailMisconfigured) as refused:
            send()
        assert refused.value.status == 553
        assert office.letters == []


def test_what_is_no_address_never_reaches_the_server(post):
    with pytest.raises(AddressRefused):
        send(to="anna@example.com\nBcc: boris@example.com")
    assert post.steps == []


@pytest.mark.parametrize(
    ("host", "port", "implicit", "starttls"),
    [
        ("smtp.yandex.ru", 465, True, False),
        ("smtp.yandex.ru", 587, False, True),
        ("smtp.yandex.ru", 25, False, True),
        ("127.0.0.1", 8025, False, False),
        ("localhost", 25, False, False),
    ],
)
def test_nothing_leaves_this_machine_without_tls(host, port, implicit, starttls):
    mailbox = Mailbox(
        host=host, port=port, user="u", password="p", from_header="a@b.ru", from_address="a@b.ru"
    )
    assert (mailbox.implicit_tls, mailbox.starttls) == (implicit, starttls)


def test_a_server_without_starttls_gets_neither_password_nor_letter(post, monkeypatch):
    monkeypatch.setattr(module, "is_this_machine", lambda _host: False)
    with pytest.raises(MailMisconfigured):
        send()
    assert post.steps == [("connect", 220)]


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        *((name, {name: ""}) for name in ("SMTP_HOST", "SMTP_USER", "SMTP_PASSWORD")),
        ("EMAIL_FROM", {"sender": ""}),
        ("EMAIL_FROM", {"sender": "Проводник"}),
        ("SMTP_PORT", {"SMTP_PORT": "ssl"}),
    ],
)
def test_a_mailbox_that_is_not_described_whole_is_no_mailbox(name, changes):
    with post_office(**changes):
        assert not mail_is_on()
        with pytest.raises(MailOff, match=name) as off:
            send()
        assert isinstance(off.value, ServiceRefused)


def test_hello_signs_in_and_sends_nothing(post):
    get_mailbox().hello()
    assert post.steps == [("connect", 220), ("auth", 235)]
