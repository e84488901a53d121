"""Reports as servers send them: who did not get the letter, for how long, which letter it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.mail.bounces.report import Report, read

FIXTURES = Path(__file__).parent / "fixtures"
LETTER = "<4f1c0de5a2b34c6d8e9f00112233aabb@provodnik.example>"
PROOF = "00112233445566778899aabbccddeeff"


def fixture(name: str) -> bytes:
    return (FIXTURES / f"{name}.eml").read_bytes()


def report(name: str) -> Report:
    found = read(fixture(name))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "recipients"),
    [
        ("bounce__yandex", [("anna@example.com", "failed", "5.1.1", True)]),
        (
            "bounce__postfix_two_recipients",
            [
                ("anna@example.com", "failed", "5.2.2", False),
                ("Boris@Example.org", "failed", "5.1.1", True),
            ],
        ),
        ("bounce__gmail", [("anna@example.com", "failed", "5.1.1", True)]),
        ("delayed__postfix", [("anna@example.com", "delayed", "4.4.1", False)]),
        ("bounce__exim_plain", [("anna@example.com", "failed", "5.1.1", True)]),
        ("bounce__qmail_plain", [("anna@example.com", "failed", "5.7.1", False)]),
        ("bounce__encoded_and_foreign", [("anna@example.com", "failed", "5.1.10", True)]),
        ("complaint__arf", [("anna@example.com", "complaint", "abuse", False)]),
    ],
)
def test_every_server_is_understood(name, recipients):
    found = report(name)
    told = [(one.address, one.action, one.status, one.is_hard) for one in found.recipients]
    assert told == recipients
    assert (found.about, found.letter_id) == (LETTER, PROOF)


def test_what_the_server_said_is_kept():
    (yandex,) = report("bounce__yandex").recipients
    assert yandex.diagnostic.endswith("rejected: User unknown in virtual mailbox table")
    (exim,) = report("bounce__exim_plain").recipients
    assert exim.diagnostic.endswith("550 No such user here")


@pytest.mark.parametrize("name", ["bounce__cut_off", "bounce__says_nothing"])
def test_what_nobody_can_read_stays_visible(name):
    (one,) = report(name).recipients
    assert (one.address, one.action, one.is_hard) == ("", "unreadable", False)
    assert one.diagnostic


@pytest.mark.parametrize("name", ["letter__from_a_person", "letter__read_receipt"])
def test_what_people_write_is_no_report(name):
    assert read(fixture(name)) is None


def test_a_report_is_known_by_its_headers_alone():
    whole = fixture("bounce__yandex")
    assert read(whole[: whole.index(b"\r\n\r\n")]) is not None


@given(st.data())
def test_no_bytes_break_the_reader(data):
    """A report with a part of it replaced by anything."""
    source = fixture(data.draw(st.sampled_from(["bounce__yandex", "complaint__arf"])))
    at = data.draw(st.integers(0, len(source)))
    broken = source[:at] + data.draw(st.binary(max_size=40)) + source[at + 20 :]
    found = read(broken)
    assert found is None or found.recipients
