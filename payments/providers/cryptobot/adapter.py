"""Crypto Pay, the payments of @CryptoBot: https://help.crypt.bot/crypto-pay-api. README.md lists its oddities."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, Self

import structlog

from integrations.callbacks import RawCallback
from integrations.errors import CallbackMalformed, CallbackRejected, ServiceUnreachable
from integrations.foreign import Unreadable, moment, read_object, texts
from payments.abilities import RefundRequest, RefundResult
from payments.errors import InvoiceRefused, Refusal
from payments.money import Money
from payments.provider import (
    EventKind,
    Invoice,
    InvoiceRequest,
    Method,
    PaymentProvider,
    ProviderEvent,
)
from payments.providers.cryptobot import invoices, refunds, signatures
from payments.providers.cryptobot.client import SERVICE, CryptoPayClient

log = structlog.get_logger(__name__)

ASSETS = "USDT,TON,BTC"  # a string by commas: an array is answered with APP_ERROR
LIFETIME = (
    3600  # seconds; without `expires_in` an invoice never lapses, and its price in coins moves
)
LONGEST_DESCRIPTION = 1024
TEST_NETWORK = "//testnet-pay."  # in the address of their API; coins there are worth nothing
PAGE = 300  # of their 1000 at most: an answer must stay well below what our client reads


class Provider(PaymentProvider):
    slug: ClassVar[str] = "cryptobot"
    label: ClassVar[str] = "CryptoBot"
    currencies: ClassVar[frozenset[str]] = frozenset({"RUB"})
    methods: ClassVar[tuple[Method, ...]] = (Method.CRYPTO,)
    required_env: ClassVar[tuple[str, ...]] = ("CRYPTOBOT_TOKEN",)
    optional_env: ClassVar[tuple[str, ...]] = ("CRYPTOBOT_API_URL",)
    status_meanings: ClassVar[Mapping[str, Mapping[str, str]]] = invoices.STATUS_MEANINGS

    test_statuses: ClassVar[Mapping[str, str]] = {
        status: invoices.STATUS_MEANINGS[status]["en"] for status in ("paid", "active", "expired")
    }
    test_signatures: ClassVar[tuple[str, ...]] = ("hmac", "bad")

    def __init__(self, *, token: str, api_url: str = "") -> None:
        self._token = token.strip()
        self._is_test = TEST_NETWORK in api_url
        self._client = CryptoPayClient(base_url=api_url.strip(), token=self._token)

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, str]) -> Self:
        return cls(
            token=credentials.get("CRYPTOBOT_TOKEN", ""),
            api_url=credentials.get("CRYPTOBOT_API_URL", ""),
        )

    def create_invoice(self, request: InvoiceRequest) -> Invoice:
        if request.money.currency not in self.currencies or request.method not in self.methods:
            raise InvoiceRefused(Refusal.OTHER, "Crypto Pay takes no such currency or method")
        fields = {
            "currency_type": "fiat",
            "fiat": request.money.currency,
            "accepted_assets": ASSETS,
            "amount": f"{request.money.amount:f}",
            "description": request.description[:LONGEST_DESCRIPTION],
            "payload": request.reference,
            "allow_comments": False,
            "expires_in": LIFETIME,
        }
        try:
            return invoices.opened(self._client.create_invoice(fields))
        except Unreadable as error:
            raise _undocumented(error) from None

    def verify(self, raw: RawCallback) -> None:
        if not signatures.is_genuine(raw, token=self._token):
            raise CallbackRejected("signature")
        if not raw.body:
            raise CallbackMalformed("empty")

    def parse(self, raw: RawCallback) -> list[ProviderEvent]:
        try:
            return [invoices.update_event(read_object(raw.body), digest=raw.digest)]
        except Unreadable as error:
            raise CallbackMalformed(f"unreadable field: {error}") from None

    def fetch(self, external_id: str) -> ProviderEvent:
        """The only way to learn that an invoice has expired: no update tells of it."""
        try:
            told = invoices.event(self._client.invoice(external_id))
        except Unreadable as error:
            raise _undocumented(error) from None
        if told.external_id != external_id:
            raise ServiceUnreachable("Crypto Pay answered about another invoice", service=SERVICE)
        if told.money is None:
            raise _undocumented(Unreadable("amount"))
        return told

    def list_payments(self, *, since: datetime) -> Iterator[ProviderEvent]:
        """Invoices paid since then.

        The order of their list is not documented. It is read to the end, unless a page that runs from newer to
        older invoices has none paid since then.
        """
        offset = 0
        while True:
            page = self._client.paid_invoices(offset=offset, count=PAGE)
            known = [row for row in map(_listed, page) if row is not None]
            recent = [told for told in known if _paid_since(told, since)]
            yield from recent
            if len(page) < PAGE or (known and not recent and _newest_first(known)):
                return
            offset += len(page)

    def refund(self, request: RefundRequest) -> RefundResult:
        try:
            return refunds.send(self._client, request)
        except Unreadable as error:
            raise _undocumented(error) from None

    def find_refund(self, request: RefundRequest) -> RefundResult | None:
        try:
            return refunds.find(self._client, request)
        except Unreadable as error:
            raise _undocumented(error) from None

    def whoami(self) -> str:
        said = texts(self._client.app())
        if not (said.get("name") or said.get("app_id")):
            raise _undocumented(Unreadable("name"))
        return said.get("name") or f"app {said['app_id']}"

    def test_mode(self, last_call: RawCallback | None) -> str:
        return "CRYPTOBOT_API_URL is the test network's" if self._is_test else ""

    def build_test_callback(
        self, *, reference: str, external_id: str, money: Money, status: str, signature: str
    ) -> RawCallback:
        invoice_id = int(external_id) if external_id.isdecimal() else int(reference[:12], 16)
        invoice: dict[str, Any] = {
            "invoice_id": invoice_id,
            "hash": "IVtest",
            "currency_type": "fiat",
            "fiat": money.currency,
            "amount": f"{money.amount:f}",
            "status": status,
            "created_at": "2030-01-01T00:00:00.000Z",
            "payload": reference,
        }
        update = {
            "update_id": 1,
            "update_type": invoices.INVOICE_PAID,
            "request_date": "2030-01-01T00:00:00.000Z",
            "payload": invoice,
        }
        body = json.dumps(update, ensure_ascii=False, separators=(",", ":")).encode()
        signed = signatures.sign(body, token=self._token) if signature == "hmac" else "0" * 64
        return RawCallback(
            body=body, headers={"content-type": "application/json", signatures.HEADER: signed}
        )


def _listed(row: Any) -> ProviderEvent | None:
    """A row of their list; one that cannot be read is told to the log and left out."""
    try:
        told = invoices.event(row if isinstance(row, dict) else {})
        return replace(told, paid_at=moment(told.raw.get("paid_at", "")))
    except Unreadable as error:
        log.warning("cryptobot.unreadable_row", field=str(error))
        return None


def _paid_since(told: ProviderEvent, since: datetime) -> bool:
    """A paid invoice without a readable date is better listed once too often than never."""
    return told.kind is EventKind.PAID and (told.paid_at is None or told.paid_at >= since)


def _newest_first(known: list[ProviderEvent]) -> bool:
    ids = [int(told.external_id) for told in known]
    return ids == sorted(ids, reverse=True)


def _undocumented(error: Unreadable) -> ServiceUnreachable:
    return ServiceUnreachable(f"Crypto Pay's answer has no readable {error}", service=SERVICE)
