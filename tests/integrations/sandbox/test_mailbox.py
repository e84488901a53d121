"""The simulated mail server: as strict as a real one, and as unreliable as asked."""

from __future__ import annotations

import imaplib
import smtplib

import pytest
import requests

from integrations.sandbox.mailbox.control import ANSWERS
from tests.integrations.sandbox.conftest import Remote
from tests.support.mail import ACCOUNT

USER, PASSWORD = ACCOUNT["SMTP_USER"], ACCOUNT["SMTP_PASSWORD"]
SOURCE = (
    "Subject: Hello\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    "<script>alert(1)</script><b>Hi</b>\r\n.dot\r\n"
)


@pytest.fixture
def mail(settings, request) -> Remote:
    settings.CREDENTIALS = {**settings.CREDENTIALS, **ACCOUNT}
    remote: Remote = request.getfixturevalue("sandbox")
    while not remote.get("mailbox/letters")["port"]:
        pass
    return remote


def connect(mail: Remote, *, sign_in: bool = True) -> smtplib.SMTP:
    client = smtplib.SMTP("127.0.0.1", mail.get("mailbox/letters")["port"], timeout=5)
    client.ehlo()
    if sign_in:
        client.login(USER, PASSWORD)
    return client


def test_a_letter_is_kept_as_it_came_and_the_journal_knows(mail):
    connect(mail).sendmail(USER, ["anna@example.com"], SOURCE)
    (letter,) = mail.get("mailbox/letters", to="anna@example.com")["letters"]
    assert (letter["subject"], letter["sender"]) == ("Hello", USER)
    assert letter["source"] == SOURCE
    assert mail.get("mailbox/letters", to="boris@example.com")["letters"] == []
    steps = [entry["operation"] for entry in mail.get("journal", service="mailbox")["entries"]]
    assert steps == ["connect", "auth", "mail", "rcpt", "data"]
    assert PASSWORD not in str(mail.get("journal")["entries"])


def test_its_html_is_shown_without_scripts(mail):
    connect(mail).sendmail(USER, ["anna@example.com"], SOURCE)
    shown = requests.get(f"{mail.url}/mail/1/", timeout=5)
    assert shown.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert requests.get(f"{mail.url}/mail/2/", timeout=5).status_code == 404
    assert "Как отвечает почтовый сервер" in requests.get(f"{mail.url}/mail/", timeout=5).text


def test_nobody_sends_without_signing_in_or_under_another_name(mail):
    with pytest.raises(smtplib.SMTPSenderRefused) as refused:
        connect(mail, sign_in=False).sendmail(USER, ["anna@example.com"], SOURCE)
    assert refused.value.smtp_code == 530
    with pytest.raises(smtplib.SMTPSenderRefused) as refused:
        connect(mail).sendmail("other@provodnik.example", ["anna@example.com"], SOURCE)
    assert refused.value.smtp_code == 553
    with pytest.raises(smtplib.SMTPAuthenticationError):
        connect(mail, sign_in=False).login(USER, "wrong")


def test_no_more_recipients_than_a_mailbox_may_have(mail):
    refused = connect(mail).sendmail(USER, [f"n{n}@example.com" for n in range(36)], SOURCE)
    assert {code for code, _words in refused.values()} == {452}


def test_it_offers_no_utf8_addresses(mail):
    client = connect(mail)
    assert not client.has_extn("smtputf8")
    assert client.rcpt("anna@example.com")[0] == 503
    assert client.docmd("VRFY", "anna")[0] == 502


@pytest.mark.parametrize("code", [code for code in ANSWERS if code.isdecimal()])
def test_it_answers_with_the_code_that_was_chosen_until_told_otherwise(mail, code):
    mail.post("mailbox/answer", code=code)
    for _ in range(2):
        with pytest.raises(smtplib.SMTPException) as refused:
            connect(mail).sendmail(USER, ["anna@example.com"], SOURCE)
        assert code in str(refused.value)
    mail.post("mailbox/answer", code="ok")
    connect(mail).sendmail(USER, ["anna@example.com"], SOURCE)
    assert len(mail.get("mailbox/letters")["letters"]) == 1


def test_letters_can_be_thrown_away_and_numbers_go_on(mail):
    connect(mail).sendmail(USER, ["anna@example.com"], SOURCE)
    mail.post("mailbox/clear")
    connect(mail).sendmail(USER, ["anna@example.com"], SOURCE)
    assert [letter["id"] for letter in mail.get("mailbox/letters")["letters"]] == [2]


def test_it_listens_only_where_the_product_expects_a_server_on_this_machine(sandbox):
    """The suite's settings name no mail server."""
    assert sandbox.get("mailbox/letters")["port"] == 0
    assert "не запущен" in str(sandbox.get("overview")["tiles"])


def test_a_letter_comes_back_on_demand_and_a_day_has_its_limit(mail):
    connect(mail).sendmail(USER, ["anna@example.com"], SOURCE)
    for kind in ("hard", "complaint"):
        assert kind in mail.post("mailbox/back", id=1, kind=kind)["returned"]
    mail.post("mailbox/limit", a_day=1)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        connect(mail).sendmail(USER, ["anna@example.com"], SOURCE)
    assert "550" in str(refused.value)
    with imaplib.IMAP4("127.0.0.1", mail.get("mailbox/letters")["imap_port"], timeout=5) as inbox:
        inbox.login(USER, PASSWORD)
        inbox.select("INBOX")
        assert inbox.uid("SEARCH", "UID 2:*") == ("OK", [b"2"])
        rows = inbox.uid("FETCH", "1:*", "(UID BODY.PEEK[])")[1]
        assert b"Status: 5.1.1" in rows[0][1]
        assert b"Feedback-Type: abuse" in rows[2][1]
        inbox.uid("STORE", "1", "+FLAGS", r"(\Seen)")
        assert inbox.uid("SEARCH", "UNSEEN") == ("OK", [b"2"])
