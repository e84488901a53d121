"""Addresses as people type them."""

from __future__ import annotations

import pytest

from integrations.mail.addresses import NotAnAddress, sender, shown, travelling

CYRILLIC = "anna@дома-цены.рф"
PUNYCODE = "anna@xn----7sblg6ajc1e4b.xn--p1ai"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("anna@example.com", "anna@example.com"),
        ("  Anna.K+shop@Example.COM \n", "Anna.K+shop@example.com"),
        (CYRILLIC, PUNYCODE),
        ("anna@ДОМА-цены.РФ", PUNYCODE),
        (PUNYCODE, PUNYCODE),
    ],
)
def test_the_domain_travels_in_ascii(typed, address):
    assert travelling(typed) == address


def test_people_see_their_own_letters():
    assert shown(PUNYCODE) == CYRILLIC
    assert shown("anna@example.com") == "anna@example.com"
    assert shown("anna@xn--.com") == "anna@xn--.com"


@pytest.mark.parametrize(
    "typed",
    [
        "", "anna", "anna@", "@example.com", "анна@example.com", "anna@example", "a b@example.com",
        "anna@example.com\nBcc: boris@example.com", "anna@-.ru", "anna@b..ru", "<anna@example.com>",
        "anna@" + "x" * 64 + ".ru", "a" * 250 + "@example.com", '"a b"@example.com',
        "anna@example.com,boris@example.com",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(typed):
    with pytest.raises(NotAnAddress):
        travelling(typed)


def test_a_sender_has_a_name_or_none():
    assert sender("shop@example.com") == ("shop@example.com", "shop@example.com")
    header, address = sender("Магазин «Проводник» <noreply@дома-цены.рф>")
    assert address == PUNYCODE.replace("anna", "noreply")
    assert header.endswith(f"<{address}>")
    with pytest.raises(NotAnAddress):
        sender("Магазин")
