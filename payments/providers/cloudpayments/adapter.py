"""CloudPayments: https://developers.cloudpayments.ru. README.md lists its oddities and what is unverified."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar, Self
from urllib.parse import urlencode

import structlog

from integrations.callbacks import Ack, RawCallback
from integrations.errors import (
    CallbackMalformed,
    CallbackRejected,
    ServiceRefused,
    ServiceUnreachable,
)
from integrations.foreign import Unreadable, web_address
from payments.abilities import RefundRequest, RefundResult
from payments.errors import InvoiceRefused, Refusal
from payments.money import Money
from payments.provider import (
    Invoice,
    InvoiceRequest,
    Method,
    PaymentProvider,
    ProviderEvent,
    Verdict,
)
from payments.providers.cloudpayments import attempts, bodies, operations, refunds, signatures
from payments.providers.cloudpayments.addresses import ShowingAddresses
from payments.providers.cloudpayments.charges import Charging
from payments.providers.cloudpayments.client import SERVICE, CloudPaymentsClient
from payments.providers.cloudpayments.holds import Holding
from payments.providers.cloudpayments.reading import operation_told
from payments.providers.cloudpayments.subscriptions import Subscribing

log = structlog.get_logger(__name__)

FORM = "application/x-www-form-urlencoded"
MOST_DECIMALS = 2
# Our verdict about a Check -> the code they refuse the payment with; all else is answered with 0.
CODES: dict[Verdict, int] = {
    Verdict.ACCEPT: 0,
    Verdict.UNKNOWN_PAYMENT: 10,
    Verdict.WRONG_AMOUNT: 12,
    Verdict.NOT_PAYABLE: 13,
}
TEST_TYPES: dict[str, str] = {  # a status -> the type of the notification that brings it
    "Completed": operations.PAY,
    "Authorized": operations.PAY,
    "Declined": operations.FAIL,
    "Cancelled": operations.CANCEL,
    operations.REFUNDED: operations.REFUND,
    operations.CHECKED: operations.CHECK,
}


class Provider(Charging, Holding, Subscribing, ShowingAddresses, PaymentProvider):
    slug: ClassVar[str] = "cloudpayments"
    label: ClassVar[str] = "CloudPayments"
    currencies: ClassVar[frozenset[str]] = frozenset({operations.CURRENCY})
    methods: ClassVar[tuple[Method, ...]] = (Method.CARD,)
    required_env: ClassVar[tuple[str, ...]] = (
        "CLOUDPAYMENTS_PUBLIC_ID",
        "CLOUDPAYMENTS_API_SECRET",
    )
    optional_env: ClassVar[tuple[str, ...]] = ("CLOUDPAYMENTS_BASE_URL",)
    content_types: ClassVar[frozenset[str]] = frozenset({FORM, "application/json"})
    callback_kinds: ClassVar[tuple[str, ...]] = tuple(sorted(operations.TYPES))
    status_meanings: ClassVar[Mapping[str, Mapping[str, str]]] = operations.STATUS_MEANINGS

    test_statuses: ClassVar[Mapping[str, str]] = {
        status: operations.STATUS_MEANINGS[status]["en"] for status in TEST_TYPES
    }
    test_signatures: ClassVar[tuple[str, ...]] = ("hmac", "bad")

    def __init__(self, *, public_id: str, secret: str, base_url: str = "") -> None:
        self._public_id = public_id.strip()
        self._secret = secret.strip()
        self._client = CloudPaymentsClient(
            base_url=base_url.strip(), public_id=self._public_id, secret=self._secret
        )

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, str]) -> Self:
        return cls(
            public_id=credentials.get("CLOUDPAYMENTS_PUBLIC_ID", ""),
            secret=credentials.get("CLOUDPAYMENTS_API_SECRET", ""),
            base_url=credentials.get("CLOUDPAYMENTS_BASE_URL", ""),
        )

    def create_invoice(self, request: InvoiceRequest) -> Invoice:
        """A payment link. It is paid, found and told of by our reference, never by its own id."""
        model = self._client.create_order(self._order(request), request_id=request.reference)
        url = model.get("Url")
        if not isinstance(url, str) or not web_address(url):
            raise ServiceUnreachable(f"{SERVICE}'s answer has no readable Url", service=SERVICE)
        return Invoice(external_id=request.reference, pay_url=url)

    def verify(self, raw: RawCallback) -> None:
        given = raw.headers.get(signatures.HEADER, "")
        if not signatures.genuine(raw.body, given, secret=self._secret):
            raise CallbackRejected("signature")

    def parse(self, raw: RawCallback) -> list[ProviderEvent]:
        # A body says nothing about its type. At an address without one it must not be taken for any.
        if raw.kind not in operations.TYPES:
            raise CallbackMalformed("the address names no type of notification")
        try:
            return [operations.notified(bodies.read(raw.body), notification=raw.kind)]
        except Unreadable as error:
            raise CallbackMalformed(f"unreadable field: {error}") from None

    def fetch(self, external_id: str) -> ProviderEvent:
        number = external_id.removeprefix(operations.BY_NUMBER)
        if number != external_id and operations.NUMBER.fullmatch(number):
            model: dict[str, Any] | None = self._client.operation(number)
        else:
            model = self._client.find(external_id)
        if model is None:
            return operations.untouched(external_id)
        told = operation_told(model)
        if told.external_id != external_id:
            raise ServiceUnreachable(f"{SERVICE} answered about another order", service=SERVICE)
        return attempts.paid_before(self._client, model, told) or told

    def confirm(self, event: ProviderEvent, *, stored_id: str) -> ProviderEvent:
        if event.subscription_status:
            return self.confirm_subscription(event)
        return super().confirm(event, stored_id=stored_id)

    def refund(self, request: RefundRequest) -> RefundResult:
        if not operations.NUMBER.fullmatch(request.operation):
            raise ServiceRefused(
                "the number of the charge to give back is unknown", service=SERVICE
            )
        return refunds.made(
            self._client.refund(refunds.body(request), request_id=request.reference), request
        )

    def find_refund(self, request: RefundRequest) -> RefundResult | None:
        return refunds.find(self._client, request)

    def refunds_of(self, external_id: str, *, since: datetime) -> list[ProviderEvent]:
        return refunds.of_order(self._client, external_id, since=since)

    def acknowledge(self, verdict: Verdict) -> Ack:
        """Anything but this JSON is an error to them: a hundred repeats, or a payment refused."""
        body = json.dumps({"code": CODES[verdict]}, separators=(",", ":"))
        return Ack(body=body, content_type="application/json")

    def list_payments(self, *, since: datetime) -> Iterator[ProviderEvent]:
        for row in self._client.payments(since=since):
            try:
                yield operations.listed(bodies.texts(row))
            except Unreadable as error:
                log.warning("cloudpayments.unreadable_row", field=str(error))

    def whoami(self) -> str:
        self._client.test()
        return f"site {self._public_id}"

    def test_mode(self, last_call: RawCallback | None) -> str:
        """No setting and no call of the API tells: only their notifications do."""
        is_test = last_call is not None and bodies.read(last_call.body).get("TestMode") == "1"
        return "the last accepted call says TestMode=1" if is_test else ""

    def build_test_callback(
        self, *, reference: str, external_id: str, money: Money, status: str, signature: str
    ) -> RawCallback:
        fields = {
            "TransactionId": "1",
            "Amount": f"{money.amount:.2f}",
            "DateTime": "2030-01-01 00:00:00",
            "InvoiceId": reference,
        } | _details(TEST_TYPES[status], status, money.currency)
        body = urlencode(fields).encode()
        secret = self._secret if signature == "hmac" else f"not {self._secret}"
        headers = {
            "content-type": FORM,
            signatures.HEADER: signatures.sign(body, secret=secret),
        }
        return RawCallback(body=body, headers=headers, kind=TEST_TYPES[status])

    def _order(self, request: InvoiceRequest) -> dict[str, Any]:
        amount = request.money.amount
        if request.money.currency not in self.currencies or request.method not in self.methods:
            raise InvoiceRefused(Refusal.OTHER, f"{SERVICE} takes no such currency or method")
        if amount != round(amount, MOST_DECIMALS):
            raise InvoiceRefused(Refusal.AMOUNT_OUT_OF_RANGE, f"{SERVICE} takes whole kopecks only")
        order: dict[str, Any] = {
            "Amount": amount,
            "Currency": request.money.currency,
            "Description": request.description,
            "InvoiceId": request.reference,
            "AccountId": str(request.payer_id),
            "RequireConfirmation": request.hold,
            "SendEmail": False,
            "SuccessRedirectUrl": request.return_url,
            "FailRedirectUrl": request.return_url,
        }
        return order | {"Email": request.email} if request.email else order


def _details(notification: str, status: str, currency: str) -> dict[str, str]:
    """The fields by which one type of notification differs from another."""
    if notification == operations.CANCEL:
        return {}
    if notification == operations.REFUND:
        return {"PaymentTransactionId": "1", "OperationType": "Refund"}
    details = {"Currency": currency, "OperationType": "Payment", "TestMode": "1"}
    if notification == operations.FAIL:
        return details | {"Reason": "InsufficientFunds", "ReasonCode": "5051"}
    if notification == operations.CHECK:
        return details | {"Status": "Completed"}
    return details | {"Status": status, "GatewayName": "Test"}
