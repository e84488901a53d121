"""Whether the domain letters come from vouches for them, as every server asks that gets one."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from integrations.mail.domain import lookup
from integrations.mail.domain.dkim import DkimBroken, dkim_of, place_of
from integrations.mail.domain.dmarc import DmarcBroken, dmarc_of
from integrations.mail.domain.lookup import Names, NotAName, NotKnown
from integrations.mail.domain.spf import ANYBODY, MOST_LOOKUPS, SpfBroken, spf_of
from integrations.mail.errors import MailOff
from integrations.mail.sender import get_mailbox
from project.doctor.findings import Finding, failed, fine, warning

PATIENCE = 8.0  # seconds for all questions together
SPF_HINT = "One TXT record that begins with v=spf1 and names your mail service: docs/cabinets.md."
NO_DOMAIN_HINT = "A slip in EMAIL_FROM, or a domain that was not paid for? A closed network's DNS knows no other's."
SILENT_HINT = "Does this machine ask the DNS (/etc/resolv.conf, port 53 in the firewall)? Try: dig"


def mail_domain() -> list[Finding]:
    """SPF, DKIM, DMARC and MX of the sender's domain. A sandbox's letters go nowhere, so it asks nobody."""
    try:
        domain = get_mailbox().from_address.rpartition("@")[2]
    except MailOff:
        return []
    if settings.SANDBOX:
        return [fine("Records", "not looked at: a sandbox sends to nobody")]
    try:
        names = Names(lookup.resolver_of_this_machine(), seconds=PATIENCE)
        if not names.exists(domain):
            return [warning("Records", f"this machine's DNS knows no {domain}", NO_DOMAIN_HINT)]
    except NotKnown as unknown:
        return [_not_known("Records", unknown)]
    except NotAName:
        return [failed("Records", f"{domain} is no name", "Check EMAIL_FROM.")]
    looks = {"SPF": _spf, "DKIM": _dkim, "DMARC": _dmarc, "MX": _mx}
    return [_asked(title, look, domain, names) for title, look in looks.items()]


def _asked(title: str, look: Callable[[str, Names], Finding], domain: str, names: Names) -> Finding:
    try:
        return look(domain, names)
    except NotKnown as unknown:
        return _not_known(title, unknown)
    except NotAName as name:
        return failed(title, f"{name} is no name", "Check EMAIL_FROM.")


def _not_known(title: str, unknown: NotKnown) -> Finding:
    return warning(title, f"not known: {unknown}", SILENT_HINT)


def _spf(domain: str, names: Names) -> Finding:
    try:
        spf = spf_of(domain, names)
    except SpfBroken as broken:
        hint = f"It counts as none. {SPF_HINT}"
        return failed("SPF", f"broken: {broken}", hint)
    if spf is None:
        hint = f"Letters end in spam, or nowhere. {SPF_HINT}"
        return failed("SPF", f"{domain} has none", hint)
    if spf.rest == ANYBODY:
        hint = "End it with ~all instead of all or +all; the same for what it includes."
        return failed("SPF", f"lets every server in the world send: {spf.text}", hint)
    if spf.rest == "?":
        return warning("SPF", f"forbids nobody: {spf.text}", "End it with ~all.")
    return fine("SPF", f"{spf.text}, {spf.lookups} of {MOST_LOOKUPS} lookups")


def _dkim(domain: str, names: Names) -> Finding:
    selector = settings.MAIL_DKIM_SELECTOR
    if not selector:
        hint = "Set it: in a letter of ours that arrived, DKIM-Signature has it after s=."
        return warning("DKIM", "not looked at: MAIL_DKIM_SELECTOR is not set", hint)
    place = place_of(domain, selector)
    hint = f"Copy the key of the mail service once more into {place}, whole."
    try:
        dkim = dkim_of(domain, selector, names)
    except NotAName:
        return failed("DKIM", f"{place} is no name", "Check MAIL_DKIM_SELECTOR.")
    except DkimBroken as broken:
        return failed("DKIM", f"{place}: {broken}", hint)
    if dkim is None:
        return failed("DKIM", f"nothing at {place}", f"Check MAIL_DKIM_SELECTOR. {hint}")
    if dkim.is_test:
        return warning("DKIM", f"{place} says that it is a test", "Take y out of its t=.")
    return fine("DKIM", f"{place}, {dkim.kind}")


def _dmarc(domain: str, names: Names) -> Finding:
    try:
        dmarc = dmarc_of(domain, names)
    except DmarcBroken as broken:
        return failed("DMARC", f"broken: {broken}", "It counts as none. Leave one.")
    if dmarc is None:
        hint = f'Add TXT "v=DMARC1; p=none; rua=mailto:<your address>" at _dmarc.{domain}.'
        return warning("DMARC", f"{domain} has none", hint)
    said = dmarc.text if dmarc.domain == domain else f"{dmarc.text} (of {dmarc.domain})"
    if not dmarc.policy:
        return failed("DMARC", f"without a valid p=: {said}", "p=none, quarantine or reject.")
    if not dmarc.reports_to:
        hint = "Add rua=mailto:<your address>: else nobody tells you of forged letters."
        return warning("DMARC", f"asks for no reports: {said}", hint)
    if dmarc.policy == "none":
        hint = "Read the reports for two weeks, then p=quarantine."
        return warning("DMARC", f"forbids nothing yet: {said}", hint)
    return fine("DMARC", said)


def _mx(domain: str, names: Names) -> Finding:
    """Letters that come back go to the sender's domain, and so do people's answers (RFC 5321, 5.1)."""
    hosts = names.mx(domain)
    if hosts == [""]:
        hint = "Many servers refuse letters from such a domain; none come back. Name your mail service."
        return failed("MX", f"{domain} says that it takes no letters", hint)
    hint = "Add an MX record that names your mail service: what comes back gets lost, answers too."
    if not hosts:
        if names.has_address(domain):
            return warning("MX", f"none: letters go to {domain} itself", hint)
        return failed("MX", f"{domain} has none", hint)
    if not any(host and names.has_address(host) for host in hosts):
        return failed("MX", f"{', '.join(hosts)} has no address", "A slip of the pen in MX?")
    return fine("MX", ", ".join(hosts))
