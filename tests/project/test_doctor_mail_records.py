"""What the doctor says of the domain letters come from. A real name server answers it, on this machine."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator

import pytest
from django.core.management import call_command

from integrations.mail.domain import lookup
from project.doctor import mail_records as doctor
from project.doctor.findings import Finding, Level
from tests.support.dns_server import NameServer, name_server

FINE, WARNING, FAILED = Level.FINE, Level.WARNING, Level.FAILED
KEY = b64encode(b"\x30\x82\x01\x22" + bytes(290)).decode()
SPF, DKIM, DMARC = "example.com", "mail._domainkey.example.com", "_dmarc.example.com"
RIGHT = {
    SPF: ("TXT v=spf1 include:_spf.one.ru ~all", "MX 10 mx.one.ru."),
    DKIM: (f"TXT v=DKIM1; k=rsa; p={KEY}",),
    DMARC: ("TXT v=DMARC1; p=quarantine; rua=mailto:postmaster@example.com",),
    "_spf.one.ru": ("TXT v=spf1 ip4:192.0.2.1 -all",),
    "mx.one.ru": ("A 192.0.2.1",),
}


@pytest.fixture
def zone(settings, monkeypatch) -> Iterator[NameServer]:
    """A shop that writes as example.com, every record right."""
    settings.CREDENTIALS = settings.CREDENTIALS | {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": "1",
        "SMTP_USER": "shop@example.com",
        "SMTP_PASSWORD": "password-of-the-mailbox",
    }
    settings.EMAIL_FROM = "Shop <shop@example.com>"
    settings.MAIL_DKIM_SELECTOR = "mail"
    with name_server() as server:
        for name, records in RIGHT.items():
            server.has(name, *records)
        monkeypatch.setattr(lookup, "resolver_of_this_machine", server.resolver)
        yield server


def found() -> dict[str, Finding]:
    return {finding.title: finding for finding in doctor.mail_domain()}


def test_a_domain_that_vouches_for_its_letters_is_fine(zone):
    said = found()
    assert {finding.level for finding in said.values()} == {FINE}
    assert {title: finding.detail for title, finding in said.items()} == {
        "SPF": "v=spf1 include:_spf.one.ru ~all, 1 of 10 lookups",
        "DKIM": "mail._domainkey.example.com, rsa",
        "DMARC": "v=DMARC1; p=quarantine; rua=mailto:postmaster@example.com",
        "MX": "mx.one.ru",
    }


@pytest.mark.parametrize(
    ("title", "name", "records", "level", "detail", "hint"),
    [
        ("SPF", SPF, (), FAILED, "example.com has none", "begins with v=spf1"),
        ("SPF", SPF, ("TXT v=spf1", "TXT v=spf1 a"), FAILED, "broken: 2 records", "counts"),
        ("SPF", SPF, ("TXT v=spf1 +all",), FAILED, "every server in the world", "~all"),
        ("SPF", SPF, ("TXT v=spf1 a",), WARNING, "forbids nobody: v=spf1 a", "~all"),
        ("DKIM", DKIM, (), FAILED, f"nothing at {DKIM}", "Check MAIL_DKIM_SELECTOR."),
        ("DKIM", DKIM, ("TXT v=DKIM1; p=",), FAILED, "revoked", f"into {DKIM}, whole"),
        ("DKIM", DKIM, (f"TXT t=y; p={KEY}",), WARNING, "it is a test", "Take y out"),
        (
            "DMARC",
            DMARC,
            (),
            WARNING,
            "example.com has none",
            '<your address>" at _dmarc.example.com.',
        ),
        ("DMARC", DMARC, ("TXT v=DMARC1; p=no",), FAILED, "without a valid p=", "quarantine"),
        ("DMARC", DMARC, ("TXT v=DMARC1; p=reject",), WARNING, "asks for no reports", "Add rua="),
        ("DMARC", DMARC, ("TXT v=DMARC1; p=none; rua=mailto:a@b.ru",), WARNING, "yet", "two weeks"),
        ("DMARC", DMARC, ("TXT v=DMARC1; p=none", "TXT v=DMARC1;"), FAILED, "2 records", "Leave"),
        ("MX", SPF, (), FAILED, "example.com has none", "Add an MX record"),
        ("MX", SPF, ("A 192.0.2.1",), WARNING, "none: letters go to example.com", "Add an MX"),
        ("MX", SPF, ("MX 0 .",), FAILED, "takes no letters", "Name your mail service"),
        ("MX", SPF, ("MX 5 mx.two.ru.",), FAILED, "mx.two.ru has no address", "slip"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(zone, title, name, records, level, detail, hint):
    zone.has(name, *records)
    said = found()[title]
    assert said.level is level
    assert detail in said.detail
    assert hint in said.hint


def test_a_domain_nobody_knows_is_one_line_that_blames_no_record(zone, settings):
    settings.EMAIL_FROM = "shop@exmaple.com"
    (said,) = doctor.mail_domain()
    assert (said.level, said.detail) == (WARNING, "this machine's DNS knows no exmaple.com")
    assert "EMAIL_FROM" in said.hint


def test_a_mailbox_below_an_organisation_is_told_whose_policy_it_follows(zone, settings):
    zone.has("letters.example.com", "MX 10 mx.one.ru.")
    settings.EMAIL_FROM = "shop@letters.example.com"
    said = found()["DMARC"]
    assert (said.level, said.detail.rpartition(" (")[2]) == (FINE, "of example.com)")


def test_without_a_selector_the_key_is_not_looked_at_and_not_called_fine(zone, settings):
    settings.MAIL_DKIM_SELECTOR = ""
    said = found()["DKIM"]
    assert (said.level, said.detail) == (
        WARNING,
        "not looked at: MAIL_DKIM_SELECTOR is not set",
    )
    assert "DKIM-Signature" in said.hint
    assert not [name for name in zone.asked if "_domainkey" in name]


def test_a_selector_that_is_no_name_is_broken(zone, settings):
    settings.MAIL_DKIM_SELECTOR = "mail."
    said = found()["DKIM"]
    assert (said.level, said.hint) == (FAILED, "Check MAIL_DKIM_SELECTOR.")


def test_what_the_dns_does_not_say_is_not_known_and_the_rest_is_told(zone):
    zone.broken = {DMARC}
    said = found()
    assert (said["DMARC"].level, said["DMARC"].detail) == (
        WARNING,
        "not known: the DNS could not answer",
    )
    assert "/etc/resolv.conf" in said["DMARC"].hint
    assert said["SPF"].level is FINE


def test_a_dns_that_keeps_silent_is_waited_for_once(zone, monkeypatch):
    zone.silent = {DKIM, DMARC}
    monkeypatch.setattr(doctor, "PATIENCE", 0.4)
    said = found()
    for title in ("DKIM", "DMARC"):
        assert said[title].level is WARNING
        assert said[title].detail == "not known: the DNS did not answer"
    zone.silent = {SPF}
    (only,) = doctor.mail_domain()
    assert (only.level, only.title, only.detail) == (
        WARNING,
        "Records",
        "not known: the DNS did not answer",
    )


def test_a_machine_without_name_servers_is_one_line(zone, monkeypatch):
    def nobody() -> None:
        raise lookup.NotKnown("this machine knows no name server")

    monkeypatch.setattr(lookup, "resolver_of_this_machine", nobody)
    (said,) = doctor.mail_domain()
    assert (said.level, said.detail) == (WARNING, "not known: this machine knows no name server")


def test_a_sandbox_and_a_shop_without_mail_ask_nobody(zone, settings):
    settings.SANDBOX = True
    (said,) = doctor.mail_domain()
    assert said.detail == "not looked at: a sandbox sends to nobody"
    settings.SANDBOX, settings.CREDENTIALS = False, {}
    assert doctor.mail_domain() == []
    assert zone.asked == []


@pytest.mark.django_db
def test_the_command_reports_it_among_the_rest(zone, capsys):
    with pytest.raises(SystemExit):
        call_command("doctor", "--json")
    sections = {one["name"]: one for one in json.loads(capsys.readouterr().out)["sections"]}
    details = {one["title"]: one["detail"] for one in sections["E-mail"]["findings"]}
    assert details["DMARC"].startswith("v=DMARC1; p=quarantine; rua=mailto:p")
    assert details["DKIM"] == DKIM + ", rsa"
