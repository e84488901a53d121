"""Questions to the DNS. An answer that did not come is never taken for "there is none"."""

from __future__ import annotations

import time

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.TXT import TXT

EACH = 3.0  # seconds for one question
TRY = 1.5  # … and for one server of several
DATAGRAM = 1232  # bytes that travel unbroken; longer answers are asked for again over TCP


class NotKnown(Exception):
    """Nobody answered, or nobody who knows. The message says which, and holds no name."""


class NotAName(ValueError):
    """No DNS name: an empty label, or one too long."""


class Names:
    """One look at the DNS, through one resolver and within one measure of patience."""

    def __init__(self, resolver: dns.resolver.Resolver, *, seconds: float) -> None:
        self._resolver = resolver
        self._until = time.monotonic() + seconds

    def txt(self, name: str) -> list[str]:
        """Every TXT record, its strings joined without a blank (RFC 7208, 3.3; RFC 6376, 3.6.2.2)."""
        found = self._ask(name, dns.rdatatype.TXT)
        return [
            b"".join(record.strings).decode("utf-8", "replace")
            for record in found
            if isinstance(record, TXT)
        ]

    def mx(self, name: str) -> list[str]:
        """Hosts that take letters, the preferred ones first; "" is the one that takes none (RFC 7505)."""
        records = [one for one in self._ask(name, dns.rdatatype.MX) if isinstance(one, MX)]
        records.sort(key=lambda record: record.preference)
        return [record.exchange.to_text(omit_final_dot=True).rstrip(".") for record in records]

    def exists(self, name: str) -> bool:
        """Whether the DNS knows the name, or one below it, for whatever it may be (RFC 8020)."""
        return self._answer(name, dns.rdatatype.TXT) is not None

    def has_address(self, name: str) -> bool:
        return bool(self._ask(name, dns.rdatatype.A) or self._ask(name, dns.rdatatype.AAAA))

    def _ask(self, name: str, kind: dns.rdatatype.RdataType) -> list[object]:
        answer = self._answer(name, kind)
        return [] if answer is None else list(answer.rrset or ())

    def _answer(self, name: str, kind: dns.rdatatype.RdataType) -> dns.resolver.Answer | None:
        """None where there is no such name. Raises NotKnown and NotAName."""
        try:
            wanted = dns.name.from_text(name)
        except dns.exception.DNSException:
            raise NotAName(name) from None
        left = min(EACH, self._until - time.monotonic())
        if left <= 0:
            raise NotKnown("the DNS did not answer")
        try:
            return self._resolver.resolve(
                wanted, kind, raise_on_no_answer=False, search=False, lifetime=left
            )
        except dns.resolver.NXDOMAIN:
            return None
        except dns.exception.Timeout:
            raise NotKnown("the DNS did not answer") from None
        except (dns.exception.DNSException, OSError):
            raise NotKnown("the DNS could not answer") from None


def resolver_of_this_machine() -> dns.resolver.Resolver:
    """By /etc/resolv.conf. Raises NotKnown where it names nobody."""
    try:
        resolver = dns.resolver.Resolver()
    except dns.resolver.NoResolverConfiguration:
        raise NotKnown("this machine knows no name server") from None
    resolver.timeout = TRY
    resolver.use_edns(0, 0, DATAGRAM)
    return resolver
