"""What a stored call is worth with the keys of today: those it was refused with may have been another shop's."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.errors import CallbackMalformed, CallbackRejected
from integrations.models import InboundCallback
from integrations.services import inbox
from payments.abilities import NamesSignatures
from payments.provider import Trust
from payments.registry import get_provider

Verdict = InboundCallback.Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """`reason` where it is not accepted; `trust` is empty where its events cannot be read; `by` names the signature."""

    verdict: InboundCallback.Verdict
    reason: str = ""
    trust: str = ""
    by: str = ""


def judge(row: InboundCallback) -> Judgement:
    """Verify a stored call of a payment system again; changes nothing. Raises UnknownProvider."""
    provider = get_provider(row.source)
    raw = row.as_raw()
    try:
        provider.verify(raw)
        events = provider.parse(raw)
        by = provider.signed_by(raw) if isinstance(provider, NamesSignatures) else ""
    except CallbackRejected as error:
        return Judgement(verdict=Verdict.REJECTED, reason=str(error))
    except CallbackMalformed as error:
        return Judgement(verdict=Verdict.MALFORMED, reason=str(error))
    is_hint = any(event.trust is Trust.HINT for event in events)
    trust = Trust.HINT if is_hint else Trust.SIGNED
    return Judgement(verdict=Verdict.ACCEPTED, trust=trust.value, by=by)


def admit(row: InboundCallback) -> int | None:
    """The accepted call with the same bytes as one that was refused; None where today's keys refuse it as well.

    What the provider's own redelivery would have made: a row of its own, once, however often this is asked.
    """
    if judge(row).verdict != Verdict.ACCEPTED:
        return None
    raw, accepted = row.as_raw(), Verdict.ACCEPTED
    same = InboundCallback.objects.filter(
        source=row.source, kind=row.kind, digest=row.digest, verdict=accepted
    ).first()
    if same is not None:
        return int(same.pk)
    return inbox.store_callback(source=row.source, raw=raw, request_id=row.request_id)
