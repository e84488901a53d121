"""DMARC: what to do with letters that neither SPF nor DKIM speaks for (RFC 9989; before it RFC 7489)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from integrations.mail.domain.lookup import Names
from integrations.mail.domain.tags import tags_of

VERSION = re.compile(r"v[ \t]*=[ \t]*DMARC1[ \t]*(;|$)")
POLICIES = ("none", "quarantine", "reject")
LONGEST_WALK = 8  # questions for one domain


@dataclass(frozen=True, slots=True)
class Dmarc:
    """`domain` is the one the record is of: the asked one, or one above it. `policy` is "" where none is valid."""

    domain: str
    text: str
    policy: str
    reports_to: str


class DmarcBroken(Exception):
    """The domain has a record that nobody follows. The message says why."""


def dmarc_of(domain: str, names: Names) -> Dmarc | None:
    """The domain's own record, or else that of its organisation. Raises DmarcBroken, NotKnown and NotAName."""
    own = _records(domain, names)
    if len(own) > 1:
        raise DmarcBroken(f"{len(own)} records at _dmarc.{domain}")
    if own:
        return _read(domain, own[0], ("p",))
    above = _above(domain, names)
    return _read(*above, ("sp", "p")) if above else None


def _above(domain: str, names: Names) -> tuple[str, str] | None:
    """RFC 9989, 4.10: the walk up the tree. A domain says `psd=n` to be an organisation's highest, `psd=y` to be a
    suffix like com or co.uk; where none says either, the shortest name with a record is the organisation."""
    found: list[tuple[str, str]] = []
    for name in _walk(domain):
        records = _records(name, names)
        if len(records) != 1:
            continue
        found.append((name, records[0]))
        suffix = tags_of(records[0]).get("psd")
        if suffix == "y":  # the organisation is the name below it, if that one has a record
            below = [one for one in found if one[0].count(".") == name.count(".") + 1]
            return below[0] if below else found[-1]
        if suffix == "n":
            break
    return found[-1] if found else None


def _walk(domain: str) -> Iterator[str]:
    labels = domain.split(".")[1:]
    for start in range(max(0, len(labels) - LONGEST_WALK + 1), len(labels)):
        yield ".".join(labels[start:])


def _records(domain: str, names: Names) -> list[str]:
    return [text for text in names.txt(f"_dmarc.{domain}") if VERSION.match(text)]


def _read(domain: str, text: str, wanted: tuple[str, ...]) -> Dmarc:
    tags = tags_of(text)
    said = next((tags[name] for name in wanted if name in tags), "").lower()
    return Dmarc(domain, text, said if said in POLICIES else "", tags.get("rua", ""))
