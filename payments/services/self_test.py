"""A call to ourselves through the public address, signed like a genuine one: recognisable, and it moves nothing.

Its order number is none that `new_reference` can draw (the version nibble is wrong), so that the worker knows it from a
stranger's and nobody is bothered by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from ipaddress import ip_address
from uuid import uuid4

from django.conf import settings

from integrations.callbacks import RawCallback
from integrations.errors import CallbackMalformed
from integrations.knocking import Knock, knock
from integrations.models import InboundCallback
from payments.money import Money
from payments.provider import EventKind, PaymentProvider, SignsTestCallbacks, Trust

MARK = "5e1f7e57"
CASE = "self-test"  # of its stored call, so that nobody counts it among the provider's
VERSION_AT = 12  # of a UUID's hex; ours have a 4 there


def self_test_reference() -> str:
    drawn = uuid4().hex
    return f"{MARK}{drawn[8:VERSION_AT]}0{drawn[VERSION_AT + 1 :]}"


def is_self_test(reference: str) -> bool:
    return len(reference) == 32 and reference.startswith(MARK) and reference[VERSION_AT] == "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """`signed`: whether it bore a right signature, so that a 2xx was to be expected; else a refusal was.

    `address` is where our door says the call came from; empty where the call was not stored.
    """

    url: str
    signed: bool
    answer: Knock
    address: str = ""
    verdict: str = ""

    @property
    def passed(self) -> bool:
        if self.signed:
            return self.answer.accepted
        return self.answer.status in (400, 403)

    @property
    def address_is_outside(self) -> bool:
        return bool(self.address) and ip_address(self.address).is_global


def run_self_test(provider: PaymentProvider) -> SelfTest:
    """Send one call to PUBLIC_URL and say what came back, and what our door saw."""
    raw = _signed(provider)
    signed = raw is not None
    if raw is None:
        body = f'{{"self_test":"{self_test_reference()}"}}'.encode()
        raw = RawCallback(body=body, headers={"content-type": sorted(provider.content_types)[0]})
    path = f"/payments/callbacks/{provider.slug}/{raw.kind}".rstrip("/")
    url = f"{settings.PUBLIC_URL}{path}"
    answer = knock(url, body=raw.body, headers=raw.headers)
    stored = InboundCallback.objects.filter(source=provider.slug, digest=raw.digest).first()
    if stored is not None:
        InboundCallback.objects.filter(pk=stored.pk).update(case=CASE)
    return SelfTest(
        url=url,
        signed=signed,
        answer=answer,
        address=(stored.remote_addr or "") if stored else "",
        verdict=stored.verdict_reason if stored else "",
    )


def _signed(provider: PaymentProvider) -> RawCallback | None:
    """A call that is believed by its signature alone; None where the provider's cannot be made."""
    if not isinstance(provider, SignsTestCallbacks) or provider.missing(settings.CREDENTIALS):
        return None
    found: RawCallback | None = None
    for status in provider.test_statuses:
        raw = provider.build_test_callback(
            reference=self_test_reference(),
            external_id="",
            money=Money(Decimal(1), sorted(provider.currencies)[0]),
            status=status,
            signature=provider.test_signatures[0],
        )
        try:
            events = provider.parse(raw)
        except CallbackMalformed:
            continue
        is_news = all(
            event.trust is Trust.SIGNED
            and event.kind is not EventKind.CHECK
            and is_self_test(event.reference)
            for event in events
        )
        if is_news and (found is None or events[0].kind is EventKind.PENDING):
            found = raw
    return found
