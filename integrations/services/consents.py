"""Who agreed to be written to: given in words that are kept, withdrawn by anything that says no."""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from integrations.clock import wall_clock
from integrations.mail.addresses import travelling
from integrations.models import Consent

log = structlog.get_logger(__name__)

Channel = Consent.Channel
Source = Consent.Source
Withdrawal = Consent.Withdrawal


def give(
    *,
    channel: Consent.Channel,
    address: str,
    source: Consent.Source,
    wording: str,
    remote_addr: str | None = None,
) -> bool:
    """Write an agreement down with the words agreed to; False where one stands already, which stays as it is.

    Raises NotAnAddress.
    """
    if has_consent(channel, address):
        return False
    agreement = Consent(
        channel=channel,
        address=kept(channel, address),
        source=source,
        wording=wording,
        remote_addr=remote_addr,
    )
    Consent.objects.bulk_create([agreement], ignore_conflicts=True)  # two presses at once are one
    return True


def withdraw(*, channel: Consent.Channel, address: str, by: Consent.Withdrawal) -> bool:
    """End the agreement; False where none stood."""
    ended = Consent.objects.filter(
        channel=channel, address=kept(channel, address), withdrawn_at=None
    ).update(withdrawn_at=wall_clock(), withdrawn_by=by)
    if ended:
        log.info("consent.withdrawn", channel=channel, by=by)
    return bool(ended)


def has_consent(channel: Consent.Channel, address: str) -> bool:
    return bool(standing(channel, [address]))


def standing(channel: Consent.Channel, addresses: Iterable[str]) -> set[str]:
    """Those of the addresses, as they are kept, that may be written to."""
    asked = {kept(channel, address) for address in addresses}
    found = Consent.objects.filter(channel=channel, address__in=asked, withdrawn_at=None)
    return set(found.values_list("address", flat=True))


def kept(channel: Consent.Channel, address: str) -> str:
    """The address as it stands in a consent: an e-mail as it travels, in small letters; a chat's number as digits."""
    if channel == Channel.TELEGRAM:
        return str(int(address))
    return travelling(address).lower()
