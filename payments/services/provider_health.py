"""How a provider has been doing, from what is stored: calls, refusals, silence, the poller. Asks nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from django.db.models import Count, Q, QuerySet

from integrations.clock import now, wall_clock
from integrations.errors import CallbackMalformed
from integrations.models import InboundCallback
from payments.abilities import (
    ChargesSavedMethods,
    HoldsMoney,
    RefundsMoney,
    RunsSubscriptions,
    ShowsAddresses,
)
from payments.models import Payment, ProviderState
from payments.provider import (
    ChecksCredentials,
    ListsPayments,
    NamesLimits,
    PaymentProvider,
    SignsTestCallbacks,
    Trust,
)
from payments.services.polling import POLLED
from payments.services.self_test import CASE as SELF_TEST

Verdict = InboundCallback.Verdict

WINDOW = timedelta(hours=24)
LEARNED_FROM = timedelta(days=14)
MOST_CALLS = 2000  # of these days; more would say the same
FEWEST_CALLS = 20  # fewer say nothing about what is usual
SHORTEST = timedelta(minutes=15)
RARE = 0.99  # all but one pause in a hundred are shorter
MARGIN = 2  # and this much longer is no chance any more

ABILITIES: dict[str, type] = {
    "lists": ListsPayments,
    "refunds": RefundsMoney,
    "saved_methods": ChargesSavedMethods,
    "holds": HoldsMoney,
    "subscriptions": RunsSubscriptions,
    "limits": NamesLimits,
    "whoami": ChecksCredentials,
    "addresses": ShowsAddresses,
    "test_calls": SignsTestCallbacks,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """`quiet_for` since the last genuine call; `usual` is empty where too few calls have taught nothing."""

    quiet_for: timedelta | None
    usual: timedelta | None

    @property
    def is_long(self) -> bool:
        return self.quiet_for is not None and self.usual is not None and self.quiet_for > self.usual


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    accepted: InboundCallback | None
    refused: InboundCallback | None
    is_signed: bool | None  # whether the last accepted call was believed by its signature
    refusals: list[tuple[str, int]]  # reason, how often in 24 hours
    silence: Silence
    abilities: list[str]  # keys of ABILITIES
    state: ProviderState
    due: int  # payments the poller would ask about now


def health_of(provider: PaymentProvider) -> Health:
    accepted = _last(provider.slug, accepted=True)
    due = Payment.objects.filter(provider=provider.slug, status__in=POLLED, poll_at__lte=now())
    return Health(
        accepted=accepted,
        refused=_last(provider.slug, accepted=False),
        is_signed=_is_signed(provider, accepted),
        refusals=refusals_of(provider.slug),
        silence=silence_of(provider.slug),
        abilities=[name for name, kind in ABILITIES.items() if isinstance(provider, kind)],
        state=ProviderState.objects.filter(slug=provider.slug).first()
        or ProviderState(slug=provider.slug),
        due=due.count(),
    )


def refusals_of(slug: str) -> list[tuple[str, int]]:
    """Why calls stayed outside in the last 24 hours, the commonest reason first."""
    rows = (
        _calls(slug)
        .filter(
            verdict__in=[Verdict.REJECTED, Verdict.MALFORMED],
            received_at__gte=wall_clock() - WINDOW,
        )
        .order_by()
        .values_list("verdict_reason")
        .annotate(count=Count("pk"))
    )
    return sorted(rows, key=lambda row: -row[1])


def silence_of(slug: str) -> Silence:
    """Learned from the pauses between genuine calls of the last 14 days."""
    moments = list(
        _calls(slug)
        .filter(
            verdict=Verdict.ACCEPTED,
            received_at__gte=wall_clock() - LEARNED_FROM,
        )
        .order_by("-received_at")
        .values_list("received_at", flat=True)[:MOST_CALLS]
    )
    quiet_for = wall_clock() - moments[0] if moments else None
    if len(moments) < FEWEST_CALLS:
        return Silence(quiet_for=quiet_for, usual=None)
    pauses = sorted(later - earlier for later, earlier in pairwise(moments))
    rare = pauses[min(int(len(pauses) * RARE), len(pauses) - 1)]
    return Silence(quiet_for=quiet_for, usual=max(rare * MARGIN, SHORTEST))


def _calls(slug: str) -> QuerySet[InboundCallback]:
    """What the provider, or somebody in its name, sent; our own test calls are not among it."""
    return InboundCallback.objects.filter(source=slug).exclude(case=SELF_TEST)


def _last(slug: str, *, accepted: bool) -> InboundCallback | None:
    verdict = Q(verdict=Verdict.ACCEPTED)
    calls = _calls(slug).filter(verdict if accepted else ~verdict)
    return calls.defer("body", "headers").order_by("-received_at").first()


def _is_signed(provider: PaymentProvider, call: InboundCallback | None) -> bool | None:
    if call is None:
        return None
    try:
        call.refresh_from_db(fields=["body", "headers"])  # left out where it is only named
        events = provider.parse(call.as_raw())
    except CallbackMalformed:
        return None
    return bool(events) and all(event.trust is Trust.SIGNED for event in events)
