"""SPF: which servers may send for a domain (RFC 7208)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_network

from integrations.mail.domain.lookup import Names, NotAName

MOST_LOOKUPS = (
    10  # 4.6.4; what a, mx and exists lead to is not asked, so void lookups are not counted
)
MECHANISM = re.compile(r"([+?~-]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?:([:/])(.+))?", re.I)
MODIFIER = re.compile(r"([a-z][a-z0-9_.-]*)=(.*)", re.I)
ASKS = frozenset({"include", "a", "mx", "ptr", "exists"})
NEEDS_VALUE = frozenset({"include", "exists", "ip4", "ip6"})
ANYBODY = "+"


@dataclass(frozen=True, slots=True)
class Spf:
    """`rest` is what becomes of every other server: - fails, ~ fails softly, ? nothing is said, + may send too."""

    text: str
    rest: str
    lookups: int


class SpfBroken(Exception):
    """A "permerror": whoever checks takes the domain for one without SPF, or refuses. The message says why."""


def spf_of(domain: str, names: Names) -> Spf | None:
    """None where there is no record. Raises SpfBroken, NotKnown and NotAName."""
    text = _record(domain, names)
    if text is None:
        return None
    reading = _Reading(names)
    rest = reading.rest_of(text)
    return Spf(text, rest, reading.lookups)


def _record(domain: str, names: Names) -> str | None:
    """4.5: exactly one that begins with the version alone."""
    found = [text for text in names.txt(domain) if text.lower().split(" ")[0] == "v=spf1"]
    if len(found) > 1:
        raise SpfBroken(f"{len(found)} records of {domain}")
    return found[0] if found else None


class _Reading:
    """A record and those it leads to, as if no mechanism matched: the most that a check can ask."""

    def __init__(self, names: Names) -> None:
        self.lookups = 0
        self._names = names

    def rest_of(self, text: str) -> str:
        """Mechanisms in turn up to `all`; `redirect` is for records without it (5.1, 6.1)."""
        mechanisms, modifiers = _terms(text)
        for qualifier, name, value in mechanisms:
            if name == "all":
                return qualifier
            if name in ASKS:
                self._count()
            if name == "include":
                inner = self._led_to(value, "include:")
                if inner == ANYBODY == qualifier:
                    return ANYBODY
        if "redirect" in modifiers:
            self._count()
            return self._led_to(modifiers["redirect"], "redirect=")
        return "?"  # 4.7

    def _led_to(self, domain: str, by: str) -> str:
        if "%" in domain:  # a macro: another domain for each letter
            return "?"
        try:
            text = _record(domain, self._names)
        except NotAName:
            raise SpfBroken(f"{by}{domain} is no name") from None
        if text is None:  # 5.2, 6.1
            raise SpfBroken(f"{by}{domain} leads to no SPF record")
        return self.rest_of(text)

    def _count(self) -> None:
        self.lookups += 1
        if self.lookups > MOST_LOOKUPS:
            raise SpfBroken(f"more than {MOST_LOOKUPS} lookups")


def _terms(text: str) -> tuple[list[tuple[str, str, str]], dict[str, str]]:
    """4.6: one mistake anywhere spoils the record; a modifier nobody knows does not."""
    mechanisms: list[tuple[str, str, str]] = []
    modifiers: dict[str, str] = {}
    for term in text.split(" ")[1:]:
        if not term:
            continue
        if mechanism := MECHANISM.fullmatch(term):
            qualifier, name, mark, value = mechanism.groups(default="")
            if not _is_right(name.lower(), mark, value):
                raise SpfBroken(f"{term} is not understood")
            mechanisms.append((qualifier or ANYBODY, name.lower(), value))
        elif modifier := MODIFIER.fullmatch(term):
            name, value = modifier[1].lower(), modifier[2]
            if name in ("redirect", "exp") and (name in modifiers or not value):
                raise SpfBroken(f"{term} is not understood")
            modifiers[name] = value
        else:
            raise SpfBroken(f"{term} is not understood")
    return mechanisms, modifiers


def _is_right(name: str, mark: str, value: str) -> bool:
    if name in NEEDS_VALUE:
        if mark != ":":
            return False
        return name not in ("ip4", "ip6") or _is_network(value, version=int(name[-1]))
    return not mark if name == "all" else (mark != "/" or name in ("a", "mx"))


def _is_network(value: str, *, version: int) -> bool:
    try:
        return ip_network(value, strict=False).version == version
    except ValueError:
        return False
