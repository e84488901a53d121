"""1Plat: https://1plat.cash/doc/api. README.md lists its oddities and what is unverified."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar, Self

import structlog

from integrations.callbacks import RawCallback
from integrations.errors import (
    CallbackMalformed,
    CallbackRejected,
    IntegrationError,
    ServiceUnreachable,
)
from integrations.foreign import Unreadable, texts
from payments.errors import InvoiceRefused, Refusal
from payments.money import Money
from payments.provider import (
    EventKind,
    Invoice,
    InvoiceRequest,
    Limits,
    Method,
    PaymentProvider,
    ProviderEvent,
    Trust,
)
from payments.providers.oneplat import orders, signatures
from payments.providers.oneplat.client import SERVICE, OneplatClient

log = structlog.get_logger(__name__)

PAID_STATUSES = (1, 2)
EMAIL_STUB = "{payer_id}@customer.invalid"  # an address is expected; this one reaches nobody


class Provider(PaymentProvider):
    slug: ClassVar[str] = "oneplat"
    label: ClassVar[str] = "1Plat"
    currencies: ClassVar[frozenset[str]] = frozenset({orders.CURRENCY})
    methods: ClassVar[tuple[Method, ...]] = (Method.CARD, Method.SBP, Method.QR, Method.ANY)
    required_env: ClassVar[tuple[str, ...]] = ("ONEPLAT_SHOP_ID", "ONEPLAT_SHOP_SECRET")
    optional_env: ClassVar[tuple[str, ...]] = ("ONEPLAT_BASE_URL", "ONEPLAT_CALLBACK_URL")
    callback_aliases: ClassVar[tuple[str, ...]] = ("1plat-webhook",)
    status_meanings: ClassVar[Mapping[str, Mapping[str, str]]] = orders.STATUS_MEANINGS

    test_statuses: ClassVar[Mapping[str, str]] = {
        status: meaning["en"] for status, meaning in orders.STATUS_MEANINGS.items()
    }
    test_signatures: ClassVar[tuple[str, ...]] = ("both", "hmac", "md5", "bad")

    def __init__(self, *, shop_id: str, secret: str, base_url: str = "") -> None:
        # White space around a pasted secret is answered with "merchant secret is wrong".
        self._shop_id = shop_id.strip()
        self._secret = secret.strip()
        self._client = OneplatClient(
            base_url=base_url.strip(), shop_id=self._shop_id, secret=self._secret
        )
        self._last: tuple[RawCallback, signatures.Object, signatures.Checked | None] | None = None

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, str]) -> Self:
        return cls(
            shop_id=credentials.get("ONEPLAT_SHOP_ID", ""),
            secret=credentials.get("ONEPLAT_SHOP_SECRET", ""),
            base_url=credentials.get("ONEPLAT_BASE_URL", ""),
        )

    @classmethod
    def public_files(cls, credentials: Mapping[str, str]) -> Mapping[str, str]:
        """Their check of the domain: /1plat.txt holds the shop id and nothing else."""
        shop_id = credentials.get("ONEPLAT_SHOP_ID", "").strip()
        return {"1plat.txt": shop_id} if shop_id else {}

    def create_invoice(self, request: InvoiceRequest) -> Invoice:
        answer = self._open(request)
        try:
            invoice = orders.invoice(answer, asked=request.method)
        except Unreadable as error:
            raise _undocumented(error) from None
        if orders.failed(answer):
            raise InvoiceRefused(Refusal.NO_REQUISITES)
        return invoice

    def verify(self, raw: RawCallback) -> None:
        _data, checked = self._read(raw)
        if checked is None:
            raise CallbackRejected("signature")

    def signed_by(self, raw: RawCallback) -> str:
        _data, checked = self._read(raw)
        return checked.by if checked is not None else ""

    def parse(self, raw: RawCallback) -> list[ProviderEvent]:
        data, checked = self._read(raw)
        # None: the secret has been changed since the call was accepted. Then the API has the word.
        if checked is None:
            checked = signatures.Checked(complete=False, fields=signatures.order_fields(data))
        trust = Trust.SIGNED if checked.complete else Trust.HINT
        try:
            return [orders.event(checked.fields, trust=trust, shop_id=self._shop_id)]
        except Unreadable as error:
            raise CallbackMalformed(f"unreadable field: {error}") from None

    def fetch(self, external_id: str) -> ProviderEvent:
        payment = self._client.order_info(external_id)
        try:
            told = orders.event(
                {"guid": external_id} | payment, trust=Trust.SIGNED, shop_id=self._shop_id
            )
        except Unreadable as error:
            raise _undocumented(error) from None
        if told.external_id != external_id:
            raise ServiceUnreachable("1Plat answered about another order", service=SERVICE)
        return told

    def confirm(self, event: ProviderEvent, *, stored_id: str) -> ProviderEvent:
        """What the API says about the order whose guid we wrote down when we opened it.

        Without such a guid the callback's own is asked about. The MD5 does not cover it, so the
        answer must name the order the callback names; otherwise it says nothing about that order.
        """
        told = self.fetch(stored_id or event.external_id)
        if stored_id or told.reference == event.reference:
            return told
        return replace(
            told,
            kind=EventKind.UNKNOWN,
            event_id=f"{event.event_id}:unconfirmed",
            reason="the callback's guid belongs to another order",
        )

    def limits(self) -> Mapping[Method, Limits]:
        try:
            return orders.limits(self._client.methods())
        except Unreadable as error:
            raise _undocumented(error) from None

    def list_payments(self, *, since: datetime) -> Iterator[ProviderEvent]:
        """Orders paid since then.

        The zone of `date_start` is unknown. A moment in UTC starts too early if they read it as
        Moscow time, and never too late.
        """
        date_start = since.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        for status in PAID_STATUSES:
            for row in self._client.orders(date_start=date_start, status=status):
                try:
                    yield orders.listed(row, status=status, shop_id=self._shop_id)
                except Unreadable as error:
                    log.warning("oneplat.unreadable_row", status=status, field=str(error))

    def whoami(self) -> str:
        answer = self._client.shop()
        shop = answer.get("shop")
        said = texts(shop if isinstance(shop, dict) else answer)
        return said.get("name") or f"shop {self._shop_id}"

    def build_test_callback(
        self, *, reference: str, external_id: str, money: Money, status: str, signature: str
    ) -> RawCallback:
        amount = signatures.Number(signatures.js_number(f"{money.amount:f}"))
        fields: signatures.Object = {
            "payment_id": "1",
            "guid": external_id or str(uuid.uuid5(uuid.NAMESPACE_URL, reference)),
            "merchant_id": reference,
            "user_id": "1",
            "status": signatures.Number(status),
            "amount": amount,
            "amount_to_pay": amount,
            "amount_to_shop": amount,
            "expired": "2030-01-01T00:00:00.000Z",
        }
        body: signatures.Object = {"signature": "0" * 64, "signature_v2": "0" * 32, **fields}
        if signature in ("hmac", "both"):
            body["signature"] = signatures.sign_hmac(fields, secret=self._secret)
        if signature in ("md5", "both"):
            body["signature_v2"] = signatures.sign_md5(
                merchant_id=reference, amount=amount, shop_id=self._shop_id, secret=self._secret
            )
        return RawCallback(
            body=signatures.js_bytes(body), headers={"content-type": "application/json"}
        )

    def _read(self, raw: RawCallback) -> tuple[signatures.Object, signatures.Checked | None]:
        """A body and what its signature vouches for. What was verified is parsed next: it is read once."""
        last = self._last
        if last is None or last[0] is not raw:
            data = signatures.read(raw.body)
            last = self._last = (raw, data, self._check(data))
        return last[1], last[2]

    def _check(self, data: signatures.Object) -> signatures.Checked | None:
        return signatures.check(data, shop_id=self._shop_id, secret=self._secret)

    def _order(self, request: InvoiceRequest) -> dict[str, Any]:
        amount = request.money.amount
        if request.money.currency not in self.currencies or request.method not in self.methods:
            raise InvoiceRefused(Refusal.OTHER, "1Plat takes no such currency or method")
        if amount != amount.to_integral_value():
            raise InvoiceRefused(Refusal.AMOUNT_OUT_OF_RANGE, "1Plat takes whole roubles only")
        order: dict[str, Any] = {
            "merchant_order_id": request.reference,
            "user_id": request.payer_id,
            "amount": int(amount),
            "email": request.email or EMAIL_STUB.format(payer_id=request.payer_id),
        }
        # Without a method the order is a draft, and the payer picks one on their page.
        return order if request.method is Method.ANY else order | {"method": request.method.value}

    def _open(self, request: InvoiceRequest) -> dict[str, Any]:
        order = self._order(request)
        try:
            return self._client.create_order(order)
        except InvoiceRefused as error:
            if error.reason is not Refusal.AMOUNT_OUT_OF_RANGE or error.minimum:
                raise
            refusal = InvoiceRefused(error.reason, str(error), minimum=self._minimum(request))
        raise refusal

    def _minimum(self, request: InvoiceRequest) -> Money | None:
        """The minimum the sum is below, where their list of methods names one."""
        try:
            limits = self.limits().get(request.method)
        except IntegrationError:
            return None  # the refusal stands without it
        if limits is None or request.money.amount >= limits.minimum.amount:
            return None
        return limits.minimum


def _undocumented(error: Unreadable) -> ServiceUnreachable:
    return ServiceUnreachable(f"1Plat's answer has no readable {error}", service=SERVICE)
