"""The service itself: opens payments, takes and gives back money, knows which key was used for what."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import uuid4

from integrations.sandbox.core.base import Tile, credential
from integrations.sandbox.core.provider import Provider
from integrations.sandbox.yookassa import wire
from integrations.sandbox.yookassa.state import (
    CANCELED,
    HELD,
    METHODS,
    PENDING,
    STATUS_NAMES,
    SUCCEEDED,
    Payment,
    Refund,
    SavedMethod,
    Stored,
    YookassaState,
)
from integrations.sandbox.yookassa.wire import Refused

KEY_LIFETIME = timedelta(hours=24)


class Shop(Provider):
    """Callers hold the hub's lock."""

    slug = "yookassa"
    title = "ЮKassa"
    state_class = YookassaState
    order = 32
    noun = "payment"
    keys = ("id", "order_id")
    from_first = True
    state: YookassaState

    @property
    def shop_id(self) -> str:
        return credential("YUKASSA_SHOP_ID", "100500")

    @property
    def key(self) -> str:
        return credential("YUKASSA_SECRET_KEY", "test_sandboxSecretKey")

    # -- what the API does ---------------------------------------------------------------------

    def once(self, key: str, body: bytes) -> str:
        """The id of what this key has made already, "" for a new key; Refused for another body."""
        if not 0 < len(key) <= 64:
            raise Refused(400, "invalid_request", "Idempotence key missing or too long")
        used = self.state.keys.get(key)
        if used is None or self.hub.clock.now() - used.at > KEY_LIFETIME:
            return ""
        if used.digest != hashlib.sha256(body).hexdigest():
            raise Refused(400, "invalid_request", "Idempotence key duplicated")
        return used.made

    def remember(self, key: str, body: bytes, made: str) -> None:
        digest = hashlib.sha256(body).hexdigest()
        self.state.keys[key] = Stored(digest=digest, made=made, at=self.hub.clock.now())

    def create(self, document: dict[str, Any]) -> Payment:
        options, now = self.state.options, self.hub.clock.now()
        amount, currency = self.sum_of(document)
        if not options.minimum <= amount <= options.maximum:
            raise Refused(400, "invalid_request", "Amount is out of range", "amount.value")
        if document.get("payment_method_id"):
            return self.charge(document, amount, currency)
        if document.get("save_payment_method") and not options.saving_allowed:
            words = "This store can't make recurring payments. Contact the YooMoney manager"
            raise Refused(403, "forbidden", words)
        method = _inner(document, "payment_method_data").get("type", "")
        if method not in METHODS:
            raise Refused(400, "invalid_request", "Unknown type", "payment_method_data.type")
        confirmation = _inner(document, "confirmation")
        if confirmation.get("type") != "redirect" or not confirmation.get("return_url"):
            raise Refused(400, "invalid_request", "Missing parameter", "confirmation.return_url")
        description = str(document.get("description") or "")
        if len(description) > 128:
            raise Refused(400, "invalid_request", "Description is too long", "description")
        if options.receipt_required and not document.get("receipt"):
            raise Refused(400, "invalid_request", "Receipt is missing or illegal", "receipt")
        payment = Payment(
            id=str(uuid4()),
            amount=amount,
            currency=currency,
            method=str(method),
            capture=document.get("capture") is True,
            description=description,
            return_url=str(confirmation["return_url"]),
            metadata={str(k): str(v) for k, v in _inner(document, "metadata").items()},
            created=now,
            expires=now + timedelta(minutes=options.lifetime_minutes),
            receipt=bool(document.get("receipt")),
            saves=document.get("save_payment_method") is True,
        )
        self.state.payments[payment.id] = payment
        self.note(payment, "создан" if payment.capture else "создан без capture: будет холд")
        return payment

    def charge(self, document: dict[str, Any], amount: Decimal, currency: str) -> Payment:
        """A payment without the payer: it ends at once, or waits for its receipt."""
        saved = self.state.methods.get(str(document["payment_method_id"]))
        if saved is None:
            words = "Payment method is not saved"
            raise Refused(400, "invalid_request", words, "payment_method_id")
        now, options = self.hub.clock.now(), self.state.options
        payment = Payment(
            id=str(uuid4()),
            amount=amount,
            currency=currency,
            method=saved.method,
            capture=document.get("capture") is True,
            description=str(document.get("description") or ""),
            return_url="",
            metadata={str(k): str(v) for k, v in _inner(document, "metadata").items()},
            created=now,
            expires=now + timedelta(minutes=options.lifetime_minutes),
            receipt=bool(document.get("receipt")),
            charged_from=saved.id,
        )
        self.state.payments[payment.id] = payment
        self.note(payment, "списание без покупателя")
        outcome = "permission_revoked" if saved.is_revoked else options.charge_outcome
        if not outcome:
            self.take(payment)
        elif outcome != PENDING:
            self.cancel(payment, party="payment_network", reason=outcome)
        return payment

    def sum_of(self, document: dict[str, Any]) -> tuple[Decimal, str]:
        told = _inner(document, "amount")
        value = told.get("value")
        try:
            amount = Decimal(value if isinstance(value, str) else "?")
        except InvalidOperation:
            raise Refused(400, "invalid_request", "Not a string", "amount.value") from None
        if told.get("currency") != "RUB" or amount != amount.quantize(Decimal("0.01")):
            raise Refused(400, "invalid_request", "Illegal amount", "amount")
        return amount, "RUB"

    def take(self, payment: Payment) -> None:
        """The money is there: kept, or only held where the shop did not ask for capture."""
        if payment.capture:
            payment.status, payment.captured = SUCCEEDED, self.hub.clock.now()
        else:
            payment.status = HELD
        if payment.saves:
            self.state.methods[payment.id] = SavedMethod(id=payment.id, method=payment.method)
        payment.party = payment.reason = ""
        self.note(payment, STATUS_NAMES[payment.status])

    def capture(self, payment: Payment, amount: Decimal) -> None:
        """Take the held sum, or a part: the rest is free again."""
        if payment.status != HELD:
            raise Refused(400, "invalid_request", "Payment cannot be captured in current status")
        if not 0 < amount <= payment.amount:
            raise Refused(400, "invalid_request", "More than is held", "amount.value")
        payment.amount = amount
        payment.capture = True
        self.take(payment)

    def cancel(self, payment: Payment, *, party: str, reason: str) -> None:
        payment.status, payment.party, payment.reason = CANCELED, party, reason
        self.note(payment, f"отменён: {reason}")

    def order_refund(self, document: dict[str, Any], payment: Payment) -> Refund:
        """A refund the shop asks for: done at once, later, or not at all, as the options say."""
        options = self.state.options
        amount, _currency = self.sum_of(document)
        if options.receipt_required and not document.get("receipt"):
            raise Refused(400, "invalid_request", "Receipt is missing or illegal", "receipt")
        refund = self.give_back(payment, amount, str(document.get("description") or ""))
        refund.metadata = {str(k): str(v) for k, v in _inner(document, "metadata").items()}
        refund.status = options.refund_answer
        if refund.status == PENDING:
            refund.due = self.hub.clock.now() + timedelta(seconds=options.refund_seconds)
            self.note(payment, "возврат ждёт банка")
        elif refund.status == CANCELED:
            payment.refunded -= amount
            refund.reason = options.refund_reason
            self.note(payment, f"возврат отменён: {refund.reason}")
        return refund

    def matured(self) -> list[Refund]:
        """Pending refunds whose time has come, succeeded now."""
        now = self.hub.clock.now()
        waiting = [one for one in self.state.refunds.values() if one.status == PENDING]
        due = [one for one in waiting if one.due is not None and one.due <= now]
        for refund in due:
            refund.status = SUCCEEDED
        return due

    def give_back(self, payment: Payment, amount: Decimal, description: str = "") -> Refund:
        if payment.status != SUCCEEDED:
            raise Refused(400, "invalid_request", "Payment is not refundable", "payment_id")
        if not 0 < amount <= payment.amount - payment.refunded:
            raise Refused(400, "invalid_request", "More than is left", "amount.value")
        payment.refunded += amount
        refund = Refund(
            id=str(uuid4()),
            payment_id=payment.id,
            amount=amount,
            currency=payment.currency,
            created=self.hub.clock.now(),
            description=description,
        )
        self.state.refunds[refund.id] = refund
        self.note(payment, f"возврат {amount:.2f}")
        return refund

    def overdue(self) -> list[Payment]:
        """Payments nobody paid in time, canceled now."""
        now = self.hub.clock.now()
        late = [
            one
            for one in self.state.payments.values()
            if one.status == PENDING and one.expires <= now
        ]
        for payment in late:
            self.cancel(payment, party="yoo_money", reason="expired_on_confirmation")
        return late

    # -- for people and tests ------------------------------------------------------------------

    def entries(self) -> Iterable[Payment]:
        return self.state.payments.values()

    def names(self, entry: Payment) -> tuple[str, ...]:
        return entry.id, entry.order_id

    def object_of(self, payment: Payment) -> wire.Document:
        return wire.payment_object(payment, shop_id=self.shop_id, base_url=self.hub.base_url)

    def pay_url(self, payment: Payment) -> str:
        return f"{self.hub.base_url}/yookassa/pay/{payment.id}"

    def tile(self) -> Tile:
        payments = list(self.state.payments.values())
        lost = self.undelivered()
        return Tile(
            title="ЮKassa · банк",
            about="Оплатить, отклонить, вернуть; уведомления без подписи, с подвохом и без.",
            link="/bank/yookassa/",
            action="Открыть банк",
            icon="bank",
            facts=[
                ("Платежей", str(len(payments))),
                ("Ждут оплаты", str(sum(one.status == PENDING for one in payments))),
                ("Последний", STATUS_NAMES[payments[-1].status] if payments else "—"),
                ("Уведомления идут на", self.callback_url),
            ],
            trouble=f"Недоставленных уведомлений: {len(lost)}" if lost else "",
        )


def _inner(document: dict[str, Any], name: str) -> dict[str, Any]:
    value = document.get(name)
    return value if isinstance(value, dict) else {}
