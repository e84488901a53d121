"""Telegram Stars: https://core.telegram.org/bots/payments-stars. README.md lists its oddities."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar, Self

import structlog

from integrations.callbacks import RawCallback
from integrations.errors import CallbackMalformed, CallbackRejected, ServiceRefused
from integrations.foreign import Unreadable, read_object, web_address
from payments.abilities import RefundRequest, RefundResult, RefundState
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
from payments.providers.tgstars import signatures, updates
from payments.providers.tgstars.client import StarsClient, is_already_refunded, undocumented

log = structlog.get_logger(__name__)

MOST_STARS = 25_000
MOST_STARS_A_MONTH = 10_000
PERIOD_DAYS = 30
MONTH = PERIOD_DAYS * 86400  # seconds: the only subscription period there is
LONGEST_TITLE, LONGEST_DESCRIPTION = 32, 255
MAX_BRACKETS = 512  # an update holds a whole message with its keyboard


class Provider(PaymentProvider):
    slug: ClassVar[str] = "tgstars"
    label: ClassVar[str] = "Telegram Stars"
    currencies: ClassVar[frozenset[str]] = frozenset({updates.CURRENCY})
    methods: ClassVar[tuple[Method, ...]] = (Method.ANY,)
    required_env: ClassVar[tuple[str, ...]] = ("BOT_TOKEN",)
    optional_env: ClassVar[tuple[str, ...]] = ("TELEGRAM_API_URL",)
    status_meanings: ClassVar[Mapping[str, Mapping[str, str]]] = updates.STATUS_MEANINGS

    test_statuses: ClassVar[Mapping[str, str]] = {
        word: updates.STATUS_MEANINGS[word]["en"] for word in (updates.PAID, updates.REFUNDED)
    }
    test_signatures: ClassVar[tuple[str, ...]] = ("seal", "bad")

    def __init__(self, *, token: str, api_url: str = "") -> None:
        self._token = token.strip()
        self._client = StarsClient(base_url=api_url.strip().rstrip("/"), token=self._token)

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, str]) -> Self:
        return cls(
            token=credentials.get("BOT_TOKEN", ""),
            api_url=credentials.get("TELEGRAM_API_URL", ""),
        )

    def create_invoice(self, request: InvoiceRequest) -> Invoice:
        """A link that Telegram itself opens. It has no id until it is paid, so our reference stands for it."""
        amount = request.money.amount
        if request.money.currency not in self.currencies or request.method not in self.methods:
            raise InvoiceRefused(Refusal.OTHER, "only stars are taken")
        most = MOST_STARS_A_MONTH if request.save_method else MOST_STARS
        if amount != int(amount) or not 1 <= amount <= most:
            raise InvoiceRefused(Refusal.AMOUNT_OUT_OF_RANGE, f"1 to {most} whole stars")
        fields: dict[str, Any] = {
            "title": request.description[:LONGEST_TITLE],
            "description": request.description[:LONGEST_DESCRIPTION],
            "payload": request.reference,
            "provider_token": "",
            "currency": updates.CURRENCY,
            "prices": [{"label": request.description[:LONGEST_TITLE], "amount": int(amount)}],
        }
        if request.save_method:
            fields["subscription_period"] = MONTH
        link = web_address(self._client.invoice_link(fields))
        if not link:
            raise undocumented("the link")
        return Invoice(external_id=request.reference, pay_url=link)

    def callback_from(self, update: Mapping[str, Any]) -> RawCallback | None:
        """The call inside an update that the bot took from Telegram, sealed; None for any other update."""
        if not self._token or not updates.is_about_money(update):
            return None
        body = json.dumps(update, ensure_ascii=False, separators=(",", ":")).encode()
        return self._sealed(body)

    def verify(self, raw: RawCallback) -> None:
        given = raw.headers.get(signatures.HEADER, "")
        if not signatures.is_genuine(raw.body, given, token=self._token):
            raise CallbackRejected("seal")
        self.parse(raw)

    def parse(self, raw: RawCallback) -> list[ProviderEvent]:
        try:
            update = read_object(raw.body, max_brackets=MAX_BRACKETS)
            return [updates.event(update, digest=raw.digest)]
        except Unreadable as error:
            raise CallbackMalformed(f"unreadable field: {error}") from None

    def fetch(self, external_id: str) -> ProviderEvent:
        """The newest thing that happened to an order. Stars that went back are told as a refund."""
        for told in self._transactions():
            if told.external_id == external_id:
                return told
        return updates.untouched(external_id)

    def list_payments(self, *, since: datetime) -> Iterator[ProviderEvent]:
        return self._transactions(since=since)

    def whoami(self) -> str:
        return self._client.whoami()

    def refund(self, request: RefundRequest) -> RefundResult:
        """All stars of a charge or none: there are no partial refunds."""
        charged = self._charge(request)
        if charged is None:
            raise ServiceRefused("no such charge of stars", service=self.label)
        if charged.money != request.money:
            raise ServiceRefused("stars go back as a whole only", service=self.label)
        try:
            self._client.refund(payer_id=request.payer_id, charge_id=charged.operation)
        except ServiceRefused as error:
            if not is_already_refunded(error):
                raise
        return _refunded(charged)

    def find_refund(self, request: RefundRequest) -> RefundResult | None:
        for told in self._transactions():
            is_it = told.external_id == request.external_id
            if is_it and told.kind is EventKind.REFUNDED:
                return RefundResult(
                    state=RefundState.SUCCEEDED, external_id=told.operation, event=told
                )
            if is_it:
                return None
        return None

    def renews(self, *, length: int, unit: str) -> bool:
        """Thirty days are the only period there is."""
        return (length, unit) == (PERIOD_DAYS, "day")

    def cancel_subscription(self, external_id: str) -> None:
        """Have no further month charged; the present one stays. `external_id` is the first invoice's reference."""
        for row in self._client.newest_first():
            told = _read(row)
            partner = row.get("source")
            if told is None or told.subscription != external_id or not isinstance(partner, dict):
                continue
            payer = partner.get("user")
            payer_id = payer.get("id") if isinstance(payer, dict) else None
            if isinstance(payer_id, int):
                self._client.edit_subscription(
                    payer_id=payer_id, charge_id=told.operation, is_canceled=True
                )
                return
        raise ServiceRefused("no such subscription in stars", service=self.label)

    def build_test_callback(
        self, *, reference: str, external_id: str, money: Money, status: str, signature: str
    ) -> RawCallback:
        part = {updates.PAID: "successful_payment", updates.REFUNDED: "refunded_payment"}[status]
        said = {
            "currency": money.currency,
            "total_amount": int(money.amount),
            "invoice_payload": reference,
            "telegram_payment_charge_id": f"test_{reference}",
            "provider_payment_charge_id": "",
        }
        body = json.dumps({"update_id": 1, "message": {part: said}}, separators=(",", ":")).encode()
        return self._sealed(body) if signature == "seal" else _with_seal(body, "0" * 64)

    def _sealed(self, body: bytes) -> RawCallback:
        return _with_seal(body, signatures.seal(body, token=self._token) if self._token else "")

    def _transactions(self, since: datetime | None = None) -> Iterator[ProviderEvent]:
        """What their list says of sales, newest first; a row that cannot be read is told to the log.

        Charges of a subscription look alike: which of them was the first is known at the list's beginning only.
        """
        firsts: dict[str, str] | None = None
        for row in self._client.newest_first():
            moment = updates.when(row)
            if since is not None and moment is not None and moment < since:
                return
            told = _read(row)
            if told is None:
                continue
            if told.subscription:
                firsts = firsts or self._first_charges()
                is_first = firsts.get(told.subscription, told.operation) == told.operation
                told = told if is_first else updates.renewal(told)
            yield told

    def _first_charges(self) -> dict[str, str]:
        """The charge each subscription began with."""
        rows = (_read(row) for row in self._client.newest_first())
        return {told.subscription: told.operation for told in rows if told and told.subscription}

    def _charge(self, request: RefundRequest) -> ProviderEvent | None:
        """The charge to give back: the named one, or the only one of the order."""
        for told in self._transactions():
            if told.kind is not EventKind.PAID or told.external_id != request.external_id:
                continue
            if request.operation in ("", told.operation):
                return told
        return None


def _read(row: Mapping[str, Any]) -> ProviderEvent | None:
    try:
        return updates.transaction(row)
    except Unreadable as error:
        log.warning("tgstars.unreadable_row", field=str(error))
        return None


def _refunded(charged: ProviderEvent) -> RefundResult:
    """The event of a refund just made, with the id that the bot's own update about it will have."""
    event = ProviderEvent(
        kind=EventKind.REFUNDED,
        trust=charged.trust,
        event_id=f"{charged.operation}:{updates.REFUNDED}",
        reference=charged.reference,
        external_id=charged.external_id,
        money=charged.money,
        operation=charged.operation,
        charge=charged.operation,
        raw=dict(charged.raw) | {"status": updates.REFUNDED},
    )
    return RefundResult(state=RefundState.SUCCEEDED, external_id=charged.operation, event=event)


def _with_seal(body: bytes, given: str) -> RawCallback:
    return RawCallback(
        body=body, headers={"content-type": "application/json", signatures.HEADER: given}
    )
