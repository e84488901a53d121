"""What the DNS says of a domain, read as RFC 7208, 6376 and 9989 want it: a real name server on this machine."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Iterator

import dns.resolver
import pytest

from integrations.mail.domain import lookup
from integrations.mail.domain.dkim import DkimBroken, dkim_of
from integrations.mail.domain.dmarc import DmarcBroken, dmarc_of
from integrations.mail.domain.lookup import Names, NotAName, NotKnown
from integrations.mail.domain.spf import SpfBroken, spf_of
from tests.support.dns_server import NameServer, name_server

SHOP = "example.com"
# Keys of the right length and shape; nobody has the other half.
RSA_2048 = b64encode(b"\x30\x82\x01\x22" + bytes(range(256)) + bytes(34)).decode()
RSA_512 = b64encode(b"\x30\x5c" + bytes(92)).decode()


@pytest.fixture
def zone() -> Iterator[NameServer]:
    with name_server() as server:
        yield server


@pytest.fixture
def names(zone: NameServer) -> Names:
    return Names(zone.resolver(), seconds=5)


def test_an_spf_record_is_read_with_all_it_leads_to(zone, names):
    zone.has(SHOP, "TXT google-site-verification=1", "TXT v=spf1 a mx include:_spf.one.ru ~all")
    zone.has("_spf.one.ru", "TXT v=spf1 include:_a.one.ru ip4:192.0.2.0/24 ip6:2001:db8::/32 -all")
    zone.has("_a.one.ru", "TXT v=spf1 exists:%{i}.one.ru unknown=modifier")
    found = spf_of(SHOP, names)
    assert found is not None
    assert (found.rest, found.lookups) == ("~", 5)


def test_a_redirect_decides_about_the_rest_only_without_all(zone, names):
    zone.has(SHOP, "TXT V=SPF1 redirect=_spf.one.ru")
    zone.has("_spf.one.ru", "TXT v=spf1 ip4:192.0.2.1 -all")
    zone.has("own.example.com", "TXT v=spf1 redirect=nowhere.one.ru ?all")
    first, second = spf_of(SHOP, names), spf_of("own.example.com", names)
    assert first is not None
    assert second is not None
    assert (first.rest, first.lookups, second.rest, second.lookups) == ("-", 1, "?", 0)


@pytest.mark.parametrize("text", ["v=spf1 all", "v=spf1 +ALL", "v=spf1 include:open.ru -all"])
def test_a_record_that_lets_everybody_send_is_told_from_others(zone, names, text):
    zone.has(SHOP, f"TXT {text}")
    zone.has("open.ru", "TXT v=spf1 +all")
    found = spf_of(SHOP, names)
    assert found is not None
    assert found.rest == "+"


def test_a_long_record_in_pieces_is_joined_and_fetched_over_tcp(zone, names):
    blocks = " ".join(f"ip4:198.51.{one}.0/24" for one in range(90))
    zone.has(SHOP, f"TXT v=spf1 {blocks} -all")
    found = spf_of(SHOP, names)
    assert found is not None
    assert (found.text, zone.over_tcp) == (f"v=spf1 {blocks} -all", 1)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("v=spf1 ip4:mail.example.com -all", "ip4:mail.example.com is not understood"),
        ("v=spf1 ip4:2001:db8::1 -all", "ip4:2001:db8::1 is not understood"),
        ("v=spf1 ip:192.0.2.1 -all", "ip:192.0.2.1 is not understood"),
        ("v=spf1 include -all", "include is not understood"),
        ("v=spf1 -all: ", "-all: is not understood"),
        ("v=spf1 redirect=a.ru redirect=b.ru", "redirect=b.ru is not understood"),
        ("v=spf1 include:nobody.ru ~all", "include:nobody.ru leads to no SPF record"),
        ("v=spf1 redirect=nobody.ru", "redirect=nobody.ru leads to no SPF record"),
        ("v=spf1 include:a..b ~all", "include:a..b is no name"),
        ("v=spf1 include:example.com ~all", "more than 10 lookups"),
        ("v=spf1 " + "mx " * 11 + "-all", "more than 10 lookups"),
    ],
)
def test_a_broken_spf_record_says_why(zone, names, text, why):
    zone.has(SHOP, f"TXT {text}")
    with pytest.raises(SpfBroken) as broken:
        spf_of(SHOP, names)
    assert str(broken.value) == why


def test_two_spf_records_are_worse_than_one_and_other_texts_are_none(zone, names):
    zone.has(SHOP, "TXT v=spf1 -all", "TXT v=spf1 include:_spf.one.ru -all")
    with pytest.raises(SpfBroken, match=r"2 records of example\.com"):
        spf_of(SHOP, names)
    zone.has(SHOP, "TXT v=spf10 -all", "MX 10 mx.one.ru.")
    assert spf_of(SHOP, names) is None
    assert spf_of("nowhere.example.com", names) is None


def test_a_domain_follows_its_own_dmarc_record_before_its_organisations(zone, names):
    zone.has("_dmarc.example.com", "TXT v=DMARC1;p=Reject; sp=quarantine; rua=mailto:a@example.com")
    zone.has("_dmarc.own.example.com", "TXT v=DMARC1; p=none", "TXT something else")
    top, own = dmarc_of(SHOP, names), dmarc_of("own.example.com", names)
    below = dmarc_of("mail.shop.example.com", names)
    assert top is not None
    assert own is not None
    assert below is not None
    assert (top.policy, top.reports_to) == ("reject", "mailto:a@example.com")
    assert (own.domain, own.policy, own.reports_to) == ("own.example.com", "none", "")
    assert (below.domain, below.policy) == (SHOP, "quarantine")


def test_the_walk_stops_where_an_organisation_begins(zone, names):
    zone.has("_dmarc.example.com", "TXT v=DMARC1; p=reject; psd=n")
    zone.has("_dmarc.com", "TXT v=DMARC1; p=none; psd=y")
    below, other = dmarc_of("shop.example.com", names), dmarc_of("shop.other.com", names)
    assert below is not None
    assert other is not None
    assert (below.domain, other.domain) == (SHOP, "com")
    zone.has("_dmarc.example.com", "TXT v=DMARC1; p=reject")
    again = dmarc_of("mail.shop.example.com", names)
    assert again is not None
    assert again.domain == SHOP


def test_the_walk_is_short_however_long_the_name(zone, names):
    assert dmarc_of("a.b.c.d.e.f.g.h.i.j.example.com", names) is None
    assert len(zone.asked) == 8
    assert zone.asked[1] == "_dmarc.f.g.h.i.j.example.com"


@pytest.mark.parametrize("text", ["v=DMARC1; p=all", "v=DMARC1; rua=mailto:a@example.com"])
def test_a_policy_that_nobody_knows_is_none(zone, names, text):
    zone.has("_dmarc.example.com", f"TXT {text}")
    found = dmarc_of(SHOP, names)
    assert found is not None
    assert found.policy == ""


def test_two_dmarc_records_are_broken_and_another_version_is_no_record(zone, names):
    zone.has("_dmarc.example.com", "TXT v=DMARC1; p=none", "TXT v=DMARC1; p=reject")
    with pytest.raises(DmarcBroken, match="2 records"):
        dmarc_of(SHOP, names)
    zone.has("_dmarc.example.com", "TXT v=DMARC2; p=none", "TXT v=dmarc1; p=none")
    assert dmarc_of(SHOP, names) is None


def test_a_key_of_dkim_is_whole(zone, names):
    zone.has("mail._domainkey.example.com", f"TXT v=DKIM1; k=rsa; t=s; p={RSA_2048}")
    zone.has("e._domainkey.example.com", f"TXT k=ed25519; t=y:s; p={b64encode(bytes(32)).decode()}")
    rsa, ed25519 = dkim_of(SHOP, "mail", names), dkim_of(SHOP, "e", names)
    assert rsa is not None
    assert ed25519 is not None
    assert (rsa.kind, rsa.is_test, ed25519.kind, ed25519.is_test) == ("rsa", False, "ed25519", True)
    assert dkim_of(SHOP, "another", names) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("v=DKIM1; p=", "revoked"),
        ("v=DKIM2; p=AAAA", "no key of DKIM"),
        ("something else", "no key of DKIM"),
        (f"v=DKIM1; s=tlsrpt; p={RSA_2048}", "not for e-mail"),
        (f"v=DKIM1; p={RSA_2048[:240]}", "cut off"),
        (f"v=DKIM1; p={RSA_2048[:241]}", "cut off"),
        ("v=DKIM1; p=<the public key>", "cut off or miswritten"),
        ("v=DKIM1; p=AA==", "cut off or miswritten"),
        ("v=DKIM1; k=ed25519; p=AAAA", "cut off or miswritten"),
        (f"v=DKIM1; p={RSA_512}", "shorter than 1024 bits"),
        (f"v=DKIM1; k=dsa; p={RSA_2048}", "nobody knows keys of the kind dsa"),
    ],
)
def test_a_broken_key_says_why(zone, names, text, why):
    zone.has("mail._domainkey.example.com", f"TXT {text}")
    with pytest.raises(DkimBroken, match=why):
        dkim_of(SHOP, "mail", names)


def test_hosts_that_take_letters_come_in_order_and_none_is_none(zone, names):
    zone.has(SHOP, "MX 20 second.one.ru.", "MX 10 first.one.ru.", "A 192.0.2.1")
    zone.has("null.example.com", "MX 0 .")
    assert names.mx(SHOP) == ["first.one.ru", "second.one.ru"]
    assert names.mx("null.example.com") == [""]
    assert names.mx("nowhere.example.com") == []
    assert names.has_address(SHOP)
    assert names.exists("null.example.com")
    assert not names.exists("nowhere.example.com")
    assert not names.has_address("null.example.com")


def test_an_error_of_the_name_server_is_not_taken_for_none(zone, names):
    zone.broken = {SHOP}
    with pytest.raises(NotKnown, match="could not answer"):
        names.txt(SHOP)


def test_silence_costs_no_more_than_the_patience_of_all_questions(zone):
    zone.silent = {SHOP}
    names = Names(zone.resolver(), seconds=0.3)
    started = time.monotonic()
    for _ in range(5):
        with pytest.raises(NotKnown, match="did not answer"):
            names.txt(SHOP)
    assert time.monotonic() - started < 1


def test_what_is_no_name_is_asked_of_nobody(zone, names):
    with pytest.raises(NotAName):
        names.txt("a..b")
    assert zone.asked == []


def test_a_machine_without_name_servers_knows_nothing(monkeypatch):
    def nobody(*_: object, **__: object) -> None:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.resolver, "Resolver", nobody)
    with pytest.raises(NotKnown, match="no name server"):
        lookup.resolver_of_this_machine()
