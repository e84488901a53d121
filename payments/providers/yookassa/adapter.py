"""YooKassa: https://yookassa.ru/developers/api. README.md lists its oddities and what is unverified."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Self

import structlog

from integrations.callbacks import RawCallback
from integrations.errors import CallbackMalformed, CallbackRejected, ServiceRefused
from integrations.foreign import Unreadable, moment, read_object, web_address
from payments.abilities import RefundRequest, RefundResult
from payments.errors import InvoiceRefused, Refusal
from payments.provider import (
    EventKind,
    Invoice,
    InvoiceRequest,
    Method,
    PaymentProvider,
    ProviderEvent,
    Trust,
)
from payments.providers.yookassa import objects, refunds
from payments.providers.yookassa.addresses import is_theirs
from payments.providers.yookassa.answers import payment_told
from payments.providers.yookassa.charges import Charging
from payments.providers.yookassa.client import FORBIDDEN, NOT_FOUND, YookassaClient, undocumented
from payments.providers.yookassa.holds import Holding
from payments.providers.yookassa.receipt import ReceiptSettings

log = structlog.get_logger(__name__)

TEST_KEY = "test_"  # how keys of a test shop begin
MAX_BRACKETS = 256  # a payment holds about ten objects, and its description may hold brackets
OFF = frozenset({"0", "false", "no", "off"})
KOPECK = Decimal("0.01")
TIME_TO_PAY = timedelta(hours=1)  # for cards and SBP alike; then `expired_on_confirmation`


class Provider(Charging, Holding, PaymentProvider):
    slug: ClassVar[str] = "yookassa"
    label: ClassVar[str] = "ЮKassa"
    currencies: ClassVar[frozenset[str]] = frozenset({objects.CURRENCY})
    methods: ClassVar[tuple[Method, ...]] = tuple(objects.METHODS)
    required_env: ClassVar[tuple[str, ...]] = ("YUKASSA_SHOP_ID", "YUKASSA_SECRET_KEY")
    optional_env: ClassVar[tuple[str, ...]] = (
        "YUKASSA_BASE_URL",
        "YUKASSA_CHECK_ADDRESS",
        "YUKASSA_RECEIPT_EMAIL",
        "YUKASSA_RECEIPT_VAT_CODE",
        "YUKASSA_RECEIPT_TAX_SYSTEM_CODE",
    )
    status_meanings: ClassVar[Mapping[str, Mapping[str, str]]] = objects.STATUS_MEANINGS

    def __init__(
        self,
        *,
        shop_id: str,
        secret: str,
        base_url: str = "",
        check_address: bool = True,
        receipts: ReceiptSettings | None = None,
    ) -> None:
        self._is_test = secret.strip().startswith(TEST_KEY)
        self._configured = bool(shop_id.strip() and secret.strip())
        self._check_address = check_address
        self._receipts = receipts or ReceiptSettings()
        self._client = YookassaClient(
            base_url=base_url.strip(), shop_id=shop_id.strip(), secret=secret.strip()
        )

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, str]) -> Self:
        return cls(
            shop_id=credentials.get("YUKASSA_SHOP_ID", ""),
            secret=credentials.get("YUKASSA_SECRET_KEY", ""),
            base_url=credentials.get("YUKASSA_BASE_URL", ""),
            # Anything but a clear "off" leaves the check on.
            check_address=credentials.get("YUKASSA_CHECK_ADDRESS", "").strip().lower() not in OFF,
            receipts=ReceiptSettings(
                email=credentials.get("YUKASSA_RECEIPT_EMAIL", "").strip(),
                vat_code=credentials.get("YUKASSA_RECEIPT_VAT_CODE", "").strip(),
                tax_system_code=credentials.get("YUKASSA_RECEIPT_TAX_SYSTEM_CODE", "").strip(),
            ),
        )

    def create_invoice(self, request: InvoiceRequest) -> Invoice:
        opened = self._open(request)
        told = payment_told(opened)
        if told.reference != request.reference:
            raise undocumented("metadata.order_id")
        if told.kind in (EventKind.FAILED, EventKind.CANCELED):
            raise InvoiceRefused(Refusal.OTHER, told.reason)
        pay_url = web_address(objects.inner(opened, "confirmation").get("confirmation_url"))
        if not pay_url:
            raise undocumented("confirmation_url")
        created = moment(opened.get("created_at"))
        return Invoice(
            external_id=told.external_id,
            pay_url=pay_url,
            expires_at=created + TIME_TO_PAY if created else None,
        )

    def _open(self, request: InvoiceRequest) -> dict[str, Any]:
        """A payment; one that saves nothing where they forbid this shop to save ways of paying."""
        try:
            return self._client.create_payment(self._order(request), key=request.reference)
        except ServiceRefused as error:
            if not request.save_method or error.status != FORBIDDEN:
                raise
            log.warning("yookassa.saving_forbidden", reference=request.reference)
        plain = replace(request, save_method=False)
        return self._client.create_payment(self._order(plain), key=f"{request.reference}.unsaved")

    def verify(self, raw: RawCallback) -> None:
        """Nothing is signed: the caller's address is all there is, and `confirm` decides."""
        if not self._configured:
            raise CallbackRejected("no credentials")
        if self._check_address and not is_theirs(raw.remote_addr):
            raise CallbackRejected("address")
        self.parse(raw)

    def parse(self, raw: RawCallback) -> list[ProviderEvent]:
        try:
            return [objects.notified_event(read_object(raw.body, max_brackets=MAX_BRACKETS))]
        except Unreadable as error:
            raise CallbackMalformed(f"unreadable field: {error}") from None

    def fetch(self, external_id: str) -> ProviderEvent:
        payment = self._client.payment(external_id)
        told = payment_told(payment)
        if told.external_id != external_id:
            raise undocumented("id: it speaks of another payment")
        if not told.reference:
            return _idle(told, "it was not opened by this shop's bot")
        if told.kind is EventKind.PAID and objects.refunded_in_full(payment):
            # A late check must not give access for money that has gone back meanwhile.
            return replace(
                told, kind=EventKind.REFUNDED, money=None, event_id=f"{told.event_id}:refunded"
            )
        return told

    def confirm(self, event: ProviderEvent, *, stored_id: str) -> ProviderEvent:
        """What the API says about the payment whose id we wrote down, or about the refund named.

        A payment or refund that this shop does not have is final: 404 is no reason to ask again.
        """
        try:
            if event.kind is EventKind.REFUNDED:
                return self._confirm_refund(event)
            return self.fetch(stored_id or event.external_id)
        except ServiceRefused as error:
            if error.status != NOT_FOUND:
                raise
            log.warning("yookassa.not_ours", external_id=event.external_id)
            return _idle(event, "this shop has no such payment", suffix=":unconfirmed")

    def list_payments(self, *, since: datetime) -> Iterator[ProviderEvent]:
        """Payments that succeeded, of those created since then; also those of others in the shop."""
        start = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        for row in self._client.payments({"created_at.gte": start, "status": "succeeded"}):
            try:
                yield objects.listed(row)
            except Unreadable as error:
                log.warning("yookassa.unreadable_row", field=str(error))

    def refund(self, request: RefundRequest) -> RefundResult:
        made = self._client.create_refund(
            refunds.body(request, self._receipts), key=request.reference
        )
        return refunds.told(made, request)

    def find_refund(self, request: RefundRequest) -> RefundResult | None:
        return refunds.find(self._client, request)

    def refunds_of(self, external_id: str, *, since: datetime) -> list[ProviderEvent]:
        return refunds.of_payment(self._client, external_id)

    def whoami(self) -> str:
        me = self._client.me()
        try:
            name = f"shop {objects.identifier(me, 'account_id')}"
        except Unreadable as error:
            raise undocumented(str(error)) from None
        return f"{name}, test mode" if me.get("test") is True else name

    def test_mode(self, last_call: RawCallback | None) -> str:
        return f"YUKASSA_SECRET_KEY begins with {TEST_KEY}" if self._is_test else ""

    def _confirm_refund(self, hint: ProviderEvent) -> ProviderEvent:
        """The refund by its own id, and its payment for the order it belongs to."""
        refund_id = hint.event_id.removeprefix(objects.REFUND_PREFIX)
        try:
            refund = objects.refund_event(self._client.refund(refund_id), trust=Trust.SIGNED)
        except Unreadable as error:
            raise undocumented(str(error)) from None
        if refund.event_id != hint.event_id:
            raise undocumented("id: it speaks of another refund")
        if refund.external_id != hint.external_id:
            return _idle(refund, "the refund belongs to another payment", suffix=":unconfirmed")
        payment = payment_told(self._client.payment(refund.external_id))
        if payment.external_id != refund.external_id:
            raise undocumented("id: it speaks of another payment")
        if not payment.reference:
            return _idle(refund, "it was not opened by this shop's bot")
        return replace(refund, reference=payment.reference)

    def _order(self, request: InvoiceRequest) -> dict[str, Any]:
        amount = request.money.amount
        method = objects.METHODS.get(request.method)
        if request.money.currency not in self.currencies or method is None:
            raise InvoiceRefused(Refusal.OTHER, "YooKassa takes no such currency or method")
        if amount <= 0 or amount != amount.quantize(KOPECK):
            raise InvoiceRefused(Refusal.AMOUNT_OUT_OF_RANGE, "YooKassa takes whole kopecks only")
        wire = {"value": f"{amount:.2f}", "currency": request.money.currency}
        order = {
            "amount": wire,
            # Their default is a hold. SBP has none.
            "capture": not (request.hold and request.method is Method.CARD),
            "payment_method_data": {"type": method},
            "confirmation": {"type": "redirect", "return_url": request.return_url},
            "description": request.description[:128],
            "metadata": {"order_id": request.reference},
        }
        if request.save_method:
            order["save_payment_method"] = True
        return order | self._receipts.receipt(request, wire)


def _idle(event: ProviderEvent, reason: str, *, suffix: str = "") -> ProviderEvent:
    """The same event as one from which nothing follows."""
    return replace(
        event,
        kind=EventKind.UNKNOWN,
        trust=Trust.SIGNED,
        event_id=f"{event.event_id}{suffix}",
        reason=reason,
    )
