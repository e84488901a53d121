"""Where the cabinet sends notifications, and in which form: `site/notifications/{Type}/get`."""

from __future__ import annotations

from typing import Any, ClassVar

from integrations.errors import ServiceUnreachable
from payments.abilities import EnteredAddress
from payments.providers.cloudpayments import operations
from payments.providers.cloudpayments.client import SERVICE, CloudPaymentsClient

LONGEST_ADDRESS = 300  # characters of theirs that are shown
# A field of theirs -> the only value of it that we read, and what any other one would mean.
READ: dict[str, tuple[str, str]] = {
    "HttpMethod": ("post", "sent by {}, not by POST"),
    "Encoding": ("utf8", "in {}, not in UTF-8"),
    "Format": ("cloudpayments", "in the format {}, not CloudPayments"),
}


class ShowingAddresses:
    """The part of the adapter that looks into the cabinet."""

    _client: CloudPaymentsClient

    needed_kinds: ClassVar[frozenset[str]] = frozenset({operations.CHECK, operations.PAY})

    def entered_address(self, kind: str) -> EnteredAddress:
        return read(self._client.notification(kind.capitalize()))


def read(model: dict[str, Any]) -> EnteredAddress:
    """Raises ServiceUnreachable where it is not to be understood. What is not said is not judged."""
    is_on, address = model.get("IsEnabled"), model.get("Address")
    if not isinstance(is_on, bool) or not isinstance(address, str | None):
        raise ServiceUnreachable(f"{SERVICE} answered with something undocumented", service=SERVICE)
    shown = " ".join((address or "").split())[:LONGEST_ADDRESS]
    unread = (_unread(name, str(model.get(name) or "")) for name in READ)
    return EnteredAddress(is_on=is_on, address=shown, unread=", ".join(filter(None, unread)))


def _unread(name: str, said: str) -> str:
    read_by_us, meaning = READ[name]
    if not said or said.replace("-", "").lower() == read_by_us:
        return ""
    return meaning.format(" ".join(said.split())[:20])
